/** The output that is a file. */

import path from 'node:path';
import {describe, type Gateway} from '../../core/index.js';
import {jsonForm} from './forms.js';
import type {FileOptions} from './options.js';
import {type Output, openOutput} from './output.js';
import {RotatingFile} from './rotating-file.js';

/** @throws {ConfigError} when the file cannot be opened. */
export function openFile({log, metrics, workers}: Gateway, options: FileOptions): Output {
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
	metrics.add('access_log_file_failures_total', {
		kind: 'counter',
		help: 'How often the access log file turned out not to be writable.',
		read: () => failures,
	});
	const output = openOutput('file', sink, jsonForm, log);
	return {
		name: output.name,
		form: output.form,
		add: output.add,
		lost: () => output.lost() + unwritten,
		async close() {
			await output.close();
			await sink.close();
		},
	};
}

/** Processes that rotate the same file would take it from each other: each worker has its own. */
function fileOf(file: string, {number, count}: Gateway['workers']): string {
	if (count === 1) return file;
	const {dir, name, ext} = path.parse(file);
	return path.join(dir, `${name}.${number}${ext}`);
}
