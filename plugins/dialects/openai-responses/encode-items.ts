/** Turns as items. */

import {
	isObject,
	type JsonObject,
	originOf,
	type Part,
	pathOf,
	type RedactedThinkingPart,
	type ThinkingPart,
	type ToolCallPart,
	type ToolResultPart,
	type Turn,
} from '../../../core/index.js';
import {unwrapInput} from '../custom-input.js';
import {type ContentWriter, encodeContent, encodeOutput, isContent} from './encode-content.js';
import {nativeName} from './map-tools.js';
import {dialect} from './name.js';
import {type Pairs, pairCalls} from './pair-calls.js';
import {encryptedContent, signer} from './reasoning-item.js';
import type {ToolTable} from './tool-names.js';

/** What writing items depends on, and what it leaves behind. */
export interface ItemWriter extends ContentWriter {
	/** The tools as they are written. */
	readonly table: ToolTable;
	/** Calls may stand in what the provider keeps, so that a result without a call is in order. */
	readonly continued: boolean;
}

/** Writes the turns; those that were read here and left alone as they came. */
export function encodeTurns(turns: readonly Turn[], writer: ItemWriter): readonly JsonObject[] {
	const pairs = pairCalls(turns);
	return turns.flatMap((turn, index) => {
		const origin = originOf(turn, dialect);
		if (Array.isArray(origin) && !turn.parts.some(isForeign)) return [...origin, ...missing(turn, pairs)];
		switch (turn.role) {
			case 'assistant':
				return [...encodeAssistant(turn, index, writer), ...missing(turn, pairs)];
			case 'user':
				return encodeUser(turn, pairs, writer);
			default:
				return encodeSystemTurn(turn, writer);
		}
	});
}

/** What another provider has signed: OpenAI would refuse it, or the item that carries it. */
export function isForeign(part: Part): boolean {
	if (part.type === 'tool-call') return part.signature !== undefined;
	if (part.type !== 'thinking' && part.type !== 'redacted-thinking') return false;
	return part.signedBy !== undefined && part.signedBy !== signer;
}

function missing(turn: Turn, {unanswered}: Pairs): readonly JsonObject[] {
	return turn.parts.flatMap(part => {
		if (part.type !== 'tool-call' || !unanswered.has(part)) return [];
		const type = part.custom === true ? 'custom_tool_call_output' : 'function_call_output';
		return [{type, call_id: part.id, output: 'Error: no result'}];
	});
}

function encodeUser(turn: Turn, pairs: Pairs, writer: ItemWriter): readonly JsonObject[] {
	const items: JsonObject[] = [];
	const content: JsonObject[] = [];
	for (const part of turn.parts) {
		const origin = originOf(part, dialect);
		if (isObject(origin) && !isContent(origin) && part.type !== 'tool-result') items.push(origin);
		else if (part.type === 'native' && part.dialect === dialect && !isContent(part.value)) items.push(part.value);
		else if (part.type !== 'tool-result') content.push(...encodeContent(part, writer));
		else if (pairs.callOf.has(part) || writer.continued) items.push(encodeResult(part, pairs, writer));
		else content.push(...orphan(part, writer));
	}
	if (content.length > 0 || items.length === 0) items.push({type: 'message', role: 'user', content: short(content)});
	return items;
}

/** A result that nothing asked for is still something that the user's side has said. */
function orphan(part: ToolResultPart, writer: ItemWriter): readonly JsonObject[] {
	const output = encodeOutput(part, writer);
	if (output.length === 0) return [];
	if (typeof output === 'string') return [{type: 'input_text', text: `Tool result: ${output}`}];
	return [{type: 'input_text', text: 'Tool result:'}, ...output];
}

function encodeResult(part: ToolResultPart, pairs: Pairs, writer: ItemWriter): JsonObject {
	const origin = originOf(part, dialect);
	if (isObject(origin)) return origin;
	const call = pairs.callOf.get(part);
	const custom = part.custom === true || (call !== undefined && isCustom(call, writer.table));
	const type = custom ? 'custom_tool_call_output' : 'function_call_output';
	return {type, call_id: part.callId, output: encodeOutput(part, writer)};
}

function isCustom(call: ToolCallPart, table: ToolTable): boolean {
	const origin = originOf(call, dialect);
	if (isObject(origin)) return origin['type'] === 'custom_tool_call';
	return call.custom === true || table.find(call.name)?.custom === true;
}

