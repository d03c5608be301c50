/** Text Completions, to and from the hub. */

import type {Codec} from '../../../core/index.js';
import {decodeError} from '../anthropic.js';
import {decodeReply} from './decode-reply.js';
import {decodeRequest} from './decode-request.js';
import {CompletionDecoder} from './decode-stream.js';
import {encodeReply} from './encode-reply.js';
import {encodeRequest} from './encode-request.js';
import {CompletionEncoder} from './encode-stream.js';

export const codec: Codec = {
	fields: {
		system: 'prompt',
		turns: 'prompt',
		maxTokens: 'max_tokens_to_sample',
		topP: 'top_p',
		topK: 'top_k',
		stop: 'stop_sequences',
		user: 'metadata.user_id',
	},
	// It has no tools; no name is ever too long for it.
	toolNames: {pattern: /^/, maxLength: Number.POSITIVE_INFINITY},
	callIds: {pattern: /^/, maxLength: Number.POSITIVE_INFINITY},
	decodeRequest,
	encodeRequest,
	decodeReply,
	encodeReply,
	decodeStream: () => new CompletionDecoder(),
	encodeStream: context => new CompletionEncoder(context),
	decodeError,
};
