/** Reads a request into the hub. */

import {
	type Conversation,
	type Extra,
	isObject,
	type JsonObject,
	refusal,
	remember,
	type TextPart,
	tokenCount,
} from '../../../core/index.js';
import {extrasOf} from '../untranslatable.js';
import {decodeInput} from './decode-items.js';
import {decodeFormat} from './map-output.js';
import {decodeReasoningOptions, reasoningExtras} from './map-reasoning.js';
import {decodeToolChoice} from './map-tool-choice.js';
import {decodeTools} from './map-tools.js';
import {dialect} from './name.js';
import {ToolTable} from './tool-names.js';

const known: ReadonlySet<string> = new Set([
	'model',
	'input',
	'instructions',
	'tools',
	'tool_choice',
	'parallel_tool_calls',
	'max_output_tokens',
	'temperature',
	'top_p',
	'text',
	'reasoning',
	'user',
	'safety_identifier',
	'prompt_cache_key',
	'stream',
]);

/**
 * @throws {GatewayError} 400 naming the field that cannot be read.
 * @see https://platform.openai.com/docs/api-reference/responses/create
 */
export function decodeRequest(body: JsonObject): Conversation {
	const table = new ToolTable(body['tools'], body['input']);
	const input = decodeInput(body['input'], table);
	const tools = decodeTools(table);
	const choice = decodeToolChoice(body['tool_choice'], table);
	const text = isObject(body['text']) ? body['text'] : {};
	const output = decodeFormat(text['format']);
	const reasoning = decodeReasoningOptions(body['reasoning']);
	const maxTokens = tokenCount(body['max_output_tokens']);
	const {verbosity} = text;
	const user = string(body['safety_identifier']) ?? string(body['user']);
	const cacheKey = string(body['prompt_cache_key']);
	const stream = body['stream'] === true;
	const conversation: Conversation = {
		model: string(body['model']) ?? '',
		system: [...decodeInstructions(body['instructions']), ...input.system],
		turns: input.turns,
		tools,
		...(choice === undefined ? {} : {toolChoice: choice}),
		...(typeof body['parallel_tool_calls'] === 'boolean' ? {parallelTools: body['parallel_tool_calls']} : {}),
		...(maxTokens === undefined ? {} : {maxTokens}),
		...(typeof body['temperature'] === 'number' ? {temperature: body['temperature']} : {}),
		...(typeof body['top_p'] === 'number' ? {topP: body['top_p']} : {}),
		...(output === undefined ? {} : {output}),
		...(verbosity === 'low' || verbosity === 'medium' || verbosity === 'high' ? {verbosity} : {}),
		...(reasoning === undefined ? {} : {reasoning}),
		...(user === undefined ? {} : {user}),
		...(cacheKey === undefined ? {} : {cacheKey}),
		stream,
		streamUsage: stream,
		extras: [
			...input.extras,
			...choiceExtras(body['tool_choice'], choice),
			...reasoningExtras(body['reasoning']),
			...extrasOf(body, dialect, known),
		],
	};
	return remember(conversation, dialect, body, '');
}

function decodeInstructions(instructions: unknown): readonly TextPart[] {
	if (instructions === undefined || instructions === null || instructions === '') return [];
	if (typeof instructions !== 'string') {
		throw refusal('invalid_body', '`instructions` must be a string.', {param: 'instructions'});
	}
	return [remember({type: 'text', text: instructions}, dialect, instructions, 'instructions')];
}

/** The choice of a tool that OpenAI runs itself. */
function choiceExtras(native: unknown, choice: unknown): readonly Extra[] {
	return isObject(native) && choice === undefined ? [{dialect, path: 'tool_choice', value: native}] : [];
}

function string(value: unknown): string | undefined {
	return typeof value === 'string' ? value : undefined;
}
