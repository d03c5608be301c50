/** Responses' way to and from the hub. */

import type {Codec} from '../../../core/index.js';
import {decodeError} from './decode-error.js';
import {decodeReply} from './decode-reply.js';
import {decodeRequest} from './decode-request.js';
import {ResponseStreamDecoder} from './decode-stream.js';
import {encodeReply} from './encode-reply.js';
import {encodeRequest} from './encode-request.js';
import {ResponseStreamEncoder} from './encode-stream.js';
import {withoutForeign} from './without-foreign.js';

export const codec: Codec = {
	fields: {
		model: 'model',
		system: 'instructions',
		turns: 'input',
		tools: 'tools',
		toolChoice: 'tool_choice',
		parallelTools: 'parallel_tool_calls',
		maxTokens: 'max_output_tokens',
		temperature: 'temperature',
		topP: 'top_p',
		output: 'text.format',
		verbosity: 'text.verbosity',
		reasoning: 'reasoning',
		user: 'safety_identifier',
		cacheKey: 'prompt_cache_key',
		stream: 'stream',
	},
	// The schema allows 128 within namespaces; what lies outside of them has been refused above 64.
	toolNames: {pattern: /^[a-zA-Z0-9_-]+$/, maxLength: 64},
	callIds: {pattern: /^[\x21-\x7e]+$/, maxLength: 64},
	decodeRequest,
	encodeRequest,
	withoutForeign,
	decodeReply,
	encodeReply,
	decodeStream: () => new ResponseStreamDecoder(),
	encodeStream: context => new ResponseStreamEncoder(context),
	decodeError,
};
