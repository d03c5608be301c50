/** The days of the table: made before they are needed, dropped when they are too old. */

import type {Knex} from 'knex';
import {table} from './schema.js';
import {usageTable} from './usage/schema.js';

const dayMs = 86_400_000;
/** How many days stand ready beside today. */
const daysAhead = 3;
/** Waiting for a lock makes everybody behind wait too: better to try again in an hour. */
const longestLockMs = 2000;

/** `2026-11-25` of a moment. */
export function day(milliseconds: number): string {
	return new Date(milliseconds).toISOString().slice(0, 10);
}

/** The days that must be there now. */
export function daysNeeded(now: number): readonly string[] {
	return Array.from({length: daysAhead + 2}, (_, index) => day(now + (index - 1) * dayMs));
}

/** Whether a day is young enough to be kept and no mistake of a clock. */
export function isKept(date: string, now: number, retentionDays: number): boolean {
	return (
		/^\d{4}-\d\d-\d\d$/.test(date) && date >= day(now - retentionDays * dayMs) && date <= day(now + daysAhead * dayMs)
	);
}

/**
 * Makes the partitions of these days, where they are missing. Safe on several gateways at once.
 * @throws what the database says.
 */
export async function makeDays(knex: Knex, days: readonly string[]): Promise<void> {
	if (missing(await partitions(knex), days).length === 0) return;
	await knex.transaction(async transaction => {
		await patiently(transaction);
		// One gateway at a time; inserts and queries go on.
		await transaction.raw(`LOCK TABLE ONLY ${table} IN SHARE UPDATE EXCLUSIVE MODE`);
		for (const date of missing(await partitions(transaction), days)) await makeDay(transaction, date);
	});
}

/** Rows of the day that have strayed into the default partition move, or the day could not be attached. */
async function makeDay(knex: Knex, date: string): Promise<void> {
	const name = nameOf(date);
	const [from, until] = [`${date} 00:00:00+00`, `${day(Date.parse(date) + dayMs)} 00:00:00+00`];
	const within = `created_at >= '${from}' AND created_at < '${until}'`;
	await knex.raw(`CREATE TABLE ${name} (LIKE ${table} INCLUDING ALL)`);
	await knex.raw(
		`WITH moved AS (DELETE FROM ${table}_default WHERE ${within} RETURNING *) INSERT INTO ${name} SELECT * FROM moved`,
	);
	await knex.raw(`ALTER TABLE ${table} ATTACH PARTITION ${name} FOR VALUES FROM ('${from}') TO ('${until}')`);
}

/**
 * Drops the days that are older than the retention.
 * @returns their partitions.
 * @throws what the database says.
 */
export async function dropOldDays(knex: Knex, now: number, retentionDays: number): Promise<readonly string[]> {
	const oldest = day(now - retentionDays * dayMs);
	const old = (await partitions(knex)).filter(name => /_\d{8}$/.test(name) && name < nameOf(oldest));
	for (const name of old) {
		await knex.transaction(async transaction => {
			await patiently(transaction);
			await transaction.raw(`DROP TABLE IF EXISTS ${name}`);
		});
	}
	await knex.raw(`DELETE FROM ${table}_default WHERE created_at < '${oldest} 00:00:00+00'`);
	await knex.raw(`DELETE FROM ${usageTable} WHERE day < '${oldest}'`);
	return old;
}

async function partitions(knex: Knex): Promise<readonly string[]> {
	const {rows} = await knex.raw<{rows: {name: string}[]}>(
		`SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = '${table}'::regclass`,
	);
	return rows.map(({name}) => name);
}

function missing(there: readonly string[], days: readonly string[]): readonly string[] {
	return days.filter(date => !there.includes(nameOf(date)));
}

function nameOf(date: string): string {
	return `${table}_${date.replaceAll('-', '')}`;
}

async function patiently(knex: Knex): Promise<void> {
	await knex.raw(`SET LOCAL lock_timeout = ${longestLockMs}`);
}
