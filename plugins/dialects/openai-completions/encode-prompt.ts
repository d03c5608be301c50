/** A conversation as one prompt. */

import {type Conversation, type Loss, type Part, pathOf, refusal, type Turn} from '../../../core/index.js';
import {isBillingHeader} from '../billing-header.js';

/** What keeps a model from speaking for the user, where the prompt tells who speaks. */
export const userMark = '\n\nUser:';

export interface Prompt {
	readonly text: string;
	/** Who speaks is told in words, for there are several turns. */
	readonly dialogue: boolean;
}

/**
 * A single turn of the user is the prompt as it is. More are told as a dialogue that ends where the assistant is to speak.
 * @throws {GatewayError} 400 for content that is not text.
 */
export function encodePrompt({system, turns}: Conversation, losses: Loss[]): Prompt {
	const instructions = system.filter(part => !isBillingHeader(part)).map(part => part.text);
	const said = turns
		.map(turn => ({turn, text: turn.parts.flatMap(part => textOf(part, losses)).join('\n\n')}))
		.filter(({text}) => text !== '');
	const [only] = said;
	if (only === undefined || (said.length === 1 && only.turn.role === 'user')) {
		return {text: [...instructions, ...said.map(({text}) => text)].join('\n\n'), dialogue: false};
	}
	losses.push({path: 'turns', reason: 'who speaks is told in words of the prompt'});
	const open = said.at(-1)?.turn.role === 'assistant' ? [] : ['Assistant:'];
	const lines = said.map(({turn, text}) => `${speaker(turn)}${text}`);
	return {text: [...instructions, ...lines, ...open].join('\n\n'), dialogue: true};
}

function speaker({role}: Turn): string {
	if (role === 'system') return '';
	return role === 'user' ? 'User: ' : 'Assistant: ';
}

function textOf(part: Part, losses: Loss[]): readonly string[] {
	const path = pathOf(part) ?? 'turns';
	switch (part.type) {
		case 'text':
		case 'refusal':
			return [part.text];
		case 'document':
			if (part.source.kind === 'text') return [part.source.text];
			break;
		case 'thinking':
		case 'redacted-thinking':
		case 'native':
			losses.push({path, reason: 'has no counterpart in the format of this model'});
			return [];
	}
	const what = part.type.replace('-', ' ');
	throw refusal('invalid_body', `${path} cannot be sent: this model takes text only, no ${what}.`, {param: path});
}
