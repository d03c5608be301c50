/** A million rows: how fast they go in, how large they are, how long reading takes, and dropping a day. */

import knexPackage from 'knex';
import {columns} from '../../plugins/request-log/columns.js';
import {Inserter} from '../../plugins/request-log/insert.js';
import {packed} from '../../plugins/request-log/journal/lines.js';
import {day, dropOldDays, makeDays} from '../../plugins/request-log/partitions.js';
import {table} from '../../plugins/request-log/schema.js';
import {startPostgres} from '../helpers/postgres.js';
import {adminKey, machine, percentile, remove, round, say, startGateway, temporaryFolder} from './support.js';

const rows = 1_000_000;
/** So many go in the way of the gateway, the rest by the server itself. */
const inserted = 100_000;
const days = 30;
const dayMs = 86_400_000;

const postgres = await startPostgres();
const folder = await temporaryFolder();
const gateway = await startGateway(folder, postgres.url());
const knex = knexPackage.knex({client: 'pg', connection: postgres.url(), pool: {min: 0, max: 1}});
say(`${machine()}; ${rows} rows over ${days} days`);
try {
	const now = Date.now();
	await makeDays(
		knex,
		Array.from({length: days + 1}, (_, ago) => day(now - ago * dayMs)),
	);
	await insert(now);
	await fill();
	// As autovacuum does, sooner or later.
	await knex.raw(`VACUUM ANALYZE ${table}`);
	const [size] = await postgres.query(
		postgres.url(),
		`SELECT sum(pg_total_relation_size(inhrelid))::float AS bytes, sum(pg_indexes_size(inhrelid))::float AS indexes FROM pg_inherits WHERE inhparent = '${table}'::regclass`,
	);
	say(
		`bytes per row ${round(Number(size?.['bytes']) / rows, 0)}, of which indexes ${round(Number(size?.['indexes']) / rows, 0)}`,
	);
	await ask('newest', 'limit=50');
	await ask('by key', 'key=key-3');
	await ask('by team and time', `team=team-2&since=${new Date(now - 7 * dayMs).toISOString()}`);
	await ask('by model', 'model=openai.model-5');
	await ask('by status', 'status=503');
	await ask('by class of status', 'status=5xx');
	await ask('by tag', 'tag=tag-3');
	await ask('an old week', `until=${new Date(now - 21 * dayMs).toISOString()}&limit=200`);
	await ask('a page of 200', 'limit=200');
	await time('usage of a day by key', () =>
		knex.raw(
			`SELECT key_name, count(*), sum(input_tokens), sum(output_tokens), sum(cost_nano_usd) FROM ${table} WHERE created_at >= ? AND created_at < ? GROUP BY key_name`,
			[day(now - 2 * dayMs), day(now - dayMs)],
		),
	);
	await time('usage of a key in 30 days by day', () =>
		knex.raw(
			`SELECT date_trunc('day', created_at) AS day, count(*), sum(cost_nano_usd) FROM ${table} WHERE key_name = 'key-3' GROUP BY 1`,
		),
	);
	const began = performance.now();
	const dropped = await dropOldDays(knex, now, days - 2);
	say(`dropped ${dropped.length} days of ${round(rows / days, 0)} rows in ${round(performance.now() - began)} ms`);
} finally {
	await knex.destroy();
	await gateway.end('SIGTERM');
	await postgres.remove();
	await remove(folder);
}

/** Rows as the gateway makes them, in batches of 500 over one connection. */
async function insert(now: number): Promise<void> {
	const inserter = new Inserter();
	const connection = {shown: '', pg: {connectionString: postgres.url()}};
	let milliseconds = 0;
	for (let at = 0; at < inserted; at += 500) {
		const lines = packed(Array.from({length: 500}, (_, index) => line(at + index, now)));
		const began = performance.now();
		await inserter.insert(connection as unknown as Parameters<Inserter['insert']>[0], [lines]);
		milliseconds += performance.now() - began;
	}
	inserter.close();
	say(`rows per second ${round(inserted / (milliseconds / 1000), 0)}, in batches of 500 over one connection`);
}

function words(seed: number, count: number): string {
	return Array.from({length: count}, (_, index) => ((seed * 7919 + index * 104_729) % 999_983).toString(36)).join(' ');
}

function line(n: number, now: number): string {
	return JSON.stringify({
		created_at: new Date(now - (n % 3000) * 1000).toISOString(),
		id: `0190aaaa-0000-7000-8000-${String(n).padStart(12, '0')}`,
		deployment: 'production',
		config_hash: '0123456789ab',
		endpoint: '/v1/chat/completions',
		method: 'POST',
		client_ip: `10.0.0.${n % 250}`,
		key_name: `key-${n % 20}`,
		team: `team-${n % 5}`,
		dialect: 'openai-chat',
		model: `openai.model-${n % 12}`,
		provider: 'openai',
		target_model: `model-${n % 12}`,
		stream: n % 2 === 0,
		status: n % 100 === 0 ? 503 : 200,
		outcome: n % 100 === 0 ? 'failed' : 'ok',
		latency_ms: 100 + (n % 900),
		ttft_ms: 50.5,
		overhead_ms: 0.4,
		input_tokens: n % 4000,
		output_tokens: n % 700,
		usage_source: 'reported',
		cost_nano_usd: n * 100,
		attempts: [{target: 'openai.model', status: 200, ms: 99}],
		losses: [],
		request_body: words(n, 120),
		response_body: words(n + 1, 140),
		tags: [`tag-${n % 7}`],
	});
}

/** The other rows: those of the gateway, again and again, on other days. */
async function fill(): Promise<void> {
	const times = rows / inserted - 1;
	await knex.raw(`CREATE TEMPORARY TABLE seed AS SELECT * FROM ${table}`);
	const others = columns.filter(name => name !== 'id' && name !== 'created_at');
	for (let turn = 1; turn <= times; turn++) {
		await knex.raw(
			`INSERT INTO ${table} (id, created_at, ${others.join(', ')})
			SELECT '${turn}' || id, now() - (hashtext(id || '${turn}') & 2147483647)::float8 / 2147483647 * interval '${days - 1} days', ${others.join(', ')} FROM seed`,
		);
	}
}

async function ask(name: string, query: string): Promise<void> {
	await time(`list, ${name}`, async () => {
		const answer = await fetch(`http://127.0.0.1:${gateway.port}/admin/requests?${query}`, {
			headers: {authorization: `Bearer ${adminKey}`},
		});
		const text = await answer.text();
		if (answer.status !== 200) throw new Error(text);
	});
}

async function time(name: string, work: () => Promise<unknown>): Promise<void> {
	const times: number[] = [];
	for (let turn = 0; turn < 10; turn++) {
		const began = performance.now();
		await work();
		times.push(performance.now() - began);
	}
	const [first = 0] = times;
	say(
		`${name}: first ${round(first)} ms, median ${round(percentile(times, 0.5))} ms, worst ${round(Math.max(...times))} ms`,
	);
}
