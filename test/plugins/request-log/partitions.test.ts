/** Days of the table: made ahead, filled with what has strayed, dropped when they are old. */

import test, {type ExecutionContext} from 'ava';
import knexPackage, {type Knex} from 'knex';
import {day, daysNeeded, dropOldDays, isKept, makeDays} from '../../../plugins/request-log/partitions.js';
import {migrations} from '../../../plugins/request-log/schema.js';
import {type Postgres, startPostgres} from '../../helpers/postgres.js';
import {database} from './support.js';

let postgres: Postgres;
test.before(async () => {
	postgres = await startPostgres('fsync=off');
});
test.after.always(() => postgres?.remove());

async function table(t: ExecutionContext): Promise<Knex> {
	const knex = knexPackage.knex({client: 'pg', connection: await database(postgres), pool: {min: 0, max: 4}});
	t.teardown(() => knex.destroy());
	for (const {up} of Object.values(migrations)) for (const statement of up) await knex.raw(statement);
	return knex;
}

async function put(knex: Knex, id: string, time: string): Promise<void> {
	await knex('request_log').insert({
		id,
		created_at: time,
		deployment: 'test',
		endpoint: '/',
		method: 'POST',
		stream: false,
		status: 200,
		outcome: 'ok',
		latency_ms: 1,
	});
}

/** Id → the partition that holds it. */
async function places(knex: Knex): Promise<Readonly<Record<string, string>>> {
	const {rows} = await knex.raw<{rows: {id: string; place: string}[]}>(
		'SELECT id, tableoid::regclass::text AS place FROM request_log',
	);
	return Object.fromEntries(rows.map(({id, place}) => [id, place]));
}

test('a row goes to its day; one without a day waits in the default partition until its day is made', async t => {
	const knex = await table(t);
	await makeDays(knex, ['2026-03-01']);
	await put(knex, 'in', '2026-03-01T23:59:59.999999Z');
	await put(knex, 'astray', '2026-03-02T00:00:00Z');
	t.deepEqual(await places(knex), {in: 'request_log_20260301', astray: 'request_log_default'});

	await makeDays(knex, ['2026-03-01', '2026-03-02']);

	t.deepEqual(await places(knex), {in: 'request_log_20260301', astray: 'request_log_20260302'});
});

test('several gateways may make the same days at once', async t => {
	const knex = await table(t);
	const days = daysNeeded(Date.now());
	await t.notThrowsAsync(Promise.all([1, 2, 3, 4].map(() => makeDays(knex, days))));
});

test('retention drops whole days and strays that are older than it, and nothing else', async t => {
	const knex = await table(t);
	const now = Date.parse('2026-03-31T12:00:00Z');
	const days = ['2026-02-28', '2026-03-01', '2026-03-02', '2026-03-31'];
	await makeDays(knex, days);
	for (const date of days) await put(knex, date, `${date}T12:00:00Z`);
	await put(knex, 'ancient', '2020-01-01T00:00:00Z');
	await put(knex, 'astray', '2026-03-15T00:00:00Z');

	t.deepEqual(await dropOldDays(knex, now, 30), ['request_log_20260228']);

	t.deepEqual(Object.keys(await places(knex)).sort(), ['2026-03-01', '2026-03-02', '2026-03-31', 'astray']);
	t.deepEqual(await dropOldDays(knex, now, 30), []);
});

test('a day that a clock has made up gets no partition', t => {
	const now = Date.parse('2026-03-31T12:00:00Z');
	t.deepEqual(
		['2026-03-31', '2026-04-03', '2026-04-04', '2026-03-01', '2026-02-28', 'x', "2026-03-31'; --"].map(date =>
			isKept(date, now, 30),
		),
		[true, true, false, true, false, false, false],
	);
	t.deepEqual(daysNeeded(now), ['2026-03-30', '2026-03-31', '2026-04-01', '2026-04-02', '2026-04-03']);
	t.is(day(now), '2026-03-31');
});
