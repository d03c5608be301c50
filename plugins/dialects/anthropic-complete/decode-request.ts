/** Reads a request of Text Completions. */

import {
	type Conversation,
	isObject,
	type JsonObject,
	refusal,
	remember,
	type TextPart,
	tokenCount,
} from '../../../core/index.js';
import {extrasOf} from '../untranslatable.js';
import {dialect} from './names.js';
import {readPrompt} from './prompt.js';

const known = new Set([
	'model',
	'prompt',
	'max_tokens_to_sample',
	'stop_sequences',
	'stream',
	'temperature',
	'top_p',
	'top_k',
	'metadata',
]);

/** @see https://platform.claude.com/docs/en/api/completions */
export function decodeRequest(body: JsonObject): Conversation {
	const {prompt, metadata} = body;
	if (typeof prompt !== 'string' || prompt.trim() === '')
		throw refusal('invalid_body', 'prompt must be a string that says something.', {param: 'prompt'});
	const {system, speeches} = readPrompt(prompt);
	const note = <Value extends object>(value: Value): Value => remember(value, dialect, undefined, 'prompt');
	const textPart = (text: string): TextPart => note({type: 'text', text});
	const maxTokens = tokenCount(body['max_tokens_to_sample']);
	const user = isObject(metadata) ? metadata['user_id'] : undefined;
	const stop = Array.isArray(body['stop_sequences']) ? body['stop_sequences'].map(String) : [];
	const conversation: Conversation = {
		model: typeof body['model'] === 'string' ? body['model'] : '',
		system: system === '' ? [] : [textPart(system)],
		turns: speeches.map(({role, text}) => note({role, parts: [textPart(text)]})),
		tools: [],
		...(maxTokens !== undefined && {maxTokens}),
		...(typeof body['temperature'] === 'number' && {temperature: body['temperature']}),
		...(typeof body['top_p'] === 'number' && {topP: body['top_p']}),
		...(typeof body['top_k'] === 'number' && {topK: body['top_k']}),
		...(stop.length > 0 && {stop}),
		...(typeof user === 'string' && {user}),
		stream: body['stream'] === true,
		streamUsage: false,
		extras: extrasOf(body, dialect, known),
	};
	return remember(conversation, dialect, body, '');
}
