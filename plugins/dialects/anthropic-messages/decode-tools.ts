/** Reads what tools a request offers and which may be called. */

import {type Conversation, type Extra, isObject, type JsonObject, refusal, type Tool} from '../../../core/index.js';
import {extrasOf} from '../untranslatable.js';
import {decodeCache, type Note} from './decode-part.js';
import {dialect} from './names.js';

/** @see https://platform.claude.com/docs/en/agents-and-tools/tool-use/overview */
export function decodeTools(tools: unknown, note: Note): readonly Tool[] {
	if (tools === undefined || tools === null) return [];
	if (!Array.isArray(tools)) throw refusal('invalid_body', 'tools must be an array.', {param: 'tools'});
	return tools.map((tool, index) => {
		const path = `tools[${index}]`;
		if (!isObject(tool)) throw refusal('invalid_body', `${path} must be an object.`, {param: path});
		return note(decodeTool(tool, path), tool, path);
	});
}

function decodeTool(tool: JsonObject, path: string): Tool {
	const {type, name, description, input_schema: parameters} = tool;
	if (typeof type === 'string' && type !== 'custom') return {type: 'native', dialect, name: type, value: tool};
	if (typeof name !== 'string')
		throw refusal('invalid_body', `${path}.name must be a string.`, {param: `${path}.name`});
	const cache = decodeCache(tool['cache_control']);
	return {
		type: 'function',
		name,
		...(typeof description === 'string' && {description}),
		...(isObject(parameters) && {parameters}),
		...(tool['strict'] === true && {strict: true}),
		...(cache !== undefined && {cache}),
	};
}

/** Members of a function that the hub has words for, or that say only how and when it is told to the model. */
const known: ReadonlySet<string> = new Set([
	'type',
	'name',
	'description',
	'input_schema',
	'strict',
	'cache_control',
	'defer_loading',
	'eager_input_streaming',
]);

/** What functions say beside, such as examples of their input. */
export function toolExtras(tools: unknown): readonly Extra[] {
	if (!Array.isArray(tools)) return [];
	return tools.flatMap((tool: unknown, index) => {
		if (!isObject(tool) || (tool['type'] !== undefined && tool['type'] !== null && tool['type'] !== 'custom'))
			return [];
		return extrasOf(tool, dialect, known)
			.filter(({path, value}) => path !== 'allowed_callers' || !isDirect(value))
			.map(({path, value}) => ({dialect, path: `tools[${index}].${path}`, value}));
	});
}

/** The model itself may call it, which is what every tool is for. */
function isDirect(callers: unknown): boolean {
	return Array.isArray(callers) && callers.length === 1 && callers[0] === 'direct';
}

/** @see https://platform.claude.com/docs/en/agents-and-tools/tool-use/define-tools#forcing-tool-use */
export function decodeToolChoice(choice: unknown): Pick<Conversation, 'toolChoice' | 'parallelTools'> {
	if (!isObject(choice)) return {};
	const single = choice['disable_parallel_tool_use'] === true ? {parallelTools: false} : {};
	switch (choice['type']) {
		case 'auto':
			return {toolChoice: {type: 'auto'}, ...single};
		case 'any':
			return {toolChoice: {type: 'required'}, ...single};
		case 'none':
			return {toolChoice: {type: 'none'}, ...single};
		case 'tool':
			if (typeof choice['name'] === 'string') return {toolChoice: {type: 'tool', name: choice['name']}, ...single};
	}
	throw refusal('invalid_body', 'tool_choice must be of type "auto", "any", "none" or "tool" with a name.', {
		param: 'tool_choice',
	});
}
