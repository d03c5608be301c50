/** Reads a request of Messages. */

import {
	type Conversation,
	type Effort,
	type Extra,
	isObject,
	type JsonObject,
	type OutputFormat,
	type Reasoning,
	refusal,
	remember,
	type TextPart,
	type Turn,
	tokenCount,
} from '../../../core/index.js';
import {extrasOf} from '../untranslatable.js';
import {decodeContent, decodeText, type Note} from './decode-part.js';
import {decodeToolChoice, decodeTools, toolExtras} from './decode-tools.js';
import {dialect} from './names.js';

const note: Note = (value, native, path) => remember(value, dialect, native, path);

/** Read into members of the hub; everything else is an extra. */
const known = new Set([
	'model',
	'messages',
	'max_tokens',
	'system',
	'stop_sequences',
	'stream',
	'temperature',
	'top_p',
	'top_k',
	'tools',
	'tool_choice',
	'thinking',
	'output_config',
	'metadata',
]);

/** @see https://platform.claude.com/docs/en/api/messages/create */
export function decodeRequest(body: JsonObject): Conversation {
	const {messages, metadata} = body;
	if (!Array.isArray(messages))
		throw refusal('invalid_body', 'messages must be an array of messages.', {param: 'messages'});
	let carried = false;
	const turns = messages.map((message, index) => {
		const decoded = decodeMessage(message, `messages[${index}]`);
		carried ||= decoded.carried;
		return decoded.turn;
	});
	const config = isObject(body['output_config']) ? body['output_config'] : {};
	const reasoning = decodeReasoning(body['thinking'], config);
	const output = decodeOutput(config['format']);
	const maxTokens = tokenCount(body['max_tokens']);
	const user = isObject(metadata) ? metadata['user_id'] : undefined;
	const conversation: Conversation = {
		model: typeof body['model'] === 'string' ? body['model'] : '',
		system: decodeSystem(body['system']),
		turns,
		tools: decodeTools(body['tools'], note),
		...decodeToolChoice(body['tool_choice']),
		...(maxTokens !== undefined && {maxTokens}),
		...(typeof body['temperature'] === 'number' && {temperature: body['temperature']}),
		...(typeof body['top_p'] === 'number' && {topP: body['top_p']}),
		...(typeof body['top_k'] === 'number' && {topK: body['top_k']}),
		...(Array.isArray(body['stop_sequences']) && {stop: body['stop_sequences'].map(String)}),
		...(output !== undefined && {output}),
		...(reasoning !== undefined && {reasoning}),
		...(typeof user === 'string' && {user}),
		stream: body['stream'] === true,
		streamUsage: true,
		extras: [...extrasOf(body, dialect, known), ...configExtras(config), ...toolExtras(body['tools'])],
	};
	return note(conversation, carried ? undefined : body, '');
}

function decodeMessage(message: unknown, path: string): {readonly turn: Turn; readonly carried: boolean} {
	const role = isObject(message) ? message['role'] : undefined;
	if (!isObject(message) || (role !== 'user' && role !== 'assistant' && role !== 'system'))
		throw refusal('invalid_body', `${path}.role must be "user", "assistant" or "system".`, {param: `${path}.role`});
	const {parts, carried} = decodeContent(message['content'], `${path}.content`, note);
	return {turn: note({role, parts}, carried ? undefined : message, path), carried};
}

function decodeSystem(system: unknown): readonly TextPart[] {
	if (typeof system === 'string') {
		return system === '' ? [] : [note({type: 'text', text: system}, {type: 'text', text: system}, 'system')];
	}
	if (system === undefined || system === null) return [];
	if (!Array.isArray(system))
		throw refusal('invalid_body', 'system must be a string or an array of text blocks.', {param: 'system'});
	return system.map((block, index) => {
		const path = `system[${index}]`;
		if (!isObject(block) || typeof block['text'] !== 'string')
			throw refusal('invalid_body', `${path} must be a text block.`, {param: path});
		return note(decodeText(block), block, path);
	});
}

const efforts: ReadonlySet<unknown> = new Set(['low', 'medium', 'high', 'xhigh', 'max']);

/** @see https://platform.claude.com/docs/en/build-with-claude/adaptive-thinking */
function decodeReasoning(thinking: unknown, config: JsonObject): Reasoning | undefined {
	const effort = efforts.has(config['effort']) ? {effort: config['effort'] as Effort} : {};
	if (!isObject(thinking)) {
		// Effort alone asks for no thinking here; where it does, that is for the other format to say.
		return 'effort' in effort ? note(effort, undefined, 'output_config.effort') : undefined;
	}
	const {type, budget_tokens: budget, display} = thinking;
	const reasoning: Reasoning = {
		mode: type === 'disabled' ? 'off' : type === 'adaptive' ? 'adaptive' : 'on',
		...effort,
		...(tokenCount(budget) !== undefined && {budgetTokens: budget as number}),
		...((display === 'summarized' || display === 'omitted') && {display}),
	};
	return note(reasoning, undefined, 'thinking');
}

/** @see https://platform.claude.com/docs/en/build-with-claude/structured-outputs */
function decodeOutput(format: unknown): OutputFormat | undefined {
	if (!isObject(format) || format['type'] !== 'json_schema' || !isObject(format['schema'])) return undefined;
	const output: OutputFormat = {type: 'schema', schema: format['schema']};
	return note(output, format, 'output_config.format');
}

/** What `output_config` holds beside effort and format. */
function configExtras(config: JsonObject): readonly Extra[] {
	return extrasOf(config, dialect, new Set(['effort', 'format'])).map(extra => ({
		dialect,
		path: `output_config.${extra.path}`,
		value: extra.value,
	}));
}
