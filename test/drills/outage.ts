/** 2,000 calls at concurrency 50 while Postgres is stopped for 5 s: all answered, no slower, and every one a row in the end. */

import {startPostgres} from '../helpers/postgres.js';
import {load, machine, percentile, remove, round, say, startGateway, temporaryFolder, until} from './support.js';

const calls = 2000;
const lanes = 50;
/** So that the calls last longer than the outage. */
const pauseMs = 180;

const postgres = await startPostgres();
const folder = await temporaryFolder();
const gateway = await startGateway(folder, postgres.url());
say(machine());
try {
	await load(gateway.port, lanes, begun => begun >= 500);
	const calm = await load(gateway.port, lanes, begun => begun >= calls, pauseMs);
	const before = await count(0);
	const loading = load(gateway.port, lanes, begun => begun >= calls, pauseMs);
	await new Promise(resolve => setTimeout(resolve, 1000));
	const stopped = performance.now();
	await postgres.stop();
	await new Promise(resolve => setTimeout(resolve, 5000 - (performance.now() - stopped)));
	await postgres.start();
	const back = performance.now();
	const {times, failed, ids} = await loading;
	const rows = await until(
		() => count(before),
		found => found >= calls,
		30_000,
	);
	say(`answered ${times.length} of ${calls}, failed ${failed}`);
	say(`p99 ${round(percentile(calm.times, 0.99))} ms without, ${round(percentile(times, 0.99))} ms with the outage`);
	say(`p50 ${round(percentile(calm.times, 0.5))} ms without, ${round(percentile(times, 0.5))} ms with the outage`);
	say(
		`rows ${rows} (${new Set(ids).size} ids), the last one ${round(performance.now() - back, 0)} ms after the database was back`,
	);
} finally {
	await gateway.end('SIGTERM');
	await postgres.remove();
	await remove(folder);
}

async function count(before: number): Promise<number> {
	const [row] = await postgres.query(postgres.url(), 'SELECT count(*)::int AS rows FROM request_log');
	return Number(row?.['rows']) - before;
}
