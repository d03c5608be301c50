/**
 * Puts a system prompt of the platform's own in front of every conversation, for OpenAI chats and Anthropic messages.
 *
 * In `gateway.config.ts`: `plugins: [auth({…}), mock(), routing(), houseRules({rules: 'Answer in English.'})]`.
 */

import {type ClientRequest, definePlugin} from 'tapgate';

/** Begins every conversation with the platform's own rules. */
export const houseRules = definePlugin<{rules: string}>({
	name: 'house-rules',
	options: {
		type: 'object',
		properties: {rules: {type: 'string', minLength: 1, description: 'what stands before every system prompt'}},
		required: ['rules'],
		additionalProperties: false,
	},
	apply({hooks}, {rules}) {
		hooks.rewrite.tap('house-rules', (request, {endpoint}) => {
			if (endpoint.kind !== 'model') return undefined;
			if (endpoint.dialect.name === 'openai-chat') return inChat(request, rules);
			if (endpoint.dialect.name === 'anthropic-messages') return inMessages(request, rules);
			return undefined;
		});
	},
});

function inChat(request: ClientRequest, rules: string): ClientRequest | undefined {
	const messages = request.json?.['messages'];
	// What is no list is the provider's to refuse, in the provider's own words.
	if (!Array.isArray(messages)) return undefined;
	return request.withBody(Object.assign({}, request.json, {messages: [{role: 'system', content: rules}, ...messages]}));
}

/** Counting tokens goes the same way, so that a client counts what it will pay for. */
function inMessages(request: ClientRequest, rules: string): ClientRequest {
	const given = request.json?.['system'];
	const block = {type: 'text', text: rules};
	const system =
		given === undefined ? rules : [block, ...(Array.isArray(given) ? given : [{type: 'text', text: given}])];
	return request.withBody(Object.assign({}, request.json, {system}));
}
