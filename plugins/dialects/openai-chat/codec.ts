/** Chat Completions to and from the hub. */

import type {Codec} from '../../../core/index.js';
import {decodeError} from './decode-error.js';
import {decodeReply} from './decode-reply.js';
import {decodeRequest} from './decode-request.js';
import {ChunkDecoder} from './decode-stream.js';
import {encodeReply} from './encode-reply.js';
import {encodeRequest} from './encode-request.js';
import {ChunkEncoder} from './encode-stream.js';

/** @see https://platform.openai.com/docs/api-reference/chat */
export const chatCodec: Codec = {
	fields: {
		model: 'model',
		system: 'messages',
		turns: 'messages',
		tools: 'tools',
		toolChoice: 'tool_choice',
		parallelTools: 'parallel_tool_calls',
		maxTokens: 'max_completion_tokens',
		temperature: 'temperature',
		topP: 'top_p',
		topK: 'top_k',
		stop: 'stop',
		output: 'response_format',
		verbosity: 'verbosity',
		reasoning: 'reasoning_effort',
		user: 'user',
		cacheKey: 'prompt_cache_key',
		stream: 'stream',
		streamUsage: 'stream_options',
	},
	toolNames: {pattern: /^[a-zA-Z0-9_-]+$/, maxLength: 64},
	// OpenAI refuses longer ids.
	callIds: {pattern: /^[\x21-\x7e]+$/, maxLength: 40},
	decodeRequest,
	encodeRequest,
	decodeReply,
	encodeReply,
	decodeStream: () => new ChunkDecoder('openai-chat'),
	encodeStream: context => new ChunkEncoder(context),
	decodeError,
};
