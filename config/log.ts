/** The gateway's own log, on stderr: readable on a terminal, one JSON object per line anywhere else. */

import {inspect, styleText} from 'node:util';
import {createLogger, format, transports} from 'winston';
import {ConfigError, closest, type Log, type LogFields} from '../core/index.js';

const levels = ['error', 'warn', 'info', 'debug'];
const colors = {error: 'red', warn: 'yellow', info: 'green', debug: 'gray'} as const;

export interface LogOptions {
	/** What is logged when `TAPGATE_LOG_LEVEL` does not say otherwise: this level and the graver ones. */
	readonly level?: 'error' | 'warn' | 'info' | 'debug';
	/** Goes with every line. */
	readonly fields?: LogFields;
}

/**
 * Opens the log.
 * @throws {ConfigError} when `TAPGATE_LOG_LEVEL` is not a level.
 */
export function createLog({level = 'info', fields = {}}: LogOptions = {}): Log {
	const logger = createLogger({
		level: wantedLevel(level),
		format: process.stderr.isTTY ? readable : json,
		transports: [new transports.Console({stderrLevels: levels})],
	});
	const write = (level: string) => (message: string, more?: LogFields) => {
		logger.log(Object.assign({}, fields, more, {level, message}));
	};
	return Object.freeze({debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error')});
}

function wantedLevel(fallback: string): string {
	const wanted = process.env['TAPGATE_LOG_LEVEL'] || fallback;
	if (levels.includes(wanted)) return wanted;
	const near = closest(wanted, levels, 1)[0];
	throw new ConfigError(
		`environment variable TAPGATE_LOG_LEVEL: expected one of ${levels.join(', ')}, found ${JSON.stringify(wanted)}` +
			(near === undefined ? '' : `, did you mean "${near}"?`),
	);
}

const json = format.combine(
	format(({level, message, ...fields}) => ({time: new Date().toISOString(), level, message, ...fields}))(),
	format.json({deterministic: false}),
);

const readable = format.printf(({level, message, stack, causes, ...fields}) => {
	const color = process.stderr.hasColors?.() ? colors[level as keyof typeof colors] : undefined;
	const shown = color === undefined ? level : styleText(color, level);
	const time = new Date().toLocaleTimeString('en-GB');
	const facts = Object.entries(fields).map(([name, value]) => ` ${name}=${text(value)}`);
	const traces = [stack, ...(Array.isArray(causes) ? causes : [])].filter(trace => typeof trace === 'string');
	return [`${time} ${shown} ${String(message)}${facts.join('')}`, ...traces].join('\n  ');
});

function text(value: unknown): string {
	if (Array.isArray(value) && value.length > 0 && value.every(isPlain)) return value.join(',');
	// It also takes the sting out of control characters.
	return isPlain(value) ? value : inspect(value, {breakLength: Number.POSITIVE_INFINITY});
}

function isPlain(value: unknown): value is string {
	return typeof value === 'string' && /^[!-~]+$/.test(value) && !/["'=,]/.test(value);
}
