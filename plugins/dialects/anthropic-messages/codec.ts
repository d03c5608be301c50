/** Messages, to and from the hub. */

import type {Codec} from '../../../core/index.js';
import {decodeError} from '../anthropic.js';
import {decodeReply} from './decode-reply.js';
import {decodeRequest} from './decode-request.js';
import {MessageDecoder} from './decode-stream.js';
import {encodeReply} from './encode-reply.js';
import {encodeRequest} from './encode-request.js';
import {MessageEncoder} from './encode-stream.js';
import {withoutForeign} from './without-foreign.js';

export const codec: Codec = {
	fields: {
		turns: 'messages',
		toolChoice: 'tool_choice',
		parallelTools: 'tool_choice.disable_parallel_tool_use',
		maxTokens: 'max_tokens',
		topP: 'top_p',
		topK: 'top_k',
		stop: 'stop_sequences',
		output: 'output_config.format',
		reasoning: 'thinking',
		user: 'metadata.user_id',
	},
	toolNames: {pattern: /^[a-zA-Z0-9_-]+$/, maxLength: 128},
	callIds: {pattern: /^[a-zA-Z0-9_-]+$/, maxLength: 256},
	decodeRequest,
	encodeRequest,
	withoutForeign,
	decodeReply,
	encodeReply,
	decodeStream: () => new MessageDecoder(),
	encodeStream: context => new MessageEncoder(context),
	decodeError,
};
