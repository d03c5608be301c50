import {mkdtempSync, rmSync} from 'node:fs';
import {setPriority, tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {startPostgres} from '../../helpers/postgres.js';
import {gateway, recording} from '../proxies/index.js';
import {RecordsFeeder} from '../records-feeder.js';
import type {Case} from './case.js';
import {plain} from './plain.js';

/** What is left of records then goes to the database, from the process in which the gateway without them is measured next. */
const settleMs = 400;

export const recorded: Case = {
	...plain,
	name: 'recorded',
	title: 'Records: requests per second at concurrency 128 with request log, metrics and access log, and without them',
	// With the database beside them, fewer would leave the proxy's core to idle.
	job: (port, seconds) => ({type: 'closed', port, kind: 'plain', concurrency: 128, seconds}),
	processes: 3,
	// What is done once for a batch is done fifty times a second, and made faster late.
	warmUpSeconds: 16,
	baseline: 'bare',
	proxies: recording,
	async provide() {
		// The disk of the database is not measured, and its interrupts would take the gateway's core.
		const postgres = await startPostgres('fsync=off');
		// It shares the core of the load, and takes what that leaves: a load that waits for it would measure it.
		if (postgres.pid !== undefined) setPriority(postgres.pid, 19);
		const url = await postgres.create('bench');
		let rowsPerSecond = 0;
		const feeder = new RecordsFeeder(url);
		const data = mkdtempSync(join(tmpdir(), 'tapgate-bench-data-'));
		return {
			environment: {BENCH_DATABASE: url, BENCH_DATA: data},
			async before(proxy) {
				if (proxy === 'bare') await feeder.start(rowsPerSecond);
			},
			async after(proxy, {calls, seconds}) {
				if (proxy === 'bare') await feeder.stop();
				if (proxy !== gateway) return;
				rowsPerSecond = calls / seconds;
				await sleep(settleMs);
			},
			async remove() {
				await feeder.end();
				await postgres.remove();
				rmSync(data, {recursive: true, force: true});
			},
		};
	},
	bar: {of: 'ratio', limit: 0.8, sense: 'at least'},
};
