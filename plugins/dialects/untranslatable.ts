/** Request members that the hub has no word for, and what becomes of them when a call leaves their dialect. */

import {type Extra, GatewayError, type JsonObject, type Loss, type NativePart, refusal} from '../../core/index.js';
import {threadsUnsupported} from './anthropic.js';

/**
 * Members that stand for something kept at one provider, or for more than one answer. Without them the model would be asked
 * something else, so such a call cannot be translated at all.
 */
const forbidding: Readonly<Record<string, Readonly<Record<string, (value: unknown) => boolean>>>> = {
	'openai-responses': {
		previous_response_id: isSet,
		conversation: isSet,
		prompt: isSet,
		background: value => value === true,
	},
	'openai-chat': {n: value => typeof value === 'number' && value > 1},
	'openai-completions': {
		n: value => typeof value === 'number' && value > 1,
		suffix: value => typeof value === 'string' && value !== '',
	},
	'anthropic-messages': {
		mcp_servers: value => Array.isArray(value) && value.length > 0,
		container: isSet,
		thread: isSet,
	},
};

/** Members that do not change what the model says: how the answer is transported, kept, labelled or priced. */
const silent: Readonly<Record<string, ReadonlySet<string>>> = {
	'openai-responses': new Set([
		'background',
		'client_metadata',
		'include',
		'metadata',
		'prompt_cache_options',
		'prompt_cache_retention',
		'store',
		'stream_options',
	]),
	'openai-chat': new Set([
		'metadata',
		'n',
		'prompt_cache_options',
		'prompt_cache_retention',
		'store',
		'stream_options',
	]),
	'openai-completions': new Set(['n', 'stream_options', 'suffix']),
	'anthropic-messages': new Set(['cache_control', 'mcp_servers', 'metadata']),
};

function isSet(value: unknown): boolean {
	return value !== undefined && value !== null;
}

/** Items of the input that stand for history which the provider keeps, or which only it can read. */
function isKept(home: string, path: string): boolean {
	return home === 'openai-responses' && path.startsWith('input[');
}

/**
 * What a user says and only one format has a word for. A model that does not get it would be asked something else; what a provider
 * did itself goes with its call, as a loss.
 * @param native of another format than the one that is written. @param path the client's field.
 * @throws {GatewayError} 400 naming the field.
 */
export function refuseForeignContent({dialect, name}: NativePart, path: string): void {
	if (dialect === 'openai-responses' && !name.startsWith('input_')) return;
	const message = `${path} cannot be sent: "${name}" has no counterpart in the format of this model.`;
	throw refusal('invalid_body', message, {param: path});
}

/**
 * Refuses a call whose meaning hangs on a member that only its own dialect knows.
 * @param dialect the one that is written.
 * @throws {GatewayError} 400 naming the member.
 */
export function refuseUntranslatable(extras: readonly Extra[], dialect: string): void {
	for (const {dialect: home, path, value} of extras) {
		if (home === dialect || !(isKept(home, path) || forbidding[home]?.[path]?.(value))) continue;
		const message = `"${path}" means something to ${home} only, and this model does not speak it. Leave it out and send the whole conversation, or choose another model.`;
		if (path === 'thread') throw new GatewayError(threadsUnsupported, 400, message, {param: path});
		throw refusal('invalid_body', message, {param: path});
	}
}

/** What of the extras gets lost in another dialect. Members that do not change the answer are no loss. */
export function lossesOf(extras: readonly Extra[], dialect: string): readonly Loss[] {
	return extras
		.filter(extra => extra.dialect !== dialect && !silent[extra.dialect]?.has(extra.path))
		.map(extra => ({path: extra.path, reason: 'has no counterpart in the format of this model'}));
}

/** The members of a native object that are not read elsewhere, as extras; null counts as absent. */
export function extrasOf(body: JsonObject, dialect: string, known: ReadonlySet<string>): readonly Extra[] {
	return Object.entries(body)
		.filter(([name, value]) => !known.has(name) && isSet(value))
		.map(([path, value]) => ({dialect, path, value}));
}
