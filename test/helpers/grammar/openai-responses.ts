/** @see https://platform.openai.com/docs/api-reference/responses-streaming */

import {isDeepStrictEqual} from 'node:util';
import type {JsonObject, StreamEvent} from '../../../core/index.js';
import {Findings, isSilent, listOf, objectOf, parses, type Reading} from './reading.js';

const terminal: Readonly<Record<string, string>> = {
	'response.completed': 'completed',
	'response.incomplete': 'incomplete',
	'response.failed': 'failed',
};

/** An item of the answer, while it is written. */
interface Item {
	readonly id: unknown;
	readonly type: unknown;
	/** Its parts by the event that began them, with what was written so far. */
	readonly parts: Map<string, {text: string; done: boolean}>;
	arguments: string;
	done?: JsonObject;
}

/** Numbers that run on; items and their parts added and done in order, deltas that add up; one terminal event, the last. */
export function readResponses(events: readonly StreamEvent[]): Reading {
	const found = new Findings();
	const items: Item[] = [];
	let number = 0;
	let created = false;
	let failing = false;
	const step = (type: string, json: JsonObject): void => {
		if (type === 'response.created') {
			found.expect(!created, 'response.created twice');
			created = true;
			return;
		}
		found.expect(created, `${type} before response.created`);
		if (type === 'response.in_progress' || type === 'response.queued') {
			found.expect(items.length === 0, `${type} behind the first item`);
			return;
		}
		if (type === 'response.output_item.added') {
			const {id, type: kind} = objectOf(json['item']);
			found.expect(json['output_index'] === items.length, `item ${json['output_index']} is out of order`);
			found.expect(typeof id === 'string' && items.every(item => item.id !== id), `an item with the id ${id}`);
			items.push({id, type: kind, parts: new Map(), arguments: ''});
			return;
		}
		const item = items[Number(json['output_index'])];
		found.expect(item !== undefined && item.done === undefined, `${type} of an item that is not open`);
		if (item !== undefined) itemStep(found, item, type, json);
	};
	for (const event of events) {
		if (isSilent(event)) continue;
		const json = objectOf(event.json);
		const type = String(json['type']);
		found.expect(event.event === type, `an event named ${event.event}: ${event.data.slice(0, 80)}`);
		found.expect(json['sequence_number'] === number, `number ${json['sequence_number']} instead of ${number}`);
		number++;
		found.expect(!found.over, `${type} behind the end`);
		found.expect(!failing || type === 'response.failed', `${type} behind an error`);
		if (type === 'error') {
			failing = true;
			continue;
		}
		const status = terminal[type];
		if (status === undefined) {
			step(type, json);
			continue;
		}
		const response = objectOf(json['response']);
		found.close(status === 'failed' ? 'error' : 'complete', `${type} behind the end`);
		found.expect(response['status'] === status, `${type} with status ${response['status']}`);
		if (status === 'failed') continue;
		found.expect(
			items.every(item => item.done !== undefined),
			`${type} while an item is open`,
		);
		const output = items.map(item => item.done);
		found.expect(isDeepStrictEqual(response['output'], output), `${type} with another output than was streamed`);
		for (const item of status === 'completed' ? items : [])
			found.expect(item.type !== 'function_call' || parses(item.arguments), `no JSON: ${item.arguments}`);
		found.expect(
			status !== 'incomplete' || objectOf(response['incomplete_details'])['reason'] !== undefined,
			'incomplete without a reason',
		);
	}
	if (failing && !found.over) found.close('error', '');
	return found;
}

/** Where the whole text stands that deltas have written piece by piece, by the stem of the event. */
const texts: Readonly<Record<string, {readonly place: 'content_index' | 'summary_index'; readonly whole: string}>> = {
	'response.output_text': {place: 'content_index', whole: 'text'},
	'response.refusal': {place: 'content_index', whole: 'refusal'},
	'response.reasoning_text': {place: 'content_index', whole: 'text'},
	'response.reasoning_summary_text': {place: 'summary_index', whole: 'text'},
};

function itemStep(found: Findings, item: Item, type: string, json: JsonObject): void {
	const stem = type.slice(0, type.lastIndexOf('.'));
	if (type === 'response.output_item.done') {
		itemDone(found, item, objectOf(json['item']));
		return;
	}
	found.expect(json['item_id'] === item.id, `${type} with the id of another item`);
	const rule = texts[stem];
	if (stem === 'response.content_part') containerStep(found, item, 'content_index', type, json);
	else if (stem === 'response.reasoning_summary_part') containerStep(found, item, 'summary_index', type, json);
	else if (rule !== undefined) {
		const part = item.parts.get(`${rule.place} ${json[rule.place]}`);
		found.expect(part !== undefined && !part.done, `${type} of a part that is not open`);
		if (part === undefined) return;
		if (type.endsWith('.delta')) part.text += String(json['delta']);
		else found.expect(json[rule.whole] === part.text, `${type} with other text than was streamed`);
	} else if (type === 'response.function_call_arguments.delta') item.arguments += String(json['delta']);
	else if (type === 'response.function_call_arguments.done')
		found.expect(json['arguments'] === item.arguments, `${type} with other arguments than were streamed`);
	else found.expect(/annotation|web_search|custom_tool/.test(type), `an event of type ${type}`);
}

function containerStep(
	found: Findings,
	item: Item,
	place: 'content_index' | 'summary_index',
	type: string,
	json: JsonObject,
): void {
	const key = `${place} ${json[place]}`;
	const part = item.parts.get(key);
	if (type.endsWith('.added')) {
		found.expect(part === undefined, `${type} twice`);
		found.expect(json[place] === item.parts.size, `part ${json[place]} is out of order`);
		item.parts.set(key, {text: '', done: false});
		return;
	}
	found.expect(part !== undefined && !part.done, `${type} of a part that is not open`);
	if (part !== undefined) part.done = true;
	const {text, refusal} = objectOf(json['part']);
	found.expect((text ?? refusal) === part?.text, 'a part is done with other text than was streamed');
}

function itemDone(found: Findings, item: Item, done: JsonObject): void {
	item.done = done;
	const parts = [...item.parts.values()];
	found.expect(done['id'] === item.id && done['type'] === item.type, 'another item is done than was added');
	found.expect(
		parts.every(part => part.done),
		'an item is done while a part of it is open',
	);
	const whole = [...listOf(done['content']), ...listOf(done['summary'])].map(part => part['text'] ?? part['refusal']);
	const written = parts.map(part => part.text);
	found.expect(
		parts.length === 0 || isDeepStrictEqual(whole, written),
		'an item is done with other text than was streamed',
	);
	if (item.type !== 'function_call') return;
	found.expect(done['arguments'] === item.arguments, 'a call is done with other arguments than were streamed');
}
