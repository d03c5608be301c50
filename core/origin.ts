/**
 * Remembers what a hub value was read from. A value that a plugin left alone is then written back as it came, to the letter;
 * a changed one is another object, has no origin, and is written anew. Nothing of this shows in the values themselves.
 */

interface Origin {
	readonly dialect: string;
	readonly native: unknown;
	readonly path: string;
}

const origins = new WeakMap<object, Origin>();

/**
 * Notes where a hub value comes from, and returns the value.
 * @param path the client's field, such as `messages[2].content[0]`.
 */
export function remember<Value extends object>(value: Value, dialect: string, native: unknown, path: string): Value {
	origins.set(value, {dialect, native, path});
	return value;
}

/** The native value that a hub value was read from in this dialect; `undefined` when it comes from elsewhere or is new. */
export function originOf(value: object, dialect: string): unknown {
	const origin = origins.get(value);
	return origin?.dialect === dialect ? origin.native : undefined;
}

/** The client's field that a hub value was read from, to name it in losses and errors. */
export function pathOf(value: object): string | undefined {
	return origins.get(value)?.path;
}

/** Lets a changed value go by the client's field of the one that it was made from; its native form is forgotten. */
export function withPathOf<Value extends object>(value: Value, source: object): Value {
	const path = pathOf(source);
	if (path !== undefined) origins.set(value, {dialect: '', native: undefined, path});
	return value;
}
