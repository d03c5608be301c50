/** Reads an answer of Messages. */

import {type Completion, type JsonObject, type Part, remember} from '../../../core/index.js';
import {anthropicUsage} from '../anthropic-usage.js';
import {extrasOf} from '../untranslatable.js';
import {decodeContent, stringOf} from './decode-part.js';
import {decodeFinish} from './map-stop-reason.js';
import {dialect, outputTool} from './names.js';

const known = new Set([
	'id',
	'type',
	'role',
	'model',
	'content',
	'stop_reason',
	'stop_sequence',
	'stop_details',
	'usage',
]);

/** @see https://platform.claude.com/docs/en/api/messages/create */
export function decodeReply(body: JsonObject): Completion {
	const {parts} = decodeContent(body['content'] ?? [], 'content', value => value);
	const answer = parts.find(isAnswer);
	const said = answer === undefined ? parts : parts.flatMap(part => withoutAnswer(part));
	const calls = said.some(part => part.type === 'tool-call');
	const usage = anthropicUsage(body['usage']);
	const completion: Completion = {
		id: stringOf(body['id']),
		model: stringOf(body['model']),
		candidates: [{parts: said, finish: decodeFinish(body, calls, answer !== undefined)}],
		...(usage !== undefined && {usage}),
		extras: extrasOf(body, dialect, known),
	};
	// As it came it would be a call again.
	return remember(completion, dialect, answer === undefined ? body : undefined, '');
}

/** The call of the tool that stands for structured output. */
function isAnswer(part: Part): boolean {
	return part.type === 'tool-call' && part.name === outputTool;
}

/** The answer is the text; whatever else was said would make it no JSON. */
function withoutAnswer(part: Part): readonly Part[] {
	if (part.type === 'text') return [];
	return part.type === 'tool-call' && part.name === outputTool ? [{type: 'text', text: part.arguments}] : [part];
}
