/** Writes a request of Messages. The schema is closed: a member that it does not name is an error of the whole request. */

import {
	type Conversation,
	type EncodedRequest,
	isObject,
	type JsonObject,
	type Loss,
	type ModelTraits,
	originOf,
	refusal,
} from '../../../core/index.js';
import {begunReason} from '../begun-answer.js';
import {lossesOf, refuseUntranslatable} from '../untranslatable.js';
import {arrangeMessages, type Draft, trimEnd} from './arrange-messages.js';
import {encodeText, listed, PartEncoder} from './encode-part.js';
import {encodeReasoning} from './encode-reasoning.js';
import {encodeSampling, encodeStop, encodeUser} from './encode-sampling.js';
import {encodeTools} from './encode-tools.js';
import {limitCacheMarks} from './limit-cache-marks.js';
import {dialect} from './names.js';
import {outputSchema} from './output-schema.js';

/** @see https://platform.claude.com/docs/en/api/messages/create */
export function encodeRequest(conversation: Conversation, traits: ModelTraits): EncodedRequest {
	const whole = originOf(conversation, dialect);
	if (isObject(whole)) return {body: whole, losses: []};
	refuseUntranslatable(conversation.extras, dialect);
	const losses: Loss[] = [...lossesOf(conversation.extras, dialect)];
	const arranged = arrangeMessages(conversation.turns, traits, new PartEncoder(traits, losses));
	const system = encodeSystem(conversation, arranged.leading, losses);
	const messages = complete(arranged.messages, system, traits, losses);
	const tools = encodeTools(conversation, traits, losses);
	const reasoning = encodeReasoning(
		conversation,
		traits,
		budget => {
			if (tools.forced) return 'does not go together with a tool that must be called';
			if (messages.at(-1)?.role === 'assistant') return 'does not go together with an answer that is begun';
			if (budget && isMidway(messages)) return 'the thinking that led to the tool calls was not sent back';
			return undefined;
		},
		losses,
	);
	if (conversation.verbosity !== undefined && conversation.verbosity !== 'medium')
		losses.push({path: 'verbosity', reason: 'has no counterpart in the format of this model'});
	const format = encodeFormat(conversation, traits, losses);
	const extras = ownExtras(conversation);
	const config = {
		...(reasoning.effort !== undefined && {effort: reasoning.effort}),
		...(format !== undefined && {format}),
		...extras.config,
	};
	const body: JsonObject = {
		model: conversation.model,
		max_tokens: reasoning.maxTokens,
		...(system.length > 0 && {system}),
		messages: messages.map(({role, blocks, native}) => native ?? {role, content: blocks}),
		...(tools.tools.length > 0 && {tools: tools.tools}),
		...(tools.choice !== undefined && {tool_choice: tools.choice}),
		...(reasoning.thinking !== undefined && {thinking: reasoning.thinking}),
		...(Object.keys(config).length > 0 && {output_config: config}),
		...encodeSampling(conversation, traits, reasoning.active, losses),
		...encodeStop(conversation, traits, losses),
		...encodeUser(conversation.user),
		...(conversation.stream && {stream: true}),
		...extras.top,
	};
	return {body: limitCacheMarks(body, losses), losses};
}

function encodeSystem(
	conversation: Conversation,
	leading: readonly JsonObject[],
	losses: Loss[],
): readonly JsonObject[] {
	const system = conversation.system.flatMap(part => {
		const native = originOf(part, dialect);
		return listed(isObject(native) ? native : encodeText(part));
	});
	system.push(...leading);
	if (conversation.output?.type === 'json') {
		losses.push({path: 'output', reason: 'JSON can only be asked for in the instructions'});
		system.push({type: 'text', text: 'Answer with one valid JSON object and nothing else.'});
	}
	return system;
}

/** There must be a message, and not every model goes on with what an assistant's message has begun. */
function complete(
	messages: Draft[],
	system: readonly JsonObject[],
	traits: ModelTraits,
	losses: Loss[],
): readonly Draft[] {
	if (messages.at(-1)?.role === 'assistant') {
		if (traits.prefill === false) {
			losses.push({path: 'turns', reason: begunReason});
			messages.pop();
		} else {
			const last = messages.at(-1);
			if (last !== undefined) trimEnd(last);
			if (last !== undefined && last.native === undefined && last.blocks.length === 0) messages.pop();
		}
	}
	if (messages.length > 0) return messages;
	if (system.length === 0)
		throw refusal('invalid_body', 'There is no message with content to answer.', {param: 'messages'});
	// Who sends instructions only wants them followed.
	return [{role: 'user', blocks: [{type: 'text', text: 'Begin.'}], native: undefined}];
}

/** Results are on their way to a model whose own calls stand there without the thinking that led to them. */
function isMidway(messages: readonly Draft[]): boolean {
	const last = messages.findLastIndex(message => message.role === 'assistant');
	const blocks = messages[last]?.blocks ?? [];
	if (!blocks.some(block => block['type'] === 'tool_use')) return false;
	const answers = messages[last + 1]?.blocks ?? [];
	if (!answers.some(block => block['type'] === 'tool_result')) return false;
	const type = blocks[0]?.['type'];
	return type !== 'thinking' && type !== 'redacted_thinking';
}

/** What the answer must look like; what of it cannot be enforced is a loss. */
function encodeFormat({output}: Conversation, traits: ModelTraits, losses: Loss[]): JsonObject | undefined {
	if (output?.type !== 'schema' || traits.jsonSchema === false) return undefined;
	const native = originOf(output, dialect);
	if (isObject(native)) return native;
	const {description} = output;
	const told = description === undefined ? undefined : {description};
	const {schema, loosened} = outputSchema(Object.assign({}, told, output.schema));
	if (loosened.length > 0)
		losses.push({path: 'output', reason: `${loosened.join(', ')}: told to the model, not enforced`});
	return {type: 'json_schema', schema};
}

/** What the client said in this very format and the hub has no word for. */
function ownExtras({extras}: Conversation): {readonly top: JsonObject; readonly config: JsonObject} {
	const top: Record<string, unknown> = {};
	const config: Record<string, unknown> = {};
	for (const {dialect: home, path, value} of extras) {
		if (home !== dialect) continue;
		const [member = '', inner] = path.split('.');
		if (inner === undefined) top[member] = value;
		else if (member === 'output_config') config[inner] = value;
	}
	return {top, config};
}
