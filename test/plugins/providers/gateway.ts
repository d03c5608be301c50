import type {ExecutionContext} from 'ava';
import {
	type Answer,
	reply,
	type StartedGateway,
	startGateway,
	startUpstream,
	type Upstream,
} from '../../../config/testing/index.js';
import type {Plugin} from '../../../core/index.js';
import {auth, routing} from '../../../plugins/index.js';

/** The key that callers of these gateways show. */
export const clientKey = 'client-key-of-the-gateway';

/** A gateway that lets in whoever shows {@link clientKey}; it stops with its test. */
export async function keyedGateway(t: ExecutionContext, ...plugins: readonly Plugin[]): Promise<StartedGateway> {
	return started(t, [auth({keys: [{name: 'tester', key: clientKey}]}), ...plugins, routing()]);
}

/** A gateway that lets anybody in; it stops with its test. */
export async function openGateway(t: ExecutionContext, ...plugins: readonly Plugin[]): Promise<StartedGateway> {
	return started(t, [auth({anonymous: true}), ...plugins, routing()]);
}

async function started(t: ExecutionContext, plugins: readonly Plugin[]): Promise<StartedGateway> {
	const gateway = await startGateway({plugins, server: {drainSeconds: 0}});
	t.teardown(() => gateway.stop());
	return gateway;
}

export async function upstream(t: ExecutionContext, answer: Answer = reply.json(chatReply)): Promise<Upstream> {
	const server = await startUpstream(answer);
	t.teardown(() => server.stop());
	return server;
}

/** A whole answer of Chat Completions. */
export const chatReply = {
	id: 'chatcmpl-1',
	object: 'chat.completion',
	created: 1,
	model: 'm',
	choices: [{index: 0, message: {role: 'assistant', content: 'hi'}, finish_reason: 'stop'}],
	usage: {prompt_tokens: 1, completion_tokens: 1, total_tokens: 2},
};

/** A small call of either API. */
export const chatCall = (model: string, more: object = {}) => ({
	model,
	messages: [{role: 'user', content: 'hello there'}],
	...more,
});
export const messagesCall = (model: string, more: object = {}) => ({
	model,
	max_tokens: 100,
	messages: [{role: 'user', content: 'hello there'}],
	...more,
});
