/** Reads an answer of Text Completions. */

import {type Completion, type Finish, type JsonObject, remember} from '../../../core/index.js';
import {dialect} from './names.js';

/** @see https://platform.claude.com/docs/en/api/completions */
export function decodeReply(body: JsonObject): Completion {
	const text = stringOf(body['completion']);
	const completion: Completion = {
		id: stringOf(body['id']),
		model: stringOf(body['model']),
		candidates: [{parts: text === '' ? [] : [{type: 'text', text}], finish: decodeFinish(body)}],
		extras: [],
	};
	return remember(completion, dialect, body, '');
}

/** The mark of the user's next speech is where an answer ends by itself. */
export function decodeFinish({stop_reason: raw, stop}: JsonObject): Finish {
	const named = typeof raw === 'string' ? {raw} : {};
	if (raw === 'max_tokens') return {reason: 'length', ...named};
	if (raw === 'refusal') return {reason: 'refusal', ...named};
	if (raw === 'stop_sequence' && typeof stop === 'string' && stop.trim() !== 'Human:')
		return {reason: 'stop-sequence', ...named, sequence: stop};
	return {reason: 'stop', ...named};
}

export function stringOf(value: unknown): string {
	return typeof value === 'string' ? value : '';
}
