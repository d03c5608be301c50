/** The items of an input: messages, tool calls and their outputs, reasoning, and what only this format knows. */

import {
	type Extra,
	isObject,
	type JsonObject,
	originOf,
	type Part,
	pathOf,
	refusal,
	remember,
	type TextPart,
	type ToolResultPart,
	type Turn,
} from '../../../core/index.js';
import {wrapInput} from '../custom-input.js';
import {decodeContent, phaseOf} from './decode-content.js';
import {dialect} from './name.js';
import {callSignatureOf, restoreReasoning} from './reasoning-item.js';
import type {ToolTable} from './tool-names.js';

/** What the items of an input say. */
export interface DecodedInput {
	/** Instructions before the first turn. */
	readonly system: readonly TextPart[];
	readonly turns: readonly Turn[];
	/** Items that stand for something kept at the provider. */
	readonly extras: readonly Extra[];
}

/** @throws {GatewayError} 400 naming the item that cannot be read. */
export function decodeInput(input: unknown, tools: ToolTable): DecodedInput {
	if (input === undefined || input === null) return {system: [], turns: [], extras: []};
	if (typeof input === 'string') {
		const part = remember({type: 'text', text: input} as const, dialect, {type: 'input_text', text: input}, 'input');
		const turn: Turn = {role: 'user', parts: [part]};
		return {
			system: [],
			turns: [remember(turn, dialect, [{role: 'user', content: input}], 'input')],
			extras: [],
		};
	}
	if (!Array.isArray(input)) {
		throw refusal('invalid_body', '`input` must be a string or an array of items.', {param: 'input'});
	}
	const reader = new InputReader(tools);
	for (const [index, item] of input.entries()) reader.read(item, `input[${index}]`);
	return reader.end();
}

/** Items that belong to one turn. */
interface OpenTurn {
	readonly role: Turn['role'];
	/** Further items of this kind join; others begin a turn. */
	readonly joins: 'assistant' | 'results' | undefined;
	readonly parts: Part[];
	readonly items: JsonObject[];
	readonly path: string;
}

class InputReader {
	readonly #tools: ToolTable;
	readonly #system: TextPart[] = [];
	readonly #turns: Turn[] = [];
	readonly #extras: Extra[] = [];
	readonly #signatures = new Map<string, string>();
	#open: OpenTurn | undefined;

	constructor(tools: ToolTable) {
		this.#tools = tools;
	}

	end(): DecodedInput {
		this.#close();
		return {system: this.#system, turns: this.#turns, extras: this.#extras};
	}

	read(item: unknown, path: string): void {
		if (!isObject(item)) throw refusal('invalid_body', `${path} must be an object.`, {param: path});
		const type = typeof item['type'] === 'string' ? item['type'] : item['role'] ? 'message' : 'item_reference';
		switch (type) {
			case 'message':
				this.#readMessage(item, path);
				break;
			case 'function_call':
			case 'custom_tool_call':
				this.#add('assistant', 'assistant', [decodeCall(item, path, this.#tools)], item, path);
				break;
			case 'function_call_output':
			case 'custom_tool_call_output':
				this.#add('user', 'results', [decodeOutput(item, path)], item, path);
				break;
			case 'reasoning':
				if (this.#readCallSignature(item, path)) break;
				this.#add('assistant', 'assistant', [restoreReasoning(item) ?? nativePart(item, type)], item, path);
				break;
			// They are tools of the request like any other.
			case 'additional_tools':
				break;
			default:
				this.#readNative(item, type, path);
		}
	}

	/** Such an item says nothing of its own: what it carries belongs to a call. */
	#readCallSignature(item: JsonObject, path: string): boolean {
		const carried = callSignatureOf(item);
		if (carried === undefined) return false;
		this.#signatures.set(carried.id, carried.signature);
		this.#add('assistant', 'assistant', [], item, path);
		return true;
	}

	#readNative(item: JsonObject, type: string, path: string): void {
		// What such an item stands for is not in the request: another format cannot even leave it out knowingly.
		if (type === 'item_reference' || type.startsWith('compaction')) this.#extras.push({dialect, path, value: item});
		const said = type.endsWith('_output') || type.endsWith('_response') ? 'user' : 'assistant';
		this.#add(said, said === 'user' ? 'results' : 'assistant', [nativePart(item, type)], item, path);
	}

