/** One place that lines are written to, through winston. */

import type {Writable} from 'node:stream';
import {createLogger} from 'winston';
import {describe, type Log} from '../../core/index.js';
import {type BatchInfo, BatchTransport} from './batch-transport.js';
import type {Form} from './forms.js';
import {LineBatch} from './line-batch.js';

/** The lines are made before winston sees them: a batch of them costs it what one line would. */
const asItIs = {transform: (info: object) => info};

/** Where lines go. */
export interface Output {
	/** Of the metric's label. */
	readonly name: string;
	readonly form: Form;
	add(line: string): void;
	/** Lines that were not taken so far. */
	lost(): number;
	/** Writes what is left. */
	close(): Promise<void>;
}

/** @param sink is written to and never ended. */
export function openOutput(name: string, sink: Writable, form: Form, log: Log): Output {
	const transport = new BatchTransport(sink, {
		dropped: lines =>
			log.warn('access log lines were lost because the output did not take them', {output: name, lines}),
		broken: error =>
			log.error('the access log has stopped: its output failed', Object.assign({output: name}, describe(error))),
	});
	const logger = createLogger({format: asItIs as never, transports: [transport]});
	const batch = new LineBatch(lines => void logger.write({level: 'info', lines} satisfies BatchInfo));
	logger.on('error', error => log.error('the access log failed', Object.assign({output: name}, describe(error))));
	return {
		name,
		form,
		add: line => batch.add(line),
		lost: () => transport.lost,
		close() {
			batch.flush();
			return new Promise<void>(resolve => {
				logger.once('finish', resolve);
				logger.end();
			});
		},
	};
}
