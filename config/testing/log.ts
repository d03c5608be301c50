/** A log that keeps its lines, so that a test can read what whoever runs the gateway would have read. */

import type {Log, LogFields} from '../../core/index.js';

/** One line. */
export interface LogLine {
	readonly level: 'debug' | 'info' | 'warn' | 'error';
	readonly message: string;
	readonly fields: LogFields;
}

export interface MemoryLog extends Log {
	readonly lines: readonly LogLine[];
}

/** Makes a log that keeps its lines in memory. */
export function memoryLog(): MemoryLog {
	const lines: LogLine[] = [];
	const write =
		(level: LogLine['level']) =>
		(message: string, fields: LogFields = {}): void => {
			lines.push({level, message, fields});
		};
	return {lines, debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error')};
}
