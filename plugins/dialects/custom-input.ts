/** Tools that take free text: for models that know only JSON arguments the text is the one argument `input`. */

import {isObject, type JsonObject} from '../../core/index.js';

/** What begins and ends the arguments around the escaped text. */
export const customInputFrame = {begin: '{"input":"', end: '"}'} as const;

/** The arguments that say what a free text says. */
export function wrapInput(text: string): string {
	return JSON.stringify({input: text});
}

/** A piece of the text as it stands within the arguments. */
export function escapeInput(piece: string): string {
	return JSON.stringify(piece).slice(1, -1);
}

/** The free text of arguments; models that do not keep to the one argument are taken at their word. */
export function unwrapInput(args: string): string {
	let value: unknown;
	try {
		value = JSON.parse(args);
	} catch {
		return args;
	}
	if (typeof value === 'string') return value;
	return isObject(value) && typeof value['input'] === 'string' ? value['input'] : args;
}

/** JSON schema of the one argument. */
export const inputSchema: JsonObject = {
	type: 'object',
	properties: {input: {type: 'string', description: 'The whole input of the tool, as plain text.'}},
	required: ['input'],
	additionalProperties: false,
};

/**
 * A tool of Chat Completions that takes free text, as Responses has it: flat, where Chat nests.
 * @returns `undefined` for any other tool.
 */
export function flatCustomTool(tool: unknown): JsonObject | undefined {
	const custom = isObject(tool) ? tool['custom'] : undefined;
	if (!isObject(custom)) return undefined;
	const format = custom['format'];
	const grammar = isObject(format) ? format['grammar'] : undefined;
	return {
		type: 'custom',
		name: custom['name'],
		...(typeof custom['description'] === 'string' ? {description: custom['description']} : {}),
		...(isObject(grammar) ? {format: Object.assign({type: 'grammar'}, grammar)} : {}),
	};
}

/** What a tool does, and what its text must look like where a grammar says so: the model must be told in words. */
export function describeInput(tool: JsonObject): string {
	const description = typeof tool['description'] === 'string' ? tool['description'] : '';
	const format = tool['format'];
	if (!isObject(format) || format['type'] !== 'grammar' || typeof format['definition'] !== 'string') return description;
	const syntax = typeof format['syntax'] === 'string' ? format['syntax'] : 'lark';
	const rule = `\`input\` must follow this ${syntax} grammar:\n${format['definition']}`;
	return description === '' ? rule : `${description}\n\n${rule}`;
}
