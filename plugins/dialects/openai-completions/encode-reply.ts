/** Writes a reply of the legacy prompt form. */

import {
	type Candidate,
	type Completion,
	type Finish,
	isObject,
	type JsonObject,
	originOf,
	type ReplyContext,
	type TextPart,
} from '../../../core/index.js';
import {encodeUsage} from '../openai-chat/convert-usage.js';
import {now} from '../openai-chat/encode-reply.js';
import {encodeFinish} from '../openai-chat/map-finish-reason.js';

const dialect = 'openai-completions';
const idPrefix = 'cmpl-';

/** @see https://platform.openai.com/docs/api-reference/completions/object */
export function encodeReply(completion: Completion, context: ReplyContext): JsonObject {
	const native = originOf(completion, dialect);
	if (isObject(native)) {
		return native['model'] === context.model ? native : Object.assign({}, native, {model: context.model});
	}
	const body: Record<string, unknown> = {
		id: replyId(completion.id, context),
		object: 'text_completion',
		created: completion.created ?? now(),
		model: context.model,
		choices: completion.candidates.map(encodeChoice),
	};
	if (completion.usage !== undefined) body['usage'] = encodeUsage(completion.usage);
	for (const extra of completion.extras) if (extra.dialect === dialect) body[extra.path] = extra.value;
	return body;
}

export function replyId(id: string, context: ReplyContext): string {
	return id.startsWith(idPrefix) ? id : context.newId(idPrefix);
}

/** The format knows no tools: it never says that one was called. */
export function finishReason(finish: Finish | undefined): string {
	const reason = encodeFinish(finish, false);
	return reason === 'tool_calls' ? 'stop' : reason;
}

/** Text and refusals are what the model has said; thinking has no place here. */
function encodeChoice({parts, finish}: Candidate, index: number): JsonObject {
	const said = parts.flatMap(part => (part.type === 'text' || part.type === 'refusal' ? [part.text] : []));
	const logprobs = parts.flatMap(part => (part.type === 'text' ? logprobsOf(part.extras) : []));
	return {text: said.join(''), index, logprobs: logprobs[0] ?? null, finish_reason: finishReason(finish)};
}

/** The log probabilities among what a text says in this format alone. */
export function logprobsOf(extras: TextPart['extras']): readonly unknown[] {
	const found = extras?.find(extra => extra.dialect === dialect && extra.path === 'logprobs');
	return found === undefined ? [] : [found.value];
}
