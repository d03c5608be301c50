/** The result of a tool call as a Chat Completions message. */

import {type JsonObject, type Part, pathOf, type ToolResultPart} from '../../../core/index.js';
import type {Writing} from './encode-content.js';

/**
 * Writes a result. The role `tool` takes text only: what else the result holds is announced there and carried to the user message
 * that follows. That something went wrong is said in words, for want of a field.
 */
export function encodeResult(
	part: ToolResultPart,
	{traits, losses}: Writing,
): {readonly message: JsonObject; readonly carried: readonly Part[]} {
	const texts: string[] = [];
	const carried: Part[] = [];
	for (const content of part.content) {
		if (content.type === 'text') texts.push(content.text);
		else if (content.type === 'document' && content.source.kind === 'text') texts.push(content.source.text);
		else if (takes(content.type, traits.modalities)) {
			texts.push(`[${content.type} ${carried.length + 1} of this result is in the next user message]`);
			carried.push(content);
		} else {
			texts.push(`[${content.type} left out: this model cannot take it]`);
			losses.push({
				path: pathOf(content) ?? pathOf(part) ?? 'turns',
				reason: `this model cannot take the ${content.type} of a tool result`,
			});
		}
	}
	const said = texts.join('\n\n');
	const content = part.isError === true && !said.startsWith('Error') ? `Error: ${said}` : said;
	const label: Part = {type: 'text', text: `From the result of the tool call ${part.callId}:`};
	return {
		message: {role: 'tool', tool_call_id: part.callId, content},
		carried: carried.length === 0 ? [] : [label, ...carried],
	};
}

function takes(type: 'image' | 'document', modalities: Writing['traits']['modalities']): boolean {
	return (type === 'image' ? modalities?.images : modalities?.documents) !== false;
}
