/** Names of tools: Responses nests functions in namespaces and knows tools that take free text; the hub knows neither. */

import {isObject, type JsonObject} from '../../../core/index.js';

/** A tool that the model can call, where it stands in `tools`. */
export interface ToolEntry {
	/** What the hub calls it; unique within the request. */
	readonly hubName: string;
	readonly name: string;
	readonly namespace?: JsonObject;
	/** It takes free text instead of JSON. */
	readonly custom: boolean;
	readonly native: JsonObject;
	readonly path: string;
}

/** A member of a list of tools. */
export interface OfferedTool {
	readonly native: JsonObject;
	readonly path: string;
}

/** The callable tools of a request, found by what the hub calls them and by what the client calls them. */
export class ToolTable {
	/** Everything on offer, namespaces and what is not called by name included. */
	readonly offered: readonly OfferedTool[];
	readonly entries: readonly ToolEntry[];
	readonly #byHubName: ReadonlyMap<string, ToolEntry>;
	readonly #byNative: ReadonlyMap<string, ToolEntry>;

	/** @param input items may bring tools of their own. */
	constructor(tools: unknown, input?: unknown) {
		this.offered = [...listed(tools, 'tools'), ...broughtAlong(input)];
		this.entries = readEntries(this.offered);
		this.#byHubName = new Map(this.entries.map(entry => [entry.hubName, entry]));
		this.#byNative = new Map(this.entries.map(entry => [nativeKey(entry.name, spaceName(entry.namespace)), entry]));
	}

	/** What the hub calls a tool that an item names. Calls of tools that are not offered any more stay in a history. */
	hubName(name: string, namespace: unknown): string {
		const space = typeof namespace === 'string' ? namespace : undefined;
		return this.#byNative.get(nativeKey(name, space))?.hubName ?? flatName(name, space);
	}

	find(hubName: string): ToolEntry | undefined {
		return this.#byHubName.get(hubName);
	}
}

/** The name of a namespace, if there is one. */
export function spaceName(namespace: JsonObject | undefined): string | undefined {
	return typeof namespace?.['name'] === 'string' ? namespace['name'] : undefined;
}

function nativeKey(name: string, namespace: string | undefined): string {
	return JSON.stringify([namespace ?? null, name]);
}

/** `mcp__files` and `read` make `mcp__files__read`, as models know such names. */
function flatName(name: string, namespace: string | undefined): string {
	if (namespace === undefined || namespace === '') return name;
	return namespace.endsWith('__') ? namespace + name : `${namespace}__${name}`;
}

function listed(tools: unknown, path: string): readonly OfferedTool[] {
	if (!Array.isArray(tools)) return [];
	return tools.flatMap((native: unknown, index) => (isObject(native) ? [{native, path: `${path}[${index}]`}] : []));
}

/** Codex gives the models that it knows their tools in an item of the input. */
function broughtAlong(input: unknown): readonly OfferedTool[] {
	if (!Array.isArray(input)) return [];
	return input.flatMap((item: unknown, index) =>
		isObject(item) && item['type'] === 'additional_tools' ? listed(item['tools'], `input[${index}].tools`) : [],
	);
}

function readEntries(tools: readonly OfferedTool[]): readonly ToolEntry[] {
	const taken = new Set<string>();
	const entries: ToolEntry[] = [];
	const add = (tool: unknown, path: string, namespace?: JsonObject): void => {
		if (!isObject(tool) || typeof tool['name'] !== 'string') return;
		if (tool['type'] !== 'function' && tool['type'] !== 'custom') return;
		const flat = flatName(tool['name'], spaceName(namespace));
		let hubName = flat;
		for (let count = 2; taken.has(hubName); count++) hubName = `${flat}_${count}`;
		taken.add(hubName);
		const entry = {hubName, name: tool['name'], custom: tool['type'] === 'custom', native: tool, path};
		entries.push(namespace === undefined ? entry : Object.assign(entry, {namespace}));
	};
	for (const {native, path} of tools) {
		if (native['type'] === 'namespace' && Array.isArray(native['tools'])) {
			for (const [inner, member] of native['tools'].entries()) add(member, `${path}.tools[${inner}]`, native);
		} else add(native, path);
	}
	return entries;
}
