/** Writes one line per call to standard output, to a file, or to both: who called what, where it went, how it ended, how long it took. */

import type {Writable} from 'node:stream';
import {definePlugin, oncePerName} from '../../core/index.js';
import {redactor} from '../redact/keys.js';
import {bounded, entryOf, levelOf} from './entry.js';
import {openFile} from './file-output.js';
import {type Form, jsonForm, prettyForm} from './forms.js';
import {type AccessLogOptions, accessLogSchema, levels} from './options.js';
import {type Output, openOutput} from './output.js';
import {standardOutput} from './standard-output.js';

export type {AccessLogOptions} from './options.js';

/**
 * Makes an access log that writes to a stream.
 * @param sink the plugin writes to it and never ends it.
 */
export function createAccessLog(sink: Writable & {readonly isTTY?: boolean}) {
	return definePlugin<AccessLogOptions>({
		name: 'access-log',
		options: accessLogSchema,
		apply(gateway, options) {
			const {hooks, log, metrics, defer} = gateway;
			const outputs: Output[] = [];
			let open = true;
			defer(async () => {
				open = false;
				await Promise.all(outputs.map(output => output.close()));
			});
			const form = options.console ?? (sink.isTTY === true ? 'pretty' : 'json');
			if (form !== false) {
				const line = form === 'json' ? jsonForm : prettyForm(sink.isTTY === true && !process.env['NO_COLOR']);
				outputs.push(openOutput('console', sink, line, log));
			}
			if (options.file !== undefined) outputs.push(openFile(gateway, options.file));
			if (outputs.length === 0) return;
			metrics.add('access_log_lines_lost_total', {
				kind: 'counter',
				help: 'Lines of the access log that an output did not take.',
				read: () => outputs.map(output => ({labels: {output: output.name}, value: output.lost()})),
			});

			const level = options.level ?? 'info';
			// Looked for at the first call, when every plugin has had its turn.
			const names = oncePerName(name => bounded(gateway.find(redactor)?.text(name) ?? name));
			const written = levels.slice(0, levels.indexOf(level) + 1);
			hooks.record.tap('access-log', exchange => {
				const own = levelOf(exchange);
				if (!open || !written.includes(own)) return;
				const entry = entryOf(exchange, own, names, level === 'debug');
				// Outputs of the same form get the same line.
				let made: Form | undefined;
				let line = '';
				for (const output of outputs) {
					if (made !== output.form) line = output.form(entry);
					made = output.form;
					output.add(line);
				}
			});
		},
	});
}

/** Writes to standard output. */
export const accessLog = createAccessLog(standardOutput());
