/**
 * Remembers what a hub value was read from. A value that a plugin left alone is then written back as it came, to the letter;
 * a changed one is another object, has no origin, and is written anew. Nothing of this shows in the values themselves.
 */

interface Origin {
	readonly dialect: string;
	readonly native: unknown;
	readonly path: string;
}

/** A constructor whose `this` is an object that is there already, so that a class can add its private field to it. */
const Given = function given(value: object): object {
	return value;
} as unknown as new (
	value: object,
) => object;

/**
 * A private field on the hub value itself: not seen by anybody else, not copied with the value, and gone with it. A WeakMap says
 * the same, but a long conversation puts thousands of entries into it, and the garbage collector pays for each at every turn.
 */
class Marked extends Given {
	#origin: Origin;

	private constructor(value: object, origin: Origin) {
		super(value);
		this.#origin = origin;
	}

	static mark(value: object, origin: Origin): void {
		if (#origin in value) value.#origin = origin;
		else new Marked(value, origin);
	}

	static of(value: object): Origin | undefined {
		return #origin in value ? value.#origin : undefined;
	}
}

/**
 * Notes where a hub value comes from, and returns the value.
 * @param path the client's field, such as `messages[2].content[0]`.
 */
export function remember<Value extends object>(value: Value, dialect: string, native: unknown, path: string): Value {
	Marked.mark(value, {dialect, native, path});
	return value;
}

/** The native value that a hub value was read from in this dialect; `undefined` when it comes from elsewhere or is new. */
export function originOf(value: object, dialect: string): unknown {
	const origin = Marked.of(value);
	return origin?.dialect === dialect ? origin.native : undefined;
}

/** The client's field that a hub value was read from, to name it in losses and errors. */
export function pathOf(value: object): string | undefined {
	return Marked.of(value)?.path;
}

/** Lets a changed value go by the client's field of the one that it was made from; its native form is forgotten. */
export function withPathOf<Value extends object>(value: Value, source: object): Value {
	const path = pathOf(source);
	if (path !== undefined) Marked.mark(value, {dialect: '', native: undefined, path});
	return value;
}
