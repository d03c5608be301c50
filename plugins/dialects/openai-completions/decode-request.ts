/** Reads a request of the legacy prompt form: the prompt is what the user says. */

import {type Conversation, type Extra, isObject, type JsonObject, remember, tokenCount} from '../../../core/index.js';
import {invalid} from '../openai-chat/decode-content.js';
import {decodeStop, number} from '../openai-chat/decode-request.js';
import {extrasOf} from '../untranslatable.js';

const dialect = 'openai-completions';

const known: ReadonlySet<string> = new Set([
	'max_tokens',
	'model',
	'prompt',
	'stop',
	'stream',
	'stream_options',
	'temperature',
	'top_p',
	'user',
]);

/** Values that say no more than silence does. */
const defaults: Readonly<Record<string, unknown>> = {best_of: 1, echo: false, n: 1, suffix: ''};

/**
 * @throws {GatewayError} 400 for prompts that are no one text: several prompts, or tokens.
 * @see https://platform.openai.com/docs/api-reference/completions/create
 */
export function decodeRequest(body: JsonObject): Conversation {
	const text = remember({type: 'text' as const, text: promptOf(body['prompt'])}, dialect, undefined, 'prompt');
	const options = isObject(body['stream_options']) ? body['stream_options'] : undefined;
	const conversation: {-readonly [Name in keyof Conversation]: Conversation[Name]} = {
		model: typeof body['model'] === 'string' ? body['model'] : '',
		system: [],
		turns: [remember({role: 'user' as const, parts: [text]}, dialect, undefined, 'prompt')],
		tools: [],
		stream: body['stream'] === true,
		streamUsage: options?.['include_usage'] === true,
		extras: [
			...extrasOf(body, dialect, known).filter(({path, value}) => defaults[path] !== value),
			...remainder(options),
		],
	};
	const maxTokens = tokenCount(body['max_tokens']);
	if (maxTokens !== undefined) conversation.maxTokens = maxTokens;
	const temperature = number(body['temperature'], 'temperature');
	if (temperature !== undefined) conversation.temperature = temperature;
	const topP = number(body['top_p'], 'top_p');
	if (topP !== undefined) conversation.topP = topP;
	const stop = decodeStop(body['stop']);
	if (stop !== undefined) conversation.stop = stop;
	if (typeof body['user'] === 'string' && body['user'] !== '') conversation.user = body['user'];
	return remember(conversation, dialect, body, '');
}

function promptOf(prompt: unknown): string {
	const single: unknown = Array.isArray(prompt) && prompt.length === 1 ? prompt[0] : prompt;
	if (typeof single === 'string') return single;
	if (!Array.isArray(single)) throw invalid('prompt', 'must be a string');
	const what = single.every(entry => typeof entry === 'string') ? 'several prompts' : 'tokens';
	throw invalid('prompt', `holds ${what}: send one prompt as text to a model that speaks another format`);
}

function remainder(options: JsonObject | undefined): readonly Extra[] {
	const left = Object.entries(options ?? {}).filter(([name]) => name !== 'include_usage');
	return left.length === 0 ? [] : [{dialect, path: 'stream_options', value: Object.fromEntries(left)}];
}
