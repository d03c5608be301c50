/** Anthropic Messages, and the endpoint that counts the tokens of such a request. */

import type {Dialect} from '../../../core/index.js';
import {encodeError, encodeErrorEvent, isError} from '../anthropic.js';
import {anthropicUsage} from '../anthropic-usage.js';
import {requestFacts} from '../request-facts.js';
import {codec} from './codec.js';
import * as descriptions from './description.js';
import {MessageWatcher} from './watcher.js';

const messages = '/v1/messages';
const countTokens = '/v1/messages/count_tokens';

const writes = {operation: 'generate', summary: 'Write the next message.', description: descriptions.messages} as const;
const counts = {
	operation: 'count',
	summary: 'Count the tokens of a message.',
	description: descriptions.countTokens,
} as const;

/** @see https://platform.claude.com/docs/en/api/messages */
export const anthropicMessages: Dialect = {
	name: 'anthropic-messages',
	family: 'anthropic',
	routes: [
		{method: 'POST', path: messages, ...writes},
		{method: 'POST', path: countTokens, ...counts},
		{method: 'POST', path: `/anthropic${messages}`, upstreamPath: messages, ...writes},
		{method: 'POST', path: `/anthropic${countTokens}`, upstreamPath: countTokens, ...counts},
	],
	readRequest: body => requestFacts(body, 'max_tokens'),
	usageMembers: ['usage'],
	streamBytesPerToken: 40,
	readUsage: reply => anthropicUsage(reply['usage']),
	watchStream: () => new MessageWatcher(),
	isError,
	codec,
	encodeError,
	encodeErrorEvent,
};
