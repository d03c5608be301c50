/** Calls of the official clients against a gateway under test, and the raw events of a stream. */

import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import type {StartedGateway} from 'tapgate/testing';

/** The official clients, pointed at a gateway. They try once, so that a refusal is seen as it came. */
export function clients({url}: StartedGateway): {openai: OpenAI; anthropic: Anthropic} {
	return {
		openai: new OpenAI({apiKey: 'unused', baseURL: `${url}/v1`, maxRetries: 0}),
		anthropic: new Anthropic({apiKey: 'unused', baseURL: url, maxRetries: 0}),
	};
}

/** One user message, for both APIs. */
export function asking(text: string, model = 'mock.echo') {
	return {model, max_tokens: 100, messages: [{role: 'user' as const, content: text}]};
}

/** The text of an Anthropic message. */
export function textOf({content}: Anthropic.Message): string {
	return content.map(block => (block.type === 'text' ? block.text : '')).join('');
}

/** The events of a stream, each with the bytes that it came in. */
export async function eventsOf(response: Response): Promise<readonly string[]> {
	return (await response.text()).match(/.*?\n\n/gs) ?? [];
}
