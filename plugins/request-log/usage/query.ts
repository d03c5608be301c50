/** Reads `GET /usage` into a question to the table of sums. */

import type {Knex} from 'knex';
import {refusal} from '../../../core/index.js';
import {patiently, type Query, single, wrong} from '../admin/question.js';
import {sums, usageTable} from './schema.js';

/** How sums are grouped: the parameter's word → the column. */
const groups = {day: 'day', key: 'key_name', team: 'team', provider: 'provider', model: 'model'} as const;
type Group = keyof typeof groups;
const words = Object.keys(groups) as Group[];

const mostRows = 10_000;
const usualDays = 30;
const dayMs = 86_400_000;

/** One line of the answer. */
export type UsageRow = Readonly<Record<string, string | number | null>>;

/** The answer. */
export interface Usage {
	readonly object: 'usage';
	/** First and last day, both inside. */
	readonly since: string;
	readonly until: string;
	readonly by: readonly Group[];
	readonly data: readonly UsageRow[];
	/** There are more lines than an answer holds. */
	readonly truncated: boolean;
}

/**
 * What the query string asks for.
 * @param own the only key whose usage may be told; absent: every key's.
 * @throws {GatewayError} `invalid_parameter`; `admin_only` for somebody else's key.
 */
export function readUsage(query: Query, own: string | undefined, now: number): (knex: Knex) => Promise<Usage> {
	const known = ['by', 'since', 'until', 'format', 'key', 'team', 'provider', 'model'];
	for (const name of Object.keys(query)) {
		if (!known.includes(name)) throw wrong(name, `nothing: there is no such parameter; there are ${known.join(', ')}`);
	}
	const by = readBy(query['by']);
	const until = readDay('until', query['until']) ?? dayOf(now);
	const since = readDay('since', query['since']) ?? dayOf(Date.parse(until) - (usualDays - 1) * dayMs);
	if (since > until) throw wrong('since', `a day that is not after ${until}`);
	const wanted: [string, string][] = [];
	for (const name of ['key', 'team', 'provider', 'model'] as const) {
		if (query[name] !== undefined) wanted.push([groups[name], single(name, query[name])]);
	}
	if (own !== undefined) {
		if (wanted.some(([column, value]) => column === 'key_name' && value !== own))
			throw refusal('admin_only', 'The usage of other keys is for callers with the tag "admin".', {param: 'key'});
		wanted.push(['key_name', own]);
	}
	return async knex => {
		const rows = await patiently(knex, transaction => {
			const builder = transaction(usageTable).whereBetween('day', [since, until]);
			for (const [column, value] of wanted) builder.where(column, value);
			for (const group of by) {
				builder.select(
					group === 'day'
						? transaction.raw(`to_char(day, 'YYYY-MM-DD') AS day`)
						: transaction.raw(`nullif(${groups[group]}, '') AS "${group}"`),
				);
				builder.groupBy(groups[group]).orderBy(groups[group]);
			}
			for (const name of Object.keys(sums)) builder.select(transaction.raw(`coalesce(sum(${name}), 0) AS ${name}`));
			return builder.limit(mostRows + 1);
		});
		const data = rows.slice(0, mostRows).map(readable);
		return {object: 'usage', since, until, by, data, truncated: rows.length > mostRows};
	};
}

/** The columns of an answer, in their order. */
export function columnsOf(by: readonly Group[]): readonly string[] {
	return [...by, ...Object.keys(sums)];
}

/** Sums come as text; these are counts that a number holds. The cost of calls none of which has a price is not nothing. */
function readable(row: Record<string, unknown>): UsageRow {
	const copy: Record<string, string | number | null> = {};
	for (const [name, value] of Object.entries(row)) {
		copy[name] = Object.hasOwn(sums, name) ? Number(value) : (value as string | null);
	}
	if (copy['priced_requests'] === 0) copy['cost_nano_usd'] = null;
	return copy;
}

function readBy(value: string | string[] | undefined): readonly Group[] {
	if (value === undefined) return words;
	const asked = single('by', value).split(',');
	if (new Set(asked).size === asked.length && asked.every(word => (words as readonly string[]).includes(word)))
		return words.filter(word => asked.includes(word));
	throw wrong('by', `some of ${words.join(', ')}, with commas between`);
}

function readDay(name: string, value: string | string[] | undefined): string | undefined {
	if (value === undefined) return undefined;
	const text = single(name, value);
	if (/^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text)) && dayOf(Date.parse(text)) === text)
		return text;
	throw wrong(name, 'a day such as 2026-01-31 (UTC)');
}

function dayOf(milliseconds: number): string {
	return new Date(milliseconds).toISOString().slice(0, 10);
}
