/** Hands an answer to the client: headers, then a body, events or bytes. From here on no other target is tried. */

import type {ServerResponse} from 'node:http';
import type {Readable} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import {readMembers} from '../answer-members.js';
import {GatewayError} from '../errors.js';
import type {Engine} from '../gateway.js';
import {isObject, type JsonObject} from '../json.js';
import type {StreamEvent} from '../stream-event.js';
import {WireReply} from '../wire-reply.js';
import type {Answer} from './attempt.js';
import type {Call} from './call.js';
import {deliverEvents, writeStream} from './deliver-events.js';
import type {WholeAnswer} from './receive.js';
import {noBody, tapReply, writeHead} from './reply.js';
import {upstreamRefusal} from './send.js';

/** Delivers the answer and ends the response. @throws before the first byte only; later failures are told in the stream. */
export async function deliver(engine: Engine, call: Call, answer: Answer, response: ServerResponse): Promise<void> {
	const {content} = answer;
	switch (content.kind) {
		case 'whole':
			return await deliverWhole(engine, call, answer, content, response);
		case 'events':
			return await deliverEvents(engine, call, answer, content, response);
		case 'bytes':
			return await deliverBytes(engine, call, answer, content.body, response);
	}
}

async function deliverWhole(
	engine: Engine,
	call: Call,
	answer: Answer,
	{body: bytes, json: read, translated}: WholeAnswer,
	response: ServerResponse,
): Promise<void> {
	const {attempt, translation} = answer;
	let json = read;
	const native = (): JsonObject | undefined => {
		json ??= parsed(bytes);
		return json;
	};
	const {dialect} = attempt;
	call.answered({dialect, reply: () => json ?? readMembers(bytes, dialect.usageMembers), translation});
	if (isEvents(translated)) return await writeStream(engine, call, answer, asStream(translated), response);
	const reply = await tapReply(engine, call, answer, () => translated ?? native());
	// What no tap has replaced was not even parsed.
	const said = reply instanceof WireReply ? translated : (reply.body ?? translated);
	const body = said === undefined || said === json ? bytes : Buffer.from(JSON.stringify(said));
	const length = reply.status === 204 || reply.status === 304 ? undefined : body.length;
	writeHead(
		call,
		reply,
		response,
		translation === undefined
			? {'content-length': length}
			: {'content-type': 'application/json', 'content-length': length},
	);
	call.keep(body);
	response.end(body);
}

function isEvents(translated: WholeAnswer['translated']): translated is readonly StreamEvent[] {
	return Array.isArray(translated);
}

/** A provider that answers a streamed call plainly has answered; the client gets its stream all the same. */
async function* asStream(events: readonly StreamEvent[]): AsyncGenerator<StreamEvent> {
	yield* events;
}

async function deliverBytes(
	engine: Engine,
	call: Call,
	answer: Answer,
	body: Readable,
	response: ServerResponse,
): Promise<void> {
	const reply = await tapReply(engine, call, answer, noBody);
	const length = answer.headers['content-length'];
	writeHead(call, reply, response, {'content-length': typeof length === 'string' ? length : undefined});
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
