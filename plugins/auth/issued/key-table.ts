/** Issued keys in the database: made, listed, revoked, and what has changed since. Never on a call's path. */

import {randomUUID} from 'node:crypto';
import type {Knex} from 'knex';
import {type Caller, GatewayError, type Page, type PageQuery, pageOf} from '../../../core/index.js';
import {type CallerOptions, callerTraits, difference, makeCaller} from '../caller-options.js';
import {digestOf} from '../key-ring.js';
import {newKey, prefixOf} from './key-text.js';
import {table, versionTable} from './schema.js';

/** Nobody waits longer for the database. */
const longestMs = 5000;

/** What somebody asks for. */
export interface KeyWish extends CallerOptions {
	readonly name: string;
	readonly expiresAt?: Date;
	/** Who asks, for the list. */
	readonly by: string;
}

/** A key as people see it. */
export interface ShownKey extends CallerOptions {
	readonly id: string;
	readonly name: string;
	/** Its first characters. */
	readonly prefix: string;
	readonly created_at: string;
	readonly created_by: string;
	readonly expires_at: string | null;
	readonly revoked_at: string | null;
}

/** A key as the gateway holds it. */
export interface KeyChange {
	readonly id: string;
	readonly hash: string;
	readonly caller: Caller;
	readonly expiresAt: number;
	readonly revoked: boolean;
}

interface Row {
	readonly id: string;
	readonly name: string;
	readonly prefix: string;
	readonly hash: string;
	readonly caller: CallerOptions;
	readonly created_at: Date;
	readonly created_by: string;
	readonly expires_at: Date | null;
	readonly revoked_at: Date | null;
}

/**
 * Makes a key. Keys that share a name are one caller: without any trait the new one gets those of the others.
 * @returns the key itself, which is kept nowhere, and what is.
 * @throws {GatewayError} `key_conflict` when a key of that name has other traits. @throws what the database says.
 */
export async function createKey(knex: Knex, wish: KeyWish): Promise<{readonly key: string; readonly shown: ShownKey}> {
	const key = newKey();
	const row = await changing(knex, async (transaction, version) => {
		const sibling = await transaction<Row>(table).where({name: wish.name}).whereNull('revoked_at').first();
		const given = callerTraits.some(trait => wish[trait] !== undefined);
		const traits = sibling !== undefined && !given ? sibling.caller : traitsOf(wish);
		if (sibling !== undefined) refuseOther(makeCaller(wish.name, sibling.caller), makeCaller(wish.name, traits));
		const [made] = await transaction<Row>(table)
			.insert({
				id: `key_${randomUUID()}`,
				name: wish.name,
				prefix: prefixOf(key),
				hash: digestOf(key),
				caller: JSON.stringify(traits),
				created_by: wish.by,
				expires_at: wish.expiresAt ?? null,
				version,
			} as never)
			.returning('*');
		return made as Row;
	});
	return {key, shown: shownOf(row)};
}

/** Microseconds and all, whatever the session's time zone: pages begin exactly where the one before ended. */
const place = `to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS place`;

/** A page of keys, newest first. @throws what the database says. */
export async function listKeys(
	knex: Knex,
	{name, revoked}: {readonly name?: string | undefined; readonly revoked: boolean},
	{limit, cursor}: PageQuery,
): Promise<Page<ShownKey>> {
	const rows = await patiently(knex, async transaction => {
		const query = transaction(table).select('*', transaction.raw(place)).orderByRaw('created_at DESC, id DESC');
		if (name !== undefined) query.where({name});
		if (!revoked) query.whereNull('revoked_at');
		if (cursor !== undefined) query.whereRaw('(created_at, id) < (?::timestamptz, ?)', [cursor.time, cursor.id]);
		return (await query.limit(limit + 1)) as (Row & {readonly place: string})[];
	});
	const page = pageOf(rows, limit, ({place: time, id}) => ({time, id}));
	return Object.assign({}, page, {data: page.data.map(shownOf)});
}

/**
 * Revokes a key; one that is revoked already stays as it is.
 * @returns `undefined` when there is none of that id. @throws what the database says.
 */
export async function revokeKey(knex: Knex, id: string): Promise<ShownKey | undefined> {
	return await changing(knex, async (transaction, version) => {
		await transaction(table).where({id}).whereNull('revoked_at').update({revoked_at: transaction.fn.now(), version});
		const row = await transaction<Row>(table).where({id}).first();
		return row === undefined ? undefined : shownOf(row);
	});
}

/** Grows with every change; goes back when the database was restored from a backup. @throws what the database says. */
export async function currentVersion(knex: Knex): Promise<number> {
	const [row] = await knex<{version: string}>(versionTable).select('version');
	if (row === undefined) throw new Error(`the table ${versionTable} has lost its row`);
	return Number(row.version);
}

/** What has changed since a version; since 0, every key that is not revoked. @throws what the database says. */
export async function changesSince(knex: Knex, version: number): Promise<readonly KeyChange[]> {
	const rows = await patiently(knex, async transaction => {
		const query = transaction<Row>(table).where('version', '>', version).orderBy('version');
		return (await (version === 0 ? query.whereNull('revoked_at') : query)) as Row[];
	});
	return rows.map(({id, hash, name, caller, expires_at, revoked_at}) => ({
		id,
		hash,
		caller: makeCaller(name, caller),
		expiresAt: expires_at === null ? Number.POSITIVE_INFINITY : expires_at.getTime(),
		revoked: revoked_at !== null,
	}));
}

/** Changes come one after the other; each has the next version. */
function changing<Result>(
	knex: Knex,
	change: (transaction: Knex, version: string) => Promise<Result>,
): Promise<Result> {
	return patiently(knex, async transaction => {
		const [row] = await transaction<{version: string}>(versionTable)
			.update({version: transaction.raw('version + 1') as never})
			.returning('version');
		if (row === undefined) throw new Error(`the table ${versionTable} has lost its row`);
		return await change(transaction, row.version);
	});
}

/** The limit holds for this transaction only: connections are shared. */
function patiently<Result>(knex: Knex, work: (transaction: Knex) => Promise<Result>): Promise<Result> {
	return knex.transaction(async transaction => {
		await transaction.raw(`SET LOCAL statement_timeout = ${longestMs}`);
		return await work(transaction);
	});
}

function traitsOf(options: CallerOptions): CallerOptions {
	return Object.fromEntries(
		callerTraits.filter(trait => options[trait] !== undefined).map(trait => [trait, options[trait]]),
	);
}

function refuseOther(held: Caller, wished: Caller): void {
	const trait = difference(held, wished);
	if (trait === undefined) return;
	throw new GatewayError(
		'key_conflict',
		409,
		`Keys that share the name "${held.name}" are one caller, and the ones there are differ in ${trait}; ` +
			'leave everything but the name out to get the same, or choose another name.',
		{param: trait},
	);
}

function shownOf({id, name, prefix, caller, created_at, created_by, expires_at, revoked_at}: Row): ShownKey {
	return Object.assign(
		{
			id,
			name,
			prefix,
			created_at: created_at.toISOString(),
			created_by,
			expires_at: expires_at?.toISOString() ?? null,
			revoked_at: revoked_at?.toISOString() ?? null,
		},
		caller,
	);
}
