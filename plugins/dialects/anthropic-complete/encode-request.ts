/** Writes a request of Text Completions: everything that is said becomes one text. */

import {
	type Conversation,
	type EncodedRequest,
	isObject,
	type JsonObject,
	type Loss,
	type ModelTraits,
	originOf,
	type Part,
	pathOf,
	refusal,
} from '../../../core/index.js';
import {encodeSampling, encodeStop, encodeUser} from '../anthropic-messages/encode-sampling.js';
import {isBillingHeader} from '../billing-header.js';
import {lossesOf, refuseUntranslatable} from '../untranslatable.js';
import {dialect} from './names.js';
import {type Speech, withoutMarks, writePrompt} from './prompt.js';

/** What an answer may take when the client has set no limit. */
const fallbackTokens = 4096;

/**
 * @see https://platform.claude.com/docs/en/api/completions
 * @throws {GatewayError} 400 for what is no text.
 */
export function encodeRequest(conversation: Conversation, traits: ModelTraits): EncodedRequest {
	const whole = originOf(conversation, dialect);
	if (isObject(whole)) return {body: whole, losses: []};
	refuseUntranslatable(conversation.extras, dialect);
	refuseTools(conversation);
	const losses: Loss[] = [...lossesOf(conversation.extras, dialect), ...unsaid(conversation)];
	const system = conversation.system.filter(part => !isBillingHeader(part)).map(({text}) => text);
	const speeches = joined(conversation, losses);
	if (system.length === 0 && speeches.length === 0)
		throw refusal('invalid_body', 'There is no message with text to answer.', {param: 'messages'});
	const body: JsonObject = {
		model: conversation.model,
		prompt: writePrompt(said(system.join('\n\n'), 'system', losses), speeches),
		max_tokens_to_sample: Math.max(1, conversation.maxTokens ?? traits.defaultMaxTokens ?? fallbackTokens),
		...encodeSampling(conversation, traits, false, losses),
		...encodeStop(conversation, traits, losses),
		...encodeUser(conversation.user),
		...(conversation.stream && {stream: true}),
	};
	return {body, losses};
}

/** Members of a conversation that a prompt cannot say. */
function unsaid({tools, reasoning, output, verbosity}: Conversation): readonly Loss[] {
	const reason = 'has no counterpart in the format of this model';
	const lost: Loss[] = [];
	if (tools.length > 0) lost.push({path: 'tools', reason});
	if (reasoning !== undefined && reasoning.mode !== 'off' && reasoning.effort !== 'none')
		lost.push({path: 'reasoning', reason});
	if (output !== undefined && output.type !== 'text') lost.push({path: 'output', reason});
	if (verbosity !== undefined && verbosity !== 'medium') lost.push({path: 'verbosity', reason});
	return lost;
}

function refuseTools({tools, toolChoice}: Conversation): void {
	const forced = toolChoice?.type === 'allowed' ? toolChoice.mode === 'required' : toolChoice?.type;
	if (tools.length > 0 && (forced === true || forced === 'required' || forced === 'tool'))
		throw refusal('invalid_body', 'The format of this model has no tools, and one must be called.', {
			param: 'tool_choice',
		});
}

/** Who speaks several times in a row speaks once. */
function joined(conversation: Conversation, losses: Loss[]): readonly Speech[] {
	const speeches: Speech[] = [];
	for (const turn of conversation.turns) {
		const path = pathOf(turn) ?? 'turns';
		const texts = turn.parts.flatMap(part => textOf(part, pathOf(part) ?? path, losses));
		const text = said(texts.join('\n\n'), path, losses);
		if (text.trim() === '') continue;
		const told = turn.role === 'system' ? `<system>${text}</system>` : text;
		const role = turn.role === 'assistant' ? 'assistant' : 'user';
		const last = speeches.at(-1);
		if (last?.role === role) speeches[speeches.length - 1] = {role, text: `${last.text}\n\n${told}`};
		else speeches.push({role, text: told});
	}
	const last = speeches.at(-1);
	if (last?.role === 'assistant') speeches[speeches.length - 1] = {role: 'assistant', text: last.text.trimEnd()};
	return speeches;
}

function said(text: string, path: string, losses: Loss[]): string {
	const clean = withoutMarks(text);
	if (clean !== text) losses.push({path, reason: 'marks of another speaker within a text are taken out'});
	return clean;
}

function textOf(part: Part, path: string, losses: Loss[]): readonly string[] {
	switch (part.type) {
		case 'text':
		case 'refusal':
			return [part.text];
		case 'document':
			if (part.source.kind === 'text') return [part.source.text];
			break;
		case 'thinking':
		case 'redacted-thinking':
		case 'native':
			losses.push({path, reason: 'has no counterpart in the format of this model'});
			return [];
	}
	throw refusal('invalid_body', `${path}: this model takes text only, no ${part.type.replace('-', ' ')}.`, {
		param: path,
	});
}
