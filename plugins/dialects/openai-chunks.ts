/** The streams of Chat Completions and Completions: unnamed chunks, then `[DONE]`. */

import {
	type EventFacts,
	isObject,
	type JsonObject,
	readFields,
	type StreamWatcher,
	type Usage,
} from '../../core/index.js';
import {behindSpace, hasMember, isSingleDataLine, memberValue, parsed} from './event-text.js';
import {chatUsage} from './openai-usage.js';

/** Watches a stream of chunks. It parses those that end a choice, count tokens or report an error, and no others. */
export class ChunkWatcher implements StreamWatcher {
	readonly #choices: number;
	readonly #finished = new Set<unknown>();
	#usage: Usage | undefined;
	#complete = false;

	/** @param request tells how many choices there will be. */
	constructor(request: JsonObject = {}) {
		this.#choices = choicesOf(request);
	}

	get usage(): Usage | undefined {
		return this.#usage;
	}

	/** Not every server sends `[DONE]`, and some end after it was due: it is enough that every choice has finished. */
	get complete(): boolean {
		return this.#complete;
	}

	plain(events: string): boolean {
		return (
			!events.includes('error"') &&
			!events.includes('[DONE]') &&
			!events.includes('event:') &&
			!hasMember(events, 'usage"') &&
			!hasMember(events, 'finish_reason"')
		);
	}

	see(event: string): EventFacts {
		if (isSingleDataLine(event)) return this.#seeData(event.slice('data:'.length));
		const fields = readFields(event);
		// Groq names the event of an error, and no other.
		return fields.event === 'error' ? 'error' : this.#seeData(fields.data);
	}

	#seeData(data: string): EventFacts {
		if (isPlainContent(data)) return 'content';
		const text = data.trim();
		if (text === '') return 'idle';
		if (text.startsWith('[DONE]')) {
			this.#complete = true;
			return 'content';
		}
		const chunk = parsed(text);
		return chunk === undefined ? 'content' : this.#seeChunk(chunk);
	}

	#seeChunk(chunk: JsonObject): EventFacts {
		const usage = chatUsage(chunk);
		if (usage !== undefined) this.#usage = usage;
		const choices: readonly unknown[] = Array.isArray(chunk['choices']) ? chunk['choices'] : [];
		for (const choice of choices) if (hasFinished(choice)) this.#finished.add(choice['index'] ?? 0);
		if (this.#finished.size >= this.#choices) this.#complete = true;
		// OpenRouter puts an error beside choices, even behind a finish reason.
		if (chunk['error']) return 'error';
		if (choices.length > 0) return 'content';
		// Azure begins with a chunk of filter results that has no choices.
		return usage === undefined ? 'idle' : 'usage-only';
	}
}

/** `n` for each prompt, of which only Completions has several. A list of numbers is one prompt, in tokens. */
function choicesOf({n, prompt}: JsonObject): number {
	const prompts = Array.isArray(prompt) && typeof prompt[0] !== 'number' ? prompt.length : 1;
	return (typeof n === 'number' ? n : 1) * prompts;
}

/** Has a choice, and nothing that is of interest beside the content. */
function isPlainContent(data: string): boolean {
	return (
		hasChoice(data) && !hasMember(data, 'usage"') && !hasMember(data, 'finish_reason"') && !hasMember(data, 'error"')
	);
}

function hasChoice(data: string): boolean {
	const at = memberValue(data, 'choices"');
	return at !== -1 && data[at] === '[' && data[behindSpace(data, at + 1)] === '{';
}

/** Some servers write `"finish_reason":""` into every chunk. */
function hasFinished(choice: unknown): choice is JsonObject {
	return isObject(choice) && typeof choice['finish_reason'] === 'string' && choice['finish_reason'] !== '';
}

/** Asks for the counts that a stream of chunks leaves out unless it is asked. */
export function askForUsage(body: JsonObject): {readonly name: string; readonly json: string} | undefined {
	const options = body['stream_options'];
	const asked = isObject(options) ? options : undefined;
	if (asked?.['include_usage'] === true) return undefined;
	return {name: 'stream_options', json: JSON.stringify(Object.assign({}, asked, {include_usage: true}))};
}
