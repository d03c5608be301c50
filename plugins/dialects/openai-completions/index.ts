/** OpenAI Completions, the legacy form that continues a prompt. */

import type {Dialect} from '../../../core/index.js';
import {encodeError, encodeErrorEvent, isError} from '../openai.js';
import {askForUsage, ChunkWatcher} from '../openai-chunks.js';
import {chatUsage} from '../openai-usage.js';
import {requestFacts} from '../request-facts.js';
import {completionsCodec} from './codec.js';

/** @see https://platform.openai.com/docs/api-reference/completions */
export const openaiCompletions: Dialect = {
	name: 'openai-completions',
	family: 'openai',
	routes: [{method: 'POST', path: '/v1/completions', operation: 'generate'}],
	readRequest: body => requestFacts(body, 'max_tokens'),
	usageMembers: ['usage', 'x_groq'],
	readUsage: chatUsage,
	watchStream: () => new ChunkWatcher(),
	askForUsage,
	isError,
	codec: completionsCodec,
	encodeError,
	encodeErrorEvent,
};
