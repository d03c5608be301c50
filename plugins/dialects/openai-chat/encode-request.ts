/** Writes a Chat Completions request. */

import {
	type Conversation,
	type EncodedRequest,
	type Extra,
	isObject,
	type JsonObject,
	type Loss,
	type ModelTraits,
	originOf,
	type Reasoning,
	type Tool,
} from '../../../core/index.js';
import {withoutBegunAnswer} from '../begun-answer.js';
import {searchOptions} from '../server-tools.js';
import {lossesOf, refuseUntranslatable} from '../untranslatable.js';
import {encodeMessages} from './encode-messages.js';
import {keepSampling, writeSampling, writeUser} from './encode-sampling.js';
import {encodeOutput} from './map-output-format.js';
import {encodeReasoning} from './map-reasoning.js';
import {encodeToolChoice, encodeTools, isLegacy, isSearch, writeFunctions} from './map-tools.js';

const dialect = 'openai-chat';

/** Members that mean the same in OpenAI's other APIs. */
const shared: Readonly<Record<string, ReadonlySet<string>>> = {
	'openai-completions': new Set(['frequency_penalty', 'logit_bias', 'n', 'presence_penalty', 'seed']),
	'openai-responses': new Set(['safety_identifier', 'service_tier']),
};

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
	const losses: Loss[] = [...lossesOf(foreign, dialect)];
	const turns = withoutBegunAnswer(conversation.turns, traits, losses);
	const output = conversation.output === undefined ? undefined : encodeOutput(conversation.output, traits, losses);
	const body: Record<string, unknown> = {
		model: conversation.model,
		messages: encodeMessages({system: conversation.system, turns}, traits, losses, output?.instruction),
	};
	const own = originOf(conversation.extras, dialect);
	const said: JsonObject = isObject(own) ? own : {};
	writeTools(body, conversation, traits, losses);
	if (isObject(own)) keepSampling(body, conversation, losses);
	else writeSampling(body, conversation, traits, losses);
	const limit = traits.maxTokensField ?? (said['max_completion_tokens'] ? 'max_completion_tokens' : 'max_tokens');
	if (conversation.maxTokens !== undefined) body[limit] = conversation.maxTokens;
	if (output !== undefined) body['response_format'] = output.format;
	if (conversation.reasoning !== undefined) writeReasoning(body, conversation.reasoning, traits, losses);
	if (conversation.verbosity !== undefined) body['verbosity'] = conversation.verbosity;
	const named = said['user'] === undefined && said['safety_identifier'] !== undefined;
	writeUser(body, conversation.user, named ? 'safety_identifier' : 'user');
	if (conversation.cacheKey !== undefined) body['prompt_cache_key'] = conversation.cacheKey;
	for (const {path, value} of mine) writeExtra(body, path, value);
	if (conversation.stream) {
		body['stream'] = true;
		// Whoever asks in another format always gets usage; who asks in this one gets what they ask for.
		if (!isObject(own) || conversation.streamUsage)
			body['stream_options'] = Object.assign({}, body['stream_options'], {include_usage: true});
	} else {
		delete body['stream_options'];
	}
	return {body, losses};
}

function writeReasoning(
	body: Record<string, unknown>,
	reasoning: Reasoning,
	traits: ModelTraits,
	losses: Loss[],
): void {
	const native = originOf(reasoning, dialect);
	Object.assign(body, isObject(native) ? native : encodeReasoning(reasoning, traits, losses));
}

function isMine(extra: Extra): boolean {
	return extra.dialect === dialect || shared[extra.dialect]?.has(extra.path) === true;
}

function writeTools(
	body: Record<string, unknown>,
	conversation: Conversation,
	traits: ModelTraits,
	losses: Loss[],
): void {
	const search = conversation.tools.find(isSearch);
	if (search !== undefined) body[searchOptions] = search.value;
	const offered = search === undefined ? conversation.tools : conversation.tools.filter(tool => tool !== search);
	const tools = encodeTools(offered, losses);
	// A choice among nothing, or an empty list, is an error at many servers.
	if (tools.length === 0) return;
	const {toolChoice, parallelTools, reasoning} = conversation;
	if (isLegacy(conversation)) {
		writeFunctions(body, tools, toolChoice);
		return;
	}
	body['tools'] = tools;
	if (toolChoice !== undefined) {
		const forced = toolChoice.type === 'required' || toolChoice.type === 'tool';
		if (forced && traits.returnsReasoning === true && reasoning !== undefined && reasoning.mode !== 'off') {
			losses.push({path: 'toolChoice', reason: 'this model cannot be forced to call a tool while it thinks'});
			body['tool_choice'] = 'auto';
		} else if (isOffered(toolChoice, offered, tools)) {
			body['tool_choice'] = encodeToolChoice(toolChoice, offered);
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

/** @param path a member, or a member of a member: `thinking.clear_thinking`. What is beside messages stays with them. */
function writeExtra(body: Record<string, unknown>, path: string, value: unknown): void {
	if (path.startsWith('messages[')) return;
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
