/**
 * Keeps words out of conversations: refuses requests that hold them and masks them in answers, whatever format the client
 * speaks, streamed or not. Written once, on the hub view.
 *
 * In `gateway.config.ts`: `plugins: [auth({…}), openai({…}), routing(), guardrail({words: ['Project Falcon']})]`.
 */

import {
	type ChangedEvents,
	type CompletionEvent,
	type Conversation,
	definePlugin,
	GatewayError,
	type Part,
	replyThroughHub,
	streamThroughHub,
} from 'tapgate';

/** Options of the guardrail. */
export interface GuardrailOptions {
	/** Compared without regard to case. */
	readonly words: readonly string[];
}

/** Refuses and masks words. */
export const guardrail = definePlugin<GuardrailOptions>({
	name: 'guardrail',
	options: {
		type: 'object',
		properties: {
			words: {
				type: 'array',
				items: {type: 'string', minLength: 1},
				minItems: 1,
				description: 'words that must neither be asked nor answered',
			},
		},
		required: ['words'],
		additionalProperties: false,
	},
	apply({hooks}, {words}) {
		const pattern = new RegExp(words.map(word => word.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&')).join('|'), 'gi');
		const mask = (text: string): string => text.replace(pattern, found => '█'.repeat(found.length));
		const holdBack = Math.max(...words.map(word => word.length)) - 1;

		hooks.admit.tap('guardrail', exchange => {
			const conversation = exchange.conversation();
			if (conversation === undefined || !textsOf(conversation).some(text => mask(text) !== text)) return;
			throw new GatewayError('guardrail', 400, 'The request holds a word that must not leave the house.');
		});

		hooks.reply.tap('guardrail', (reply, exchange) =>
			replyThroughHub(exchange, reply, completion => {
				const candidates = completion.candidates.map(candidate => ({
					...candidate,
					parts: candidate.parts.map(maskPart),
				}));
				return {...completion, candidates};
			}),
		);

		hooks.stream.tap('guardrail', (events, exchange) => streamThroughHub(exchange, events, maskStream(mask, holdBack)));

		function maskPart(part: Part): Part {
			return part.type === 'text' ? {...part, text: mask(part.text)} : part;
		}
	},
});

function textsOf({system, turns}: Conversation): readonly string[] {
	const parts: readonly Part[] = [...system, ...turns.flatMap(turn => turn.parts)];
	return parts.flatMap(part => {
		if (part.type === 'text') return [part.text];
		return part.type === 'tool-result'
			? part.content.flatMap(inner => (inner.type === 'text' ? [inner.text] : []))
			: [];
	});
}

/** A word may be split over events: so much of every text as could be the beginning of one is held back until more is known. */
function maskStream(mask: (text: string) => string, holdBack: number): (event: CompletionEvent) => ChangedEvents {
	const held = new Map<number, string>();
	return event => {
		if (event.type === 'part-delta' && event.delta.type === 'text') {
			const text = mask((held.get(event.index) ?? '') + event.delta.text);
			const safe = Math.max(0, text.length - holdBack);
			held.set(event.index, text.slice(safe));
			return safe === 0 ? [] : {...event, delta: {type: 'text', text: text.slice(0, safe)}};
		}
		if (event.type !== 'part-end') return undefined;
		const text = held.get(event.index) ?? '';
		held.delete(event.index);
		return text === '' ? event : [{type: 'part-delta', index: event.index, delta: {type: 'text', text}}, event];
	};
}
