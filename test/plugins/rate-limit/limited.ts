/** A whole gateway with limits: callers by name, mock models that use what they are told to, and a look into the store. */

import type {ExecutionContext} from 'ava';
import {type Caller, definePlugin, type Plugin} from '../../../core/index.js';
import {mock, openaiCompatible, routing, translate} from '../../../plugins/index.js';
import {type RateLimitOptions, rateLimit} from '../../../plugins/rate-limit/index.js';
import {compileRules} from '../../../plugins/rate-limit/rules.js';
import {provideStores} from '../../../plugins/stores/demands.js';
import type {Standing} from '../../../plugins/stores/keys.js';
import {MemoryStore} from '../../../plugins/stores/memory.js';
import {exchangeRecorder, startGateway} from '../../helpers/whole-gateway.js';

/** Each call of these models uses 7 tokens of input and 5 of output. */
export const usage = {input: 7, output: 5};

const models = {
	plain: {text: 'one two three', usage},
	other: {text: 'four', usage},
	refusing: {error: {status: 500, message: 'no'}},
	cut: {chunks: ['one', 'two', 'three'], usage, failAfter: 2},
};

export interface Limited {
	readonly options: RateLimitOptions;
	/** Beside the caller "anybody" that a call without a name has. */
	readonly callers?: Readonly<Record<string, Partial<Caller>>>;
	readonly fallbacks?: Readonly<Record<string, readonly string[]>>;
	/** Provider of passed-through calls. */
	readonly passTo?: string;
	/** What comes back of a limit comes back by this clock, in milliseconds; it stands still unless said. */
	readonly clock?: () => number;
	/** Behind the limits. */
	readonly plugins?: readonly Plugin[];
	/** Instead of a memory that the test can look into. */
	readonly stores?: Plugin;
}

/** A call says who it is from in `authorization: Bearer name`. */
function callersOf(callers: Readonly<Record<string, Partial<Caller>>>): Plugin {
	return definePlugin({
		name: 'callers',
		apply({hooks}) {
			hooks.authenticate.tap('callers', ({request: {headers}}) => {
				const name = String(headers['authorization'] ?? headers['x-api-key'] ?? 'anybody').replace('Bearer ', '');
				return Object.assign({name, tags: [], anonymous: false}, callers[name]);
			});
		},
	})();
}

export async function startLimited(
	t: ExecutionContext,
	{options, callers = {}, fallbacks = {}, passTo, clock = () => 0, plugins = [], stores}: Limited,
) {
	const recorder = exchangeRecorder();
	const store = new MemoryStore(clock);
	const memory = definePlugin({
		name: 'stores',
		apply: gateway => provideStores(gateway, () => store),
	});
	const gateway = await startGateway(t, [
		stores ?? memory(),
		callersOf(callers),
		mock({models}),
		openaiCompatible({name: 'dead', baseUrl: 'http://127.0.0.1:9'}),
		routing({
			fallbacks: Object.fromEntries(Object.entries(fallbacks).map(([from, to]) => [from, [...to]])),
			...(passTo !== undefined && {defaults: {openai: passTo}}),
		}),
		translate(),
		rateLimit(options),
		...plugins,
		recorder.plugin,
	]);
	const rules = compileRules(options.rules ?? [], options.shadow ?? false);
	return {
		...gateway,
		closed: recorder.next,
		metric: (name: string) => gateway.engine.metrics.get(name)?.read(),
		/** How the limits of the rule with this index stand for a name, by the name of the limit. */
		standings(index: number, subject: string): Record<string, Standing> {
			const takes = rules[index]?.takes(subject) ?? [];
			const found = store.look(takes.map(({holding}) => holding));
			return Object.fromEntries(takes.map(({limit}, place) => [limit.name, found[place] as Standing]));
		},
		/** What is used of them. */
		used(index: number, subject: string): Record<string, number> {
			const standings = Object.entries(this.standings(index, subject));
			return Object.fromEntries(standings.map(([name, {limit, remaining}]) => [name, limit - remaining]));
		},
	};
}

export const generous = {requestsPerDay: 800, tokensPerDay: 8000, inputTokensPerDay: 8000, outputTokensPerDay: 8000};

/** The ways of the client APIs to ask. */
export const surfaces = {
	chat: {path: '/v1/chat/completions', body: {messages: [{role: 'user', content: 'hello'}]}},
	responses: {path: '/v1/responses', body: {input: 'hello'}},
	messages: {path: '/v1/messages', body: {max_tokens: 50, messages: [{role: 'user', content: 'hello'}]}},
	completions: {path: '/v1/completions', body: {prompt: 'hello'}},
	complete: {path: '/v1/complete', body: {max_tokens_to_sample: 50, prompt: '\n\nHuman: hello\n\nAssistant:'}},
	embeddings: {path: '/v1/embeddings', body: {input: 'hello'}},
} as const;

export type Surface = keyof typeof surfaces;

/** Asks, as a caller. */
export function ask(
	{url}: {readonly url: string},
	how: {surface?: Surface; model?: string; as?: string; stream?: boolean; body?: object; signal?: AbortSignal} = {},
): Promise<Response> {
	const {path, body} = surfaces[how.surface ?? 'chat'];
	const stream = how.stream === true ? {stream: true} : {};
	return fetch(url + path, {
		method: 'POST',
		headers: {
			'content-type': 'application/json',
			authorization: `Bearer ${how.as ?? 'anybody'}`,
			...(path.includes('message') && {'anthropic-version': '2023-06-01'}),
		},
		body: JSON.stringify({model: how.model ?? 'mock.plain', ...body, ...stream, ...how.body}),
		...(how.signal !== undefined && {signal: how.signal}),
	});
}
