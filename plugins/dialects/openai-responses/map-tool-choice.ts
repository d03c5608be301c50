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
		const names = choice['tools'].flatMap((tool: unknown) => named(tool, table) ?? []);
		return {type: 'allowed', mode: choice['mode'] === 'required' ? 'required' : 'auto', names};
	}
	const name = named(choice, table);
	return name === undefined ? undefined : {type: 'tool', name};
}

function named(value: unknown, table: ToolTable): string | undefined {
	if (!isObject(value) || (value['type'] !== 'function' && value['type'] !== 'custom')) return undefined;
	return typeof value['name'] === 'string' ? table.hubName(value['name'], value['namespace']) : undefined;
}

/** @param table the tools as they are written. @param tools as they were asked for. */
export function encodeToolChoice(
	choice: ToolChoice,
	table: ToolTable,
	tools: readonly Tool[],
	losses: Loss[],
): JsonObject {
	if (choice.type !== 'tool' || table.find(choice.name) !== undefined) return {tool_choice: written(choice, table)};
	const native = tools.find(tool => tool.type === 'native' && tool.value['name'] === choice.name);
	if (native === undefined) return {tool_choice: written(choice, table)};
	const [hosted] = encodeTools([native], []);
	if (hosted !== undefined) {
		return {tool_choice: {type: 'allowed_tools', mode: 'required', tools: [{type: hosted['type']}]}};
	}
	losses.push({path: 'toolChoice', reason: 'the tool that was chosen does not exist in the format of this model'});
	return {};
}

function written(choice: ToolChoice, table: ToolTable): unknown {
	const entry = (name: string): JsonObject =>
		Object.assign({type: table.find(name)?.custom ? 'custom' : 'function'}, nativeName(name, table.find(name)));
	switch (choice.type) {
		case 'tool':
			return entry(choice.name);
		case 'allowed':
			return {type: 'allowed_tools', mode: choice.mode, tools: choice.names.map(entry)};
		default:
			return choice.type;
	}
}
