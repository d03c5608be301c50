/** The legacy prompt form to and from the hub. */

import type {Codec} from '../../../core/index.js';
import {decodeError} from '../openai-chat/decode-error.js';
import {ChunkDecoder} from '../openai-chat/decode-stream.js';
import {decodeReply} from './decode-reply.js';
import {decodeRequest} from './decode-request.js';
import {encodeReply} from './encode-reply.js';
import {encodeRequest} from './encode-request.js';
import {TextChunkEncoder} from './encode-stream.js';

/** There are no tools; the rules are those of the other OpenAI formats. @see https://platform.openai.com/docs/api-reference/completions */
export const completionsCodec: Codec = {
	fields: {
		model: 'model',
		system: 'prompt',
		turns: 'prompt',
		maxTokens: 'max_tokens',
		temperature: 'temperature',
		topP: 'top_p',
		stop: 'stop',
		user: 'user',
		stream: 'stream',
		streamUsage: 'stream_options',
	},
	toolNames: {pattern: /^[a-zA-Z0-9_-]+$/, maxLength: 64},
	callIds: {pattern: /^[\x21-\x7e]+$/, maxLength: 40},
	decodeRequest,
	encodeRequest,
	decodeReply,
	encodeReply,
	decodeStream: () => new ChunkDecoder('openai-completions'),
	encodeStream: context => new TextChunkEncoder(context),
	decodeError,
};
