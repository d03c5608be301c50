/** The table of metrics in the plugin's README is what is served. */

import test from 'ava';
import {auth, metrics, mock, routing} from 'tapgate/plugins';
import {scrape} from '../helpers/scrape.js';
import {chat, exchangeRecorder, startGateway} from '../helpers/whole-gateway.js';
import {quoted, read, rows} from './repository.js';

const readme = read('plugins/metrics/README.md');
const section = (title: string): string => readme.split(/^## /m).find(part => part.startsWith(`${title}\n`)) ?? '';
const table = rows(section('Metrics')).filter(([name]) => name?.startsWith('`tapgate_'));

test('plugins/metrics/README.md lists every metric with its type and labels, and no other', async t => {
	const recorder = exchangeRecorder();
	const {url} = await startGateway(t, [
		metrics({callers: true}),
		auth({anonymous: true}),
		mock({models: {broken: {error: {status: 503, message: 'x'}}, lost: {error: {status: 500, message: 'x'}}}}),
		routing({fallbacks: {'mock.broken': ['mock.echo']}}),
		{
			name: 'failing',
			apply: ({hooks}) =>
				hooks.record.tap('failing', () => {
					throw new Error('no');
				}),
		},
		recorder.plugin,
	]);
	for (const body of [{}, {stream: true}, {model: 'mock.broken'}, {model: 'mock.lost'}, {model: 'nobody.knows'}]) {
		await (await chat(url, {}, body)).text();
		await recorder.next();
	}
	const {families, readings} = await scrape(url);
	// What `auth` counts stands in its own README.
	const served = families.filter(({name}) => /^tapgate_(?!auth_)/.test(name));
	t.deepEqual(
		table.map(([name = '', type]) => [name.replaceAll('`', ''), type]).sort(),
		served.map(({name, type}) => [name, type.toLowerCase()]).sort(),
	);
	for (const [name = '', , labels] of table) {
		const own = readings.filter(
			reading => reading.name.replace(/_(bucket|sum|count)$/, '') === name.replaceAll('`', ''),
		);
		t.true(own.length > 0, `${name} has a reading`);
		const found = new Set(own.flatMap(reading => Object.keys(reading.labels)).filter(label => label !== 'le'));
		t.deepEqual([...found].sort(), [...quoted(labels)].sort(), name);
	}
	for (const {name} of families) t.regex(name, /^(tapgate|process|nodejs)_/);
});

test('docs/metrics.md asks for metrics and labels that there are', t => {
	const known = [...table.flatMap(([name]) => quoted(name)), 'tapgate_access_log_lines_lost_total'];
	const asked = read('docs/metrics.md').match(/tapgate_[a-z_]+/g) ?? [];
	t.true(asked.length > 10);
	for (const name of asked)
		t.true(known.includes(name.replace(/_(bucket|sum|count)$/, '')) || name === 'tapgate_', name);
});
