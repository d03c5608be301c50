import {mkdtempSync, rmSync} from 'node:fs';
import {setPriority, tmpdir} from 'node:os';
import {join} from 'node:path';
import {startPostgres} from '../../helpers/postgres.js';
import {recording} from '../proxies/index.js';
import type {Case} from './case.js';
import {plain} from './plain.js';

export const recorded: Case = {
	...plain,
	name: 'recorded',
	title: 'Records: requests per second with request log, metrics and access log, and without them',
	baseline: 'bare',
	proxies: recording,
	async provide() {
		// The disk of the database is not measured, and its interrupts would take the gateway's core.
		const postgres = await startPostgres('fsync=off');
		// It shares the core of the load, and takes what that leaves: a load that waits for it would measure it.
		if (postgres.pid !== undefined) setPriority(postgres.pid, 19);
		const data = mkdtempSync(join(tmpdir(), 'tapgate-bench-data-'));
		return {
			environment: {BENCH_DATABASE: await postgres.create('bench'), BENCH_DATA: data},
			async remove() {
				await postgres.remove();
				rmSync(data, {recursive: true, force: true});
			},
		};
	},
	bar: {of: 'ratio', limit: 0.8, sense: 'at least'},
};
