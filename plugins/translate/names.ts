/**
 * Names of tools and ids of calls that one side does not allow, mapped there and back. Names are restored from the request's own
 * list of tools; ids carry their original in themselves, so that it comes back with the next request: nothing is kept.
 */

import {createHash} from 'node:crypto';
import type {Codec, Completion, CompletionEvent, Conversation, NameRule, Part, Turn} from '../../core/index.js';
import {withPathOf} from '../../core/index.js';

const carrier = 'tg_';
const digest = 'tgh_';

function fits(name: string, rule: NameRule): boolean {
	return name.length > 0 && name.length <= rule.maxLength && rule.pattern.test(name);
}

function hash(text: string, length: number): string {
	return createHash('sha256').update(text).digest('base64url').slice(0, length);
}

/** An id as the other side allows it: itself, itself in disguise, or (too long for that) a stand-in that is always the same. */
export function fitId(id: string, rule: NameRule): string {
	if (fits(id, rule) && !id.startsWith(carrier)) return id;
	const disguised = carrier + Buffer.from(id).toString('base64url');
	return disguised.length <= rule.maxLength
		? disguised
		: digest + hash(id, Math.min(32, rule.maxLength - digest.length));
}

/** The id that {@link fitId} disguised; any other id is itself. */
export function originalId(id: string): string {
	if (!id.startsWith(carrier)) return id;
	const original = Buffer.from(id.slice(carrier.length), 'base64url').toString();
	return carrier + Buffer.from(original).toString('base64url') === id ? original : id;
}

/** A tool's name as the other side allows it; different names stay different. */
function fitName(name: string, rule: NameRule, taken: ReadonlySet<string>): string {
	if (fits(name, rule) && !taken.has(name)) return name;
	const plain = name.replace(/[^a-zA-Z0-9_-]/g, '_').slice(0, rule.maxLength - 9);
	return `${plain}_${hash(name, 8)}`;
}

/** The names and ids of one call. */
export class CallNames {
	readonly #there = new Map<string, string>();
	readonly #back = new Map<string, string>();
	readonly #targetIds: NameRule;
	readonly #clientIds: NameRule;

	constructor(conversation: Conversation, client: Codec, target: Codec) {
		this.#targetIds = target.callIds;
		this.#clientIds = client.callIds;
		const names = new Set<string>();
		for (const tool of conversation.tools) if (tool.type === 'function') names.add(tool.name);
		for (const {parts} of conversation.turns)
			for (const part of parts) if (part.type === 'tool-call') names.add(part.name);
		// Names that fit as they are come first: nobody else may take them.
		const free = [...names].filter(name => !fits(name, target.toolNames));
		const taken = new Set([...names].filter(name => fits(name, target.toolNames)));
		for (const name of free) {
			const fitting = fitName(name, target.toolNames, taken);
			taken.add(fitting);
			this.#there.set(name, fitting);
			this.#back.set(fitting, name);
		}
	}

	/** The conversation in names that the target allows. */
	request(conversation: Conversation): Conversation {
		const turns = conversation.turns.map(turn => this.#turn(turn));
		const changes: {-readonly [Name in keyof Conversation]?: Conversation[Name]} = {};
		if (turns.some((turn, index) => turn !== conversation.turns[index])) changes.turns = turns;
		if (this.#there.size > 0) {
			changes.tools = conversation.tools.map(tool =>
				tool.type === 'function' && this.#there.has(tool.name)
					? withPathOf(Object.assign({}, tool, {name: this.#name(tool.name)}), tool)
					: tool,
			);
			const choice = conversation.toolChoice;
			if (choice?.type === 'tool') changes.toolChoice = {type: 'tool', name: this.#name(choice.name)};
			if (choice?.type === 'allowed') {
				changes.toolChoice = {type: 'allowed', mode: choice.mode, names: choice.names.map(name => this.#name(name))};
			}
		}
		return Object.keys(changes).length === 0 ? conversation : Object.assign({}, conversation, changes);
	}

	/** An answer in the client's names. */
	completion(completion: Completion): Completion {
		const candidates = completion.candidates.map(candidate =>
			Object.assign({}, candidate, {parts: candidate.parts.map(part => this.#answered(part))}),
		);
		return Object.assign({}, completion, {candidates});
	}

	/** A step of an answer in the client's names. */
	event(event: CompletionEvent): CompletionEvent {
		if (event.type !== 'part-start' || event.part.type !== 'tool-call') return event;
		return Object.assign({}, event, {part: this.#answered(event.part)});
	}

	#turn(turn: Turn): Turn {
		let changed = false;
		const parts = turn.parts.map(part => {
			const fitting = this.#asked(part);
			changed ||= fitting !== part;
			return fitting;
		});
		return changed ? withPathOf(Object.assign({}, turn, {parts}), turn) : turn;
	}

	#asked(part: Part): Part {
		if (part.type === 'tool-call') {
			const [id, name] = [this.#id(part.id), this.#name(part.name)];
			return id === part.id && name === part.name ? part : withPathOf(Object.assign({}, part, {id, name}), part);
		}
		if (part.type === 'tool-result') {
			const callId = this.#id(part.callId);
			return callId === part.callId ? part : withPathOf(Object.assign({}, part, {callId}), part);
		}
		return part;
	}

	#answered(part: Part): Part {
		if (part.type !== 'tool-call') return part;
		return Object.assign({}, part, {id: fitId(part.id, this.#clientIds), name: this.#back.get(part.name) ?? part.name});
	}

	#id(id: string): string {
		return fitId(originalId(id), this.#targetIds);
	}

	#name(name: string): string {
		return this.#there.get(name) ?? name;
	}
}
