/** Writes an answer of Text Completions. */

import {
	type Completion,
	type Finish,
	isObject,
	type JsonObject,
	originOf,
	type ReplyContext,
} from '../../../core/index.js';
import {dialect} from './names.js';

/** The format has text only; thinking, and calls that nobody can have asked for, are left out. */
export function encodeReply(completion: Completion, context: ReplyContext): JsonObject {
	const native = originOf(completion, dialect);
	if (isObject(native))
		return native['model'] === context.model ? native : Object.assign({}, native, {model: context.model});
	const [candidate] = completion.candidates;
	const texts = (candidate?.parts ?? []).map(part =>
		part.type === 'text' || part.type === 'refusal' ? part.text : '',
	);
	return {
		type: 'completion',
		id: completionId(completion.id, context),
		completion: texts.join(''),
		...encodeFinish(candidate?.finish),
		model: context.model,
	};
}

export function completionId(id: string, {newId}: ReplyContext): string {
	return id.startsWith('compl_') ? id : newId('compl_');
}

/** There are two reasons: the limit, or a sequence, which the end of a speech is too. */
export function encodeFinish(finish: Finish | undefined): JsonObject {
	if (finish?.reason === 'length' || finish?.reason === 'context-window')
		return {stop_reason: 'max_tokens', stop: null};
	return {stop_reason: 'stop_sequence', stop: finish?.sequence ?? '\n\nHuman:'};
}
