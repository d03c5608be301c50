/** From a model name to the provider that serves it. */

import type {Family, Provider, Target} from '../../core/index.js';

/** What names are looked up in. */
export interface NameBook {
	/** In config order. */
	readonly providers: readonly Provider[];
	alias(name: string): Target | undefined;
}

/**
 * Finds what a name means, in this order: an alias; `kind.provider.model`; `provider.model`; a short name that a provider
 * lists. Provider and model names hold dots, so the longest registered provider that the name begins with is meant.
 * @returns `undefined` when the name says none of these; a default provider may still take it.
 */
export function findTarget(book: NameBook, name: string): Target | undefined {
	return (
		book.alias(name) ??
		qualified(book.providers, name) ??
		prefixed(book.providers, name) ??
		listed(book.providers, name)
	);
}

function qualified(providers: readonly Provider[], name: string): Target | undefined {
	for (const kind of ['openai', 'anthropic'] as const satisfies readonly Family[]) {
		if (!name.startsWith(`${kind}.`)) continue;
		const rest = name.slice(kind.length + 1);
		const target = prefixed(
			providers.filter(provider => provider.kind === kind),
			rest,
		);
		if (target !== undefined) return target;
	}
	return undefined;
}

function prefixed(providers: readonly Provider[], name: string): Target | undefined {
	let found: Provider | undefined;
	for (const provider of providers) {
		const fits = name.length > provider.name.length + 1 && name.startsWith(`${provider.name}.`);
		if (fits && provider.name.length > (found?.name.length ?? 0)) found = provider;
	}
	return found === undefined ? undefined : {provider: found.name, model: name.slice(found.name.length + 1)};
}

function listed(providers: readonly Provider[], name: string): Target | undefined {
	const provider = providers.find(({models}) => models.includes(name));
	return provider === undefined ? undefined : {provider: provider.name, model: name};
}

/** Every name that the config spells out, for "did you mean". */
export function knownNames(book: NameBook, aliases: readonly string[]): readonly string[] {
	return [...aliases, ...book.providers.flatMap(({name, models}) => models.map(model => `${name}.${model}`))];
}

/** The short names that providers list. */
export function shortNames(book: NameBook): readonly string[] {
	return [...new Set(book.providers.flatMap(({models}) => models))];
}
