/** A gateway between a client and a provider that replays what a test tells it to, all over real sockets. */

import http, {type IncomingHttpHeaders} from 'node:http';
import Anthropic from '@anthropic-ai/sdk';
import type {ExecutionContext} from 'ava';
import OpenAI from 'openai';
import {
	type ClosedExchange,
	definePlugin,
	type Plugin,
	type ServerOptions,
	type StreamEvent,
	type Timeouts,
} from 'tapgate';
import {anthropic, auth, openai, routing} from 'tapgate/plugins';
import {type Answer, reply, type StartedGateway, startGateway, startUpstream, type Upstream} from 'tapgate/testing';
import {exchangeRecorder} from '../helpers/whole-gateway.js';

/** What the clients show to the gateway, and what the gateway shows to its provider. */
export const gatewayKey = 'key-of-the-gateway';
export const providerKey = 'key-of-the-provider';

/** What is out of the ordinary about a rig. */
export interface RigOptions {
	/** The provider's first answer. */
	readonly answer?: Answer;
	readonly timeouts?: Partial<Timeouts>;
	/** Models that the key may use. */
	readonly allow?: readonly string[];
	/** Stand before auth. */
	readonly before?: readonly Plugin[];
	/** Stand between the providers and routing. */
	readonly plugins?: readonly Plugin[];
	readonly routing?: NonNullable<Parameters<typeof routing>[0]>;
	readonly server?: ServerOptions;
}

/** A running gateway, and everything around it. */
export interface Rig {
	readonly gateway: StartedGateway;
	/** Serves both `openai` and `anthropic`. */
	readonly upstream: Upstream;
	readonly openai: OpenAI;
	readonly anthropic: Anthropic;
	/** The next exchange that is over, as `record` sees it. */
	closed(): Promise<ClosedExchange>;
}

/** Starts it; it stops with the test, which fails when a call had to be cut off for that. */
export async function rig(t: ExecutionContext, options: RigOptions = {}): Promise<Rig> {
	const {timeouts = {}, allow} = options;
	const upstream = await provider(t, options.answer);
	const recorder = exchangeRecorder();
	const gateway = await startGateway({
		plugins: [
			...(options.before ?? []),
			auth({keys: [{name: 'tester', key: gatewayKey, ...(allow !== undefined && {allow})}]}),
			openai({baseUrl: `${upstream.url}/v1`, apiKey: providerKey, timeouts}),
			anthropic({baseUrl: upstream.url, apiKey: providerKey, timeouts}),
			...(options.plugins ?? []),
			routing({defaults: {openai: 'openai', anthropic: 'anthropic'}, ...options.routing}),
			recorder.plugin,
		],
		server: {drainSeconds: 5, ...options.server},
	});
	t.teardown(async () => {
		await gateway.stop();
		if (cutOff(gateway)) throw new Error('a call was still open when the test was over');
	});
	return {
		gateway,
		upstream,
		openai: new OpenAI({baseURL: `${gateway.url}/v1`, apiKey: gatewayKey, maxRetries: 0}),
		anthropic: new Anthropic({baseURL: gateway.url, apiKey: gatewayKey, maxRetries: 0}),
		closed: () => recorder.next(),
	};
}

/** Whether calls have outlasted the gateway's stop. */
export function cutOff({log}: StartedGateway): boolean {
	return log.lines.some(({message}) => message.includes('cut off'));
}

/** A scripted provider that stops with the test. */
export async function provider(t: ExecutionContext, answer: Answer = reply.json({})): Promise<Upstream> {
	const upstream = await startUpstream(answer);
	t.teardown(() => upstream.stop());
	return upstream;
}

/** Takes the stream apart into events and hands every one on as it is. */
export const handsOn = definePlugin({
	name: 'hands-on',
	apply({hooks}) {
		hooks.stream.tap('hands-on', events => each(events));
	},
});

async function* each(events: AsyncIterable<StreamEvent>): AsyncGenerator<StreamEvent> {
	for await (const event of events) yield event;
}

/** What came back, to the byte. */
export interface Received {
	readonly status: number;
	readonly headers: IncomingHttpHeaders;
	readonly body: Buffer;
	/** False when the connection broke before the answer's end. */
	readonly complete: boolean;
}

export interface Sent {
	readonly method?: string;
	readonly headers?: http.OutgoingHttpHeaders;
	readonly body?: string | Uint8Array | object;
}

const bearer = {authorization: `Bearer ${gatewayKey}`};

/** Begins a call on a connection of its own; nothing is added, decoded or repeated. The caller ends the request. */
export function begin({gateway}: Pick<Rig, 'gateway'>, path: string, sent: Sent = {}): http.ClientRequest {
	const {method = 'POST', headers = {}} = sent;
	return http.request({
		host: '127.0.0.1',
		port: gateway.port,
		path,
		method,
		agent: false,
		headers: Object.assign({'content-type': 'application/json'}, 'x-api-key' in headers ? {} : bearer, headers),
	});
}

/** Makes a call and reads its answer to the end, or to the break. */
export function send(to: Pick<Rig, 'gateway'>, path: string, sent: Sent = {}): Promise<Received> {
	const request = begin(to, path, sent);
	const answered = received(request);
	const {body} = sent;
	request.end(
		typeof body === 'string' || body instanceof Uint8Array || body === undefined ? body : JSON.stringify(body),
	);
	return answered;
}

/** Reads the answer of a call to the end, or to the break. @throws when there is none. */
export function received(request: http.ClientRequest): Promise<Received> {
	return new Promise((resolve, reject) => {
		request.on('error', reject);
		request.on('response', response => {
			const chunks: Buffer[] = [];
			response.on('data', (chunk: Buffer) => chunks.push(chunk));
			response.on('error', () => {});
			response.on('close', () => {
				resolve({
					status: response.statusCode ?? 0,
					headers: response.headers,
					body: Buffer.concat(chunks),
					complete: response.complete,
				});
			});
		});
	});
}

/** Something that one side of a test waits for and the other lets happen. */
export interface Gate {
	readonly opened: Promise<void>;
	open(): void;
}

export function gate(): Gate {
	let open = (): void => {};
	const opened = new Promise<void>(resolve => {
		open = resolve;
	});
	return {opened, open: () => open()};
}

const said = {role: 'user' as const, content: 'hello'};

/** A small call of each API. */
export const calls = {
	chat: {model: 'openai.gpt-4o', messages: [said]},
	responses: {model: 'openai.gpt-4o', input: 'hello'},
	completions: {model: 'openai.gpt-3.5-turbo-instruct', prompt: 'hello'},
	messages: {model: 'anthropic.claude-sonnet-4-5', max_tokens: 100, messages: [said]},
};
