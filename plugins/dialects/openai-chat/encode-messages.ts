/** Turns as the messages of a Chat Completions request, in the order that the format demands. */

import {
	type Conversation,
	isObject,
	type JsonObject,
	type Loss,
	type ModelTraits,
	originOf,
	type Part,
	pathOf,
	type TextPart,
	type ToolCallPart,
	type ToolResultPart,
	type Turn,
} from '../../../core/index.js';
import {isBillingHeader} from '../billing-header.js';
import {encodeAssistant} from './encode-assistant.js';
import {encodeContent, type Writing} from './encode-content.js';
import {encodeResult} from './encode-result.js';

const dialect = 'openai-chat';

interface Waiting {
	readonly part: ToolResultPart;
	readonly turn: number;
	/** Its place among all results. */
	readonly order: number;
}

/**
 * Writes the messages: instructions as one message at the head, the results of an assistant's calls immediately behind it, and
 * what they hold beside text in a user message behind them.
 * @param instruction what the model must be told beside what the client says.
 * @throws {GatewayError} 400 for content that cannot be written.
 */
export function encodeMessages(
	conversation: Pick<Conversation, 'system' | 'turns'>,
	traits: ModelTraits,
	losses: Loss[],
	instruction?: string,
): readonly unknown[] {
	const writer = new MessageWriter(conversation.turns, {traits, losses});
	writer.writeInstructions(conversation.system, instruction);
	for (const [at, turn] of conversation.turns.entries()) writer.writeTurn(turn, at);
	return writer.finished();
}

class MessageWriter {
	readonly #messages: unknown[] = [];
	readonly #turns: readonly Turn[];
	readonly #writing: Writing;
	/** Results by the id of their call, in order; taken out when their call is written. */
	readonly #results = new Map<string, Waiting[]>();
	readonly #answered = new Set<ToolResultPart>();
	/** What the next user message begins with. */
	#carried: Part[] = [];

	constructor(turns: readonly Turn[], writing: Writing) {
		this.#turns = turns;
		this.#writing = writing;
		let order = 0;
		for (const [at, turn] of turns.entries()) {
			for (const part of turn.parts) {
				if (part.type !== 'tool-result') continue;
				const result = {part, turn: at, order: order++};
				const waiting = this.#results.get(part.callId);
				if (waiting === undefined) this.#results.set(part.callId, [result]);
				else waiting.push(result);
			}
		}
	}

	/** One message, because the templates of some models allow no second one; the client's own messages stay as they are. */
	writeInstructions(system: readonly TextPart[], instruction: string | undefined): void {
		const hoisted =
			this.#writing.traits.systemTurns === 'hoist'
				? this.#turns.filter(turn => turn.role === 'system').flatMap(textsOf)
				: [];
		const told: readonly TextPart[] =
			instruction === undefined ? hoisted : [...hoisted, {type: 'text', text: instruction}];
		if (told.length === 0 && this.#writeOwn(system)) return;
		const parts = [...system.filter(part => !isBillingHeader(part)), ...told];
		if (parts.length > 0) this.#messages.push(this.#systemMessage(parts));
	}

	/** Writes the client's own messages when they are all there, unchanged. */
	#writeOwn(system: readonly TextPart[]): boolean {
		const messages = [...new Set(system.map(part => originOf(part, dialect)))];
		const blocks = messages.map(message => (isObject(message) ? blockCount(message) : Number.NaN));
		if (blocks.reduce((sum, count) => sum + count, 0) !== system.length) return false;
		for (const message of messages) this.#messages.push(this.#withRole(message as JsonObject));
		return true;
	}

	#systemMessage(parts: readonly Part[]): JsonObject {
		const {traits} = this.#writing;
		const marked =
			traits.cacheBreakpoints === true && parts.some(part => part.type === 'text' && part.cache !== undefined);
		const content = marked
			? encodeContent(parts, this.#writing)
			: parts.map(part => (part.type === 'text' ? part.text : '')).join('\n\n');
		return {role: traits.instructionRole ?? 'system', content};
	}

