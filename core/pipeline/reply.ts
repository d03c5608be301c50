/** The head of an answer: as upstream gave it, as plugins change it, as it goes over the wire. */

import type {ServerResponse} from 'node:http';
import type {Reply} from '../exchange.js';
import type {Engine} from '../gateway.js';
import type {JsonObject} from '../json.js';
import type {Answer} from './attempt.js';
import type {Call} from './call.js';
import {answeredHeaders, gatewayHeaders, writeHeaders} from './headers.js';

/** Has plugins change status, headers and, when there is one, the JSON body. */
export async function tapReply(
	engine: Engine,
	call: Call,
	answer: Answer,
	body: JsonObject | undefined,
): Promise<Reply> {
	const headers = answeredHeaders(answer.headers);
	const reply: Reply = body === undefined ? {status: answer.status, headers} : {status: answer.status, headers, body};
	if (engine.hooks.reply.taps.length === 0) return reply;
	const changed = await engine.hooks.reply.promise(reply, call.present().routed());
	call.present();
	return changed;
}

/**
 * Writes status and headers; the first byte is about to leave.
 * @param own what the gateway knows better than the reply: type and length of what follows.
 */
export function writeHead(
	call: Call,
	reply: Reply,
	response: ServerResponse,
	own: Readonly<Record<string, string | number | undefined>>,
): void {
	call.status = reply.status;
	call.firstByteMs = performance.now() - call.began;
	writeHeaders(response, reply.status, Object.assign({}, reply.headers, gatewayHeaders(call), own));
}