	#readMessage(item: JsonObject, path: string): void {
		const parts = decodeMessage(item, path);
		switch (item['role']) {
			case 'assistant':
				this.#add('assistant', 'assistant', parts, item, path);
				break;
			case 'user':
				this.#add('user', undefined, parts, item, path);
				break;
			case 'system':
			case 'developer': {
				const texts = parts.filter(part => part.type === 'text');
				if (this.#open === undefined && texts.length === parts.length) this.#system.push(...texts);
				else this.#add('system', undefined, parts, item, path);
				break;
			}
			default:
				throw refusal('invalid_body', `${path}.role must be user, assistant, system or developer.`, {
					param: `${path}.role`,
				});
		}
	}

	#add(role: Turn['role'], joins: OpenTurn['joins'], parts: readonly Part[], item: JsonObject, path: string): void {
		if (this.#open === undefined || joins === undefined || this.#open.joins !== joins) {
			this.#close();
			this.#open = {role, joins, parts: [], items: [], path};
		}
		// What stands for a whole item is found under the item; parts of a message already know where they stand.
		if (item['type'] !== 'message' && item['role'] === undefined) {
			for (const part of parts) remember(part, dialect, item, path);
		}
		this.#open.parts.push(...parts);
		this.#open.items.push(item);
	}

	#close(): void {
		if (this.#open === undefined) return;
		const {role, parts, items, path} = this.#open;
		this.#turns.push(remember({role, parts: parts.map(part => this.#signed(part))}, dialect, items, path));
	}

	#signed(part: Part): Part {
		const signature = part.type === 'tool-call' ? this.#signatures.get(part.id) : undefined;
		if (signature === undefined) return part;
		const signed = Object.assign({}, part, {signature});
		return remember(signed, dialect, originOf(part, dialect), pathOf(part) ?? '');
	}
}

/** The parts of a message, each under its own path. */
export function decodeMessage(item: JsonObject, path: string): readonly Part[] {
	const content = item['content'];
	const phase = phaseOf(item);
	if (typeof content === 'string') {
		if (content === '') return [];
		const type = item['role'] === 'assistant' ? 'output_text' : 'input_text';
		const native = type === 'output_text' ? {type, text: content, annotations: []} : {type, text: content};
		return [remember(decodeContent(native, `${path}.content`, phase), dialect, native, `${path}.content`)];
	}
	if (!Array.isArray(content)) {
		throw refusal('invalid_body', `${path}.content must be a string or an array of parts.`, {
			param: `${path}.content`,
		});
	}
	return content.map((part: unknown, index) => {
		const where = `${path}.content[${index}]`;
		return remember(decodeContent(part, where, phase), dialect, part, where);
	});
}

/** A call of a function; of a tool that takes free text likewise, its text being the one argument. */
export function decodeCall(item: JsonObject, path: string, tools: ToolTable): Part {
	const {name, call_id: callId, id} = item;
	if (typeof name !== 'string')
		throw refusal('invalid_body', `${path}.name must be a string.`, {param: `${path}.name`});
	const input = typeof item['input'] === 'string' ? item['input'] : '';
	const given = typeof item['arguments'] === 'string' ? item['arguments'] : '';
	return {
		type: 'tool-call',
		// Answers are found by `call_id` alone; `id` is the name of the item.
		id: typeof callId === 'string' && callId !== '' ? callId : String(id ?? `call_${path}`),
		name: tools.hubName(name, item['namespace']),
		arguments: item['type'] === 'custom_tool_call' ? wrapInput(input) : given,
	};
}

function decodeOutput(item: JsonObject, path: string): Part {
	const {call_id: callId, output} = item;
	if (typeof callId !== 'string') {
		throw refusal('invalid_body', `${path}.call_id must be a string.`, {param: `${path}.call_id`});
	}
	return {type: 'tool-result', callId, content: decodeResult(output, `${path}.output`)};
}

function decodeResult(output: unknown, path: string): ToolResultPart['content'] {
	if (output === undefined || output === null || output === '') return [];
	if (typeof output === 'string') return [{type: 'text', text: output}];
	if (!Array.isArray(output)) {
		throw refusal('invalid_body', `${path} must be a string or an array of parts.`, {param: path});
	}
	return output.map((native: unknown, index) => {
		const where = `${path}[${index}]`;
		const part = decodeContent(native, where);
		if (part.type === 'text' || part.type === 'image' || part.type === 'document') {
			return remember(part, dialect, native, where);
		}
		throw refusal('invalid_body', `${where} must be an input_text, input_image or input_file.`, {param: where});
	});
}

/** An item that only this format knows. */
export function nativePart(item: JsonObject, name: string): Part {
	return {type: 'native', dialect, name, value: item};
}
