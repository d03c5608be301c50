/** What the hooks take for an answer: a tap that answers anything else is blamed by name, where it happened. */

import {blamed} from './blame.js';
import type {Reply} from './exchange.js';
import {isObject} from './json.js';
import {ClientRequest, UpstreamRequest} from './request.js';
import type {StreamEvent} from './stream-event.js';
import {WireReply} from './wire-reply.js';

type Check = (answer: unknown) => unknown;

function expect(what: string, holds: (answer: unknown) => boolean): Check {
	return answer => {
		if (holds(answer)) return answer;
		throw new TypeError(`the tap answered with something that is not ${what}`);
	};
}

const isTarget = (target: unknown): boolean =>
	isObject(target) && typeof target['provider'] === 'string' && typeof target['model'] === 'string';

export const aCaller = expect(
	'a Caller',
	answer =>
		isObject(answer) &&
		typeof answer['name'] === 'string' &&
		Array.isArray(answer['tags']) &&
		typeof answer['anonymous'] === 'boolean',
);
export const aRequest = expect('a ClientRequest', answer => answer instanceof ClientRequest);
export const targets = expect('a list of targets', answer => Array.isArray(answer) && answer.every(isTarget));
export const aTranslation = expect(
	'a Translation',
	answer =>
		isObject(answer) &&
		Array.isArray(answer['losses']) &&
		(isObject(answer['answer']) || (isObject(answer['dialect']) && isObject(answer['body']))),
);
export const anUpstreamRequest = expect('an UpstreamRequest', answer => answer instanceof UpstreamRequest);
export const anUpstreamAnswer = expect(
	'an answer with status, headers and body',
	answer => isObject(answer) && isStatus(answer['status']) && isObject(answer['headers']) && isBody(answer['body']),
);
export const aRecovery = expect('a Recovery', answer =>
	['next-target', 'same-target', 'give-up'].includes(answer as string),
);
const isReply = expect(
	'a Reply',
	answer =>
		isObject(answer) && isStatus(answer['status']) && (answer['headers'] === undefined || isObject(answer['headers'])),
);
export function aReply(answer: unknown, _plugin: string, before: unknown): Reply {
	if (answer instanceof WireReply) return answer;
	return WireReply.after(before as Reply, isReply(answer) as Partial<Reply> & Pick<Reply, 'status'>);
}
export const aCost = expect('a Cost', answer => isObject(answer) && typeof answer['nanoUsd'] === 'bigint');

function isStatus(status: unknown): boolean {
	return Number.isInteger(status) && (status as number) >= 200 && (status as number) <= 599;
}

function isBody(body: unknown): boolean {
	return Buffer.isBuffer(body) || isAsyncIterable(body);
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
	return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

/** A stream goes on after the hook: what goes wrong while it is read is the plugin's too. */
export function events(answer: unknown, plugin: string): AsyncIterable<StreamEvent> {
	if (!isAsyncIterable(answer)) throw new TypeError('the tap answered with something that is not an AsyncIterable');
	return blaming(answer, plugin);
}

async function* blaming(source: AsyncIterable<unknown>, plugin: string): AsyncGenerator<StreamEvent> {
	try {
		for await (const event of source) {
			if (!isObject(event) || !Buffer.isBuffer(event['bytes'])) {
				throw new TypeError('the tap yielded something that streamEvent() did not make');
			}
			yield event as unknown as StreamEvent;
		}
	} catch (error) {
		throw blamed(error, plugin, 'stream');
	}
}
