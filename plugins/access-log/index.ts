/** Writes one line per call to standard output: who called what, where it went, how it ended, how long it took. */

import type {Writable} from 'node:stream';
import {createLogger} from 'winston';
import {definePlugin, describe} from '../../core/index.js';
import {type BatchInfo, BatchTransport} from './batch-transport.js';
import {entryOf, levelOf} from './entry.js';
import {jsonForm, prettyForm} from './forms.js';
import {LineBatch} from './line-batch.js';
import {type AccessLogOptions, accessLogSchema, levels} from './options.js';

export type {AccessLogOptions} from './options.js';

/** The lines are made before winston sees them: a batch of them costs it what one line would. */
const asItIs = {transform: (info: object) => info};

/**
 * Makes an access log that writes to a stream.
 * @param sink the plugin writes to it and never ends it.
 */
export function createAccessLog(sink: Writable & {readonly isTTY?: boolean}) {
	return definePlugin<AccessLogOptions>({
		name: 'access-log',
		options: accessLogSchema,
		apply({hooks, log, defer}, options) {
			const form = options.console ?? (sink.isTTY === true ? 'pretty' : 'json');
			if (form === false) return;
			const level = options.level ?? 'info';
			const transport = new BatchTransport(sink, {
				dropped: lines => log.warn('access log lines were lost because the output did not take them', {lines}),
				broken: error => log.error('the access log has stopped: its output failed', describe(error)),
			});
			const line = form === 'json' ? jsonForm : prettyForm(sink.isTTY === true && !process.env['NO_COLOR']);
			const logger = createLogger({format: asItIs as never, transports: [transport]});
			const batch = new LineBatch(lines => void logger.write({level: 'info', lines} satisfies BatchInfo));
			logger.on('error', error => log.error('the access log failed', describe(error)));
			const written = levels.slice(0, levels.indexOf(level) + 1);
			let open = true;
			hooks.record.tap('access-log', exchange => {
				const own = levelOf(exchange);
				if (open && written.includes(own)) batch.add(line(entryOf(exchange, own, level === 'debug')));
			});
			defer(
				() =>
					new Promise<void>(resolve => {
						open = false;
						batch.flush();
						logger.once('finish', resolve);
						logger.end();
					}),
			);
		},
	});
}

/** Writes to standard output. */
export const accessLog = createAccessLog(process.stdout);
