/** Reads a reply of the legacy prompt form. */

import {type Candidate, type Completion, isObject, type JsonObject, refusal, remember} from '../../../core/index.js';
import {asGatewayError, decodeStreamError} from '../openai-chat/decode-error.js';
import {decodeFinish, isFailure} from '../openai-chat/map-finish-reason.js';
import {chatUsage} from '../openai-usage.js';
import {extrasOf} from '../untranslatable.js';

const dialect = 'openai-completions';

const known: ReadonlySet<string> = new Set(['choices', 'created', 'error', 'id', 'model', 'object', 'usage']);

/**
 * @throws {GatewayError} the provider's own error where it stands in a reply of status 200; `upstream_invalid` when there is no
 * answer in the reply; `upstream_error` when the model broke off.
 * @see https://platform.openai.com/docs/api-reference/completions/object
 */
export function decodeReply(body: JsonObject): Completion {
	if (body['error']) throw asGatewayError(decodeStreamError(body));
	const choices: readonly unknown[] = Array.isArray(body['choices']) ? body['choices'] : [];
	const candidates = choices.filter(isObject).map(decodeChoice);
	if (candidates.length === 0) throw refusal('upstream_invalid', 'The provider answered without any choice.');
	const {id, model, created} = body;
	const usage = chatUsage(body);
	const completion: Completion = Object.assign(
		{
			id: typeof id === 'string' ? id : '',
			model: typeof model === 'string' ? model : '',
			candidates,
			extras: extrasOf(body, dialect, known),
		},
		typeof created === 'number' ? {created} : undefined,
		usage === undefined ? undefined : {usage},
	);
	return remember(completion, dialect, body, '');
}

function decodeChoice(choice: JsonObject): Candidate {
	const {text, logprobs, finish_reason: raw} = choice;
	if (typeof raw === 'string' && isFailure(raw)) {
		throw refusal('upstream_error', `The provider broke the answer off: ${raw}.`);
	}
	const finish = decodeFinish(choice, false);
	if (typeof text !== 'string' || text === '') return {parts: [], finish};
	const extras = isObject(logprobs) ? {extras: [{dialect, path: 'logprobs', value: logprobs}]} : undefined;
	return {parts: [Object.assign({type: 'text' as const, text}, extras)], finish};
}