	/** Servers that are not OpenAI's know no developer; OpenAI's first reasoning models know no system. */
	#withRole(message: JsonObject): JsonObject {
		const role = this.#writing.traits.instructionRole;
		return role === undefined || message['role'] === role ? message : Object.assign({}, message, {role});
	}

	writeTurn(turn: Turn, at: number): void {
		if (turn.role === 'assistant') this.#writeAssistant(turn, at);
		else if (turn.role === 'system') this.#writeSystem(turn);
		else this.#writeUser(turn);
	}

	#writeSystem(turn: Turn): void {
		const {systemTurns} = this.#writing.traits;
		if (systemTurns === 'hoist') return;
		if (systemTurns === 'user-text') {
			for (const part of textsOf(turn)) this.#carried.push({type: 'text', text: `<system>${part.text}</system>`});
			return;
		}
		this.#flush();
		const native = originOf(turn, dialect);
		if (isObject(native)) this.#messages.push(this.#withRole(native));
		else if (turn.parts.length > 0) this.#messages.push(named(this.#systemMessage(textsOf(turn)), turn));
	}

	#writeAssistant(turn: Turn, at: number): void {
		const native = originOf(turn, dialect);
		const message = isObject(native) ? native : encodeAssistant(turn, this.#writing);
		if (message === undefined) return;
		this.#flush();
		this.#messages.push(isObject(native) ? native : named(message, turn));
		const calls = turn.parts.filter(part => part.type === 'tool-call');
		const results = calls.flatMap(call => this.#resultOf(call, at));
		results.sort((a, b) => a.order - b.order);
		const legacy = isObject(message['function_call']);
		for (const {part} of results) this.#writeResult(part, legacy);
		const unanswered = calls.filter(call => !results.some(({part}) => part.callId === call.id));
		for (const call of unanswered) this.#writeMissing(call);
	}

	#resultOf(call: ToolCallPart, at: number): readonly Waiting[] {
		const waiting = this.#results.get(call.id);
		const found = waiting?.findIndex(result => result.turn > at) ?? -1;
		return found === -1 ? [] : (waiting?.splice(found, 1) ?? []);
	}

	#writeResult(part: ToolResultPart, legacy: boolean): void {
		this.#answered.add(part);
		const native = originOf(part, dialect);
		// The legacy form knows no ids: its results follow only its own calls.
		if (isObject(native) && (native['role'] === 'tool') !== legacy) {
			this.#messages.push(native);
			return;
		}
		const {message, carried} = encodeResult(part, this.#writing);
		this.#messages.push(message);
		this.#carried.push(...carried);
	}

	/** Every call must be answered; one without an answer would have the whole conversation refused. */
	#writeMissing(call: ToolCallPart): void {
		this.#messages.push({role: 'tool', tool_call_id: call.id, content: 'Error: this call was given no result.'});
		this.#writing.losses.push({
			path: pathOf(call) ?? 'turns',
			reason: 'the call has no result, and the model is told so',
		});
	}

	#writeUser(turn: Turn): void {
		const native = originOf(turn, dialect);
		if (isObject(native) && this.#carried.length === 0) {
			this.#messages.push(native);
			return;
		}
		const said = turn.parts.flatMap(part => (part.type === 'tool-result' ? this.#orphaned(part) : [part]));
		if (said.length === 0) return;
		const content = encodeContent([...this.#carried, ...said], this.#writing);
		this.#carried = [];
		if (content !== '' || said.some(part => part.type === 'text'))
			this.#messages.push(named({role: 'user', content}, turn));
	}

	/** A result of a call that nobody made is told as text; the format has no other place for it. */
	#orphaned(part: ToolResultPart): readonly Part[] {
		if (this.#answered.has(part)) return [];
		const text = part.content.flatMap(content => (content.type === 'text' ? [content.text] : [])).join('\n\n');
		const others = part.content.filter(content => content.type !== 'text');
		if (text === '' && others.length === 0) return [];
		return [{type: 'text', text: `Tool result: ${text}`}, ...others];
	}

	#flush(): void {
		if (this.#carried.length === 0) return;
		this.#messages.push({role: 'user', content: encodeContent(this.#carried, this.#writing)});
		this.#carried = [];
	}

	finished(): readonly unknown[] {
		this.#flush();
		return this.#messages;
	}
}

function blockCount(message: JsonObject): number {
	const content = message['content'];
	return Array.isArray(content) ? content.length : 1;
}

function textsOf(turn: Turn): readonly TextPart[] {
	return turn.parts.filter(part => part.type === 'text');
}

function named(message: JsonObject, turn: Turn): JsonObject {
	return turn.name === undefined ? message : Object.assign({}, message, {name: turn.name});
}
