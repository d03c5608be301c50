/** Writes a Chat Completions request. */

import {createHash} from 'node:crypto';
import {
	type Conversation,
	type EncodedRequest,
	type Extra,
	isObject,
	type JsonObject,
	type Loss,
	type ModelTraits,
	originOf,
	refusal,
	type Tool,
} from '../../../core/index.js';
import {lossesOf, refuseUntranslatable} from '../untranslatable.js';
import {encodeMessages} from './encode-messages.js';
import {encodeOutput} from './map-output-format.js';
import {encodeReasoning} from './map-reasoning.js';
import {encodeToolChoice, encodeTools} from './map-tools.js';

const dialect = 'openai-chat';

/** Members that mean the same in OpenAI's other APIs. */
const shared: Readonly<Record<string, ReadonlySet<string>>> = {
	'openai-completions': new Set(['frequency_penalty', 'logit_bias', 'n', 'presence_penalty', 'seed']),
	'openai-responses': new Set(['safety_identifier', 'service_tier']),
};

/** The longest name of an end user that OpenAI takes. */
const maxUserLength = 64;
const maxStops = 4;

/**
 * @throws {GatewayError} 400 for what this format or the model cannot take and what would change the meaning if it were left out.
 * @see https://platform.openai.com/docs/api-reference/chat/create
 */
export function encodeRequest(conversation: Conversation, traits: ModelTraits): EncodedRequest {
	const native = originOf(conversation, dialect);
	if (isObject(native)) return {body: native, losses: []};
	const mine = conversation.extras.filter(isMine);
	const foreign = conversation.extras.filter(extra => !isMine(extra));
	refuseUntranslatable(foreign, dialect);
	refusePrefill(conversation, traits);
	const losses: Loss[] = [...lossesOf(foreign, dialect)];
	const output = conversation.output === undefined ? undefined : encodeOutput(conversation.output, traits, losses);
	const body: Record<string, unknown> = {
		model: conversation.model,
		messages: encodeMessages(conversation, traits, losses, output?.instruction),
	};
	writeTools(body, conversation, traits, losses);
	writeSampling(body, conversation, traits, losses);
	if (conversation.maxTokens !== undefined) body[traits.maxTokensField ?? 'max_tokens'] = conversation.maxTokens;
	if (output !== undefined) body['response_format'] = output.format;
	if (conversation.reasoning !== undefined)
		Object.assign(body, encodeReasoning(conversation.reasoning, traits, losses));
	if (conversation.verbosity !== undefined) body['verbosity'] = conversation.verbosity;
	if (conversation.user !== undefined) body['user'] = shortUser(conversation.user);
	if (conversation.cacheKey !== undefined) body['prompt_cache_key'] = conversation.cacheKey;
	for (const {path, value} of mine) writeExtra(body, path, value);
	if (conversation.stream) {
		body['stream'] = true;
		// Whoever asks in another format always gets usage; who did not ask in this one is spared it in the reply.
		body['stream_options'] = Object.assign({}, body['stream_options'], {include_usage: true});
	} else {
		delete body['stream_options'];
	}
	return {body, losses};
}

function isMine(extra: Extra): boolean {
	return extra.dialect === dialect || shared[extra.dialect]?.has(extra.path) === true;
}

function refusePrefill({turns}: Conversation, traits: ModelTraits): void {
	const last = turns.at(-1);
	if (traits.prefill !== false || last?.role !== 'assistant' || last.parts.some(part => part.type === 'tool-call'))
		return;
	throw refusal(
		'invalid_body',
		'This model cannot go on from the beginning of an answer: the last message must not be the assistant’s.',
		{param: 'messages'},
	);
}

function writeTools(
	body: Record<string, unknown>,
	conversation: Conversation,
	traits: ModelTraits,
	losses: Loss[],
): void {
	const tools = encodeTools(conversation.tools, losses);
	// A choice among nothing, or an empty list, is an error at many servers.
	if (tools.length === 0) return;
	body['tools'] = tools;
	const {toolChoice, parallelTools, reasoning} = conversation;
	if (toolChoice !== undefined) {
		const forced = toolChoice.type === 'required' || toolChoice.type === 'tool';
		if (forced && traits.returnsReasoning === true && reasoning !== undefined && reasoning.mode !== 'off') {
			losses.push({path: 'toolChoice', reason: 'this model cannot be forced to call a tool while it thinks'});
			body['tool_choice'] = 'auto';
		} else if (isOffered(toolChoice, conversation.tools, tools)) {
			body['tool_choice'] = encodeToolChoice(toolChoice, conversation.tools);
		} else {
			losses.push({path: 'toolChoice', reason: 'the tool that was chosen does not exist in the format of this model'});
		}
	}
	if (parallelTools !== undefined) body['parallel_tool_calls'] = parallelTools;
}

/** False for the choice of a tool that was left out. */
function isOffered(
	choice: NonNullable<Conversation['toolChoice']>,
	tools: readonly Tool[],
	written: readonly unknown[],
): boolean {
	if (choice.type !== 'tool' || written.length === tools.length) return true;
	return tools.some(tool => tool.type === 'function' && tool.name === choice.name);
}

function writeSampling(
	body: Record<string, unknown>,
	conversation: Conversation,
	traits: ModelTraits,
	losses: Loss[],
): void {
	const {temperature, topP, topK, stop} = conversation;
	const lose = (path: string, reason: string) => losses.push({path, reason});
	if (traits.sampling === 'none') {
		if (temperature !== undefined && temperature !== 1)
			lose('temperature', 'this model does not let its sampling be set');
		if (topP !== undefined && topP !== 1) lose('topP', 'this model does not let its sampling be set');
	} else {
		const limit = traits.maxTemperature ?? 2;
		if (temperature !== undefined) body['temperature'] = Math.min(temperature, limit);
		if (temperature !== undefined && temperature > limit)
			lose('temperature', `the highest that this model takes is ${limit}`);
		const both = traits.sampling === 'one' && temperature !== undefined && topP !== undefined;
		if (both) lose('topP', 'this model takes temperature or top_p, not both');
		else if (topP !== undefined) body['top_p'] = topP;
	}
	if (topK !== undefined) lose('topK', 'has no counterpart in the format of this model');
	if (stop === undefined || stop.length === 0) return;
	if (traits.stopSequences === false) {
		lose('stop', 'this model takes no stop sequences');
		return;
	}
	body['stop'] = stop.slice(0, maxStops);
	if (stop.length > maxStops) lose('stop', `the format of this model takes ${maxStops} stop sequences at most`);
}

/** A name that is too long is told by its hash: still the same for the same user. */
function shortUser(user: string): string {
	return user.length <= maxUserLength ? user : createHash('sha256').update(user).digest('hex');
}

/** @param path a member, or a member of a member: `thinking.clear_thinking`. */
function writeExtra(body: Record<string, unknown>, path: string, value: unknown): void {
	const dot = path.indexOf('.');
	if (dot === -1) {
		body[path] = value;
		return;
	}
	const outer = path.slice(0, dot);
	const present = body[outer];
	const members: JsonObject = isObject(present) ? present : {};
	body[outer] = Object.assign({}, members, {[path.slice(dot + 1)]: value});
}
