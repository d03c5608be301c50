/** A whole answer as the stream that it would have been. */

import type {Completion, CompletionEvent, Delta, Part} from '../../core/index.js';

/** @returns every event of a complete stream, in order. */
export function completionEvents(completion: Completion): readonly CompletionEvent[] {
	const {id, model, created, candidates, usage} = completion;
	const events: CompletionEvent[] = [
		{type: 'start', id, model, ...(created !== undefined && {created}), ...(usage !== undefined && {usage})},
	];
	let index = 0;
	for (const [candidate, {parts}] of candidates.entries()) {
		for (const part of parts) events.push(...partEvents(part, index++, candidate));
	}
	for (const [candidate, {finish}] of candidates.entries()) events.push({type: 'finish', finish, candidate});
	if (usage !== undefined) events.push({type: 'usage', usage});
	events.push({type: 'end'});
	return events;
}

function partEvents(part: Part, index: number, candidate: number): readonly CompletionEvent[] {
	const [start, deltas] = opened(part);
	return [
		{type: 'part-start', index, part: start, candidate},
		...deltas.map((delta): CompletionEvent => ({type: 'part-delta', index, delta})),
		{type: 'part-end', index},
	];
}

/** A part as it begins, and what is added to it until it is whole. */
function opened(part: Part): readonly [start: Part, deltas: readonly Delta[]] {
	switch (part.type) {
		case 'text': {
			const {citations = [], ...text} = part;
			const cited = citations.map((citation): Delta => ({type: 'citation', citation}));
			return [{...text, text: ''}, [...written('text', part.text), ...cited]];
		}
		case 'thinking': {
			const {signature, ...thinking} = part;
			const signed = signature === undefined ? [] : written('signature', signature);
			return [{...thinking, text: ''}, [...written('thinking', part.text), ...signed]];
		}
		case 'refusal':
			return [{...part, text: ''}, written('refusal', part.text)];
		case 'tool-call':
			return [{...part, arguments: ''}, written('arguments', part.arguments)];
		default:
			return [part, []];
	}
}

function written(type: 'text' | 'thinking' | 'arguments' | 'refusal' | 'signature', text: string): readonly Delta[] {
	return text === '' ? [] : [{type, text}];
}
