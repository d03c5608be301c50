/** Reads a Chat Completions request. */

import {
	type Conversation,
	type Extra,
	isObject,
	type JsonObject,
	type Reasoning,
	remember,
	tokenCount,
} from '../../../core/index.js';
import {extrasOf} from '../untranslatable.js';
import {invalid} from './decode-content.js';
import {decodeMessages} from './decode-messages.js';
import {decodeOutput} from './map-output-format.js';
import {decodeReasoning} from './map-reasoning.js';
import {decodeToolChoice, decodeTools} from './map-tools.js';

const dialect = 'openai-chat';

const known: ReadonlySet<string> = new Set([
	'function_call',
	'functions',
	'max_completion_tokens',
	'max_tokens',
	'messages',
	'model',
	'parallel_tool_calls',
	'prompt_cache_key',
	'reasoning',
	'reasoning_effort',
	'response_format',
	'safety_identifier',
	'stop',
	'stream',
	'stream_options',
	'temperature',
	'thinking',
	'tool_choice',
	'tools',
	'top_p',
	'user',
	'verbosity',
	'web_search_options',
]);

/**
 * @throws {GatewayError} 400 naming the field that means nothing here.
 * @see https://platform.openai.com/docs/api-reference/chat/create
 */
export function decodeRequest(body: JsonObject): Conversation {
	const {system, turns} = decodeMessages(body['messages']);
	const options = isObject(body['stream_options']) ? body['stream_options'] : undefined;
	const conversation: {-readonly [Name in keyof Conversation]: Conversation[Name]} = {
		model: text(body['model']) ?? '',
		system,
		turns,
		tools: decodeTools(body),
		stream: body['stream'] === true,
		streamUsage: options?.['include_usage'] === true,
		extras: [...extrasOf(body, dialect, known), ...remainders(body, options), ...messageExtras(body['messages'])],
	};
	const toolChoice = decodeToolChoice(body);
	if (toolChoice !== undefined) conversation.toolChoice = toolChoice;
	const parallel = body['parallel_tool_calls'];
	if (typeof parallel === 'boolean') conversation.parallelTools = parallel;
	// The legacy form has one call in a message.
	else if (body['functions'] !== undefined && body['tools'] === undefined) conversation.parallelTools = false;
	const maxTokens = tokenCount(body['max_completion_tokens']) ?? tokenCount(body['max_tokens']);
	if (maxTokens !== undefined) conversation.maxTokens = maxTokens;
	const temperature = number(body['temperature'], 'temperature');
	if (temperature !== undefined) conversation.temperature = temperature;
	const topP = number(body['top_p'], 'top_p');
	if (topP !== undefined) conversation.topP = topP;
	const stop = decodeStop(body['stop']);
	if (stop !== undefined) conversation.stop = stop;
	const output = decodeOutput(body['response_format']);
	if (output !== undefined) conversation.output = output;
	const verbosity = body['verbosity'];
	if (verbosity === 'low' || verbosity === 'medium' || verbosity === 'high') conversation.verbosity = verbosity;
	const reasoning = decodeReasoning(body);
	if (reasoning !== undefined) conversation.reasoning = rememberReasoning(reasoning, body);
	const user = text(body['user']) ?? text(body['safety_identifier']);
	if (user !== undefined) conversation.user = user;
	const cacheKey = text(body['prompt_cache_key']);
	if (cacheKey !== undefined) conversation.cacheKey = cacheKey;
	// A changed conversation is another object, but still has the client's extras, and with them its way to say things.
	remember(conversation.extras, dialect, body, '');
	return remember(conversation, dialect, body, '');
}

/** Servers have different members for it. */
function rememberReasoning(reasoning: Reasoning, body: JsonObject): Reasoning {
	const said = ['reasoning_effort', 'thinking', 'reasoning'].filter(name => body[name] !== undefined);
	const native = Object.fromEntries(said.map(name => [name, body[name]]));
	return remember(reasoning, dialect, native, said[0] ?? 'reasoning_effort');
}

/** What is left of members that the hub takes in part. */
function remainders(body: JsonObject, options: JsonObject | undefined): readonly Extra[] {
	const extras: Extra[] = [];
	const keep = (path: string, value: unknown) => extras.push({dialect, path, value});
	const left = Object.entries(options ?? {}).filter(([name]) => name !== 'include_usage');
	if (left.length > 0) keep('stream_options', Object.fromEntries(left));
	if (text(body['user']) !== undefined && text(body['safety_identifier']) !== undefined) {
		keep('safety_identifier', body['safety_identifier']);
	}
	for (const member of ['thinking', 'reasoning']) {
		const options = isObject(body[member]) ? body[member] : {};
		for (const [name, value] of Object.entries(options)) {
			if (!readOptions.has(name)) keep(`${member}.${name}`, value);
		}
	}
	return extras;
}

/** Of `thinking` and `reasoning`, what {@link decodeReasoning} reads. */
const readOptions: ReadonlySet<string> = new Set(['type', 'budget_tokens', 'effort', 'enabled', 'max_tokens']);

/** What messages say beside what is said. They keep it where they are written in this format. */
function messageExtras(messages: unknown): readonly Extra[] {
	if (!Array.isArray(messages)) return [];
	return messages.flatMap((message: unknown, index) => {
		if (!isObject(message) || message['role'] === 'tool' || message['role'] === 'function') return [];
		const {name, annotations, images} = message;
		const said = {
			...(text(name) !== undefined && {name}),
			...(Array.isArray(annotations) && annotations.length > 0 && {annotations}),
			...(Array.isArray(images) && images.length > 0 && {images}),
		};
		return Object.entries(said).map(([member, value]) => ({dialect, path: `messages[${index}].${member}`, value}));
	});
}

/** @throws {GatewayError} 400 when it is no number. */
export function number(value: unknown, path: string): number | undefined {
	if (value === undefined || value === null) return undefined;
	if (typeof value !== 'number') throw invalid(path, 'must be a number');
	return value;
}

/** One stop sequence or several; `undefined` when there is none. @throws {GatewayError} 400 when it is neither text nor a list of texts. */
export function decodeStop(value: unknown): readonly string[] | undefined {
	if (value === undefined || value === null) return undefined;
	const sequences: readonly unknown[] = Array.isArray(value) ? value : [value];
	const texts = sequences.filter(sequence => typeof sequence === 'string');
	if (texts.length < sequences.length) throw invalid('stop', 'must be a string or an array of strings');
	const meant = texts.filter(sequence => sequence !== '');
	return meant.length === 0 ? undefined : meant;
}

function text(value: unknown): string | undefined {
	return typeof value === 'string' && value !== '' ? value : undefined;
}
