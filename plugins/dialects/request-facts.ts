/** Reads the facts that requests of all dialects state under the same names. */

import {type JsonObject, type RequestFacts, tokenCount} from '../../core/index.js';

/** @param limits the members that limit the output; the first that holds a count is the limit. */
export function requestFacts(body: JsonObject, ...limits: readonly string[]): RequestFacts {
	const model = body['model'];
	const limit = limits.find(name => tokenCount(body[name]) !== undefined);
	return {
		model: typeof model === 'string' ? model : undefined,
		stream: body['stream'] === true,
		maxTokens: limit === undefined ? undefined : tokenCount(body[limit]),
	};
}
