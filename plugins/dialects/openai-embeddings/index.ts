/** OpenAI Embeddings: text in, vectors out, never streamed. */

import type {Dialect} from '../../../core/index.js';
import {encodeError, encodeErrorEvent, isError} from '../openai.js';
import {ChunkWatcher} from '../openai-chunks.js';
import {openaiUsage} from '../openai-usage.js';
import {requestFacts} from '../request-facts.js';
import {description} from './description.js';

/** @see https://platform.openai.com/docs/api-reference/embeddings */
export const openaiEmbeddings: Dialect = {
	name: 'openai-embeddings',
	family: 'openai',
	common: true,
	routes: [
		{method: 'POST', path: '/v1/embeddings', operation: 'embed', summary: 'Turn texts into vectors.', description},
	],
	readRequest: body => Object.assign(requestFacts(body), {stream: false}),
	usageMembers: ['usage'],
	readUsage: reply => openaiUsage(reply['usage']),
	watchStream: () => new ChunkWatcher(),
	isError,
	encodeError,
	encodeErrorEvent,
};
