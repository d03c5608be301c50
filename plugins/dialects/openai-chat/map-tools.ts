/** Tools and the choice among them, between Chat Completions and the hub. */

import {
	type Conversation,
	isObject,
	type JsonObject,
	type Loss,
	originOf,
	pathOf,
	remember,
	type Tool,
	type ToolChoice,
} from '../../../core/index.js';
import {describeInput, flatCustomTool, inputSchema} from '../custom-input.js';
import {searchOptions} from '../server-tools.js';
import {invalid, withCache} from './decode-content.js';

const dialect = 'openai-chat';

/**
 * Reads `tools`, and `functions` of the legacy form.
 * @throws {GatewayError} 400 naming the tool that cannot be read.
 * @see https://platform.openai.com/docs/guides/function-calling
 */
export function decodeTools(body: JsonObject): readonly Tool[] {
	const tools = list(body['tools'], 'tools').map((tool, index) => {
		const path = `tools[${index}]`;
		if (!isObject(tool)) throw invalid(path, 'must be an object');
		return remember(decodeTool(tool, path), dialect, tool, path);
	});
	const functions = list(body['functions'], 'functions').map((definition, index) => {
		const path = `functions[${index}]`;
		return remember(decodeFunction(definition, path), dialect, undefined, path);
	});
	return [...tools, ...functions, ...decodeSearch(body[searchOptions])];
}

/** A search is no tool here, but one everywhere else. */
function decodeSearch(options: unknown): readonly Tool[] {
	if (!isObject(options)) return [];
	const tool = {type: 'native' as const, dialect, name: searchOptions, value: options};
	return [remember(tool, dialect, options, searchOptions)];
}

/** Whether a tool is the client's own {@link searchOptions}. */
export function isSearch(tool: Tool): tool is Extract<Tool, {type: 'native'}> {
	return tool.type === 'native' && tool.dialect === dialect && tool.name === searchOptions;
}

function list(value: unknown, name: string): readonly unknown[] {
	if (value === undefined || value === null) return [];
	if (!Array.isArray(value)) throw invalid(name, 'must be an array');
	return value;
}

function decodeTool(tool: JsonObject, path: string): Tool {
	if (isObject(tool['function'])) {
		return withCache(decodeFunction(tool['function'], `${path}.function`), tool);
	}
	const custom = flatCustomTool(tool);
	if (custom !== undefined) return decodeCustom(custom, `${path}.custom`);
	const {type} = tool;
	if (typeof type !== 'string' || type === 'function') throw invalid(`${path}.function`, 'must be an object');
	return {type: 'native', dialect, name: type, value: tool};
}

/** A tool that takes free text is a function with one argument for whoever knows no such tools. */
function decodeCustom(custom: JsonObject, path: string): Tool {
	const {name} = custom;
	if (typeof name !== 'string') throw invalid(`${path}.name`, 'must be a string');
	const description = describeInput(custom);
	const described = description === '' ? undefined : {description};
	return Object.assign({type: 'function' as const, name, parameters: inputSchema}, described);
}

function decodeFunction(definition: unknown, path: string): Tool {
	if (!isObject(definition)) throw invalid(path, 'must be an object');
	const {name, description, parameters, strict} = definition;
	if (typeof name !== 'string') throw invalid(`${path}.name`, 'must be a string');
	return Object.assign(
		{type: 'function' as const, name},
		typeof description === 'string' ? {description} : undefined,
		isObject(parameters) ? {parameters} : undefined,
		typeof strict === 'boolean' ? {strict} : undefined,
	);
}

