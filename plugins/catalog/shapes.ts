/** A served model in the shapes of both model list APIs. */

import {refusal, type Target} from '../../core/index.js';

/** A model under a name that clients can use. */
export interface Model {
	readonly id: string;
	readonly target: Target;
	/** Providers' own dates are not known; since when this gateway has served it. */
	readonly since: Date;
}

/** @see https://platform.openai.com/docs/api-reference/models/object */
export function openaiModel({id, target, since}: Model) {
	return {id, object: 'model', created: Math.floor(since.getTime() / 1000), owned_by: target.provider};
}

/** @see https://docs.anthropic.com/en/api/models */
export function anthropicModel({id, since}: Model) {
	return {
		type: 'model',
		id,
		display_name: id,
		created_at: since.toISOString(),
		max_input_tokens: null,
		max_tokens: null,
		capabilities: null,
	};
}

type Query = Readonly<Record<string, string | string[] | undefined>>;

/**
 * One page of the list.
 * @see https://docs.anthropic.com/en/api/models-list
 * @throws {GatewayError} `invalid_parameter` when `limit` is not 1 to 1000 or a cursor names no model.
 */
export function anthropicPage(models: readonly Model[], query: Query) {
	const limit = query['limit'] === undefined ? 20 : Number(query['limit']);
	if (!Number.isInteger(limit) || limit < 1 || limit > 1000)
		throw refusal('invalid_parameter', '`limit` must be an integer from 1 to 1000.', {param: 'limit'});
	const after = cursor(models, query, 'after_id');
	const before = cursor(models, query, 'before_id');
	const rest = models.slice(after === undefined ? 0 : after + 1, before ?? models.length);
	// Going back, the page is the one right before the cursor.
	const page = before !== undefined && after === undefined ? rest.slice(-limit) : rest.slice(0, limit);
	return {
		data: page.map(anthropicModel),
		has_more: rest.length > page.length,
		first_id: page[0]?.id ?? null,
		last_id: page.at(-1)?.id ?? null,
	};
}

function cursor(models: readonly Model[], query: Query, name: 'after_id' | 'before_id'): number | undefined {
	const id = query[name];
	if (id === undefined) return undefined;
	const index = models.findIndex(model => model.id === id);
	if (index === -1)
		throw refusal('invalid_parameter', `\`${name}\` names no model that is served here.`, {param: name});
	return index;
}
