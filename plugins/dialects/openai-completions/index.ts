/** OpenAI Completions, the legacy form that continues a prompt. */

import type {Dialect} from '../../../core/index.js';
import {encodeError, encodeErrorEvent, isError} from '../openai.js';
import {askForUsage, ChunkWatcher} from '../openai-chunks.js';
import {chatUsage} from '../openai-usage.js';
import {requestFacts} from '../request-facts.js';
import {completionsCodec} from './codec.js';
import {description} from './description.js';

/** @see https://platform.openai.com/docs/api-reference/completions */
export const openaiCompletions: Dialect = {
	name: 'openai-completions',
	family: 'openai',
	routes: [
		{
			method: 'POST',
			path: '/v1/completions',
			operation: 'generate',
			summary: 'Continue a prompt; the legacy form.',
			description,
		},
	],
	readRequest: body => requestFacts(body, 'max_tokens'),
	usageMembers: ['usage', 'x_groq'],
	streamBytesPerToken: 200,
	readUsage: chatUsage,
	watchStream: request => new ChunkWatcher(request),
	askForUsage,
	isError,
	codec: completionsCodec,
	encodeError,
	encodeErrorEvent,
};
