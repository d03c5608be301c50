/** Takes thinking out of a native request that another provider has signed: Anthropic would refuse the call for it. */

import {type Cleaned, isObject, type JsonObject, type Loss, type Splice} from '../../../core/index.js';
import {foreignReason, isEnvelope} from '../signature-envelope.js';

/** A message that held nothing else goes too. */
export function withoutForeign({messages, thinking}: JsonObject): Cleaned | undefined {
	if (!Array.isArray(messages) || !messages.some(holdsForeign)) return undefined;
	const losses: Loss[] = [];
	const kept = messages.flatMap((message: unknown, at): readonly unknown[] => {
		if (!holdsForeign(message)) return [message];
		const content = message.content.filter((block, index) => {
			if (!isForeign(block)) return true;
			losses.push({path: `messages[${at}].content[${index}]`, reason: foreignReason});
			return false;
		});
		return content.length === 0 ? [] : [Object.assign({}, message, {content})];
	});
	const changes: Splice[] = [{name: 'messages', json: JSON.stringify(kept)}];
	if (isObject(thinking) && thinking['type'] === 'enabled' && isMidway(kept)) {
		changes.push({name: 'thinking', json: '{"type":"disabled"}'});
		losses.push({path: 'thinking', reason: 'the thinking that led to the tool calls is another provider’s'});
	}
	return {changes, losses};
}

function holdsForeign(message: unknown): message is {readonly content: readonly unknown[]} {
	return isObject(message) && Array.isArray(message['content']) && message['content'].some(isForeign);
}

function isForeign(block: unknown): boolean {
	if (!isObject(block)) return false;
	if (block['type'] === 'thinking') return isEnvelope(block['signature']);
	return block['type'] === 'redacted_thinking' && isEnvelope(block['data']);
}

/** With a budget, calls whose results are on their way must begin with thinking. */
function isMidway(messages: readonly unknown[]): boolean {
	const last = messages.findLastIndex(message => isObject(message) && message['role'] === 'assistant');
	const types = blockTypes(messages[last]);
	if (!types.includes('tool_use') || !blockTypes(messages[last + 1]).includes('tool_result')) return false;
	return types[0] !== 'thinking' && types[0] !== 'redacted_thinking';
}

function blockTypes(message: unknown): readonly unknown[] {
	const content = isObject(message) ? message['content'] : undefined;
	return Array.isArray(content) ? content.map((block: unknown) => (isObject(block) ? block['type'] : undefined)) : [];
}
