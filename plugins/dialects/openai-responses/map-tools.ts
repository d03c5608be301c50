/** Definitions of tools: flat functions, tools that take free text, namespaces, and those that OpenAI runs itself. */

import {isObject, type JsonObject, type Loss, originOf, pathOf, remember, type Tool} from '../../../core/index.js';
import {describeInput, flatCustomTool, inputSchema} from '../custom-input.js';
import {loseRest, runsCode, webSearchOf} from '../server-tools.js';
import {dialect} from './name.js';
import {spaceName, type ToolEntry, type ToolTable} from './tool-names.js';

/** Where a tool was read that stands within a namespace. */
const namespaces = new WeakMap<object, JsonObject>();

/** @see https://platform.openai.com/docs/api-reference/responses/create#responses-create-tools */
export function decodeTools(table: ToolTable): readonly Tool[] {
	const callable = new Map(table.entries.map(entry => [entry.native, entry]));
	const decoded: Tool[] = [];
	for (const {native, path} of table.offered) {
		const members = native['type'] === 'namespace' && Array.isArray(native['tools']) ? native['tools'] : [native];
		for (const [index, member] of members.entries()) {
			const entry = callable.get(member);
			// What a namespace says of itself is told once, with its first tool.
			const told = index === 0 && member !== native ? textsIn(native['description']) : [];
			decoded.push(entry === undefined ? decodeNative(member, path) : decodeCallable(entry, told));
		}
	}
	return decoded;
}

function decodeNative(value: JsonObject, path: string): Tool {
	const name = typeof value['type'] === 'string' ? value['type'] : 'unknown';
	return remember({type: 'native', dialect, name, value}, dialect, value, path);
}

function textsIn(description: unknown): readonly string[] {
	return typeof description === 'string' && description !== '' ? [description] : [];
}

/** @param told what stands before the tool's own description. */
function decodeCallable({hubName, native, namespace, custom, path}: ToolEntry, told: readonly string[]): Tool {
	if (namespace !== undefined) namespaces.set(native, namespace);
	const own = custom ? describeInput(native) : native['description'];
	const texts = [...told, ...textsIn(own)];
	const description = texts.length === 0 ? {} : {description: texts.join('\n\n')};
	const tool: Tool = custom
		? {type: 'function', name: hubName, ...description, parameters: inputSchema}
		: {
				type: 'function',
				name: hubName,
				...description,
				...(isObject(native['parameters']) ? {parameters: native['parameters']} : {}),
				...(native['strict'] === true ? {strict: true} : {}),
			};
	return remember(tool, dialect, native, path);
}

/** Writes tools; what was read here is written as it came, back in its namespace. */
export function encodeTools(tools: readonly Tool[], losses: Loss[]): readonly JsonObject[] {
	const encoded: JsonObject[] = [];
	let space: {readonly from: JsonObject; readonly tools: JsonObject[]} | undefined;
	for (const tool of tools) {
		const native = encodeTool(tool, losses);
		if (native === undefined) continue;
		const from = namespaces.get(native);
		if (from === undefined) {
			space = undefined;
			encoded.push(native);
		} else if (space?.from === from) {
			space.tools.push(native);
		} else {
			space = {from, tools: [native]};
			encoded.push(Object.assign({}, from, {tools: space.tools}));
		}
	}
	return encoded;
}

function encodeTool(tool: Tool, losses: Loss[]): JsonObject | undefined {
	const origin = originOf(tool, dialect);
	if (isObject(origin)) return origin;
	if (tool.type === 'native') return encodeNative(tool, losses);
	const custom = flatCustomTool(originOf(tool, 'openai-chat'));
	if (custom !== undefined) return custom;
	return {
		type: 'function',
		name: tool.name,
		...(tool.description === undefined ? {} : {description: tool.description}),
		parameters: tool.parameters ?? {type: 'object', properties: {}},
		// The API takes silence for true.
		strict: tool.strict ?? false,
	};
}

function encodeNative(tool: Extract<Tool, {type: 'native'}>, losses: Loss[]): JsonObject | undefined {
	if (tool.dialect === dialect) return tool.value;
	if (runsCode(tool)) return {type: 'code_interpreter', container: {type: 'auto'}};
	const search = webSearchOf(tool);
	if (search !== undefined) {
		const {domains, location, contextSize} = search;
		loseRest(tool, search, losses);
		return {
			type: 'web_search',
			...(domains === undefined ? {} : {filters: {allowed_domains: domains}}),
			...(location === undefined ? {} : {user_location: location}),
			...(contextSize === undefined ? {} : {search_context_size: contextSize}),
		};
	}
	losses.push({path: pathOf(tool) ?? 'tools', reason: `no counterpart of the tool "${tool.name}"`});
	return undefined;
}

/** The members that name a tool in an item or a choice. */
export function nativeName(hubName: string, entry: ToolEntry | undefined): JsonObject {
	if (entry === undefined) return {name: hubName};
	const namespace = spaceName(entry.namespace);
	return namespace === undefined ? {name: entry.name} : {name: entry.name, namespace};
}
