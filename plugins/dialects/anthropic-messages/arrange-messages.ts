/**
 * Puts the turns of a conversation in the order that Anthropic demands: results directly behind their calls and first in the
 * message, calls last in theirs, one message for each side, system messages behind what the user said.
 * @see https://platform.claude.com/docs/en/agents-and-tools/tool-use/implement-tool-use
 * @see https://platform.claude.com/docs/en/build-with-claude/mid-conversation-system-messages
 */

import {
	isObject,
	type JsonObject,
	type ModelTraits,
	originOf,
	type Part,
	pathOf,
	type ToolCallPart,
	type ToolResultPart,
	type Turn,
} from '../../../core/index.js';
import {refuseForeignContent} from '../untranslatable.js';
import {encodeText, isBlank, listed, type PartEncoder} from './encode-part.js';
import {dialect} from './names.js';
import {type Pairs, pairResults} from './pair-results.js';

/** A message as it comes about. */
export interface Draft {
	readonly role: Turn['role'];
	readonly blocks: JsonObject[];
	/** The message as it came, as long as nothing is added to it. */
	native: JsonObject | undefined;
}

/** @returns messages, and instructions that stand before all of them. */
export function arrangeMessages(
	turns: readonly Turn[],
	traits: ModelTraits,
	parts: PartEncoder,
): {readonly messages: Draft[]; readonly leading: readonly JsonObject[]} {
	const arrangement = new Arrangement(turns, traits, parts);
	for (const turn of turns) arrangement.add(turn);
	return arrangement.finished();
}

class Arrangement {
	readonly #messages: Draft[] = [];
	readonly #leading: JsonObject[] = [];
	readonly #placement: ModelTraits['systemTurns'];
	readonly #parts: PartEncoder;
	readonly #pairs: Pairs;
	/** Calls of the last assistant's message, to be answered by what comes next. */
	#owed: readonly ToolCallPart[] = [];
	/** Instructions that wait for a place. */
	#pending: JsonObject[] = [];

	constructor(turns: readonly Turn[], traits: ModelTraits, parts: PartEncoder) {
		this.#placement = traits.systemTurns;
		this.#parts = parts;
		this.#pairs = pairResults(turns);
	}

	add(turn: Turn): void {
		if (turn.role === 'system') this.#system(turn);
		else if (turn.role === 'user') this.#user(turn);
		else this.#assistant(turn);
	}

