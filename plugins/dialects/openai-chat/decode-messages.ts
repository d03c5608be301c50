/** The messages of a Chat Completions request as instructions and turns. */

import {createHash} from 'node:crypto';
import {
	type Conversation,
	isObject,
	type JsonObject,
	type Part,
	pathOf,
	remember,
	type TextPart,
	type ToolCallPart,
	type ToolResultPart,
	type Turn,
} from '../../../core/index.js';
import {decodeContent, invalid} from './decode-content.js';
import {decodeDetails} from './reasoning-details.js';

const dialect = 'openai-chat';

/**
 * Reads messages in order. System and developer messages at the head are instructions, later ones are turns; results of tools
 * that stand side by side become one turn.
 * @throws {GatewayError} 400 naming the message that cannot be read.
 * @see https://platform.openai.com/docs/api-reference/chat/create
 */
export function decodeMessages(messages: unknown): Pick<Conversation, 'system' | 'turns'> {
	if (!Array.isArray(messages)) throw invalid('messages', 'must be an array');
	const reader = new MessageReader();
	messages.forEach((message: unknown, index) => {
		if (!isObject(message)) throw invalid(`messages[${index}]`, 'must be an object');
		reader.read(message, index);
	});
	return {system: reader.system, turns: reader.turns};
}

class MessageReader {
	readonly system: TextPart[] = [];
	readonly turns: Turn[] = [];
	/** The turn that takes further results. */
	#results: Part[] | undefined;
	/** Calls of the last assistant message that have no result yet. */
	#open: readonly ToolCallPart[] = [];

	read(message: JsonObject, index: number): void {
		const path = `messages[${index}]`;
		const role = message['role'];
		if (role === 'tool' || role === 'function') {
			this.#addResult(remember(this.#result(message, path), dialect, message, path));
			return;
		}
		this.#results = undefined;
		if (role === 'system' || role === 'developer') this.#readSystem(message, path);
		else if (role === 'user') this.#add('user', decodeContent(message['content'], `${path}.content`), message, path);
		else if (role === 'assistant') this.#readAssistant(message, index, path);
		else throw invalid(`${path}.role`, 'must be one of system, developer, user, assistant and tool');
	}

	#readSystem(message: JsonObject, path: string): void {
		const parts = decodeContent(message['content'], `${path}.content`);
		if (this.turns.length > 0) {
			this.#add('system', parts, message, path);
			return;
		}
		for (const part of parts) {
			if (part.type !== 'text') throw invalid(`${path}.content`, 'must be text');
			// All parts of one message go back to it together.
			this.system.push(remember(part, dialect, message, pathOf(part) ?? path));
		}
	}

	#readAssistant(message: JsonObject, index: number, path: string): void {
		const thinking = decodeThinking(message);
		for (const part of thinking) remember(part, dialect, undefined, `${path}.reasoning_content`);
		const parts: Part[] = [...thinking, ...decodeContent(message['content'], `${path}.content`)];
		if (typeof message['refusal'] === 'string' && message['refusal'] !== '') {
			parts.push(remember({type: 'refusal', text: message['refusal']}, dialect, undefined, `${path}.refusal`));
		}
		if (isObject(message['audio'])) {
			const audio = {type: 'native' as const, dialect, name: 'audio', value: message['audio']};
			parts.push(remember(audio, dialect, undefined, `${path}.audio`));
		}
		const calls = decodeCalls(message, index, path);
		this.#open = calls;
		this.#add('assistant', [...parts, ...calls], message, path);
	}

	#result(message: JsonObject, path: string): ToolResultPart {
		const content = decodeContent(message['content'], `${path}.content`).map((part, index) => {
			if (part.type === 'text' || part.type === 'image' || part.type === 'document') return part;
			throw invalid(`${path}.content[${index}].type`, 'must be text, image_url or file');
		});
		const call = this.#answered(message);
		this.#open = this.#open.filter(open => open !== call);
		const id = message['tool_call_id'];
		const callId = typeof id === 'string' && id !== '' ? id : (call?.id ?? '');
		const result = {type: 'tool-result' as const, callId, content};
		return call?.custom === true ? Object.assign(result, {custom: true}) : result;
	}

	/** The call that a result belongs to: by its id, by its name in the legacy form, or by its place. */
	#answered(message: JsonObject): ToolCallPart | undefined {
		const {tool_call_id: id, name} = message;
		if (typeof id === 'string' && id !== '') return this.#open.find(call => call.id === id);
		if (message['role'] === 'function') return this.#open.find(call => call.name === name);
		return this.#open[0];
	}

	#addResult(result: ToolResultPart): void {
		if (this.#results === undefined) {
			this.#results = [];
			this.turns.push({role: 'user', parts: this.#results});
		}
		this.#results.push(result);
	}

	#add(role: Turn['role'], parts: readonly Part[], message: JsonObject, path: string): void {
		const name = message['name'];
		const turn = typeof name === 'string' && name !== '' ? {role, parts, name} : {role, parts};
		this.turns.push(remember(turn, dialect, message, path));
	}
}

