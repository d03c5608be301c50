/** OpenAI Chat Completions, the format that most providers speak. */

import type {Dialect} from '../../../core/index.js';
import {encodeError, encodeErrorEvent, isError} from '../openai.js';
import {askForUsage, ChunkWatcher} from '../openai-chunks.js';
import {chatUsage} from '../openai-usage.js';
import {requestFacts} from '../request-facts.js';
import {chatCodec} from './codec.js';
import {description} from './description.js';

/** @see https://platform.openai.com/docs/api-reference/chat */
export const openaiChat: Dialect = {
	name: 'openai-chat',
	family: 'openai',
	routes: [
		{method: 'POST', path: '/v1/chat/completions', operation: 'generate', summary: 'Continue a chat.', description},
	],
	readRequest: body => requestFacts(body, 'max_completion_tokens', 'max_tokens'),
	usageMembers: ['usage', 'x_groq'],
	streamBytesPerToken: 200,
	readUsage: chatUsage,
	watchStream: request => new ChunkWatcher(request),
	askForUsage,
	isError,
	codec: chatCodec,
	encodeError,
	encodeErrorEvent,
};
