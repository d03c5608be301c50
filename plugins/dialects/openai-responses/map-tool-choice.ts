/** Which tools the model may or must call. */

import {isObject, type JsonObject, type Loss, type Tool, type ToolChoice} from '../../../core/index.js';
import {encodeTools, nativeName} from './map-tools.js';
import type {ToolTable} from './tool-names.js';

/**
 * @returns `undefined` for the choice of a tool that OpenAI runs itself, which only this format can say.
 * @see https://platform.openai.com/docs/api-reference/responses/create#responses-create-tool_choice
 */
export function decodeToolChoice(choice: unknown, table: ToolTable): ToolChoice | undefined {
	if (choice === 'auto' || choice === 'required' || choice === 'none') return {type: choice};
	if (!isObject(choice)) return undefined;
	if (choice['type'] === 'allowed_tools' && Array.isArray(choice['tools'])) {
		const names = choice['tools'].flatMap((tool: unknown) => named(tool, table) ?? hosted(tool));
		return {type: 'allowed', mode: choice['mode'] === 'required' ? 'required' : 'auto', names};
	}
	const name = named(choice, table);
	return name === undefined ? undefined : {type: 'tool', name};
}

function named(value: unknown, table: ToolTable): string | undefined {
	if (!isObject(value) || (value['type'] !== 'function' && value['type'] !== 'custom')) return undefined;
	return typeof value['name'] === 'string' ? table.hubName(value['name'], value['namespace']) : undefined;
}

/** A tool that OpenAI runs itself is called as its type is. */
function hosted(value: unknown): readonly string[] {
	return isObject(value) && typeof value['type'] === 'string' ? [value['type']] : [];
}

/** @param table the tools as they are written. @param tools as they were asked for. */
export function encodeToolChoice(
	choice: ToolChoice,
	table: ToolTable,
	tools: readonly Tool[],
	losses: Loss[],
): JsonObject {
	if (choice.type !== 'tool' || table.find(choice.name) !== undefined)
		return {tool_choice: written(choice, table, tools)};
	const native = tools.find(tool => tool.type === 'native' && tool.value['name'] === choice.name);
	if (native === undefined) return {tool_choice: written(choice, table, tools)};
	const [counterpart] = encodeTools([native], []);
	if (counterpart !== undefined) {
		return {tool_choice: {type: 'allowed_tools', mode: 'required', tools: [{type: counterpart['type']}]}};
	}
	losses.push({path: 'toolChoice', reason: 'the tool that was chosen does not exist in the format of this model'});
	return {};
}

function written(choice: ToolChoice, table: ToolTable, tools: readonly Tool[]): unknown {
	const entry = (name: string): JsonObject =>
		Object.assign({type: table.find(name)?.custom ? 'custom' : 'function'}, nativeName(name, table.find(name)));
	const allowed = (name: string): readonly JsonObject[] => {
		const native = tools.find(tool => tool.type === 'native' && tool.name === name);
		return native === undefined ? [entry(name)] : encodeTools([native], []).map(({type}) => ({type}));
	};
	switch (choice.type) {
		case 'tool':
			return entry(choice.name);
		case 'allowed':
			return {type: 'allowed_tools', mode: choice.mode, tools: choice.names.flatMap(allowed)};
		default:
			return choice.type;
	}
}
