/** How many tokens a request will take, for models whose provider does not count. An estimate, rather too high than too low. */

import {setImmediate} from 'node:timers/promises';
import type {Conversation, DocumentPart, Family, Part, Tool, ToolResultPart, Turn} from '../../core/index.js';
import {declareTool} from './declare-tool.js';
import {audioTokens, imageTokens, pdfPages} from './media-tokens.js';
import {nativeToolTokens, type TokenProfile, tokenProfile} from './token-profiles.js';
import {loadTokenizer, slicesOf} from './tokenizer.js';

/** Slices after which other calls get their turn: a few milliseconds. */
const slicesAtOnce = 12;

/**
 * Estimates the input tokens of a request: instructions, turns, tools, images, documents and the answer's schema. Of what a
 * provider's own tools will read, one web search is in it; files by id cannot be foretold.
 * @param family whose models an unknown name is counted like.
 * @param model the model that will answer; what the conversation names when absent.
 * @returns tokens.
 * @see https://platform.claude.com/docs/en/build-with-claude/token-counting
 */
export async function countTokens(
	conversation: Conversation,
	family: Family,
	model = conversation.model,
): Promise<number> {
	const {texts, other, factor} = new Tally(tokenProfile(model, family)).conversation(conversation);
	const tokenizer = await loadTokenizer();
	let tokens = 0;
	let slices = 0;
	for (const text of texts) {
		for (const slice of slicesOf(text)) {
			tokens += tokenizer.count(slice);
			if (++slices % slicesAtOnce === 0) await setImmediate();
		}
	}
	return Math.ceil(tokens * factor) + other;
}

/** Around a document, besides its text. */
const documentFrame = 40;

/** The client asks something, or tells something: more than results of tools. */
function asks({role, parts}: Turn): boolean {
	return role === 'user' && parts.some(({type}) => type !== 'tool-result');
}

function isThinking({type}: Part): boolean {
	return type === 'thinking' || type === 'redacted-thinking';
}

/** Tokens of encrypted thoughts: fitted to recordings, an envelope and then 4.5 characters of base64 each. */
function sealedTokens(data: string): number {
	return Math.max(0, Math.ceil((data.length - 900) / 4.5));
}

/** Sorts a request into texts, which the tokenizer counts, and the rest, which is reckoned. */
class Tally {
	readonly texts: string[] = [];
	readonly #profile: TokenProfile;
	other = 0;

	constructor(profile: TokenProfile) {
		this.#profile = profile;
	}

	get factor(): number {
		return this.#profile.factor;
	}

	conversation({system, turns, tools, toolChoice, output, reasoning}: Conversation): this {
		const profile = this.#profile;
		this.other += profile.request + profile.turn * (system.length + turns.length);
		for (const {text} of system) this.texts.push(text);
		const question = turns.findLastIndex(asks);
		turns.forEach(({parts}, index) => {
			const remembered = index > question || profile.keepsThinking;
			for (const part of parts) if (remembered || !isThinking(part)) this.#part(part);
		});
		if (tools.length > 0) {
			const forced = toolChoice !== undefined && toolChoice.type !== 'auto' && toolChoice.type !== 'none';
			this.other += forced ? profile.forcedTools : profile.tools;
			for (const tool of tools) this.#tool(tool);
		}
		if (output !== undefined && output.type !== 'text') this.other += profile.schema;
		if (output?.type === 'schema')
			this.texts.push(JSON.stringify(output.schema), output.name ?? '', output.description ?? '');
		if (reasoning?.mode === 'on' || reasoning?.mode === 'adaptive') this.other += profile.thinking;
		return this;
	}

	#part(part: Part): void {
		switch (part.type) {
			case 'text':
			case 'refusal':
				this.texts.push(part.text);
				return;
			case 'thinking':
				// A summary is for people: the model reads the thoughts themselves.
				if (part.signature !== undefined && (part.summary === true || part.text === ''))
					this.other += sealedTokens(part.signature);
				else this.texts.push(part.text);
				return;
			case 'redacted-thinking':
				this.other += sealedTokens(part.data);
				return;
			case 'tool-call':
				this.other += this.#profile.call;
				this.texts.push(part.name, part.arguments);
				if (this.#profile.readsCallIds) this.texts.push(part.id);
				return;
			case 'tool-result':
				this.#result(part);
				return;
			case 'image':
				this.other += imageTokens(part, this.#profile.image);
				return;
			case 'document':
				this.#document(part);
				return;
			case 'audio':
				this.other += audioTokens(part);
				return;
			case 'native':
				this.texts.push(JSON.stringify(part.value));
		}
	}

	#result({callId, content}: ToolResultPart): void {
		this.other += this.#profile.call;
		if (this.#profile.readsCallIds) this.texts.push(callId);
		for (const part of content) this.#part(part);
	}

	#document({source, name, context}: DocumentPart): void {
		this.other += documentFrame;
		this.texts.push(name ?? '', context ?? '');
		if (source.kind === 'text') this.texts.push(source.text);
		else if (source.kind === 'base64' && source.mediaType.startsWith('text/'))
			this.texts.push(Buffer.from(source.data, 'base64').toString());
		else this.other += this.#profile.page * pdfPages(source.kind === 'base64' ? source.data : undefined);
	}

	#tool(tool: Tool): void {
		this.other += this.#profile.tool;
		if (tool.type === 'native') {
			this.other += nativeToolTokens(tool.value['type']);
			this.texts.push(JSON.stringify(tool.value));
		} else if (this.#profile.declaresTools) this.texts.push(declareTool(tool));
		else this.texts.push(tool.name, tool.description ?? '', JSON.stringify(tool.parameters ?? {}));
	}
}
