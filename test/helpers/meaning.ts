/** What a conversation or an answer means, free of how it is cut into parts: what two formats must agree on. */

import type {Candidate, Completion, Conversation, Part, ToolResultPart} from '../../core/index.js';

/** A step of what was said. */
type Said = readonly [who: string, what: string, ...of: readonly unknown[]];

/** What both sides can express is the same as long as this is. */
export function meaningOf(conversation: Conversation): unknown {
	const {
		system,
		turns,
		tools,
		toolChoice,
		parallelTools,
		maxTokens,
		temperature,
		topP,
		stop,
		output,
		reasoning,
		user,
		stream,
	} = conversation;
	return JSON.parse(
		JSON.stringify({
			system: system.map(({text}) => text).join('\n\n'),
			said: joined(turns.flatMap(({role, parts}) => parts.flatMap(part => saidBy(role, part)))),
			tools: tools.map(tool =>
				tool.type === 'function'
					? [
							tool.name,
							tool.description ?? '',
							tool.parameters ?? {type: 'object', properties: {}},
							tool.strict ?? false,
						]
					: tool,
			),
			// Without tools there is nothing to choose; automatic is what every format does unless told otherwise.
			choice: tools.length === 0 ? {type: 'auto'} : (toolChoice ?? {type: 'auto'}),
			parallel: tools.length === 0 || parallelTools !== false,
			maxTokens,
			temperature,
			topP,
			stop,
			output: output?.type === 'text' ? undefined : output,
			reasoning,
			user,
			stream,
		}),
	);
}

/**
 * What an answer says, how it ended and what it cost.
 * @param apart text and calls are two things, whichever came first.
 */
export function meaningOfAnswer({candidates, usage}: Completion, apart = false): unknown {
	const {parts, finish} = candidates[0] ?? ({parts: [], finish: {reason: 'stop'}} satisfies Candidate);
	const ordered = apart
		? [...parts.filter(part => part.type !== 'tool-call'), ...parts.filter(part => part.type === 'tool-call')]
		: parts;
	return JSON.parse(
		JSON.stringify({
			said: joined(ordered.flatMap(part => saidBy('assistant', part))),
			finish: finish.reason,
			input: usage?.input.total,
			cacheRead: usage?.input.cacheRead,
			cacheWrite: usage?.input.cacheWrite5m,
			output: usage?.output.total,
			reasoning: usage?.output.reasoning,
		}),
	);
}

function saidBy(role: string, part: Part): readonly Said[] {
	switch (part.type) {
		case 'text':
			return [[role, 'text', part.text]];
		case 'thinking':
			return [[role, 'thinking', part.text, part.signature, part.signature === undefined ? undefined : part.signedBy]];
		case 'redacted-thinking':
			return [[role, 'redacted', part.data, part.signedBy]];
		case 'tool-call':
			return [[role, 'call', part.id, part.name, JSON.parse(part.arguments.trim() || '{}')]];
		case 'tool-result':
			return [[role, 'result', part.callId, resultText(part), part.isError ?? false]];
		case 'image':
			return [[role, 'image', part.source]];
		case 'document':
			return [[role, 'document', part.source, part.name]];
		case 'refusal':
			return [[role, 'refusal', part.text]];
		default:
			return [[role, part.type, part]];
	}
}

function resultText({content}: ToolResultPart): unknown {
	return content.every(part => part.type === 'text')
		? content.map(part => part.text).join('')
		: content.map(part => (part.type === 'text' ? part.text : part.source));
}

/** Texts of one speaker that stand side by side are one text. */
function joined(said: readonly Said[]): readonly Said[] {
	const all: Said[] = [];
	for (const step of said) {
		const last = all.at(-1);
		if (last !== undefined && step[1] === 'text' && last[1] === 'text' && last[0] === step[0])
			all[all.length - 1] = [step[0], 'text', `${last[2]}${step[2]}`];
		else all.push(step);
	}
	return all;
}