function encodeAssistant(turn: Turn, turnIndex: number, writer: ItemWriter): readonly JsonObject[] {
	return turn.parts.flatMap((part, index) => {
		const origin = originOf(part, dialect);
		if (isObject(origin) && !isContent(origin) && (part.type === 'tool-call' || !isForeign(part))) return [origin];
		switch (part.type) {
			case 'text':
				if (part.citations !== undefined) {
					writer.losses.push({path: pathOf(part) ?? 'turns', reason: 'citations have no place in the history'});
				}
				return [Object.assign({type: 'message', role: 'assistant', content: part.text}, phase(part))];
			case 'refusal':
				return [
					{
						type: 'message',
						id: `msg_${turnIndex}_${index}`,
						role: 'assistant',
						status: 'completed',
						content: [{type: 'refusal', refusal: part.text}],
					},
				];
			case 'thinking':
			case 'redacted-thinking':
				return encodeThinking(part, `rs_${turnIndex}_${index}`, writer);
			case 'tool-call':
				return [encodeCall(part, writer.table)];
			case 'native':
				if (part.dialect === dialect && !isContent(part.value)) return [part.value];
				break;
			case 'tool-result':
				return [];
		}
		writer.losses.push({path: pathOf(part) ?? 'turns', reason: `the assistant's turn cannot hold "${nameOf(part)}"`});
		return [];
	});
}

function nameOf(part: Part): string {
	return part.type === 'native' ? part.name : part.type;
}

function phase(part: Extract<Part, {type: 'text'}>): JsonObject {
	const said = part.extras?.find(extra => extra.dialect === dialect && extra.path === 'phase');
	return said === undefined ? {} : {phase: said.value};
}

function encodeThinking(
	part: ThinkingPart | RedactedThinkingPart,
	id: string,
	{traits, losses}: ItemWriter,
): readonly JsonObject[] {
	const accepted = part.signedBy === signer && traits.signatures === signer;
	const text = part.type === 'thinking' ? part.text : '';
	if (accepted) {
		const summary = text === '' ? [] : [{type: 'summary_text', text}];
		return [{type: 'reasoning', id: part.id ?? id, summary, encrypted_content: encryptedContent(part)}];
	}
	if (traits.returnsReasoning === true && text !== '') {
		return [{type: 'reasoning', id: part.id ?? id, summary: [], content: [{type: 'reasoning_text', text}]}];
	}
	const whose = part.signedBy === undefined ? 'nobody has signed' : 'another provider has signed';
	losses.push({path: pathOf(part) ?? 'turns', reason: `thinking that ${whose} cannot be handed back`});
	return [];
}

function encodeCall(part: ToolCallPart, table: ToolTable): JsonObject {
	const entry = table.find(part.name);
	const named = nativeName(part.name, entry);
	if (part.custom === true || entry?.custom === true) {
		const input = part.custom === true ? part.arguments : unwrapInput(part.arguments);
		return Object.assign({type: 'custom_tool_call', call_id: part.id}, named, {input});
	}
	const args = part.arguments.trim() === '' ? '{}' : part.arguments;
	return Object.assign({type: 'function_call', call_id: part.id}, named, {arguments: args});
}

function encodeSystemTurn(turn: Turn, writer: ItemWriter): readonly JsonObject[] {
	const content = turn.parts.flatMap(part => encodeContent(part, writer));
	if (content.length === 0) return [];
	if (writer.traits.systemTurns !== 'user-text') {
		return [{type: 'message', role: instructionRole(writer), content: short(content)}];
	}
	const text = content.map(part => part['text']).join('\n\n');
	return [{type: 'message', role: 'user', content: `<system>\n${text}\n</system>`}];
}

/** The role that instructions travel in. */
export function instructionRole({traits}: ContentWriter): 'developer' | 'system' | 'user' {
	return traits.instructionRole ?? 'developer';
}

/** Content as a string where it is one plain text. */
export function short(content: readonly JsonObject[]): string | readonly JsonObject[] {
	const [only] = content;
	if (only === undefined) return '';
	const plain = content.length === 1 && only['type'] === 'input_text' && !('prompt_cache_breakpoint' in only);
	return plain && typeof only['text'] === 'string' ? only['text'] : content;
}
