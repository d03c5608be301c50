/**
 * Lets clients of the legacy `/v1/completions` reach providers that speak chat completions only.
 *
 * In `gateway.config.ts`: `plugins: [auth({…}), openaiCompatible({…}), routing(), legacyCompletions()]`.
 *
 * @see https://platform.openai.com/docs/api-reference/completions
 */

import {
	ConfigError,
	comment,
	definePlugin,
	GatewayError,
	isObject,
	type JsonObject,
	type Loss,
	type StreamEvent,
	streamEvent,
} from 'tapgate';

/** Members that mean the same in both formats. */
const carried = [
	'temperature',
	'top_p',
	'n',
	'stop',
	'presence_penalty',
	'frequency_penalty',
	'logit_bias',
	'seed',
	'user',
	'stream',
];
const read = new Set([...carried, 'model', 'prompt', 'max_tokens', 'stream_options']);

/** A completion without `max_tokens` ends after this many tokens; a chat would go on. */
const defaultMaxTokens = 16;

/** Translates legacy completions into chats. */
export const legacyCompletions = definePlugin({
	name: 'legacy-completions',
	apply({hooks, dialects}) {
		const chat = dialects.get('openai-chat');
		if (chat === undefined) throw new ConfigError('the dialect "openai-chat" is not registered');

		hooks.translate.tap('legacy-completions', (request, {dialect, provider, target}) => {
			if (dialect.name !== 'openai-completions' || !provider.dialects.includes(chat.name)) return undefined;
			const body = request.json ?? {};
			const options = body['stream_options'];
			const wantsUsage = isObject(options) && options['include_usage'] === true;
			const asksForUsage = request.stream && (wantsUsage || provider.streamUsage);
			return {
				dialect: chat,
				path: '/v1/chat/completions',
				body: {
					model: target.model,
					messages: [{role: 'user', content: promptOf(body)}],
					max_tokens: body['max_tokens'] ?? defaultMaxTokens,
					...Object.fromEntries(carried.filter(name => body[name] !== undefined).map(name => [name, body[name]])),
					...(asksForUsage && {stream_options: {include_usage: true}}),
				},
				losses: lossesOf(body),
				reply: completion,
				replyAsStream: chat => [streamEvent({json: completion(chat)}), streamEvent({data: '[DONE]'})],
				stream: () => ({
					push: event => completions(event, wantsUsage),
					end: () => [],
					// An error event is the same in both formats.
					fail: (error, requestId) => [streamEvent({json: chat.encodeError(error, requestId)})],
					keepAlive: () => comment('keep-alive'),
				}),
				error: body => (isObject(body) && isObject(body['error']) ? String(body['error']['message']) : undefined),
			};
		});
	},
});

/** Leaving part of a prompt out would change the meaning of the call, so what a chat cannot hold is refused. */
function promptOf({prompt}: JsonObject): string {
	const text: unknown = Array.isArray(prompt) && prompt.length === 1 ? prompt[0] : prompt;
	if (typeof text === 'string') return text;
	throw new GatewayError('prompt_not_text', 400, '`prompt` must be one text for this model, not tokens or a list.', {
		param: 'prompt',
	});
}

function lossesOf(body: JsonObject): readonly Loss[] {
	return Object.entries(body)
		.filter(([name, value]) => !read.has(name) && value !== null && value !== false)
		.map(([path]) => ({path, reason: 'chat completions have no such field'}));
}

/** A chat completion as a legacy one. */
function completion(chat: JsonObject): JsonObject {
	return legacy(chat, choice => (isObject(choice['message']) ? choice['message']['content'] : ''));
}

function completions(event: StreamEvent, wantsUsage: boolean): readonly StreamEvent[] {
	const chunk = event.json;
	if (!isObject(chunk) || !Array.isArray(chunk['choices'])) return [event];
	if (chunk['choices'].length === 0 && !wantsUsage) return [];
	return [streamEvent({json: legacy(chunk, choice => (isObject(choice['delta']) ? choice['delta']['content'] : ''))})];
}

function legacy(chat: JsonObject, textOf: (choice: JsonObject) => unknown): JsonObject {
	const {id, created, model, usage} = chat;
	const choices = Array.isArray(chat['choices']) ? chat['choices'].filter(isObject) : [];
	return {
		id,
		object: 'text_completion',
		created,
		model,
		choices: choices.map(choice => ({
			text: textOf(choice) ?? '',
			index: choice['index'],
			logprobs: null,
			finish_reason: choice['finish_reason'] ?? null,
		})),
		...(usage !== undefined && {usage}),
	};
}
