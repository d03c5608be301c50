/** The head of an answer: as upstream gave it, as plugins change it, as it goes over the wire. */

import type {ServerResponse} from 'node:http';
import type {Reply} from '../exchange.js';
import type {Engine} from '../gateway.js';
import type {HeaderLayer} from '../header-list.js';
import type {JsonObject} from '../json.js';
import {WireReply} from '../wire-reply.js';
import type {Answer} from './attempt.js';
import type {Call} from './call.js';
import {answeredHeaders, gatewayHeaders} from './headers.js';
import {writeHeaders} from './write-headers.js';

/** Of streams, and of what is relayed unread. */
export const noBody = (): undefined => undefined;

/**
 * Has plugins change status, headers and, when there is one, the JSON body.
 * @param body gives the body when a tap reads it.
 */
export async function tapReply(
	engine: Engine,
	call: Call,
	answer: Answer,
	body: () => JsonObject | undefined,
): Promise<Reply> {
	const reply = new WireReply(answer.status, answeredHeaders(answer.headers), body);
	if (engine.hooks.reply.taps.length === 0) return reply;
	const given = engine.hooks.reply.call(reply, call.present().routed());
	const changed = given instanceof Promise ? await given : given;
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
	const layers: (HeaderLayer | typeof own)[] = reply instanceof WireReply ? reply.layers : [reply.headers];
	layers.push(gatewayHeaders(call), own);
	writeHeaders(response, reply.status, layers);
}
