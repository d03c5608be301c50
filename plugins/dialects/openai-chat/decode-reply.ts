/** Reads a Chat Completions reply. */

import {type Candidate, type Completion, isObject, type JsonObject, refusal, remember} from '../../../core/index.js';
import {chatUsage} from '../openai-usage.js';
import {extrasOf} from '../untranslatable.js';
import {asGatewayError, decodeStreamError} from './decode-error.js';
import {decodeMessage} from './decode-message.js';
import {decodeFinish, isFailure} from './map-finish-reason.js';

const dialect = 'openai-chat';

const known: ReadonlySet<string> = new Set(['choices', 'created', 'error', 'id', 'model', 'object', 'usage']);

/**
 * @throws {GatewayError} the provider's own error where it stands in a reply of status 200; `upstream_invalid` when there is no
 * answer in the reply; `upstream_error` when the model broke off.
 * @see https://platform.openai.com/docs/api-reference/chat/object
 */
export function decodeReply(body: JsonObject): Completion {
	if (body['error']) throw asGatewayError(decodeStreamError(body));
	const choices: readonly unknown[] = Array.isArray(body['choices']) ? body['choices'] : [];
	const candidates = choices.filter(isObject).sort(byIndex).map(decodeChoice);
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

function byIndex(a: JsonObject, b: JsonObject): number {
	return Number(a['index'] ?? 0) - Number(b['index'] ?? 0);
}

function decodeChoice(choice: JsonObject): Candidate {
	const raw = choice['finish_reason'];
	if (typeof raw === 'string' && isFailure(raw)) {
		throw refusal('upstream_error', `The provider broke the answer off: ${raw}.`);
	}
	const message = isObject(choice['message']) ? choice['message'] : {};
	const parts = decodeMessage(message, choice['logprobs']);
	const finish = decodeFinish(
		choice,
		parts.some(part => part.type === 'tool-call'),
	);
	return {parts, finish};
}
