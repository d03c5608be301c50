/** Hands a stream to the client, event by event, and tells it in its own words when the stream cannot go on. */

import type {ServerResponse} from 'node:http';
import {GatewayError, refusal, tellable} from '../errors.js';
import type {StreamTranslation} from '../exchange.js';
import type {Engine} from '../gateway.js';
import type {StreamEvent} from '../stream-event.js';
import type {Answer} from './attempt.js';
import type {Call} from './call.js';
import type {EventStream} from './event-stream.js';
import {logFailure} from './fail.js';
import {patienceMs, type UpstreamEvents} from './receive.js';
import {tapReply, writeHead} from './reply.js';
import {upstreamRefusal} from './send.js';

/** Relays an upstream stream: the bytes as they come unless a translation or a plugin stands in between. */
export async function deliverEvents(
	engine: Engine,
	call: Call,
	answer: Answer,
	source: UpstreamEvents,
	response: ServerResponse,
): Promise<void> {
	const {events, late} = source;
	call.answered({dialect: answer.attempt.dialect, watcher: events.watcher, translation: answer.translation});
	const {translation} = events;
	if (engine.hooks.stream.taps.length > 0) {
		return await writeStream(engine, call, answer, events.events(), response, source);
	}
	await begin(engine, call, answer, response);
	let patience: NodeJS.Timeout | undefined;
	try {
		if (late !== undefined) await untilBegun(late, response);
		patience = keepAlive(translation, response);
		await events.relay(response, watcher(engine, call), keeper(call));
		judge(call, events);
	} catch (error) {
		breakOff(engine, call, upstreamRefusal(error), response, translation);
	}
	clearInterval(patience);
	response.end();
}

/**
 * Writes events that are made one by one, with every plugin that wants to change them in between.
 * @param source the upstream stream that they come from, if one is still being read.
 */
export async function writeStream(
	engine: Engine,
	call: Call,
	answer: Answer,
	made: AsyncIterable<StreamEvent>,
	response: ServerResponse,
	source?: UpstreamEvents,
): Promise<void> {
	await begin(engine, call, answer, response);
	const {stream} = engine.hooks;
	const translation = source?.events.translation;
	let patience: NodeJS.Timeout | undefined;
	try {
		if (source?.late !== undefined) await untilBegun(source.late, response);
		patience = keepAlive(translation, response);
		const changed = stream.taps.length === 0 ? made : stream.call(made, call.routed());
		await writeEvents(changed, response, watcher(engine, call), keeper(call));
		if (source !== undefined) judge(call, source.events);
	} catch (error) {
		breakOff(engine, call, upstreamRefusal(error), response, translation);
	}
	clearInterval(patience);
	response.end();
}

async function begin(engine: Engine, call: Call, answer: Answer, response: ServerResponse): Promise<void> {
	call.streamed = true;
	const reply = await tapReply(engine, call, answer, undefined);
	const own: Record<string, string> = {'x-accel-buffering': 'no'};
	if (answer.translation !== undefined) own['content-type'] = 'text/event-stream; charset=utf-8';
	if (reply.headers['cache-control'] === undefined) own['cache-control'] = 'no-cache';
	writeHead(call.present(), reply, response, own);
}

function watcher(engine: Engine, call: Call): ((event: StreamEvent) => void) | undefined {
	const {chunk} = engine.hooks;
	if (chunk.taps.length === 0) return undefined;
	const exchange = call.routed();
	return event => chunk.call(event, exchange);
}

/** What keeps the bytes that leave, when somebody has asked for them. */
function keeper(call: Call): ((bytes: Buffer) => void) | undefined {
	return call.keeping ? bytes => call.keep(bytes) : undefined;
}

/** @throws {GatewayError} when the stream broke off; notes when the provider has said itself that it failed. */
function judge(call: Call, events: EventStream): void {
	if (call.clientLeft) return;
	if (events.truncated) throw refusal('upstream_invalid', 'The provider ended the stream before it was complete.');
	if (!events.failed) return;
	call.error ??= new GatewayError('upstream_error', 502, 'The provider reported an error in its stream.');
	call.brokeOff(call.error.code);
}

async function writeEvents(
	events: AsyncIterable<StreamEvent>,
	response: ServerResponse,
	watch: ((event: StreamEvent) => void) | undefined,
	keep: ((bytes: Buffer) => void) | undefined,
): Promise<void> {
	// A plugin may hold events back; the client must not wait for the headers as well.
	response.flushHeaders();
	for await (const event of events) {
		if (response.destroyed) return;
		watch?.(event);
		keep?.(event.bytes);
		if (!response.write(event.bytes)) await drained(response);
	}
}

function drained(response: ServerResponse): Promise<void> {
	return new Promise(resolve => {
		const done = (): void => {
			response.off('drain', done).off('close', done);
			resolve();
		};
		response.on('drain', done).on('close', done);
	});
}

/** Means nothing in any format, and may stand before a first event. */
const comment = Buffer.from(': keep-alive\n\n');

/** Lets the client know that somebody is there until the provider has said something. @throws what the stream fails with. */
async function untilBegun(late: Promise<unknown>, response: ServerResponse): Promise<void> {
	const tell = (): void => {
		if (!response.destroyed) response.write(comment);
	};
	tell();
	const telling = setInterval(tell, patienceMs);
	try {
		await late;
	} finally {
		clearInterval(telling);
	}
}

/** Proxies and clients take a silent connection for a dead one. Costs nothing per event: it looks at the bytes that left. */
function keepAlive(translation: StreamTranslation | undefined, response: ServerResponse): NodeJS.Timeout | undefined {
	if (translation === undefined) return undefined;
	let written = -1;
	return setInterval(() => {
		const {socket} = response;
		if (socket !== null && socket.bytesWritten === written && !response.writableNeedDrain) {
			response.write(translation.keepAlive().bytes);
		}
		written = socket?.bytesWritten ?? written;
	}, patienceMs);
}

/** The stream cannot go on: the client is told in its own error event and gets no clean end. */
function breakOff(
	engine: Engine,
	call: Call,
	error: unknown,
	response: ServerResponse,
	translation: StreamTranslation | undefined,
): void {
	call.cancel?.();
	if (call.clientLeft || response.destroyed) return;
	const told = tellable(error, call.id);
	call.error = told;
	if (GatewayError.is(error)) call.brokeOff(error.code);
	else logFailure(engine, call, error);
	const last =
		translation === undefined
			? [Buffer.from(call.dialect.encodeErrorEvent(told, call.id))]
			: translation.fail(told, call.id).map(({bytes}) => bytes);
	for (const bytes of last) {
		call.keep(bytes);
		response.write(bytes);
	}
}
