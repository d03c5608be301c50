/** Anthropic Text Completions, the legacy form that continues a prompt. It reports no usage. */

import type {Dialect} from '../../../core/index.js';
import {encodeError, encodeErrorEvent, isError} from '../anthropic.js';
import {anthropicUsage} from '../anthropic-usage.js';
import {requestFacts} from '../request-facts.js';
import {codec} from './codec.js';
import {CompletionWatcher} from './watcher.js';

const complete = '/v1/complete';

/** @see https://platform.claude.com/docs/en/api/completions */
export const anthropicComplete: Dialect = {
	name: 'anthropic-complete',
	family: 'anthropic',
	routes: [
		{method: 'POST', path: complete, operation: 'generate'},
		{method: 'POST', path: '/anthropic/complete', operation: 'generate', upstreamPath: complete},
		{method: 'POST', path: `/anthropic${complete}`, operation: 'generate', upstreamPath: complete},
	],
	readRequest: body => requestFacts(body, 'max_tokens_to_sample'),
	usageMembers: ['usage'],
	readUsage: reply => anthropicUsage(reply['usage']),
	watchStream: () => new CompletionWatcher(),
	isError,
	codec,
	encodeError,
	encodeErrorEvent,
};
