/** Writes records as lines of JSON, oldest first, page by page: however many there are, memory holds one page. */

import {once} from 'node:events';
import type {Writable} from 'node:stream';
import {ConfigError} from '../../../core/index.js';
import {columns} from '../columns.js';
import {table} from '../schema.js';
import type {Store} from '../store.js';

const pageRows = 1000;

/** @throws {ConfigError} for arguments that it does not know. @throws what the database says. */
export async function exportRecords(store: Store, args: readonly string[], sink: Writable): Promise<void> {
	const {since, until} = readTimes(args);
	await store.ready();
	const knex = await store.query();
	const names = columns.map(name => (name === 'created_at' ? createdAt : name)).join(', ');
	let [time, id] = [since ?? '-infinity', ''];
	for (;;) {
		const {rows} = await knex.raw<{rows: {line: string; time: string; id: string}[]}>(
			`SELECT row_to_json(r)::text AS line, r.created_at AS time, r.id FROM (
				SELECT ${names} FROM ${table} t WHERE (t.created_at, t.id) > (?::timestamptz, ?) AND t.created_at < ?::timestamptz
				ORDER BY t.created_at, t.id LIMIT ${pageRows}
			) r`,
			[time, id, until ?? 'infinity'],
		);
		const last = rows.at(-1);
		if (last === undefined) return;
		if (!sink.write(`${rows.map(({line}) => line).join('\n')}\n`)) await once(sink, 'drain');
		[time, id] = [last.time, last.id];
	}
}

/** With its microseconds: it is a part of the key by which a record is known again. */
const createdAt = `to_char(t.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS created_at`;

function readTimes(args: readonly string[]): {readonly since?: string; readonly until?: string} {
	const times: {since?: string; until?: string} = {};
	for (let at = 0; at < args.length; at += 2) {
		const [name, value] = [args[at], args[at + 1]];
		const date = new Date(value ?? '');
		if ((name !== '--since' && name !== '--until') || Number.isNaN(date.getTime())) {
			throw new ConfigError(`expected --since TIME and --until TIME in ISO 8601, found ${args.slice(at).join(' ')}`);
		}
		times[name === '--since' ? 'since' : 'until'] = date.toISOString();
	}
	return times;
}
