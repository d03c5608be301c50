/** Hands an answer to the client: headers, then a body, events or bytes. From here on no other target is tried. */

import type {ServerResponse} from 'node:http';
import type {Readable} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import {GatewayError} from '../errors.js';
import type {Translation} from '../exchange.js';
import type {Engine} from '../gateway.js';
import {isObject, type JsonObject} from '../json.js';
import type {StreamEvent} from '../stream-event.js';
import type {Answer} from './attempt.js';
import type {Call} from './call.js';
import {deliverEvents, writeStream} from './deliver-events.js';
import {tapReply, writeHead} from './reply.js';
import {upstreamRefusal} from './send.js';

/** Delivers the answer and ends the response. @throws before the first byte only; later failures are told in the stream. */
export async function deliver(engine: Engine, call: Call, answer: Answer, response: ServerResponse): Promise<void> {
	const {content} = answer;
	switch (content.kind) {
		case 'whole':
			return await deliverWhole(engine, call, answer, content, response);
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
	{body: bytes, json: read}: {readonly body: Buffer; readonly json?: JsonObject},
	response: ServerResponse,
): Promise<void> {
	const {attempt, translation} = answer;
	const native = once(() => read ?? parsed(bytes));
	call.answered({dialect: attempt.dialect, reply: native, translation});
	if (translation !== undefined && call.request.stream) {
		return await writeStream(engine, call, answer, asStream(translation, native()), response);
	}
	const reads = translation !== undefined || engine.hooks.reply.taps.length > 0;
	const json = reads ? native() : undefined;
	const spoken = translation === undefined ? json : translation.reply(json ?? {});
	const reply = await tapReply(engine, call, answer, spoken);
	const said = reply.body ?? spoken;
	const body = said === undefined || said === json ? bytes : Buffer.from(JSON.stringify(said));
	writeHead(call, reply, response);
	if (translation !== undefined) response.setHeader('content-type', 'application/json');
	if (reply.status !== 204 && reply.status !== 304) response.setHeader('content-length', body.length);
	call.keep(body);
	response.end(body);
}

/** A provider that answers a streamed call plainly has answered; the client gets its stream all the same. */
async function* asStream(translation: Translation, reply: JsonObject | undefined): AsyncGenerator<StreamEvent> {
	yield* translation.replyAsStream(reply ?? {});
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
	if (call.keeping) keepBytes(call, body);
	try {
		await pipeline(body, response);
	} catch (error) {
		// Bytes of unknown format cannot carry an error: the connection breaks, and the client sees that it is not whole.
		if (!call.clientLeft && !response.writableFinished) {
			const told = upstreamRefusal(error);
			if (GatewayError.is(told)) {
				call.error = told;
				call.brokeOff(told.code);
			}
		}
		response.destroy();
	}
}

/** Looks on while the bytes go by, until enough of them are kept. */
function keepBytes(call: Call, body: Readable): void {
	const keep = (chunk: Buffer): void => {
		call.keep(chunk);
		if (!call.keeping) body.off('data', keep);
	};
	body.on('data', keep);
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
