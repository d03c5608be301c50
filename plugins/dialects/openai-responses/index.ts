/** OpenAI Responses, and the endpoint that counts the tokens of such a request. */

import type {Dialect} from '../../../core/index.js';
import {encodeError, isError} from '../openai.js';
import {openaiUsage} from '../openai-usage.js';
import {requestFacts} from '../request-facts.js';
import {codec} from './codec.js';
import {inputTokens, responses} from './description.js';
import {encodeErrorEvent} from './error-event.js';
import {ResponseWatcher} from './watcher.js';

/** @see https://platform.openai.com/docs/api-reference/responses */
export const openaiResponses: Dialect = {
	name: 'openai-responses',
	family: 'openai',
	routes: [
		{method: 'POST', path: '/v1/responses', operation: 'generate', summary: 'Make a response.', description: responses},
		{
			method: 'POST',
			path: '/v1/responses/input_tokens',
			operation: 'count',
			summary: "Count the tokens of a response's input.",
			description: inputTokens,
		},
	],
	readRequest: body => requestFacts(body, 'max_output_tokens'),
	usageMembers: ['usage'],
	readUsage: reply => openaiUsage(reply['usage']),
	watchStream: () => new ResponseWatcher(),
	isError,
	codec,
	encodeError,
	encodeErrorEvent,
};
