/** @see https://docs.anthropic.com/en/docs/build-with-claude/streaming */

import type {JsonObject, StreamEvent} from '../../../core/index.js';
import {Findings, isSilent, objectOf, parses, type Reading} from './reading.js';

const deltaOf: Readonly<Record<string, readonly string[]>> = {
	text: ['text_delta', 'citations_delta'],
	thinking: ['thinking_delta', 'signature_delta'],
	tool_use: ['input_json_delta'],
	server_tool_use: ['input_json_delta'],
};

/** One message_start, blocks 0, 1, 2… one open at a time, one message_delta, one message_stop; never `[DONE]`. */
export function readMessages(events: readonly StreamEvent[]): Reading {
	const found = new Findings();
	const message = new Message(found);
	for (const event of events) {
		if (isSilent(event)) continue;
		const json = objectOf(event.json);
		found.expect(event.event === json['type'], `an event named ${event.event}: ${event.data.slice(0, 80)}`);
		if (json['type'] === 'ping') continue;
		found.expect(!found.over, `${json['type']} behind the end`);
		if (json['type'] === 'error') found.close('error', 'error behind the end');
		else message.step(json);
	}
	return found;
}

class Message {
	readonly #found: Findings;
	#begun = false;
	#blocks = 0;
	#open: {readonly type: string; json: string; signatures: number} | undefined;
	#stopReason: unknown;
	#called = false;
	readonly #inputs: string[] = [];

	constructor(found: Findings) {
		this.#found = found;
	}

	step(json: JsonObject): void {
		const {type, index} = json;
		this.#expect(type === 'message_start' || this.#begun, `${type} before message_start`);
		if (type === 'message_start') this.#begin(objectOf(json['message']));
		else if (type === 'content_block_start') this.#start(index, String(objectOf(json['content_block'])['type']));
		else if (type === 'content_block_delta') this.#delta(index, objectOf(json['delta']));
		else if (type === 'content_block_stop') this.#stop(index);
		else if (type === 'message_delta') this.#finish(objectOf(json['delta'])['stop_reason'] ?? null);
		else if (type === 'message_stop') this.#end();
		else this.#expect(false, `an event of type ${type}`);
	}

	#end(): void {
		this.#expect(this.#stopReason !== undefined, 'message_stop without message_delta');
		this.#found.close('complete', 'message_stop twice');
	}

	#expect(holds: boolean, fault: string): void {
		this.#found.expect(holds, fault);
	}

	#begin({content, stop_reason: reason}: JsonObject): void {
		this.#expect(!this.#begun, 'message_start twice');
		this.#begun = true;
		this.#expect(Array.isArray(content) && content.length === 0, 'message_start with content');
		this.#expect(reason === null, 'message_start with a stop_reason');
	}

	#start(index: unknown, type: string): void {
		this.#expect(this.#open === undefined, `block ${index} begins while another is open`);
		this.#expect(index === this.#blocks++, `block ${index} is out of order`);
		this.#expect(this.#stopReason === undefined, `block ${index} behind message_delta`);
		this.#called ||= type === 'tool_use';
		this.#open = {type, json: '', signatures: 0};
	}

	#delta(index: unknown, delta: JsonObject): void {
		const open = this.#open;
		this.#expect(open !== undefined && index === this.#blocks - 1, `delta of block ${index}, which is not open`);
		if (open === undefined) return;
		const kind = String(delta['type']);
		this.#expect(deltaOf[open.type]?.includes(kind) ?? false, `${kind} in a block of type ${open.type}`);
		if (kind === 'input_json_delta') open.json += String(delta['partial_json']);
		if (kind === 'signature_delta') this.#expect(++open.signatures === 1, `two signatures in block ${index}`);
		else this.#expect(open.signatures === 0, `${kind} behind the signature`);
	}

	#stop(index: unknown): void {
		const open = this.#open;
		this.#expect(open !== undefined && index === this.#blocks - 1, `stop of block ${index}, which is not open`);
		if (open?.type === 'tool_use') this.#inputs.push(open.json);
		this.#open = undefined;
	}

	#finish(reason: unknown): void {
		this.#expect(this.#stopReason === undefined, 'message_delta twice');
		this.#expect(this.#open === undefined, 'message_delta while a block is open');
		this.#stopReason = reason;
		this.#expect(typeof reason === 'string', 'message_delta without a stop_reason');
		this.#expect(!this.#called || reason !== 'end_turn', 'end_turn although a tool was called');
		this.#expect(this.#called || reason !== 'tool_use', 'tool_use although no tool was called');
		if (reason === 'max_tokens' || reason === 'model_context_window_exceeded') return;
		for (const input of this.#inputs) this.#expect(input === '' || parses(input), `input that is no JSON: ${input}`);
	}
}
