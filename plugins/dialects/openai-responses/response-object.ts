/** The response that a client is given: most of its members repeat the request. */

import {isObject, type JsonObject, type ReplyContext} from '../../../core/index.js';

/** What a response begins with; the members that tell the outcome come on top. */
export function responseObject(id: string, createdAt: number, {request, model}: ReplyContext): JsonObject {
	return {
		id,
		object: 'response',
		created_at: createdAt,
		status: 'in_progress',
		background: false,
		completed_at: null,
		error: null,
		incomplete_details: null,
		instructions: request['instructions'] ?? null,
		max_output_tokens: request['max_output_tokens'] ?? null,
		max_tool_calls: request['max_tool_calls'] ?? null,
		model,
		output: [],
		parallel_tool_calls: request['parallel_tool_calls'] ?? true,
		previous_response_id: request['previous_response_id'] ?? null,
		prompt_cache_key: request['prompt_cache_key'] ?? null,
		reasoning: repeatReasoning(request['reasoning']),
		safety_identifier: request['safety_identifier'] ?? null,
		// Only the provider of this format can keep a response; it has not been asked.
		store: false,
		temperature: request['temperature'] ?? 1,
		text: Object.assign({format: {type: 'text'}}, request['text']),
		tool_choice: request['tool_choice'] ?? 'auto',
		tools: Array.isArray(request['tools']) ? request['tools'].map(repeatTool) : [],
		top_logprobs: request['top_logprobs'] ?? 0,
		top_p: request['top_p'] ?? 1,
		truncation: request['truncation'] ?? 'disabled',
		usage: null,
		user: request['user'] ?? null,
		metadata: request['metadata'] ?? {},
	};
}

function repeatReasoning(reasoning: unknown): JsonObject {
	return Object.assign({effort: null, summary: null}, isObject(reasoning) ? reasoning : {});
}

/** A request may leave out what a response must say. */
function repeatTool(tool: unknown): unknown {
	if (!isObject(tool)) return tool;
	if (tool['type'] === 'namespace' && Array.isArray(tool['tools'])) {
		return Object.assign({}, tool, {tools: tool['tools'].map(repeatTool)});
	}
	if (tool['type'] !== 'function') return tool;
	return Object.assign({strict: true, parameters: null, description: null}, tool);
}
