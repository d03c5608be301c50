/** @see https://platform.openai.com/docs/api-reference/chat-streaming */

import type {JsonObject, StreamEvent} from '../../../core/index.js';
import {Findings, isSilent, listOf, objectOf, parses, type Reading} from './reading.js';

/** One answer of those that the stream holds. */
class Choice {
	readonly #found: Findings;
	readonly #calls: {arguments: string}[] = [];
	#begun = false;
	finish: string | undefined;

	constructor(found: Findings) {
		this.#found = found;
	}

	step(choice: JsonObject): void {
		const {delta: given, finish_reason: finish} = choice;
		const delta = objectOf(given);
		const {expect} = {expect: (holds: boolean, fault: string) => this.#found.expect(holds, fault)};
		expect('finish_reason' in choice, 'a chunk without finish_reason');
		expect(this.finish === undefined, 'a chunk behind finish_reason');
		expect(this.#begun !== 'role' in delta, this.#begun ? 'a role twice' : 'a first chunk without role');
		this.#begun = true;
		for (const call of listOf(delta['tool_calls'])) this.#call(call);
		if (typeof finish !== 'string') return;
		this.finish = finish;
		const called = this.#calls.length > 0;
		expect(!called || finish !== 'stop', 'stop although a tool was called');
		expect(called || finish !== 'tool_calls', 'tool_calls although no tool was called');
		if (finish !== 'length')
			for (const call of this.#calls) expect(parses(call.arguments), `arguments that are no JSON: ${call.arguments}`);
	}

	#call(call: JsonObject): void {
		const {index, id, type} = call;
		const {name, arguments: piece} = objectOf(call['function']);
		if (index === this.#calls.length) {
			this.#calls.push({arguments: ''});
			this.#found.expect(typeof id === 'string' && id !== '', `call ${index} begins without id`);
			this.#found.expect(type === 'function' && typeof name === 'string', `call ${index} begins without name`);
		} else {
			this.#found.expect(id === undefined && name === undefined, `call ${index} is named again, or out of order`);
		}
		const known = this.#calls[Number(index)];
		this.#found.expect(known !== undefined, `a piece of call ${index}, which has not begun`);
		this.#found.expect(typeof piece === 'string', `call ${index} without arguments`);
		if (known !== undefined) known.arguments += String(piece);
	}
}

/** Role once, every choice finished once, usage behind all of them, `[DONE]` once and last. */
export function readChat(events: readonly StreamEvent[]): Reading {
	const found = new Findings();
	const choices = new Map<unknown, Choice>();
	let head: string | undefined;
	let usage = 0;
	const step = (chunk: JsonObject): void => {
		const {id, object, created, model} = chunk;
		found.expect(object === 'chat.completion.chunk', `an object ${object}`);
		head ??= JSON.stringify([id, created, model]);
		found.expect(head === JSON.stringify([id, created, model]), 'id, created or model have changed');
		found.expect(usage === 0, 'a chunk behind usage');
		const given = listOf(chunk['choices']);
		for (const choice of given) {
			const known = choices.get(choice['index']) ?? new Choice(found);
			choices.set(choice['index'], known);
			known.step(choice);
		}
		if (given.length > 0) return;
		usage++;
		found.expect(typeof chunk['usage'] === 'object' && chunk['usage'] !== null, 'a chunk without choices and usage');
		found.expect(finished(choices.values()), 'usage before every choice has finished');
	};
	for (const event of events) {
		if (isSilent(event)) continue;
		found.expect(!found.over, `behind the end: ${event.data.slice(0, 80)}`);
		found.expect(event.event === undefined || event.event === 'error', `an event named ${event.event}`);
		if (event.data === '[DONE]') {
			found.expect(finished(choices.values()), '[DONE] before every choice has finished');
			found.close('complete', '[DONE] twice');
			continue;
		}
		const json = objectOf(event.json);
		if (json['error'] !== undefined) found.close('error', 'an error behind the end');
		else step(json);
	}
	return found;
}

function finished(choices: Iterable<Choice>): boolean {
	const all = [...choices];
	return all.length > 0 && all.every(({finish}) => finish !== undefined);
}
