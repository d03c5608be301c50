/** What a caller must be allowed to use before a route that nobody here reads is passed through for it. */

import {allows, type Caller} from '../caller.js';
import type {Engine} from '../gateway.js';
import type {Provider, Target} from '../provider.js';
import type {Call} from './call.js';

/**
 * Routes beside those of the dialects on which the body's `model` is what is called, and nothing else is. On any other (files,
 * batches, fine-tuning, assistants, …) a model in the body says nothing of what the call does or sets going.
 * @see https://platform.openai.com/docs/api-reference
 */
const callTheirModel: ReadonlySet<string> = new Set([
	'/v1/audio/speech',
	'/v1/images/edits',
	'/v1/images/generations',
	'/v1/moderations',
	'/v1/rerank',
	'/v1/responses/compact',
]);

/** A call that may do anything with a provider is for those who may use everything of that provider. */
export function mayUse(engine: Engine, call: Call, caller: Caller, target: Target, provider: Provider): boolean {
	if (caller.allow === undefined) return true;
	return allows(caller, wholeProvider(engine, call) ? {provider: target.provider, model: ''} : target, provider);
}

/** The gateway cannot tell which model a call uses. */
export function wholeProvider(engine: Engine, {endpoint, request}: Call): boolean {
	if (endpoint.kind !== 'passthrough') return false;
	if (request.method !== 'POST' || request.model === undefined) return true;
	const {upstreamPath} = endpoint;
	if (callTheirModel.has(upstreamPath)) return false;
	for (const {routes} of engine.dialects) if (routes.some(({path}) => path === upstreamPath)) return false;
	return true;
}
