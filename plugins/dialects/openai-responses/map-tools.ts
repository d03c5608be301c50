/** Definitions of tools: flat functions, tools that take free text, namespaces, and those that OpenAI runs itself. */

import {isObject, type JsonObject, type Loss, originOf, pathOf, remember, type Tool} from '../../../core/index.js';
import {describeInput, flatCustomTool, inputSchema} from '../custom-input.js';
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
		for (const member of members) {
			const entry = callable.get(member);
			decoded.push(entry === undefined ? decodeNative(member, path) : decodeCallable(entry));
		}
	}
	return decoded;
}

function decodeNative(value: JsonObject, path: string): Tool {
	const name = typeof value['type'] === 'string' ? value['type'] : 'unknown';
	return remember({type: 'native', dialect, name, value}, dialect, value, path);
}

function decodeCallable({hubName, native, namespace, custom, path}: ToolEntry): Tool {
	if (namespace !== undefined) namespaces.set(native, namespace);
	const tool: Tool = custom
		? {type: 'function', name: hubName, description: describeInput(native), parameters: inputSchema}
		: {
				type: 'function',
				name: hubName,
				...(typeof native['description'] === 'string' ? {description: native['description']} : {}),
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
	const {value} = tool;
	if (tool.dialect === 'anthropic-messages' && tool.name.startsWith('web_search')) return webSearch(value);
	losses.push({path: pathOf(tool) ?? 'tools', reason: `no counterpart of the tool "${tool.name}"`});
	return undefined;
}

/** @see https://platform.openai.com/docs/guides/tools-web-search */
function webSearch(value: JsonObject): JsonObject {
	const {allowed_domains: allowed, user_location: location} = value;
	return {
		type: 'web_search',
		...(Array.isArray(allowed) && allowed.length > 0 ? {filters: {allowed_domains: allowed}} : {}),
		...(isObject(location) ? {user_location: location} : {}),
	};
}

/** The members that name a tool in an item or a choice. */
export function nativeName(hubName: string, entry: ToolEntry | undefined): JsonObject {
	if (entry === undefined) return {name: hubName};
	const namespace = spaceName(entry.namespace);
	return namespace === undefined ? {name: entry.name} : {name: entry.name, namespace};
}
