/** Named things that plugins contribute: every name has one owner, and a second owner is an error that names both. */

import {ConfigError} from './errors.js';

interface Entry<Thing> {
	readonly thing: Thing;
	readonly owner: string;
}

/** A map from names to things that remembers who brought each. */
export class Registry<Thing> implements Iterable<Thing> {
	readonly #what: string;
	readonly #entries = new Map<string, Entry<Thing>>();

	/** @param what what one entry is called in errors, such as `provider`. */
	constructor(what: string) {
		this.#what = what;
	}

	/**
	 * Adds a thing under its name.
	 * @throws {ConfigError} when the name is taken; names both owners.
	 */
	add(name: string, thing: Thing, owner: string): void {
		const taken = this.#entries.get(name);
		if (taken !== undefined) {
			const rivals =
				taken.owner === owner ? `twice by plugin "${owner}"` : `by plugins "${taken.owner}" and "${owner}"`;
			throw new ConfigError(`${this.#what} "${name}" is registered ${rivals}; give one of them another name`);
		}
		this.#entries.set(name, {thing, owner});
	}

	get(name: string): Thing | undefined {
		return this.#entries.get(name)?.thing;
	}

	/** Who registered the name. */
	owner(name: string): string | undefined {
		return this.#entries.get(name)?.owner;
	}

	/** In order of registration. */
	names(): readonly string[] {
		return [...this.#entries.keys()];
	}

	/** In order of registration. */
	*[Symbol.iterator](): Iterator<Thing> {
		for (const {thing} of this.#entries.values()) yield thing;
	}

	/** What a plugin sees: it may add under its own name and read, never remove. */
	scoped(owner: string): ScopedRegistry<Thing> {
		return Object.freeze({
			add: (name: string, thing: Thing) => this.add(name, thing, owner),
			get: (name: string) => this.get(name),
			names: () => this.names(),
			all: () => [...this],
		});
	}
}

/** A registry as a plugin sees it. */
export interface ScopedRegistry<Thing> {
	/** @throws {ConfigError} when another plugin (or this one) has taken the name; names both owners. */
	add(name: string, thing: Thing): void;
	get(name: string): Thing | undefined;
	names(): readonly string[];
	all(): readonly Thing[];
}
