/** Writes a request of the legacy prompt form. */

import {
	type Conversation,
	type EncodedRequest,
	type Extra,
	isObject,
	type Loss,
	type ModelTraits,
	originOf,
	refusal,
} from '../../../core/index.js';
import {writeSampling, writeUser} from '../openai-chat/encode-sampling.js';
import {lossesOf, refuseUntranslatable} from '../untranslatable.js';
import {encodePrompt, userMark} from './encode-prompt.js';

const dialect = 'openai-completions';

/** Members that mean the same in Chat Completions. */
const shared: ReadonlySet<string> = new Set(['frequency_penalty', 'logit_bias', 'n', 'presence_penalty', 'seed']);

/**
 * @throws {GatewayError} 400 for what is no text, and for a demand that a tool be called.
 * @see https://platform.openai.com/docs/api-reference/completions/create
 */
export function encodeRequest(conversation: Conversation, traits: ModelTraits): EncodedRequest {
	const native = originOf(conversation, dialect);
	if (isObject(native)) return {body: native, losses: []};
	const foreign = conversation.extras.filter(extra => !isMine(extra));
	refuseUntranslatable(foreign, dialect);
	refuseTools(conversation);
	const losses: Loss[] = [...lossesOf(foreign, dialect), ...unsaid(conversation)];
	const prompt = encodePrompt(conversation, losses);
	const body: Record<string, unknown> = {model: conversation.model, prompt: prompt.text};
	if (conversation.maxTokens !== undefined) body['max_tokens'] = conversation.maxTokens;
	const {stop = []} = conversation;
	const guarded =
		prompt.dialogue && stop.length < 4 ? Object.assign({}, conversation, {stop: [...stop, userMark]}) : conversation;
	writeSampling(body, guarded, traits, losses);
	writeUser(body, conversation.user);
	for (const {path, value} of conversation.extras.filter(isMine)) body[path] = value;
	if (conversation.stream) {
		body['stream'] = true;
		body['stream_options'] = Object.assign({}, body['stream_options'], {include_usage: true});
	} else {
		delete body['stream_options'];
	}
	return {body, losses};
}

function isMine(extra: Extra): boolean {
	return extra.dialect === dialect || (extra.dialect === 'openai-chat' && shared.has(extra.path));
}

function refuseTools({tools, toolChoice}: Conversation): void {
	const forced =
		toolChoice?.type === 'required' ||
		toolChoice?.type === 'tool' ||
		(toolChoice?.type === 'allowed' && toolChoice.mode === 'required');
	if (tools.length === 0 || !forced) return;
	throw refusal('invalid_body', 'The format of this model has no tools, and one must be called.', {
		param: 'tool_choice',
	});
}

/** Members of a conversation that a prompt cannot say. */
function unsaid({tools, reasoning, output, verbosity}: Conversation): readonly Loss[] {
	const lost: string[] = [];
	if (tools.length > 0) lost.push('tools');
	if (reasoning !== undefined && reasoning.mode !== 'off' && reasoning.effort !== 'none') lost.push('reasoning');
	if (output !== undefined && output.type !== 'text') lost.push('output');
	if (verbosity !== undefined) lost.push('verbosity');
	return lost.map(path => ({path, reason: 'has no counterpart in the format of this model'}));
}
