/** A provider without a network: it echoes, says what it is told, streams scripts, waits and fails on demand. */

import {
	type Attempt,
	closest,
	defaultTimeouts,
	definePlugin,
	isObject,
	type JsonObject,
	type Provider,
	type UpstreamAnswer,
	type UpstreamRequest,
} from '../../../core/index.js';
import {jsonAnswer, pause, replayed, streamAnswer} from './answer.js';
import {anthropicComplete} from './anthropic-complete.js';
import {anthropicMessages} from './anthropic-messages.js';
import {errorBody} from './failure.js';
import {openaiChat} from './openai-chat.js';
import {openaiCompletions} from './openai-completions.js';
import {embed} from './openai-embeddings.js';
import {openaiResponses} from './openai-responses.js';
import {checkModel, type MockError, type MockModel, type MockOptions, mockSchema} from './options.js';
import {writeScript} from './script.js';
import {newId, type Shape} from './shape.js';
import {estimateTokens} from './text.js';

/** The paths that generate text. */
const shapes: ReadonlyMap<string, Shape> = new Map([
	['/v1/chat/completions', openaiChat],
	['/v1/responses', openaiResponses],
	['/v1/completions', openaiCompletions],
	['/v1/messages', anthropicMessages],
	['/v1/complete', anthropicComplete],
]);

/** The paths that count input tokens, and the counts as their APIs tell them. */
const counters: ReadonlyMap<string, {shape: Shape; reply: (tokens: number) => JsonObject}> = new Map([
	[
		'/v1/responses/input_tokens',
		{shape: openaiResponses, reply: (tokens: number) => ({object: 'response.input_tokens', input_tokens: tokens})},
	],
	['/v1/messages/count_tokens', {shape: anthropicMessages, reply: (tokens: number) => ({input_tokens: tokens})}],
]);

/** APIs that have no way to say that a function is to be called. */
const withoutTools: readonly Shape[] = [openaiCompletions, anthropicComplete];

/** Answers calls itself, in every dialect. `mock.echo` repeats the last user message; `models` adds others. */
export const mock = definePlugin<MockOptions>({
	name: 'mock',
	options: mockSchema,
	instance: ({name}) => name ?? 'mock',
	apply(gateway, {name = 'mock', models = {}}) {
		for (const [model, behaviour] of Object.entries(models)) checkModel(model, behaviour);
		const served: ReadonlyMap<string, MockModel> = new Map([['echo', {}], ...Object.entries(models)]);
		const provider: Provider = Object.freeze({
			name,
			kind: 'openai',
			dialects: [
				'openai-chat',
				'openai-responses',
				'openai-completions',
				'openai-embeddings',
				'anthropic-messages',
				'anthropic-complete',
			],
			baseUrl: 'mock:',
			models: [...served.keys()],
			timeouts: defaultTimeouts,
			headers: {},
			streamUsage: true,
			// It needs no credential, so it is given none.
			signs: true,
			locate: (path: string) => new URL(`mock:${path}`),
		});
		gateway.providers.add(name, provider);
		gateway.hooks.send.tap(name, (request, attempt) =>
			attempt.provider.name === name ? answer(served, request, attempt) : undefined,
		);
	},
});

async function answer(
	served: ReadonlyMap<string, MockModel>,
	request: UpstreamRequest,
	attempt: Attempt,
): Promise<UpstreamAnswer> {
	const {pathname} = request.url;
	const body = readJson(request);
	const refuse = (error: MockError): UpstreamAnswer =>
		jsonAnswer(error.status, errorBody(attempt.dialect.family, error, newId('req_')), error.headers);
	if (body === undefined)
		return refuse({status: 404, message: `The mock provider does not serve ${request.method} ${pathname}.`});
	const name = typeof body['model'] === 'string' ? body['model'] : attempt.target.model;
	const model = served.get(name);
	if (model === undefined) return refuse(unknownModel(name, [...served.keys()]));
	const {signal} = attempt.exchange;
	await pause(model.delayMs, signal);
	const streams = body['stream'] === true && shapes.has(pathname);
	if (model.error !== undefined && !(streams && model.errorAfter !== undefined)) return refuse(model.error);
	if (pathname === '/v1/embeddings') return jsonAnswer(200, embed(name, body, model.usage));
	const counter = counters.get(pathname);
	if (counter !== undefined) {
		const tokens = model.usage?.input ?? estimateTokens(counter.shape.read(body).allText);
		return jsonAnswer(200, counter.reply(tokens));
	}
	const shape = shapes.get(pathname);
	if (shape === undefined)
		return refuse({status: 404, message: `The mock provider does not serve ${request.method} ${pathname}.`});
	if (model.toolCall !== undefined && withoutTools.includes(shape))
		return refuse({status: 400, message: `The model ${name} calls a function, which this API cannot express.`});
	if (model.events !== undefined && !streams)
		return refuse({status: 400, message: `The model ${name} replays a stream; ask for it with "stream": true.`});
	const script = writeScript(name, model, shape.read(body));
	if (!streams) return jsonAnswer(200, shape.reply(script, body));
	const stream = shape.stream(script, body);
	return streamAnswer(model, model.events === undefined ? stream : replayed(model.events, stream), signal);
}

function readJson({body}: UpstreamRequest): JsonObject | undefined {
	if (!Buffer.isBuffer(body)) return undefined;
	try {
		const json: unknown = JSON.parse(body.toString('utf8'));
		return isObject(json) ? json : undefined;
	} catch {
		return undefined;
	}
}

function unknownModel(name: string, known: readonly string[]): MockError {
	const near = closest(name, known, 1)[0];
	const meant = near === undefined ? '' : ` Did you mean ${near}?`;
	return {
		status: 404,
		code: 'model_not_found',
		message: `The mock provider has no model ${JSON.stringify(name.slice(0, 100))}.${meant} It has ${known.join(', ')}.`,
	};
}
