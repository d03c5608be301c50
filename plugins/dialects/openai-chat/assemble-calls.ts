/** Pieces of tool calls in a stream, put together into calls: by their index, their id, or whatever a server gives. */

import {type CompletionEvent, isObject, type JsonObject, type ToolCallPart} from '../../../core/index.js';
import {newCallId} from './decode-message.js';
import {thoughtSignature} from './decode-messages.js';

interface OpenCall {
	/** As the server numbers it. */
	readonly key: number;
	id: string;
	name: string;
	custom: boolean;
	signature: string | undefined;
	/** All arguments so far. */
	text: string;
	/** Its part; `undefined` while its id or name is not known. */
	part: number | undefined;
	ended: boolean;
}

/** The calls of one candidate. */
export class CallAssembler {
	readonly #open: OpenCall[] = [];
	readonly #begin: (part: ToolCallPart) => {readonly index: number; readonly event: CompletionEvent};

	/** @param begin gives a part its index, and the event that starts it. */
	constructor(begin: (part: ToolCallPart) => {readonly index: number; readonly event: CompletionEvent}) {
		this.#begin = begin;
	}

	/** Whether the model has called anything. */
	get any(): boolean {
		return this.#open.length > 0;
	}

	/**
	 * Takes one entry of `delta.tool_calls`.
	 * @param place of the entry in its array, for servers that do not number calls.
	 * @returns false when it goes on with a call that was complete.
	 */
	push(entry: JsonObject, place: number, events: CompletionEvent[]): boolean {
		const target = isObject(entry['function']) ? entry['function'] : isObject(entry['custom']) ? entry['custom'] : {};
		const id = text(entry['id']);
		const name = text(target['name']);
		const added = argumentText(target);
		let call = this.#find(entry['index'], place, id, name, added);
		if (call === undefined) {
			this.endComplete(events);
			const key = typeof entry['index'] === 'number' ? entry['index'] : place;
			call = {
				key,
				id,
				name,
				custom: isObject(entry['custom']),
				signature: undefined,
				text: '',
				part: undefined,
				ended: false,
			};
			this.#open.push(call);
		}
		if (call.id === '') call.id = id;
		if (call.name === '') call.name = name;
		call.signature ??= thoughtSignature(entry);
		if (call.ended) return added.trim() === '';
		if (call.part === undefined) {
			call.text += added;
			if (call.id !== '' && call.name !== '') this.#start(call, events);
		} else if (added !== '') {
			call.text += added;
			events.push({type: 'part-delta', index: call.part, delta: {type: 'arguments', text: added}});
		}
		return true;
	}

	/** The call that a piece belongs to: the last one of its number, unless the piece begins another one. */
	#find(index: unknown, place: number, id: string, name: string, added: string): OpenCall | undefined {
		if (typeof index !== 'number') return this.#unnumbered(place, id, name);
		const last = this.#open.findLast(call => call.key === index);
		if (last === undefined) return undefined;
		// Ollama and some proxies of Gemini give every call the number 0: another id with a name is another call.
		if (id !== '' && last.id !== '' && id !== last.id && name !== '') return undefined;
		// Without ids, a name and arguments behind complete arguments begin another one.
		if (id === '' && name !== '' && last.name !== '' && added !== '' && isComplete(last.text)) return undefined;
		return last;
	}

	#unnumbered(place: number, id: string, name: string): OpenCall | undefined {
		if (id !== '') return this.#open.find(call => call.id === id);
		return name === '' ? (this.#open.find(call => call.key === place) ?? this.#open.at(-1)) : undefined;
	}

	#start(call: OpenCall, events: CompletionEvent[]): void {
		const {id, name, custom, signature} = call;
		const part = {type: 'tool-call' as const, id, name, arguments: ''};
		const {index, event} = this.#begin(
			Object.assign(part, custom ? {custom} : undefined, signature === undefined ? undefined : {signature}),
		);
		call.part = index;
		events.push(event);
		if (call.text !== '') events.push({type: 'part-delta', index, delta: {type: 'arguments', text: call.text}});
	}

	/** Ends the calls whose arguments are complete: formats that allow one open part at a time can go on without waiting. */
	endComplete(events: CompletionEvent[]): void {
		for (const call of this.#open) {
			if (call.part !== undefined && !call.ended && isComplete(call.text)) end(call, call.part, events);
		}
	}

	/**
	 * Ends all calls; those that never got an id are given one.
	 * @returns false when there are arguments of a call that was never named.
	 */
	endAll(events: CompletionEvent[]): boolean {
		for (const call of this.#open) {
			if (call.part === undefined) {
				if (call.name === '') return false;
				if (call.id === '') call.id = newCallId();
				this.#start(call, events);
			}
			if (!call.ended && call.part !== undefined) end(call, call.part, events);
		}
		return true;
	}
}

function end(call: OpenCall, index: number, events: CompletionEvent[]): void {
	call.ended = true;
	events.push({type: 'part-end', index});
}

function isComplete(json: string): boolean {
	try {
		return isObject(JSON.parse(json));
	} catch {
		return false;
	}
}

function argumentText(target: JsonObject): string {
	const given = target['arguments'] ?? target['input'];
	if (typeof given === 'string') return given;
	// Some servers give the arguments as an object.
	return isObject(given) ? JSON.stringify(given) : '';
}

function text(value: unknown): string {
	return typeof value === 'string' ? value : '';
}
