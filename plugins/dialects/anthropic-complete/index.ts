/** Anthropic Text Completions, the legacy form that continues a prompt. It reports no usage. */

import type {Dialect} from '../../../core/index.js';
import {encodeError, encodeErrorEvent, isError} from '../anthropic.js';
import {anthropicUsage} from '../anthropic-usage.js';
import {requestFacts} from '../request-facts.js';
import {codec} from './codec.js';
import {description} from './description.js';
import {CompletionWatcher} from './watcher.js';

const complete = '/v1/complete';

const writes = {operation: 'generate', summary: 'Continue a prompt; the legacy form.', description} as const;

/** @see https://platform.claude.com/docs/en/api/completions */
export const anthropicComplete: Dialect = {
	name: 'anthropic-complete',
	family: 'anthropic',
	routes: [
		{method: 'POST', path: complete, ...writes},
		{method: 'POST', path: '/anthropic/complete', upstreamPath: complete, ...writes},
		{method: 'POST', path: `/anthropic${complete}`, upstreamPath: complete, ...writes},
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
