/** Parts of an answer as items of the output. */

import type {
	Extra,
	JsonObject,
	RedactedThinkingPart,
	RefusalPart,
	TextPart,
	ThinkingPart,
	ToolCallPart,
} from '../../../core/index.js';
import {unwrapInput} from '../custom-input.js';
import {encodeAnnotation} from './convert-citation.js';
import {nativeName} from './map-tools.js';
import {dialect} from './name.js';
import {reasoningItem} from './reasoning-item.js';
import type {ToolTable} from './tool-names.js';

/** Makes ids that are unique to an answer. */
export type NewId = (prefix: string) => string;

/** The content that a text or a refusal is within a message. */
export function contentOf(part: TextPart | RefusalPart): JsonObject {
	if (part.type === 'refusal') return {type: 'refusal', refusal: part.text};
	const annotations = part.citations?.flatMap(citation => encodeAnnotation(citation, part.text.length) ?? []) ?? [];
	return {type: 'output_text', text: part.text, annotations, logprobs: logprobsOf(part.extras)};
}

/** Log probabilities of a text, where this format has said them. */
export function logprobsOf(extras: readonly Extra[] | undefined): readonly unknown[] {
	const said = extras?.find(extra => extra.path === 'logprobs' && extra.dialect === dialect);
	return Array.isArray(said?.value) ? said.value : [];
}

/** Commentary or final answer, where the model has said which. */
export function phaseOfPart(part: TextPart | RefusalPart): string | undefined {
	const extras = part.type === 'text' ? part.extras : undefined;
	const said = extras?.find(extra => extra.path === 'phase' && extra.dialect === dialect);
	return typeof said?.value === 'string' ? said.value : undefined;
}

export function messageItem(
	id: string,
	phase: string | undefined,
	status: string,
	content: readonly JsonObject[],
): JsonObject {
	const item = {id, type: 'message', role: 'assistant', status, content};
	return phase === undefined ? item : Object.assign(item, {phase});
}

/** A call under the name that the client gave the tool, as free text where the client's tool takes that. */
export function callItem(part: ToolCallPart, id: string, status: string, table: ToolTable): JsonObject {
	const entry = table.find(part.name);
	const named = nativeName(part.name, entry);
	if (isFreeText(part, table)) {
		const input = part.custom === true ? part.arguments : unwrapInput(part.arguments);
		return Object.assign({id, type: 'custom_tool_call', call_id: part.id}, named, {input});
	}
	return Object.assign({id, type: 'function_call', status, call_id: part.id}, named, {arguments: part.arguments});
}

/** Whether the client's tool takes free text. */
export function isFreeText(part: ToolCallPart, table: ToolTable): boolean {
	return part.custom === true || table.find(part.name)?.custom === true;
}

/** `rs_…` is kept, because clients hand it back to who made it. */
export function thinkingItem(part: ThinkingPart | RedactedThinkingPart, newId: NewId): JsonObject {
	return reasoningItem(part, part.id?.startsWith('rs_') ? part.id : newId('rs_'));
}

/** An id of this format: the provider's own, if it speaks the format too. */
export function responseId(id: string, newId: NewId): string {
	return id.startsWith('resp_') ? id : newId('resp_');
}

/** Members of a response that neither the hub nor the request says. */
export function replyMembers(extras: readonly Extra[] | undefined): JsonObject {
	const members: Record<string, unknown> = {};
	for (const extra of extras ?? []) {
		const tier = extra.dialect === 'openai-chat' && extra.path === 'service_tier';
		if (extra.dialect === dialect || tier) members[extra.path] = extra.value;
	}
	return members;
}
