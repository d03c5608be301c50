/** Reads `GET /admin/requests` into filters, and asks the database. */

import type {Knex} from 'knex';
import {type Page, type PageCursor, pageOf, readPageQuery, refusal} from '../../../core/index.js';
import {columns} from '../columns.js';
import {table} from '../schema.js';
import {moment, patiently, type Query, single, wrong} from './question.js';

type Apply = (query: Knex.QueryBuilder, text: string, name: string) => void;

const equals =
	(column: string): Apply =>
	(query, text) =>
		void query.where(column, text);

/** Parameter → what it asks for. */
const filters: Readonly<Record<string, Apply>> = {
	key: equals('key_name'),
	team: equals('team'),
	model: equals('model'),
	provider: equals('provider'),
	target_model: equals('target_model'),
	endpoint: equals('endpoint'),
	deployment: equals('deployment'),
	config_hash: equals('config_hash'),
	error_code: equals('error_code'),
	client_ip: equals('client_ip'),
	outcome(query, text, name) {
		if (!['ok', 'refused', 'failed', 'aborted'].includes(text)) throw wrong(name, 'ok, refused, failed or aborted');
		query.where('outcome', text);
	},
	status(query, text, name) {
		const range = /^([1-5])xx$/.exec(text);
		if (range !== null) query.whereBetween('status', [Number(range[1]) * 100, Number(range[1]) * 100 + 99]);
		else if (/^[1-5]\d\d$/.test(text)) query.where('status', Number(text));
		else throw wrong(name, 'a status such as 429, or a class such as 5xx');
	},
	stream(query, text, name) {
		if (text !== 'true' && text !== 'false') throw wrong(name, 'true or false');
		query.where('stream', text === 'true');
	},
	tag: (query, text) => void query.whereRaw('tags @> ?::jsonb', [JSON.stringify([text])]),
	min_latency_ms: (query, text, name) => void query.where('latency_ms', '>=', number(text, name)),
	max_latency_ms: (query, text, name) => void query.where('latency_ms', '<=', number(text, name)),
	since: (query, text, name) => void query.where('created_at', '>=', moment(text, name)),
	until: (query, text, name) => void query.where('created_at', '<', moment(text, name)),
};

/** Microseconds and all, whatever the session's time zone: pages begin exactly where the one before ended. */
const createdAt = `to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS created_at`;
const listed = columns.filter(name => name !== 'created_at' && !name.endsWith('_body'));

/** What the query string asks for. @throws {GatewayError} `invalid_parameter`. */
export function readQuery(query: Query): (knex: Knex) => Promise<Page<object>> {
	const asked = Object.entries(query).map(([name, value]) => [name, single(name, value)] as const);
	const {limit, cursor} = readPageQuery(
		asked.find(([name]) => name === 'limit')?.[1],
		asked.find(([name]) => name === 'cursor')?.[1],
	);
	const wanted = asked.filter(([name]) => name !== 'limit' && name !== 'cursor');
	const build = (knex: Knex): Knex.QueryBuilder => {
		const builder = knex(table).select(knex.raw(createdAt), ...listed);
		for (const [name, value] of wanted) {
			const filter = Object.hasOwn(filters, name) ? filters[name] : undefined;
			if (filter === undefined)
				throw refusal('invalid_parameter', `There is no filter "${name.slice(0, 64)}"; there are ${known}.`, {
					param: name,
				});
			filter(builder, value, name);
		}
		if (cursor !== undefined) builder.whereRaw('(created_at, id) < (?::timestamptz, ?)', [cursor.time, cursor.id]);
		return builder.orderByRaw(`${table}.created_at DESC, ${table}.id DESC`).limit(limit + 1);
	};
	return async knex => {
		const rows = await patiently(knex, transaction => build(transaction));
		return pageOf(rows.map(readable), limit, placeOf);
	};
}

/** One record with its bodies; of several with the same id the newest. */
export async function findRecord(knex: Knex, id: string): Promise<object | undefined> {
	const [row] = await patiently(knex, transaction =>
		transaction(table)
			.select(transaction.raw(createdAt), ...columns.filter(name => name !== 'created_at'))
			.where('id', id)
			.orderByRaw(`${table}.created_at DESC`)
			.limit(1),
	);
	return row === undefined ? undefined : readable(row);
}

const known = [...Object.keys(filters), 'limit', 'cursor'].join(', ');

/** 64-bit integers come as text; these are counts that a number holds. */
function readable(row: Record<string, unknown>): object {
	const copy: Record<string, unknown> = {};
	for (const [name, value] of Object.entries(row)) {
		copy[name] = typeof value === 'string' && /(?:_tokens|_nano_usd)$/.test(name) ? Number(value) : value;
	}
	return copy;
}

function placeOf(row: object): PageCursor {
	const {created_at: time, id} = row as {readonly created_at: string; readonly id: string};
	return {time, id};
}

function number(text: string, name: string): number {
	const value = Number(text);
	if (/^\d+(?:\.\d+)?$/.test(text) && value < 1e12) return value;
	throw wrong(name, 'a number of milliseconds');
}
