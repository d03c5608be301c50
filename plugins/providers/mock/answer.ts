/** Answers one call as a provider would: late, in pieces, broken off or not at all, as its model is told to. */

import {setTimeout as wait} from 'node:timers/promises';
import {type JsonObject, refusal, type StreamEvent, streamEvent, type UpstreamAnswer} from '../../../core/index.js';
import type {MockModel} from './options.js';
import type {Stream} from './shape.js';

/** A JSON answer. */
export function jsonAnswer(
	status: number,
	body: JsonObject,
	headers: Readonly<Record<string, string>> = {},
): UpstreamAnswer {
	return {
		status,
		headers: Object.assign({'content-type': 'application/json'}, lowerCased(headers)),
		body: Buffer.from(JSON.stringify(body)),
	};
}

/** A stream that takes the time, and comes to the end, that its model is told. */
export function streamAnswer(model: MockModel, stream: Stream, signal: AbortSignal): UpstreamAnswer {
	return {
		status: 200,
		headers: {'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache'},
		body: play(model, stream, signal),
	};
}

/** The events of the config, one to a chunk; an error within them is told as the API tells it. */
export function replayed(events: NonNullable<MockModel['events']>, {errorEvents}: Stream): Stream {
	const chunks = events.map(({event, data}) => [
		streamEvent(typeof data === 'string' ? {event, data} : {event, json: data}),
	]);
	return {opening: [], chunks, closing: [], errorEvents};
}

/**
 * Waits, unless the client leaves.
 * @throws {GatewayError} `client_closed` when it has left.
 */
export async function pause(milliseconds: number | undefined, signal: AbortSignal): Promise<void> {
	if (milliseconds === undefined || milliseconds === 0) return;
	try {
		await wait(milliseconds, undefined, {signal});
	} catch (cause) {
		throw refusal('client_closed', 'The client left while the mock provider was waiting.', {cause});
	}
}

async function* play(model: MockModel, stream: Stream, signal: AbortSignal): AsyncGenerator<Buffer> {
	const {intervalMs, failAfter = Number.POSITIVE_INFINITY, errorAfter = Number.POSITIVE_INFINITY} = model;
	const {opening, chunks, closing} = stream;
	if (failAfter === 0) throw brokenOff();
	if (errorAfter === 0) {
		yield bytes(stream.errorEvents(streamError(model), 0));
		return;
	}
	let sent = opening.length;
	if (opening.length > 0) yield bytes(opening);
	for (const [index, events] of chunks.slice(0, Math.min(failAfter, errorAfter)).entries()) {
		if (index > 0) await pause(intervalMs, signal);
		sent += events.length;
		yield bytes(events);
	}
	if (failAfter !== Number.POSITIVE_INFINITY) throw brokenOff();
	if (errorAfter !== Number.POSITIVE_INFINITY) yield bytes(stream.errorEvents(streamError(model), sent));
	else if (closing.length > 0) yield bytes(closing);
}

/** What the transport would report of a connection that was reset. */
function brokenOff(): Error {
	return refusal('upstream_unreachable', 'The mock provider broke the stream off, as its model is told to.');
}

function streamError({error}: MockModel): NonNullable<MockModel['error']> {
	return error ?? {status: 500, message: 'The mock provider failed, as its model is told to.'};
}

function bytes(events: readonly StreamEvent[]): Buffer {
	const [first, ...others] = events;
	if (first !== undefined && others.length === 0) return first.bytes;
	return Buffer.concat(events.map(event => event.bytes));
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
	return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
