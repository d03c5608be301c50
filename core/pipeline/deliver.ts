/** Hands an answer to the client: headers, then a body, events or bytes. From here on no other target is tried. */

import type {ServerResponse} from 'node:http';
import type {Readable} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import {GatewayError, PluginError, refusal, tellable} from '../errors.js';
import type {Reply} from '../exchange.js';
import type {Engine} from '../gateway.js';
import {blamed} from '../guard.js';
import {isObject, type JsonObject} from '../json.js';
import type {StreamEvent} from '../stream-event.js';
import type {Answer} from './attempt.js';
import type {Call} from './call.js';
import type {EventStream} from './event-stream.js';
import {logFailure} from './fail.js';
import {answeredHeaders, gatewayHeaders, setHeaders} from './headers.js';
import {upstreamRefusal} from './send.js';

/** Delivers the answer and ends the response. @throws before the first byte only; later failures are told in the stream. */
export async function deliver(engine: Engine, call: Call, answer: Answer, response: ServerResponse): Promise<void> {
	const {content} = answer;
	switch (content.kind) {
		case 'whole':
			return await deliverWhole(engine, call, answer, content.body, response);
		case 'events':
			return await deliverEvents(engine, call, answer, content.events, response);
		case 'bytes':
			return await deliverBytes(engine, call, answer, content.body, response);
	}
}

async function deliverWhole(
	engine: Engine,
	call: Call,
	answer: Answer,
	bytes: Buffer,
	response: ServerResponse,
): Promise<void> {
	const {attempt, translation} = answer;
	const native = once(() => parsed(bytes));
	call.answered(attempt.dialect, {reply: native});
	const reads = translation !== undefined || engine.hooks.reply.taps.length > 0;
	const json = reads ? native() : undefined;
	const translated = translation !== undefined && json !== undefined ? translation.reply(json) : json;
	const reply = await tapReply(engine, call, answer, translated);
	// A reply without a body is one that leaves the body as it is.
	const told = reply.body ?? translated;
	const body = told === json ? bytes : Buffer.from(JSON.stringify(told));
	writeHead(call, reply, response);
	if (reply.status !== 204 && reply.status !== 304) response.setHeader('content-length', body.length);
	response.end(body);
}

async function deliverEvents(
	engine: Engine,
	call: Call,
	answer: Answer,
	events: EventStream,
	response: ServerResponse,
): Promise<void> {
	const {hooks} = engine;
	call.streamed = true;
	call.answered(answer.attempt.dialect, {watcher: events.watcher});
	const exchange = call.routed();
	const reply = await tapReply(engine, call, answer, undefined);
	const watch = hooks.chunk.taps.length > 0 ? (event: StreamEvent) => hooks.chunk.call(event, exchange) : undefined;
	const rewritten =
		hooks.stream.taps.length > 0 || answer.translation !== undefined
			? changedEvents(engine, call, answer, events)
			: undefined;
	writeHead(call, reply, response);
	response.setHeader('x-accel-buffering', 'no');
	if (reply.headers['cache-control'] === undefined) response.setHeader('cache-control', 'no-cache');
	try {
		if (rewritten === undefined) await events.relay(response, watch);
		else await writeEvents(rewritten, response, watch);
		if (events.truncated && !call.clientLeft)
			throw refusal('upstream_invalid', 'The provider ended the stream before it was complete.');
		if (events.failed)
			call.error ??= new GatewayError('upstream_error', 502, 'The provider reported an error in its stream.');
	} catch (error) {
		breakOff(engine, call, upstreamRefusal(error), response);
	}
	response.end();
}

async function deliverBytes(
	engine: Engine,
	call: Call,
	answer: Answer,
	body: Readable,
	response: ServerResponse,
): Promise<void> {
	const reply = await tapReply(engine, call, answer, undefined);
	writeHead(call, reply, response);
	const length = answer.headers['content-length'];
	if (typeof length === 'string') response.setHeader('content-length', length);
	response.flushHeaders();
	try {
		await pipeline(body, response);
	} catch (error) {
		// Bytes of unknown format cannot carry an error: the connection breaks, and the client sees that it is not whole.
		if (!call.clientLeft && !response.writableFinished) {
			const told = upstreamRefusal(error);
			if (GatewayError.is(told)) call.error = told;
		}
		response.destroy();
	}
}

async function tapReply(engine: Engine, call: Call, answer: Answer, body: JsonObject | undefined): Promise<Reply> {
	const headers = answeredHeaders(answer.headers);
	const reply: Reply = body === undefined ? {status: answer.status, headers} : {status: answer.status, headers, body};
	const {taps} = engine.hooks.reply;
	if (taps.length === 0) return reply;
	const changed: unknown = await engine.hooks.reply.promise(reply, call.present().routed());
	call.present();
	if (isObject(changed) && Number.isInteger(changed['status']) && isObject(changed['headers']))
		return changed as unknown as Reply;
	throw new PluginError(
		taps.at(-1)?.name ?? '?',
		'reply',
		new TypeError('a tap returned something that is not a reply'),
	);
}

function writeHead(call: Call, reply: Reply, response: ServerResponse): void {
	call.status = reply.status;
	call.firstByteMs = performance.now() - call.began;
	response.statusCode = reply.status;
	setHeaders(response, reply.headers);
	setHeaders(response, gatewayHeaders(call));
}

/** The events as plugins change them. What a plugin's iterator throws is blamed on the plugin. */
function changedEvents(engine: Engine, call: Call, answer: Answer, events: EventStream): AsyncIterable<StreamEvent> {
	const native = events.events();
	const spoken = answer.translation === undefined ? native : answer.translation.stream(native);
	const {stream} = engine.hooks;
	if (stream.taps.length === 0) return spoken;
	const changed = stream.call(spoken, call.routed());
	return changed === spoken ? spoken : blaming(changed, stream.taps.map(tap => tap.name).join(', '));
}

async function* blaming(events: AsyncIterable<StreamEvent>, plugins: string): AsyncGenerator<StreamEvent> {
	try {
		yield* events;
	} catch (error) {
		throw blamed(upstreamRefusal(error), plugins, 'stream');
	}
}

async function writeEvents(
	events: AsyncIterable<StreamEvent>,
	response: ServerResponse,
	watch: ((event: StreamEvent) => void) | undefined,
): Promise<void> {
	// A plugin may hold events back; the client must not wait for the headers as well.
	response.flushHeaders();
	for await (const event of events) {
		if (response.destroyed) return;
		watch?.(event);
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

/** The stream cannot go on: the client is told in its own error event and gets no clean end. */
function breakOff(engine: Engine, call: Call, error: unknown, response: ServerResponse): void {
	call.cancel?.();
	if (call.clientLeft || response.destroyed) return;
	const told = tellable(error, call.id);
	call.error = told;
	if (GatewayError.is(error)) call.brokeOff(error.code);
	else logFailure(engine, call, error);
	response.write(call.dialect.encodeErrorEvent(told, call.id));
}

function parsed(bytes: Buffer): JsonObject | undefined {
	try {
		const value: unknown = JSON.parse(bytes.toString('utf8'));
		return isObject(value) ? value : undefined;
	} catch {
		return undefined;
	}
}

function once<Value>(make: () => Value): () => Value {
	let made: {value: Value} | undefined;
	return () => {
		made ??= {value: make()};
		return made.value;
	};
}
