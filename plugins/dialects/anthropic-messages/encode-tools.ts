/** Writes what tools a request offers and which may be called. */

import {
	type Conversation,
	isObject,
	type JsonObject,
	type Loss,
	type ModelTraits,
	originOf,
	pathOf,
	refusal,
	type Tool,
} from '../../../core/index.js';
import {loseRest, runsCode, webSearchOf} from '../server-tools.js';
import {encodeCache} from './encode-part.js';
import {inputSchema} from './input-schema.js';
import {dialect, outputTool} from './names.js';
import {outputSchema} from './output-schema.js';

export interface EncodedTools {
	readonly tools: readonly JsonObject[];
	readonly choice: JsonObject | undefined;
	/** A tool must be called, which thinking does not go together with. */
	readonly forced: boolean;
}

/** @throws {GatewayError} 400 for a tool whose arguments are no object. */
export function encodeTools(conversation: Conversation, traits: ModelTraits, losses: Loss[]): EncodedTools {
	const {output, toolChoice} = conversation;
	const tools = allowed(conversation).flatMap(tool => encodeTool(tool, losses));
	const emulated = output?.type === 'schema' && traits.jsonSchema === false;
	if (!emulated) return withChoice(tools, encodeToolChoice(conversation, tools));
	const answer = {
		name: outputTool,
		description: output.description ?? 'Gives the final answer. Call it with the answer as its input.',
		input_schema: inputSchema(output.schema, 'output', losses),
	};
	// Where tools may not be called anyway, only the answer is offered.
	if (tools.length === 0 || toolChoice?.type === 'none')
		return withChoice([answer], {type: 'tool', name: outputTool, disable_parallel_tool_use: true});
	const asked = encodeToolChoice(conversation, tools);
	const named = asked?.['type'] === 'tool' || toolChoice?.type === 'required' ? asked : undefined;
	return withChoice([...tools, answer], named ?? Object.assign({}, asked, {type: 'any'}));
}

function withChoice(tools: readonly JsonObject[], choice: JsonObject | undefined): EncodedTools {
	return {tools, choice, forced: choice?.['type'] === 'any' || choice?.['type'] === 'tool'};
}

/** Only what may be called; names that nobody has offered restrict nothing. */
function allowed({tools, toolChoice}: Conversation): readonly Tool[] {
	if (toolChoice?.type !== 'allowed') return tools;
	const kept = tools.filter(({name}) => toolChoice.names.includes(name));
	return kept.length === 0 ? tools : kept;
}

function encodeTool(tool: Tool, losses: Loss[]): readonly JsonObject[] {
	const native = originOf(tool, dialect);
	if (isObject(native)) return [native];
	const path = pathOf(tool) ?? 'tools';
	if (tool.type === 'native') {
		if (tool.dialect === dialect) return [tool.value];
		const counterpart = serverTool(tool, losses);
		if (counterpart !== undefined) return [counterpart];
		losses.push({path, reason: `the tool ${tool.name} has no counterpart in the format of this model`});
		return [];
	}
	if (tool.name === '') throw refusal('invalid_body', `${path}: a tool has no name.`, {param: path});
	const schema = inputSchema(tool.parameters, path, losses);
	const strict = tool.strict === true ? outputSchema(schema) : undefined;
	if (strict !== undefined && strict.loosened.length > 0)
		losses.push({path, reason: `${strict.loosened.join(', ')}: told to the model, not enforced`});
	return [
		{
			name: tool.name,
			...(tool.description !== undefined && {description: tool.description}),
			input_schema: strict?.schema ?? schema,
			...(tool.strict === true && {strict: true}),
			...encodeCache(tool.cache),
		},
	];
}

/** A tool that Anthropic runs as well as its own provider does. */
function serverTool(tool: Extract<Tool, {type: 'native'}>, losses: Loss[]): JsonObject | undefined {
	if (runsCode(tool)) return {type: 'code_execution_20250825', name: 'code_execution'};
	const search = webSearchOf(tool);
	if (search === undefined) return undefined;
	const {domains, location, contextSize} = search;
	loseRest(tool, search, losses);
	if (contextSize !== undefined && contextSize !== 'medium')
		losses.push({
			path: `${pathOf(tool) ?? 'tools'}.search_context_size`,
			reason: 'a search of this model has no such option',
		});
	return {
		type: 'web_search_20250305',
		name: 'web_search',
		...(domains !== undefined && {allowed_domains: domains}),
		...(location !== undefined && {user_location: location}),
	};
}

/** `undefined` when nothing need be said, or when there is nothing to choose from. */
function encodeToolChoice(conversation: Conversation, tools: readonly JsonObject[]): JsonObject | undefined {
	const {toolChoice, parallelTools} = conversation;
	if (tools.length === 0) return undefined;
	const single = parallelTools === false ? {disable_parallel_tool_use: true} : {};
	switch (toolChoice?.type) {
		case 'none':
			return {type: 'none'};
		case 'required':
			return {type: 'any', ...single};
		case 'tool':
			return {type: 'tool', name: toolChoice.name, ...single};
		case 'allowed':
			return {type: toolChoice.mode === 'required' ? 'any' : 'auto', ...single};
		case 'auto':
			return {type: 'auto', ...single};
		case undefined:
			return parallelTools === false ? {type: 'auto', ...single} : undefined;
	}
}
