/** Reads what tools a request offers and which may be called. */

import {type Conversation, isObject, type JsonObject, refusal, type Tool} from '../../../core/index.js';
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
