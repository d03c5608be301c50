/** Writes a request. */

import {createHash} from 'node:crypto';
import {
	type Conversation,
	type EncodedRequest,
	isObject,
	type JsonObject,
	type Loss,
	type ModelTraits,
	originOf,
	pathOf,
	type TextPart,
} from '../../../core/index.js';
import {withoutBegunAnswer} from '../begun-answer.js';
import {isBillingHeader} from '../billing-header.js';
import {lossesOf, refuseUntranslatable} from '../untranslatable.js';
import {encodeContent} from './encode-content.js';
import {encodeTurns, type ItemWriter, instructionRole, isForeign, short} from './encode-items.js';
import {encodeFormat, encodeText} from './map-output.js';
import {encodeReasoning} from './map-reasoning.js';
import {encodeToolChoice} from './map-tool-choice.js';
import {encodeTools} from './map-tools.js';
import {dialect} from './name.js';
import {signer} from './reasoning-item.js';
import {ToolTable} from './tool-names.js';

/** The API takes no smaller limit. */
const leastTokens = 16;
const longestIdentifier = 64;
const highestTemperature = 2;

/** Members that Chat and Responses have in common and the hub has no word for. */
const common: ReadonlySet<string> = new Set([
	'metadata',
	'moderation',
	'prompt_cache_options',
	'prompt_cache_retention',
	'service_tier',
	'store',
]);

/**
 * @throws {GatewayError} 400 for what would change the meaning if it were left out.
 * @see https://platform.openai.com/docs/api-reference/responses/create
 */
export function encodeRequest(conversation: Conversation, traits: ModelTraits): EncodedRequest {
	const foreign = conversation.turns.some(turn => turn.parts.some(isForeign));
	const origin = originOf(conversation, dialect);
	if (isObject(origin) && !foreign) return {body: origin, losses: []};

	refuseUntranslatable(conversation.extras, dialect);
	const losses: Loss[] = [
		...lossesOf(
			conversation.extras.filter(extra => !isCommon(extra)),
			dialect,
		),
	];
	const tools = encodeTools(conversation.tools, losses);
	const writer: ItemWriter = {
		traits,
		losses,
		table: new ToolTable(tools),
		continued: conversation.extras.some(isContinuation),
	};
	const {format, instruction} = encodeFormat(conversation.output, traits, losses);
	const system = encodeSystem(conversation, instruction, writer);
	const said = withoutBegunAnswer(conversation.turns, traits, losses);
	const turns = traits.systemTurns === 'hoist' ? said.filter(turn => turn.role !== 'system') : said;
	const {maxTokens, user, cacheKey, parallelTools, toolChoice} = conversation;
	const text = encodeText(format, conversation.verbosity);
	const reasoning = encodeReasoning(conversation.reasoning, traits, losses);
	const body = Object.assign(
		{model: conversation.model},
		system.instructions === undefined ? {} : {instructions: system.instructions},
		{input: [...system.items, ...encodeTurns(turns, writer)]},
		tools.length > 0 ? {tools} : {},
		tools.length > 0 && toolChoice !== undefined
			? encodeToolChoice(toolChoice, writer.table, conversation.tools, losses)
			: {},
		tools.length > 0 && parallelTools !== undefined ? {parallel_tool_calls: parallelTools} : {},
		maxTokens === undefined ? {} : {max_output_tokens: atLeast(leastTokens, maxTokens, losses)},
		encodeSampling(conversation, traits, losses),
		text === undefined ? {} : {text},
		reasoning === undefined ? {} : {reasoning},
		user === undefined ? {} : {safety_identifier: identifier(user)},
		cacheKey === undefined ? {} : {prompt_cache_key: cacheKey},
		isOwn(conversation) ? {} : unkept(traits),
		conversation.stream ? {stream: true} : {},
	);
	return {body: withExtras(body, conversation), losses};
}

/** OpenAI refuses a lower limit on output. */
function atLeast(least: number, maxTokens: number, losses: Loss[]): number {
	if (maxTokens >= least) return maxTokens;
	losses.push({path: 'maxTokens', reason: `raised to ${least}, the least that is accepted`});
	return least;
}

