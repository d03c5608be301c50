/** Tells what a server-sent event holds without parsing it: nearly all events of a stream need no parsing. */

import {isObject, type JsonObject, readFields} from '../../core/index.js';

const colon = 0x3a;
/** No other value of JSON begins with an n. */
const beginOfNull = 0x6e;
const space = 0x20;

/**
 * True when an event is one `data:` line and nothing else, as nearly all events of unnamed streams are; then its text
 * behind `data:` is the data and no fields need to be told apart.
 */
export function isSingleDataLine(event: string): boolean {
	return event.startsWith('data:') && event.indexOf('\n') >= event.length - 2 && !event.includes('\r');
}

/**
 * Finds a member in JSON text, at whatever depth.
 *
 * Text of the model cannot be taken for a member: a quote within a JSON string is escaped, so `name"` with a colon behind it
 * ends a member's name. It may be another name or a member of something else, though: who finds one parses before believing.
 * @param closed the name and its closing quote. The search runs to the first character of what is sought, and quotes are
 * everywhere: without the opening one it takes a quarter of the time.
 * @returns where its value begins; -1 when there is none behind `from`.
 */
export function memberValue(text: string, closed: string, from = 0): number {
	for (let at = text.indexOf(closed, from); at !== -1; at = text.indexOf(closed, at)) {
		at = behindSpace(text, at + closed.length);
		if (text.charCodeAt(at) === colon) return behindSpace(text, at + 1);
	}
	return -1;
}

/** Tells whether JSON text has a member of this name, at whatever depth, that is not null. @param closed as above. */
export function hasMember(text: string, closed: string): boolean {
	let at = memberValue(text, closed);
	while (at !== -1 && text.charCodeAt(at) === beginOfNull) at = memberValue(text, closed, at);
	return at !== -1;
}

/** The index of the first character at or behind `at` that is not white space. */
export function behindSpace(text: string, at: number): number {
	let behind = at;
	while (text.charCodeAt(behind) <= space) behind++;
	return behind;
}

const nameBegin = 'event: ';
const typeBegin = 'data: {"type":"';

/**
 * What an event is, in an API that names its events: its `event:` line or, where a proxy has dropped that line, the `type`
 * of its data.
 * @returns `undefined` when the event carries nothing; `''` when it carries something that has no name.
 */
export function eventType(event: string): string | undefined {
	if (event.startsWith(nameBegin)) {
		const end = event.indexOf('\n');
		const name = event.slice(nameBegin.length, end);
		if (end !== -1 && !name.includes('\r')) return name;
	} else if (event.startsWith(typeBegin)) {
		return event.slice(typeBegin.length, event.indexOf('"', typeBegin.length));
	}
	const fields = readFields(event);
	if (fields.event !== undefined && fields.event !== '') return fields.event;
	if (fields.data === '') return undefined;
	const json = parsed(fields.data);
	if (typeof json?.['type'] === 'string') return json['type'];
	return json?.['error'] ? 'error' : '';
}

/** The JSON object that an event carries; `undefined` when it carries none. */
export function eventJson(event: string): JsonObject | undefined {
	return parsed(readFields(event).data);
}

/**
 * Parses data that may hold a JSON object. The text is latin1: what is read from it must be ASCII, as counts and names are.
 */
export function parsed(data: string): JsonObject | undefined {
	try {
		const value: unknown = JSON.parse(data);
		return isObject(value) ? value : undefined;
	} catch {
		return undefined;
	}
}