	finished(): {readonly messages: Draft[]; readonly leading: readonly JsonObject[]} {
		this.#answer();
		if (this.#pending.length > 0 && !this.#placeSystem()) this.#push('user', wrapped(this.#takePending()), undefined);
		for (const message of this.#messages) {
			if (message.role === 'user' && message.blocks.length === 0) message.blocks.push(placeholder);
			if (message.role === 'assistant' && message.native === undefined) callsLast(message.blocks);
		}
		return {messages: this.#messages, leading: this.#leading};
	}

	#system(turn: Turn): void {
		const native = originOf(turn, dialect);
		if (isObject(native) && this.#placement !== 'user-text' && this.#placement !== 'hoist') {
			this.#messages.push({role: 'system', blocks: this.#encode(turn.parts), native});
			return;
		}
		const texts = turn.parts.flatMap(part => (part.type === 'text' ? listed(encodeText(part)) : []));
		if (this.#placement === 'hoist' || this.#messages.length === 0) this.#leading.push(...texts);
		else this.#pending.push(...texts);
	}

	#assistant(turn: Turn): void {
		const blocks = this.#encode(turn.parts);
		if (blocks.length === 0) return;
		this.#answer();
		if (this.#placement !== 'user-text') this.#placeSystem();
		const verbatim = turn.parts.every(part => this.#parts.accepts(part));
		this.#push('assistant', blocks, verbatim ? originOf(turn, dialect) : undefined);
		this.#owed = turn.parts.filter(part => part.type === 'tool-call');
	}

	#user(turn: Turn): void {
		const results = turn.parts.filter(part => part.type === 'tool-result');
		const others = turn.parts.flatMap(part => {
			if (part.type === 'native' && part.dialect !== dialect) refuseForeignContent(part, pathOf(part) ?? 'turns');
			if (part.type !== 'tool-result') return listed(this.#parts.encode(part));
			return this.#pairs.claimed.has(part) ? [] : this.#orphan(part);
		});
		const answers = this.#isAnsweredBy(results);
		const waits = this.#placement === 'user-text' && this.#pending.length > 0;
		const head = this.#takeOwed();
		const system = waits ? wrapped(this.#takePending()) : [];
		this.#push('user', [...head, ...system, ...others], answers && !waits ? originOf(turn, dialect) : undefined);
	}

	/** True when the results of a turn are those that are owed, and no others. */
	#isAnsweredBy(results: readonly ToolResultPart[]): boolean {
		if (results.length !== this.#owed.length) return false;
		return this.#owed.every(call => {
			const result = this.#pairs.resultOf.get(call);
			return result !== undefined && results.includes(result);
		});
	}

	/** A result that belongs to no call can only be told. */
	#orphan(part: ToolResultPart): readonly JsonObject[] {
		const content = this.#parts.resultContent(part);
		const [first] = content;
		if (first === undefined) return [];
		if (first['type'] !== 'text') return [{type: 'text', text: 'Tool result:'}, ...content];
		return [{type: 'text', text: `Tool result: ${String(first['text'])}`}, ...content.slice(1)];
	}

	/** Results stand directly behind their calls, whoever spoke in between. */
	#answer(): void {
		if (this.#owed.length > 0) this.#push('user', this.#takeOwed(), undefined);
	}

	#takeOwed(): readonly JsonObject[] {
		const owed = this.#owed;
		this.#owed = [];
		return owed.map(call => {
			const result = this.#pairs.resultOf.get(call);
			if (result !== undefined) return this.#parts.result(result);
			return {
				type: 'tool_result',
				tool_use_id: call.id,
				is_error: true,
				content: [{type: 'text', text: 'No result was given.'}],
			};
		});
	}

	/** A system message follows what the user said, and what the assistant says follows it. */
	#placeSystem(): boolean {
		if (this.#placement === 'user-text' || this.#pending.length === 0 || this.#messages.at(-1)?.role !== 'user')
			return false;
		this.#messages.push({role: 'system', blocks: this.#takePending(), native: undefined});
		return true;
	}

	#takePending(): JsonObject[] {
		const pending = this.#pending;
		this.#pending = [];
		return pending;
	}

	/** Messages of one side become one, unless they came as two in this very format. */
	#push(role: 'user' | 'assistant', blocks: readonly JsonObject[], origin: unknown): void {
		const native = isObject(origin) ? origin : undefined;
		const last = this.#messages.at(-1);
		if (last?.role !== role || (last.native !== undefined && native !== undefined)) {
			this.#messages.push({role, blocks: [...blocks], native});
			return;
		}
		last.blocks.push(...blocks);
		last.native = undefined;
	}

	#encode(parts: readonly Part[]): JsonObject[] {
		return parts.flatMap(part => listed(this.#parts.encode(part)));
	}
}

/** What stands for a message of the user that holds nothing: a message must hold something, and leaving it out joins others. */
const placeholder: JsonObject = {type: 'text', text: '(no content)'};

/** Instructions for models that take them in the user's words only. */
function wrapped(texts: readonly JsonObject[]): readonly JsonObject[] {
	return texts.map(block => Object.assign({}, block, {text: `<system>${String(block['text'])}</system>`}));
}

/** Only calls at the end of a message are matched with the results behind it. */
function callsLast(blocks: JsonObject[]): void {
	const calls = blocks.filter(block => block['type'] === 'tool_use');
	if (calls.length === 0) return;
	const others = blocks.filter(block => block['type'] !== 'tool_use');
	blocks.splice(0, blocks.length, ...others, ...calls);
}

/** White space at the end of what the assistant has begun to say is refused. */
export function trimEnd(message: Draft): void {
	if (message.native !== undefined) return;
	const last = message.blocks.at(-1);
	if (last?.['type'] !== 'text') return;
	const text = String(last['text']).trimEnd();
	if (isBlank(text)) message.blocks.pop();
	else message.blocks[message.blocks.length - 1] = Object.assign({}, last, {text});
}
