/** What a stream has said, put together: a value that is split over its events is whole again before it is redacted. */

import {type CompletionEvent, type Dialect, readFields, wireEvent} from '../../core/index.js';

/**
 * The text of a stream's parts, one after the other.
 * @param bytes the stream, or its beginning.
 * @param chars more than this is not looked at.
 * @returns `undefined` when the format carries no conversation.
 */
export function streamText(bytes: Buffer, {codec}: Dialect, chars: number): string | undefined {
	if (codec === undefined) return undefined;
	const decoder = codec.decodeStream();
	const parts = new Map<number, string>();
	let size = 0;
	const note = (event: CompletionEvent): void => {
		const said = saidIn(event);
		if (said === undefined) return;
		size += said.text.length;
		parts.set(said.part, (parts.get(said.part) ?? '') + said.text);
	};
	for (const text of wholeEvents(bytes)) {
		if (size >= chars) break;
		if (readFields(text).data !== '') decoder.push(wireEvent(text)).forEach(note);
	}
	return [...parts.values()].filter(text => text !== '').join('\n\n');
}

/** Cut bytes end in the middle of an event, which says nothing any more. */
function* wholeEvents(bytes: Buffer): Generator<string> {
	const text = bytes.toString('utf8');
	for (let from = 0; ; ) {
		const end = /\r\n\r\n|\n\n|\r\r/g;
		end.lastIndex = from;
		const found = end.exec(text);
		if (found === null) return;
		yield text.slice(from, end.lastIndex);
		from = end.lastIndex;
	}
}

/** An error stands behind everything. */
const errorPart = Number.MAX_SAFE_INTEGER;

function saidIn(event: CompletionEvent): {readonly part: number; readonly text: string} | undefined {
	switch (event.type) {
		case 'part-start': {
			const {part, index} = event;
			if (part.type === 'tool-call') return {part: index, text: `${part.name} ${part.arguments}`};
			return 'text' in part ? {part: index, text: part.text} : undefined;
		}
		case 'part-delta': {
			const {delta, index} = event;
			return 'text' in delta && delta.type !== 'signature' ? {part: index, text: delta.text} : undefined;
		}
		case 'error':
			return {part: errorPart, text: `${event.error.code ?? 'error'}: ${event.error.message}`};
		default:
			return undefined;
	}
}
