/** Answers in the hub's words, for plugins that look at what is said and not at how a format says it. */

import {randomBytes} from 'node:crypto';
import type {Codec, ReplyContext} from './codec.js';
import type {CompletionEvent} from './completion-event.js';
import type {Completion} from './conversation.js';
import type {Reply, RoutedExchange} from './exchange.js';
import type {StreamEvent} from './stream-event.js';

/** What a plugin makes of a step of an answer: nothing leaves it as it is, an empty list drops it. */
export type ChangedEvents = CompletionEvent | readonly CompletionEvent[] | undefined;

/**
 * For a `stream` tap: `hooks.stream.tap('x', (events, exchange) => streamThroughHub(exchange, events, change))`. The whole stream is
 * written anew in the client's format, so that indices and ids fit together whatever was changed.
 * @param change sees every event in order and must keep to the order that CompletionEvent describes.
 * @param rest gives what `change` still holds back when the events have ended or have broken off.
 * @returns the events as they are when the client's format carries no conversation.
 */
export function streamThroughHub(
	exchange: RoutedExchange,
	events: AsyncIterable<StreamEvent>,
	change: (event: CompletionEvent) => ChangedEvents,
	rest: () => readonly CompletionEvent[] = () => [],
): AsyncIterable<StreamEvent> {
	const {codec} = exchange.dialect;
	return codec === undefined ? events : rewritten(codec, contextOf(exchange), events, change, rest);
}

async function* rewritten(
	codec: Codec,
	context: ReplyContext,
	events: AsyncIterable<StreamEvent>,
	change: (event: CompletionEvent) => ChangedEvents,
	rest: () => readonly CompletionEvent[],
): AsyncGenerator<StreamEvent> {
	const decoder = codec.decodeStream();
	const encoder = codec.encodeStream(context);
	function* written(decoded: readonly CompletionEvent[]): Generator<StreamEvent> {
		for (const event of decoded) {
			const changed = change(event) ?? event;
			for (const one of 'type' in changed ? [changed] : changed) yield* encoder.push(one);
		}
	}
	try {
		for await (const event of events) yield* written(decoder.push(event));
	} catch (error) {
		for (const event of rest()) yield* encoder.push(event);
		throw error;
	}
	yield* written(decoder.end());
	for (const event of rest()) yield* encoder.push(event);
	yield* encoder.end();
}

/**
 * For a `reply` tap: `hooks.reply.tap('x', (reply, exchange) => replyThroughHub(exchange, reply, change))`.
 * @param change returns another completion, or nothing to leave the reply as it is, to the byte.
 */
export function replyThroughHub(
	exchange: RoutedExchange,
	reply: Reply,
	change: (completion: Completion) => Completion | undefined,
): Reply {
	const {codec} = exchange.dialect;
	if (codec === undefined || reply.body === undefined || reply.status >= 400) return reply;
	const changed = change(codec.decodeReply(reply.body));
	if (changed === undefined) return reply;
	return {status: reply.status, headers: reply.headers, body: codec.encodeReply(changed, contextOf(exchange))};
}

function contextOf(exchange: RoutedExchange): ReplyContext {
	const conversation = exchange.conversation();
	if (conversation === undefined) throw new Error('the exchange carries no conversation');
	return {
		conversation,
		request: exchange.request.json ?? {},
		model: (exchange.target ?? exchange.targets[0])?.model ?? '',
		newId: prefix => prefix + randomBytes(12).toString('hex'),
	};
}
