/** The names of models: what can be told of them, and which one the examples call. */

import type {Gateway, JsonObject} from '../../core/index.js';

const harmless = 'mock.echo';

/** Every name that is known: aliases first, as in `GET /v1/models`. */
export function modelNames(gateway: Gateway): readonly string[] {
	const listed = gateway.providers.all().flatMap(({name, models}) => models.map(model => `${name}.${model}`));
	return [...gateway.aliases.names(), ...listed];
}

/** The model that examples call: one that costs nothing, else the first that is served. */
export function exampleModel(names: readonly string[]): string {
	return names.includes(harmless) ? harmless : (names[0] ?? 'provider.model');
}

/** The schema of a name. It is no enumeration: a provider may serve more than it lists. */
export function modelSchema(names: readonly string[]): JsonObject {
	return {
		type: 'string',
		minLength: 1,
		description:
			'A model: an alias, `provider.model`, `kind.provider.model`, or a short name that a provider lists. ' +
			'`GET /v1/models` lists those that a key may use.',
		examples: names,
	};
}