/** Reads `tool_choice`, and `function_call` of the legacy form; `undefined` when nothing is chosen. */
export function decodeToolChoice(body: JsonObject): ToolChoice | undefined {
	const choice = body['tool_choice'] ?? body['function_call'];
	// `any` is what Mistral calls it.
	if (choice === 'required' || choice === 'any') return {type: 'required'};
	if (choice === 'auto' || choice === 'none') return {type: choice};
	if (!isObject(choice)) return undefined;
	const allowed = choice['allowed_tools'];
	if (isObject(allowed)) {
		const names = list(allowed['tools'], 'tool_choice.allowed_tools.tools').flatMap(nameOf);
		return {type: 'allowed', mode: allowed['mode'] === 'required' ? 'required' : 'auto', names};
	}
	const [name] = nameOf(choice);
	return name === undefined ? undefined : {type: 'tool', name};
}

function nameOf(tool: unknown): readonly string[] {
	if (!isObject(tool)) return [];
	const target = tool['function'] ?? tool['custom'] ?? tool;
	return isObject(target) && typeof target['name'] === 'string' ? [target['name']] : [];
}

/** Writes tools; what only another format knows is a loss. */
export function encodeTools(tools: readonly Tool[], losses: Loss[]): readonly unknown[] {
	return tools.flatMap((tool, index) => {
		const native = originOf(tool, dialect);
		if (native !== undefined) return [native];
		if (tool.type === 'function') return [encodeFunction(tool)];
		if (tool.dialect === dialect) return [tool.value];
		losses.push({
			path: pathOf(tool) ?? `tools[${index}]`,
			reason: `"${tool.name}" is run by its own provider and has no counterpart in the format of this model`,
		});
		return [];
	});
}

function encodeFunction(tool: Extract<Tool, {type: 'function'}>): JsonObject {
	const definition: Record<string, unknown> = {name: tool.name};
	if (tool.description !== undefined) definition['description'] = tool.description;
	if (tool.parameters !== undefined) definition['parameters'] = withoutDialect(tool.parameters);
	if (tool.strict !== undefined) definition['strict'] = tool.strict;
	return {type: 'function', function: definition};
}

/** Some servers refuse a schema that names its own language. */
function withoutDialect(schema: JsonObject): JsonObject {
	if (schema['$schema'] === undefined) return schema;
	return Object.fromEntries(Object.entries(schema).filter(([name]) => name !== '$schema'));
}

/** Whether the client itself has said `functions`, and so knows no `tools`. */
export function isLegacy({extras, tools}: Conversation): boolean {
	const own = originOf(extras, dialect);
	const functions = isObject(own) && own['functions'] !== undefined && own['tools'] === undefined;
	return functions && tools.length > 0 && tools.every(tool => tool.type === 'function');
}

/** Writes `functions` and `function_call`, which know no must. */
export function writeFunctions(
	body: Record<string, unknown>,
	tools: readonly unknown[],
	choice: ToolChoice | undefined,
): void {
	body['functions'] = tools.map(tool => (isObject(tool) ? tool['function'] : undefined));
	if (choice?.type === 'tool') body['function_call'] = {name: choice.name};
	else if (choice !== undefined) body['function_call'] = choice.type === 'none' ? 'none' : 'auto';
}

/** Writes `tool_choice`. */
export function encodeToolChoice(choice: ToolChoice, tools: readonly Tool[]): unknown {
	if (choice.type === 'tool') return reference(choice.name, tools);
	if (choice.type !== 'allowed') return choice.type;
	// What a provider runs itself stands in no list of tools here.
	const names = choice.names.filter(name => !tools.some(tool => tool.type === 'native' && tool.name === name));
	if (names.length === 0) return choice.mode;
	const allowed = names.map(name => reference(name, tools));
	return {type: 'allowed_tools', allowed_tools: {mode: choice.mode, tools: allowed}};
}

function reference(name: string, tools: readonly Tool[]): JsonObject {
	return isFreeText(name, tools) ? {type: 'custom', custom: {name}} : {type: 'function', function: {name}};
}

/** Whether the client's tool of a name takes free text. */
export function isFreeText(name: string, tools: readonly Tool[]): boolean {
	return tools.some(tool => tool.name === name && flatCustomTool(originOf(tool, dialect)) !== undefined);
}
