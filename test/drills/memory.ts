/**
 * A minute without the database at full load: what waits in memory has a bound, and every call is a row in the end.
 * `node --expose-gc dist/test/drills/memory.js [seconds]`
 */

import {startPostgres} from '../helpers/postgres.js';
import {load, machine, pause, remove, round, say, startGateway, temporaryFolder, until} from './support.js';

const [, , secondsText = '60'] = process.argv;
const seconds = Number(secondsText);
const lanes = 32;
const mebibyte = 1024 * 1024;

const postgres = await startPostgres();
const folder = await temporaryFolder();
// Room for all of it: what is shown is that nothing is lost, not where the bound is.
const gateway = await startGateway(folder, postgres.url(), {spillMegabytes: 4096});
say(`${machine()}; ${seconds} s without the database, ${lanes} calls at a time`);
try {
	await load(gateway.port, lanes, begun => begun >= 2000);
	await pause(1000);
	const before = await tell('before');
	await postgres.stop();
	let over = false;
	const loading = load(gateway.port, lanes, () => over);
	let most = {rss: 0, heap: 0, queue: 0, journal: 0};
	for (let second = 0; second < seconds; second += 5) {
		await pause(5000);
		const now = await tell(`after ${second + 5} s`);
		most = {
			rss: Math.max(most.rss, now.rss),
			heap: Math.max(most.heap, now.heap),
			queue: Math.max(most.queue, now.queue),
			journal: Math.max(most.journal, now.journal),
		};
	}
	over = true;
	const {times, failed} = await loading;
	await postgres.start();
	const back = performance.now();
	const rows = await until(count, found => found >= times.length + 2000, 240_000);
	say(`answered ${times.length} (${round(times.length / seconds, 0)}/s), failed ${failed}; rows ${rows - 2000}`);
	say(
		`most: queue ${most.queue} MiB, heap ${most.heap} MiB, rss ${most.rss} MiB (before ${before.rss}), journal ${most.journal} MiB`,
	);
	say(`all rows were there ${round(performance.now() - back, 0)} ms after the database`);
	await tell('in the end');
} finally {
	await gateway.end('SIGTERM');
	await postgres.remove();
	await remove(folder);
}

async function tell(when: string): Promise<Readonly<Record<'rss' | 'heap' | 'queue' | 'journal', number>>> {
	const told = await gateway.tell('/memory');
	const mebibytes = (name: string): number => round(Number(told[name]) / mebibyte);
	const found = {
		rss: mebibytes('rss'),
		heap: mebibytes('heapUsed'),
		queue: mebibytes('request_log_queue_bytes'),
		journal: mebibytes('request_log_journal_bytes'),
	};
	say(`${when}: ${JSON.stringify(found)}`);
	return found;
}

async function count(): Promise<number> {
	const [row] = await postgres.query(postgres.url(), 'SELECT count(*)::int AS rows FROM request_log').catch(() => []);
	return Number(row?.['rows'] ?? 0);
}
