import OpenAI from 'openai';
import type {
	CompletionEvent,
	Conversation,
	JsonObject,
	ReplyContext,
	StreamDecoder,
	StreamEncoder,
	StreamEvent,
} from '../../../../core/index.js';
import {isObject, wireEvent} from '../../../../core/index.js';
import {openaiResponses} from '../../../../plugins/dialects/openai-responses/index.js';
import {loadValidators} from '../../providers/mock/validators.js';

const {codec: found} = openaiResponses;
if (found === undefined) throw new Error('the dialect has no codec');
export const codec = found;

/** The vendor's own description of the API; tests of validity pass vacuously where it is not at hand. */
export const validators = await loadValidators();

export function conversation(members: Partial<Conversation> = {}): Conversation {
	return {model: 'm', system: [], turns: [], tools: [], stream: false, streamUsage: false, extras: [], ...members};
}

/** A request of a client, and what it is answered for. */
export function contextOf(request: JsonObject = {model: 'm', input: 'hi'}, model = 'm'): ReplyContext {
	let count = 0;
	return {
		conversation: codec.decodeRequest(request),
		request,
		model,
		newId: prefix => `${prefix}${(++count).toString().padStart(4, '0')}`,
	};
}

/** An event as it comes over the wire. */
export function event(json: JsonObject, name = String(json['type'])): StreamEvent {
	return wireEvent(`event: ${name}\ndata: ${JSON.stringify(json)}\n\n`);
}

export function decodeAll(events: readonly StreamEvent[], decoder: StreamDecoder = codec.decodeStream()) {
	return [...events.flatMap(each => decoder.push(each)), ...decoder.end()];
}

export function encodeAll(
	events: readonly CompletionEvent[],
	encoder: StreamEncoder = codec.encodeStream(contextOf()),
) {
	return [...events.flatMap(each => encoder.push(each)), ...encoder.end()];
}

/** The JSON of events, comments left out. */
export function jsons(events: readonly StreamEvent[]): readonly JsonObject[] {
	return events.map(each => each.json).filter((json): json is JsonObject => json !== undefined);
}

/** The response of the last event, or of another one. */
export function responseAt(events: readonly StreamEvent[], at = -1): JsonObject {
	const response = jsons(events).at(at)?.['response'];
	if (!isObject(response)) throw new Error(`event ${at} has no response`);
	return response;
}

/** What the official client makes of a stream. */
export async function assembleBySdk(events: readonly StreamEvent[]) {
	const body = Buffer.concat(events.map(each => each.bytes));
	const client = new OpenAI({
		apiKey: 'test',
		baseURL: 'http://gateway.test/v1',
		maxRetries: 0,
		fetch: async () => new Response(body, {headers: {'content-type': 'text/event-stream'}}),
	});
	return client.responses.stream({model: 'm', input: 'hi'}).finalResponse();
}

/**
 * What is wrong with a stream: an event that the schema does not allow, numbers that do not run on, items that do not begin
 * and end properly, or another number of terminal events than one.
 */
export function faults(events: readonly StreamEvent[]): readonly string[] {
	const all = jsons(events);
	const terminal = all.findIndex(json => isTerminal(json['type']));
	return [
		...all.flatMap(json => validators?.responsesEvent(json)?.map(fault => `${json['type']}: ${fault}`) ?? []),
		...all.filter((json, index) => json['sequence_number'] !== index).map(json => `number ${json['sequence_number']}`),
		...(terminal === all.length - 1 ? [] : [`terminal event ${terminal} of ${all.length}`]),
		...events
			.filter(each => each.json !== undefined && each.event !== (each.json as JsonObject)['type'])
			.map(each => `an event without its name: ${each.data}`),
		...itemFaults(all),
	];
}

function isTerminal(type: unknown): boolean {
	return type === 'response.completed' || type === 'response.incomplete' || type === 'response.failed';
}

/** Items begin one behind the other, end once, and keep their ids. */
function itemFaults(all: readonly JsonObject[]): readonly string[] {
	const ids: unknown[] = [];
	const ended = new Set<unknown>();
	return all.flatMap(json => {
		const {type, output_index: place} = json;
		if (typeof place !== 'number') return [];
		const item = json['item'] as JsonObject | undefined;
		const id = item === undefined ? json['item_id'] : item['id'];
		if (type === 'response.output_item.added') return ids.push(id) === place + 1 ? [] : [`item ${place} out of order`];
		const faults = ended.has(place) ? [`${type} of item ${place}, which has ended`] : [];
		if (type === 'response.output_item.done') ended.add(place);
		return id === ids[place] ? faults : [...faults, `${type} has id ${id} instead of ${ids[place]}`];
	});
}
