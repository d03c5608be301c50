/** The two prompt forms. @see https://platform.openai.com/docs/api-reference/completions and https://docs.anthropic.com/en/api/complete */

import type {StreamEvent} from '../../../core/index.js';
import {Findings, isSilent, listOf, objectOf, type Reading} from './reading.js';

/** Text, one finish_reason for each choice, usage, `[DONE]` once and last. */
export function readCompletions(events: readonly StreamEvent[]): Reading {
	const found = new Findings();
	const finished = new Set<unknown>();
	let id: unknown;
	let usage = false;
	for (const event of events) {
		if (isSilent(event)) continue;
		found.expect(!found.over, `behind the end: ${event.data.slice(0, 80)}`);
		found.expect(event.event === undefined, `an event named ${event.event}`);
		if (event.data === '[DONE]') {
			found.expect(finished.size > 0, '[DONE] before finish_reason');
			found.close('complete', '[DONE] twice');
			continue;
		}
		const json = objectOf(event.json);
		if (json['error'] !== undefined) {
			found.close('error', 'an error behind the end');
			continue;
		}
		id ??= json['id'];
		found.expect(json['object'] === 'text_completion' && json['id'] === id, `a chunk ${event.data.slice(0, 80)}`);
		found.expect(!usage, 'a chunk behind usage');
		const choices = listOf(json['choices']);
		usage = choices.length === 0;
		for (const {index, text, finish_reason: finish} of choices) {
			found.expect(typeof text === 'string', 'a choice without text');
			found.expect(!finished.has(index), 'a chunk behind finish_reason');
			if (typeof finish === 'string') finished.add(index);
		}
	}
	return found;
}

/** `completion` events, the last one with a stop_reason; pings; an error. */
export function readComplete(events: readonly StreamEvent[]): Reading {
	const found = new Findings();
	for (const event of events) {
		if (isSilent(event) || event.event === 'ping') continue;
		const json = objectOf(event.json);
		found.expect(event.event === json['type'], `an event named ${event.event}: ${event.data.slice(0, 80)}`);
		found.expect(!found.over, `behind the end: ${event.data.slice(0, 80)}`);
		if (json['type'] === 'error') {
			found.close('error', 'an error behind the end');
			continue;
		}
		found.expect(typeof json['completion'] === 'string', `an event ${event.data.slice(0, 80)}`);
		if (typeof json['stop_reason'] === 'string') found.close('complete', 'stop_reason twice');
	}
	return found;
}
