/** Typed keys: how a plugin keeps state of its own on an exchange, and how one plugin offers a service to another. */

declare const holds: unique symbol;

/** A place to keep a `Value`. Two keys are never the same, even with the same name. */
export interface Key<Value> {
	/** For people: shown in errors. */
	readonly name: string;
	readonly [holds]?: Value;
}

/**
 * Makes a key: `const firstSeen = key<number>('my-plugin.first-seen')`, then `exchange.set(firstSeen, 1)`.
 * @param name for people; begin it with the name of the plugin.
 */
export function key<Value>(name: string): Key<Value> {
	return Object.freeze({name});
}
