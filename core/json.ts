/** Request bodies as bytes and as values: one parse, one scan, and changes spliced in without touching the other bytes. */

import {isUtf8} from 'node:buffer';
import {refusal} from './errors.js';

/** A value that came over the wire and that no schema has seen. */
export type JsonObject = {readonly [name: string]: unknown};

/** Deeper nesting than any API needs; far below what overflows a recursive reader. */
const maxDepth = 200;

/** Where the value of a top-level member stands: `[start, end)` in bytes. */
export type Span = readonly [start: number, end: number];

/** Tells whether a value is a JSON object (not an array, not null). */
export function isObject(value: unknown): value is JsonObject {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Parses a request body.
 * @throws {GatewayError} `invalid_body` when it is not one JSON object in UTF-8.
 */
export function parseBody(body: Buffer): JsonObject {
	if (body.length === 0) throw refusal('invalid_body', 'The body is empty; a JSON object is expected.');
	if (!isUtf8(body)) throw refusal('invalid_body', 'The body is not valid UTF-8.');
	let value: unknown;
	try {
		value = JSON.parse(body.toString('utf8'));
	} catch (cause) {
		throw refusal('invalid_body', `The body is not valid JSON: ${(cause as Error).message.slice(0, 200)}`);
	}
	if (!isObject(value)) throw refusal('invalid_body', 'The body must be a JSON object.');
	return value;
}

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;

/** Index just behind the string that opens at `start`; behind the body for one that does not end. */
export function stringEnd(body: Buffer, start: number): number {
	// Names and most values are short and plain, and for a few bytes a native search costs more than looking at them.
	let end = start + 1;
	for (const near = start + 32; end < near && body[end] !== backslash; end++) if (body[end] === quote) return end + 1;
	for (end--; ; ) {
		end = body.indexOf(quote, end + 1);
		if (end === -1) return body.length;
		let slashes = 0;
		while (body[end - 1 - slashes] === backslash) slashes++;
		if (slashes % 2 === 0) return end + 1;
	}
}

/** White space around a value does not belong to its span. */
function trimmed(body: Buffer, start: number, end: number): Span {
	let from = start;
	let to = end;
	while ((body[from] ?? 0) <= 0x20) from++;
	while ((body[to - 1] ?? 0) <= 0x20) to--;
	return [from, to];
}

/**
 * Finds the values of top-level members in a body that {@link parseBody} has accepted.
 * @returns name → span of its value, for every top-level member.
 * @throws {GatewayError} `invalid_body` when nesting is too deep, a top-level name stands twice, or one that decides stands in another case:
 * two readers of such a body may believe different values, and the gateway must not vouch for one while the provider acts on the other.
 */
export function topLevelSpans(body: Buffer): ReadonlyMap<string, Span> {
	const spans = new Map<string, Span>();
	walkMembers(body, (name, start, end) => {
		if (spans.has(name)) throw refusal('invalid_body', `The body names "${name.slice(0, 64)}" twice.`);
		refuseOtherSpelling(name);
		spans.set(name, trimmed(body, start, end));
	});
	return spans;
}

/**
 * Calls back with every top-level member of a JSON object, in order: its name, and where its value stands.
 * @throws {GatewayError} `invalid_body` when nesting is too deep.
 */
export function walkMembers(body: Buffer, found: (name: string, start: number, end: number) => void): void {
	let depth = 0;
	let name: string | undefined;
	let valueStart = 0;
	const finish = (end: number): void => {
		if (name !== undefined) found(name, valueStart, end);
		name = undefined;
	};
	for (let at = 0; at < body.length; at++) {
		switch (body[at]) {
			case quote: {
				const end = stringEnd(body, at);
				if (depth === 1 && name === undefined) name = memberName(body, at, end);
				at = end - 1;
				break;
			}
			case 0x7b: // {
			case 0x5b: // [
				if (++depth > maxDepth) throw refusal('invalid_body', `The body is nested deeper than ${maxDepth} levels.`);
				break;
			case 0x7d: // }
			case 0x5d: // ]
				if (--depth === 0) {
					finish(at);
					return;
				}
				break;
			case 0x3a: // :
				if (depth === 1) valueStart = at + 1;
				break;
			case comma:
				if (depth === 1) finish(at);
				break;
		}
	}
}

/** What the gateway, or a plugin with the request in its hands, decides by. */
const deciding: ReadonlySet<string> = new Set([
	'model',
	'stream',
	'stream_options',
	'n',
	'best_of',
	'max_tokens',
	'max_completion_tokens',
	'max_output_tokens',
	'max_tokens_to_sample',
	'messages',
	'system',
	'prompt',
	'input',
	'instructions',
	'tools',
	'functions',
]);

/** The name that stands between two quotes; hardly any has to be parsed. */
function memberName(body: Buffer, start: number, end: number): string {
	let at = start + 1;
	while (isPlain(body[at])) at++;
	return at === end - 1
		? body.toString('latin1', start + 1, at)
		: (JSON.parse(body.toString('utf8', start, end)) as string);
}

/** Of what the names of all APIs are made: a-z, _ and digits. */
function isPlain(byte: number | undefined): boolean {
	return byte !== undefined && ((byte >= 0x61 && byte <= 0x7a) || byte === 0x5f || (byte >= 0x30 && byte <= 0x39));
}

const plainName = /^[a-z0-9_]*$/;

/**
 * @throws {GatewayError} `invalid_body` for a name that decides in other letters: servers written in Go read `Model` as `model`, the last one
 * counts, and the gateway would have looked at another or at none.
 */
function refuseOtherSpelling(name: string): void {
	if (plainName.test(name)) return;
	// Upper case first: ſ is another s, and K (the Kelvin sign) another k, to servers that fold case as Unicode does.
	const folded = name.toUpperCase().toLowerCase();
	if (folded !== name && deciding.has(folded))
		throw refusal('invalid_body', `The body spells "${folded}" as "${name}"; send it in lower case.`);
}

/** A change to one top-level member: its new value, already as JSON text. */
export interface Splice {
	readonly name: string;
	readonly json: string;
}

/** Replaces or adds top-level members; every other byte stays as it is. */
export function splice(body: Buffer, spans: ReadonlyMap<string, Span>, changes: readonly Splice[]): Buffer {
	const edits = changes.flatMap(({name, json}) => {
		const span = spans.get(name);
		return span === undefined ? [] : [{start: span[0], end: span[1], text: json}];
	});
	const added = changes.filter(({name}) => !spans.has(name)).map(({name, json}) => `${JSON.stringify(name)}:${json}`);
	if (added.length > 0) {
		const brace = body.indexOf(0x7b) + 1;
		edits.push({start: brace, end: brace, text: added.join(',') + (spans.size > 0 ? ',' : '')});
	}
	edits.sort((a, b) => a.start - b.start);
	const pieces: Buffer[] = [];
	let at = 0;
	for (const {start, end, text} of edits) {
		pieces.push(body.subarray(at, start), Buffer.from(text));
		at = end;
	}
	pieces.push(body.subarray(at));
	return Buffer.concat(pieces);
}
