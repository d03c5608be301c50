/** Writes a whole response. */

import {
	type Completion,
	isObject,
	type JsonObject,
	originOf,
	type Part,
	type RefusalPart,
	type ReplyContext,
	type TextPart,
} from '../../../core/index.js';
import {convertUsage} from './convert-usage.js';
import {encodeFinish} from './map-stop-reason.js';
import {dialect} from './name.js';
import {
	callItem,
	contentOf,
	messageItem,
	type NewId,
	phaseOfPart,
	replyMembers,
	responseId,
	thinkingItem,
} from './output-items.js';
import {callSignatureItem} from './reasoning-item.js';
import {responseObject} from './response-object.js';
import {ToolTable} from './tool-names.js';

/** @see https://platform.openai.com/docs/api-reference/responses/object */
export function encodeReply(completion: Completion, context: ReplyContext): JsonObject {
	const origin = originOf(completion, dialect);
	if (isObject(origin))
		return origin['model'] === context.model ? origin : Object.assign({}, origin, {model: context.model});
	const [candidate] = completion.candidates;
	const finish = candidate?.finish;
	const parts: readonly Part[] = candidate?.parts ?? [];
	const refused = parts.some(part => part.type === 'refusal');
	const explained: readonly Part[] =
		finish?.reason === 'refusal' && finish.explanation !== undefined && !refused
			? [...parts, {type: 'refusal', text: finish.explanation}]
			: parts;
	const now = Math.floor(Date.now() / 1000);
	const ending = encodeFinish(finish, refused);
	return Object.assign(
		{},
		responseObject(responseId(completion.id, context.newId), completion.created ?? now, context),
		replyMembers(completion.extras),
		ending,
		{
			completed_at: ending.status === 'completed' ? now : null,
			output: encodeOutput(
				explained,
				new ToolTable(context.request['tools'], context.request['input']),
				context.newId,
				ending.status,
			),
			usage: convertUsage(completion.usage),
		},
	);
}

/** @param status of the last item: the one that was cut off if any was. */
function encodeOutput(parts: readonly Part[], table: ToolTable, newId: NewId, status: string): readonly JsonObject[] {
	const items: JsonObject[] = [];
	let message: {readonly phase: string | undefined; readonly parts: (TextPart | RefusalPart)[]} | undefined;
	const statusAt = (index: number) => (index >= parts.length - 1 ? status : 'completed');
	const closeMessage = (index: number): void => {
		if (message === undefined) return;
		items.push(messageItem(newId('msg_'), message.phase, statusAt(index), message.parts.map(contentOf)));
		message = undefined;
	};
	for (const [index, part] of parts.entries()) {
		if (part.type === 'text' || part.type === 'refusal') {
			const phase = phaseOfPart(part);
			if (message !== undefined && message.phase !== phase) closeMessage(index - 1);
			message ??= {phase, parts: []};
			message.parts.push(part);
			continue;
		}
		closeMessage(index - 1);
		if (part.type === 'thinking' || part.type === 'redacted-thinking') items.push(thinkingItem(part, newId));
		else if (part.type === 'tool-call') {
			if (part.signature !== undefined) items.push(callSignatureItem(part.id, part.signature, newId('rs_')));
			items.push(encodeCall(part, statusAt(index), table, newId));
		} else if (part.type === 'native' && part.dialect === dialect) items.push(part.value);
	}
	closeMessage(parts.length - 1);
	return items;
}

/** A call without arguments has empty ones: clients parse them. */
function encodeCall(
	part: Extract<Part, {type: 'tool-call'}>,
	status: string,
	table: ToolTable,
	newId: NewId,
): JsonObject {
	const whole =
		part.arguments.trim() === '' && part.custom !== true ? Object.assign({}, part, {arguments: '{}'}) : part;
	return callItem(whole, newId(part.custom === true ? 'ctc_' : 'fc_'), status, table);
}