/** Thinking is `reasoning_details` where there are signatures, else `reasoning_content` (DeepSeek's name) or `reasoning`. */
export function decodeThinking(message: JsonObject): readonly Part[] {
	const details = decodeDetails(message['reasoning_details']);
	if (details.length > 0) return details;
	const text = reasoningText(message);
	return text === '' ? [] : [{type: 'thinking', text}];
}

export function reasoningText(message: JsonObject): string {
	const content = message['reasoning_content'];
	if (typeof content === 'string' && content !== '') return content;
	const reasoning = message['reasoning'];
	return typeof reasoning === 'string' ? reasoning : '';
}

function decodeCalls(message: JsonObject, index: number, path: string): readonly ToolCallPart[] {
	const listed: readonly unknown[] = Array.isArray(message['tool_calls']) ? message['tool_calls'] : [];
	const calls = listed.map((call, at) => {
		const field = `${path}.tool_calls[${at}]`;
		if (!isObject(call)) throw invalid(field, 'must be an object');
		const part = decodeCall(call, () => missingId(index, at, JSON.stringify(call)));
		if (part === undefined) throw invalid(field, 'must name a function');
		return remember(part, dialect, call, field);
	});
	const legacy = message['function_call'];
	if (!isObject(legacy)) return calls;
	const part = decodeCall({function: legacy}, () => `call_legacy_${index}`);
	if (part === undefined) throw invalid(`${path}.function_call.name`, 'must be a string');
	return [...calls, remember(part, dialect, undefined, `${path}.function_call`)];
}

/**
 * Reads an entry of `tool_calls`, of a request or a reply.
 * @param newId makes the id of a call that has none.
 * @returns `undefined` when it names no function.
 */
export function decodeCall(call: JsonObject, newId: () => string): ToolCallPart | undefined {
	const custom = isObject(call['custom']);
	const target = custom ? call['custom'] : call['function'];
	if (!isObject(target) || typeof target['name'] !== 'string') return undefined;
	const given = custom ? target['input'] : target['arguments'];
	const signature = thoughtSignature(call);
	return Object.assign(
		{
			type: 'tool-call' as const,
			id: typeof call['id'] === 'string' && call['id'] !== '' ? call['id'] : newId(),
			name: target['name'],
			arguments: typeof given === 'string' ? given : given === undefined || given === null ? '' : JSON.stringify(given),
		},
		custom ? {custom} : undefined,
		signature === undefined ? undefined : {signature},
	);
}

/** Gemini wants its signature of a call back with the call. @see https://ai.google.dev/gemini-api/docs/openai */
export function thoughtSignature(call: JsonObject): string | undefined {
	const extra = call['extra_content'];
	const google = isObject(extra) ? extra['google'] : undefined;
	const signature = isObject(google) ? google['thought_signature'] : undefined;
	return typeof signature === 'string' ? signature : undefined;
}

/** The same for the same call at the same place, so that a history that is sent again means the same. */
function missingId(message: number, at: number, call: string): string {
	const hash = createHash('sha256').update(`${message} ${call}`).digest('hex');
	return `call_${at}_${hash.slice(0, 12)}`;
}
