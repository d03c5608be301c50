/** Writes the lines to a file as JSON, beside whatever the console shows. */

import path from 'node:path';
import {createLogger} from 'winston';
import {describe, type Gateway} from '../../core/index.js';
import {BatchTransport, message} from './batch-transport.js';
import {type Entry, entryOf, levelOf} from './entry.js';
import {jsonForm} from './forms.js';
import {type FileOptions, type Level, levels} from './options.js';
import {RotatingFile} from './rotating-file.js';

const jsonLine = {
	transform: (entry: Entry): Entry => Object.assign(entry, {[message]: jsonForm(entry)}),
};

/**
 * Taps `record` for a file.
 * @param lost where lines are counted that were lost.
 * @throws {ConfigError} when the file cannot be opened.
 */
export function logToFile(gateway: Gateway, options: FileOptions, level: Level, lost: Map<string, () => number>): void {
	const {hooks, log, metrics, workers, defer} = gateway;
	const file = fileOf(path.resolve(options.path), workers);
	let unwritten = 0;
	let failures = 0;
	const sink = new RotatingFile({
		file,
		maxBytes: Math.ceil((options.maxMegabytes ?? 100) * 1024 * 1024),
		maxFiles: options.maxFiles ?? 20,
		gzip: options.gzip ?? true,
		failed(error) {
			failures++;
			log.error('the access log file cannot be written; its lines are lost until it can', {file, ...describe(error)});
		},
		recovered: lines => log.info('the access log file is written again', {file, lostLines: lines}),
		lost(lines) {
			unwritten += lines;
		},
		notKept: error => log.warn('an old access log file could not be compressed or removed', {file, ...describe(error)}),
	});
	const transport = new BatchTransport(sink, {
		dropped: lines => log.warn('access log lines were lost because the file did not take them', {file, lines}),
		broken: error => log.error('the access log file has stopped', {file, ...describe(error)}),
	});
	const logger = createLogger({level, format: jsonLine as never, transports: [transport]});
	logger.on('error', error => log.error('the access log failed', describe(error)));
	lost.set('file', () => transport.lost + unwritten);
	metrics.add('access_log_file_failures_total', {
		kind: 'counter',
		help: 'How often the access log file turned out not to be writable.',
		read: () => failures,
	});

	const written = levels.slice(0, levels.indexOf(level) + 1);
	let open = true;
	hooks.record.tap('access-log file', exchange => {
		const own = levelOf(exchange);
		if (open && written.includes(own)) logger.write(entryOf(exchange, own, level === 'debug'));
	});
	defer(async () => {
		open = false;
		await new Promise<void>(resolve => {
			logger.once('finish', resolve);
			logger.end();
		});
		await sink.close();
	});
}

/** Processes that rotate the same file would take it from each other: each worker has its own. */
function fileOf(file: string, {number, count}: Gateway['workers']): string {
	if (count === 1) return file;
	const {dir, name, ext} = path.parse(file);
	return path.join(dir, `${name}.${number}${ext}`);
}
