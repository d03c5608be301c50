/** Keeps cache breakpoints within what is accepted: four of them, and none that lives an hour behind a shorter one. */

import {isObject, type JsonObject, type Loss} from '../../../core/index.js';

const most = 4;

interface Slot {
	readonly list: unknown[];
	readonly index: number;
	readonly block: JsonObject;
}

/** @see https://platform.claude.com/docs/en/build-with-claude/prompt-caching */
export function limitCacheMarks(body: JsonObject, losses: Loss[]): JsonObject {
	const automatic = isObject(body['cache_control']) ? 1 : 0;
	const found = slots(body);
	if (found.length + automatic <= most && inOrder(found)) return body;
	const copy = structuredClone(body);
	const marks = slots(copy);
	// The later a breakpoint, the more it saves; what is before it is read from the cache with it.
	const surplus = Math.max(0, marks.length + automatic - most);
	for (const {list, index, block} of marks.slice(0, surplus)) {
		const {cache_control: _dropped, ...rest} = block;
		list[index] = rest;
	}
	if (surplus > 0) losses.push({path: 'cache_control', reason: `at most ${most} cache breakpoints are accepted`});
	let short = false;
	for (const {list, index, block} of marks.slice(surplus)) {
		if (!livesLong(block)) short = true;
		else if (short) {
			list[index] = Object.assign({}, block, {cache_control: {type: 'ephemeral', ttl: '5m'}});
			losses.push({path: 'cache_control', reason: 'an hour behind a shorter breakpoint is not accepted'});
		}
	}
	return copy;
}

function inOrder(marks: readonly Slot[]): boolean {
	let short = false;
	for (const {block} of marks) {
		if (!livesLong(block)) short = true;
		else if (short) return false;
	}
	return true;
}

function livesLong(block: JsonObject): boolean {
	return isObject(block['cache_control']) && block['cache_control']['ttl'] === '1h';
}

/** All breakpoints in the order of the prompt: tools, instructions, messages. */
function slots(body: JsonObject): readonly Slot[] {
	const found: Slot[] = [];
	const visit = (list: unknown): void => {
		if (!Array.isArray(list)) return;
		for (const [index, block] of list.entries()) {
			if (!isObject(block)) continue;
			if (block['type'] === 'tool_result') visit(block['content']);
			if (isObject(block['cache_control'])) found.push({list, index, block});
		}
	};
	visit(body['tools']);
	visit(body['system']);
	if (Array.isArray(body['messages']))
		for (const message of body['messages']) if (isObject(message)) visit(message['content']);
	return found;
}
