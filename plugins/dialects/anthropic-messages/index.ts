/** Anthropic Messages, and the endpoint that counts the tokens of such a request. */

import type {Dialect} from '../../../core/index.js';
import {encodeError, encodeErrorEvent, isError} from '../anthropic.js';
import {anthropicUsage} from '../anthropic-usage.js';
import {requestFacts} from '../request-facts.js';
import {codec} from './codec.js';
import {MessageWatcher} from './watcher.js';

const messages = '/v1/messages';
const countTokens = '/v1/messages/count_tokens';

/** @see https://platform.claude.com/docs/en/api/messages */
export const anthropicMessages: Dialect = {
	name: 'anthropic-messages',
	family: 'anthropic',
	routes: [
		{method: 'POST', path: messages, operation: 'generate'},
		{method: 'POST', path: countTokens, operation: 'count'},
		{method: 'POST', path: `/anthropic${messages}`, operation: 'generate', upstreamPath: messages},
		{method: 'POST', path: `/anthropic${countTokens}`, operation: 'count', upstreamPath: countTokens},
	],
	readRequest: body => requestFacts(body, 'max_tokens'),
	usageMembers: ['usage'],
	readUsage: reply => anthropicUsage(reply['usage']),
	watchStream: () => new MessageWatcher(),
	isError,
	codec,
	encodeError,
	encodeErrorEvent,
};
