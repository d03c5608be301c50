/** Routes that belong to nobody here: what is called there goes to a provider as it is. */

import type {Dialect, Gateway, RouteDescription} from '../../core/index.js';
import type {DescribedRoute} from './operations.js';

/** Every method is passed through; these stand for all. */
const methods = ['GET', 'POST', 'DELETE'];

/** The descriptions of everything that is passed through. */
export function* passedThrough(
	paths: Gateway['paths'],
	families: readonly Dialect[],
	tellNames: boolean,
): Generator<DescribedRoute> {
	for (const prefix of paths.names()) {
		const where = tellNames ? `to the provider \`${paths.get(prefix)}\`` : 'to one provider';
		yield* both(prefix, `Passed through ${where}.`, families);
	}
	const rest = 'Passed through to the provider of the model that the body names, else to the default provider.';
	yield* below('/v1', rest, families);
	yield* below(
		'/anthropic/v1',
		rest,
		families.filter(({family}) => family === 'anthropic'),
	);
}

function* both(prefix: string, summary: string, envelopes: readonly Dialect[]): Generator<DescribedRoute> {
	for (const method of methods) yield {method, path: prefix, summary, description: plain(method), envelopes};
	yield* below(prefix, summary, envelopes);
}

function* below(prefix: string, summary: string, envelopes: readonly Dialect[]): Generator<DescribedRoute> {
	for (const method of methods) {
		yield {method, path: `${prefix}/{path}`, summary, description: withPath(method), envelopes};
	}
}

const details =
	'Any method and any content type, streamed both ways. Answers are those of the provider; errors of the gateway are told as everywhere.';

function plain(method: string): RouteDescription {
	return {
		group: 'Passed through',
		details,
		...(method === 'POST' && {request: {schema: {type: 'object', additionalProperties: true}}}),
		answers: {200: {description: 'What the provider answers.'}},
	};
}

function withPath(method: string): RouteDescription {
	const path = {
		name: 'path',
		in: 'path',
		description: 'The rest of the path. It may hold slashes, which a page that tries this out would encode.',
		example: 'files',
	} as const;
	return Object.assign(plain(method), {parameters: [path]});
}
