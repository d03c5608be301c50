/** What is done with the bytes of events on their way, unparsed. */

import {WireEvent} from '../stream-event.js';

const noBytes = Buffer.alloc(0);
const usageMember = Buffer.from(',"usage":null');

/** An event may be whole without its blank line; half an event has a name without data, or data that does not parse. */
export function isWhole(event: Buffer): boolean {
	const {event: name, data, json} = new WireEvent(event);
	return json !== undefined || data.trim() === '[DONE]' || (name === undefined && data === '');
}

/** A provider that was asked for usage writes `"usage":null` into every event; a client that did not ask gets none. */
export function withoutUsage(events: Buffer): Buffer {
	let at = events.indexOf(usageMember);
	if (at === -1) return events;
	const pieces: Buffer[] = [];
	let from = 0;
	for (; at !== -1; at = events.indexOf(usageMember, from)) {
		pieces.push(events.subarray(from, at));
		from = at + usageMember.length;
	}
	pieces.push(events.subarray(from));
	return Buffer.concat(pieces);
}

/** One buffer of several; neighbours in memory are not copied. */
export function joined(buffers: readonly Buffer[]): Buffer {
	const [first, ...others] = buffers;
	if (first === undefined) return noBytes;
	if (others.length === 0) return first;
	let end = first.byteOffset + first.length;
	for (const buffer of others) {
		if (buffer.buffer !== first.buffer || buffer.byteOffset !== end) return Buffer.concat(buffers);
		end += buffer.length;
	}
	return Buffer.from(first.buffer, first.byteOffset, end - first.byteOffset);
}
