/** Reads a whole response into the hub. */

import {
	type Completion,
	type Extra,
	GatewayError,
	isObject,
	type JsonObject,
	type Part,
	refusal,
	remember,
} from '../../../core/index.js';
import {openaiUsage} from '../openai-usage.js';
import {extrasOf} from '../untranslatable.js';
import {errorOf} from './decode-error.js';
import {decodeCall, decodeMessage, nativePart} from './decode-items.js';
import {decodeFinish} from './map-stop-reason.js';
import {dialect} from './name.js';
import {decodeReasoning} from './reasoning-item.js';
import {ToolTable} from './tool-names.js';

/** What the hub has words for, and what a response repeats of its request. */
const known: ReadonlySet<string> = new Set([
	'id',
	'object',
	'created_at',
	'completed_at',
	'status',
	'model',
	'output',
	'output_text',
	'usage',
	'error',
	'incomplete_details',
	'background',
	'instructions',
	'max_output_tokens',
	'max_tool_calls',
	'metadata',
	'parallel_tool_calls',
	'previous_response_id',
	'prompt',
	'prompt_cache_key',
	'prompt_cache_retention',
	'reasoning',
	'safety_identifier',
	'store',
	'temperature',
	'text',
	'tool_choice',
	'tools',
	'top_logprobs',
	'top_p',
	'truncation',
	'user',
]);

/**
 * @throws {GatewayError} when the response says that it has failed, or holds no answer.
 * @see https://platform.openai.com/docs/api-reference/responses/object
 */
export function decodeReply(body: JsonObject): Completion {
	const {id, model, created_at: created, output} = body;
	if (body['status'] === 'failed') {
		const {status, code, message} = errorOf(body['error']);
		throw new GatewayError(code ?? 'upstream_error', status, message);
	}
	if (!Array.isArray(output)) throw refusal('upstream_invalid', 'The response of the provider has no `output`.');
	const table = new ToolTable(body['tools']);
	const parts = output.flatMap((item: unknown, index) => decodeItem(item, `output[${index}]`, table));
	const usage = openaiUsage(body['usage']);
	const completion: Completion = {
		id: typeof id === 'string' ? id : '',
		model: typeof model === 'string' ? model : '',
		...(typeof created === 'number' ? {created: Math.floor(created)} : {}),
		candidates: [{parts, finish: decodeFinish(body, parts)}],
		...(usage === undefined ? {} : {usage}),
		extras: replyExtras(body),
	};
	return remember(completion, dialect, body, '');
}

/** What of a response neither the hub has a word for nor the request has said. */
export function replyExtras(response: JsonObject): readonly Extra[] {
	return extrasOf(response, dialect, known);
}

/** The parts that an item of the output stands for. */
export function decodeItem(item: unknown, path: string, table: ToolTable): readonly Part[] {
	if (!isObject(item)) return [];
	switch (item['type']) {
		case 'message':
			return decodeMessage(item, path);
		case 'function_call':
		case 'custom_tool_call':
			return [remember(decodeCall(item, path, table), dialect, item, path)];
		case 'reasoning':
			return [remember(decodeReasoning(item) ?? nativePart(item, 'reasoning'), dialect, item, path)];
		default: {
			const name = typeof item['type'] === 'string' ? item['type'] : 'unknown';
			return [remember(nativePart(item, name), dialect, item, path)];
		}
	}
}
