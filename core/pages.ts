/** Long lists in pages: each begins where the one before ended, however many entries have come since. */

import {refusal} from './errors.js';
import type {JsonObject} from './json.js';
import type {RouteParameter} from './route-description.js';

/** Where a page ended. Lists are sorted by both, newest first. */
export interface PageCursor {
	/** ISO 8601 with microseconds: databases tell them apart. */
	readonly time: string;
	readonly id: string;
}

/** What a page is asked for with: the query parameters `limit` and `cursor`. */
export interface PageQuery {
	readonly limit: number;
	/** Absent for the first page. */
	readonly cursor?: PageCursor;
}

/** A page, as clients get it. */
export interface Page<Entry> {
	readonly object: 'list';
	readonly data: readonly Entry[];
	readonly has_more: boolean;
	/** `cursor` of the next page; null on the last one. */
	readonly next_cursor: string | null;
}

const usualEntries = 50;
const mostEntries = 200;

/** The query parameters of a list in pages, for the description of its route. */
export const pageParameters: readonly RouteParameter[] = [
	{
		name: 'limit',
		in: 'query',
		description: 'Entries of a page.',
		schema: {type: 'integer', minimum: 1, maximum: mostEntries, default: usualEntries},
	},
	{name: 'cursor', in: 'query', description: '`next_cursor` of the page before.', schema: {type: 'string'}},
];

/** A page, for the description of its route. @param entry the JSON schema of an entry. */
export function pageSchema(entry: JsonObject): JsonObject {
	return {
		type: 'object',
		properties: {
			object: {const: 'list'},
			data: {type: 'array', items: entry},
			has_more: {type: 'boolean'},
			next_cursor: {type: ['string', 'null'], description: 'For the next page; null on the last one.'},
		},
		required: ['object', 'data', 'has_more', 'next_cursor'],
	};
}

/** @throws {GatewayError} `invalid_parameter` for a limit that is none of 1 to 200, and for what no page has given out. */
export function readPageQuery(limit: string | undefined, cursor: string | undefined): PageQuery {
	const many = limit === undefined ? usualEntries : Number(limit);
	if ((limit !== undefined && !/^\d+$/.test(limit)) || many < 1 || many > mostEntries)
		throw refusal('invalid_parameter', `limit: expected a whole number from 1 to ${mostEntries}.`, {param: 'limit'});
	return {limit: many, ...(cursor !== undefined && {cursor: readCursor(cursor)})};
}

/** @param entries up to one more than the limit, which tells that there are others. @param at where an entry stands in the list. */
export function pageOf<Entry>(entries: readonly Entry[], limit: number, at: (entry: Entry) => PageCursor): Page<Entry> {
	const data = entries.slice(0, limit);
	const last = entries.length > limit ? data.at(-1) : undefined;
	return {
		object: 'list',
		data,
		has_more: last !== undefined,
		next_cursor: last === undefined ? null : cursorText(at(last)),
	};
}

function cursorText({time, id}: PageCursor): string {
	return Buffer.from(JSON.stringify([time, id])).toString('base64url');
}

function readCursor(text: string): PageCursor {
	try {
		const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
		const [time, id]: unknown[] = Array.isArray(value) ? value : [];
		if (typeof time === 'string' && typeof id === 'string' && !Number.isNaN(Date.parse(time)) && !id.includes('\0')) {
			return {time, id};
		}
	} catch {
		// No cursor of ours.
	}
	throw refusal('invalid_parameter', 'cursor: expected the next_cursor of a page.', {param: 'cursor'});
}