function isCommon({dialect: home, path}: Conversation['extras'][number]): boolean {
	return home === 'openai-chat' && common.has(path);
}

/** The request goes on from something that the provider keeps. */
function isContinuation({dialect: home, path}: Conversation['extras'][number]): boolean {
	if (home !== dialect) return false;
	return path === 'previous_response_id' || path === 'conversation' || path === 'prompt' || path.startsWith('input[');
}

function isOwn({system, turns, tools}: Conversation): boolean {
	return [...turns, ...system, ...tools].some(value => originOf(value, dialect) !== undefined);
}

/** Clients of other formats do not expect that their words are kept; what must not be lost comes with the answer then. */
function unkept(traits: ModelTraits): JsonObject {
	return traits.signatures === signer ? {store: false, include: ['reasoning.encrypted_content']} : {store: false};
}

/** One instruction is a string; several, or one that ends a cached prefix, are a message that keeps them apart. */
function encodeSystem(
	{system, turns}: Conversation,
	instruction: string | undefined,
	writer: ItemWriter,
): {readonly instructions?: string; readonly items: readonly JsonObject[]} {
	const hoisted = writer.traits.systemTurns === 'hoist' ? turns.filter(turn => turn.role === 'system') : [];
	const parts = [...system, ...hoisted.flatMap(turn => turn.parts)].filter(
		(part): part is TextPart => part.type === 'text' && !isBillingHeader(part),
	);
	if (instruction !== undefined) parts.push({type: 'text', text: instruction});
	const [first, ...rest] = parts;
	if (first === undefined) return {items: []};
	const marked = first.cache !== undefined && writer.traits.cacheBreakpoints === true;
	const alone = pathOf(first) === 'instructions' || (rest.length === 0 && !marked);
	const others = (alone ? rest : parts).flatMap(part => encodeContent(part, writer));
	const items = others.length === 0 ? [] : [message(instructionRole(writer), others)];
	if (!alone) return {items};
	if (writer.traits.instructionRole === 'user') {
		return {items: [message('user', [{type: 'input_text', text: first.text}]), ...items]};
	}
	return {instructions: first.text, items};
}

function message(role: string, content: readonly JsonObject[]): JsonObject {
	return {type: 'message', role, content: short(content)};
}

function encodeSampling(conversation: Conversation, traits: ModelTraits, losses: Loss[]): JsonObject {
	const {temperature, topP, topK, stop} = conversation;
	const lose = (path: string, reason: string): JsonObject => {
		losses.push({path, reason});
		return {};
	};
	if (topK !== undefined) lose('topK', 'the format has no such parameter');
	if (stop !== undefined && stop.length > 0) lose('stop', 'the format has no stop sequences');
	const fixed = traits.sampling === 'none';
	const one = traits.sampling === 'one' && temperature !== undefined;
	const highest = Math.min(traits.maxTemperature ?? highestTemperature, highestTemperature);
	if (temperature !== undefined && !fixed && temperature > highest)
		lose('temperature', `the highest that this model takes is ${highest}`);
	return Object.assign(
		{},
		temperature === undefined
			? {}
			: fixed
				? lose('temperature', 'the model takes no sampling parameters')
				: {temperature: Math.min(temperature, highest)},
		topP === undefined
			? {}
			: fixed || one
				? lose('topP', fixed ? 'the model takes no sampling parameters' : 'the model takes temperature or top_p')
				: {top_p: topP},
	);
}

/** Identifiers that are too long are replaced by what stands for them just as well. */
function identifier(user: string): string {
	return user.length <= longestIdentifier ? user : createHash('sha256').update(user).digest('hex');
}

function withExtras(body: JsonObject, {extras, tools}: Conversation): JsonObject {
	const members: Record<string, unknown> = Object.assign({}, body);
	for (const extra of extras) {
		const {path, value} = extra;
		if (extra.dialect !== dialect && !isCommon(extra)) continue;
		// Items stand in the input already.
		if (path.startsWith('input[') || (path === 'tool_choice' && tools.length === 0)) continue;
		if (path.startsWith('reasoning.')) {
			members['reasoning'] = Object.assign({}, members['reasoning'], {[path.slice('reasoning.'.length)]: value});
		} else members[path] = value;
	}
	return members;
}
