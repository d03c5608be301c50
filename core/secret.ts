/** A value that must not be printed: it shows as `[secret NAME]` wherever it is turned into text. */

import {inspect} from 'node:util';

const marker = Symbol.for('tapgate.Secret');

/** Holds a credential. Only {@link Secret.reveal} gives the value; printing, JSON and `inspect` give the name. */
export class Secret {
	readonly name: string;
	readonly #value: string;
	readonly [marker] = true;

	/** @param name where it came from, such as the environment variable; safe to print. */
	constructor(name: string, value: string) {
		this.name = name;
		this.#value = value;
	}

	/** The value itself; call it where the value is used and nowhere else. */
	reveal(): string {
		return this.#value;
	}

	toString(): string {
		return `[secret ${this.name}]`;
	}

	toJSON(): string {
		return this.toString();
	}

	[inspect.custom](): string {
		return this.toString();
	}

	static is(value: unknown): value is Secret {
		return typeof value === 'object' && value !== null && (value as {[marker]?: unknown})[marker] === true;
	}
}

/** Gives the text of an option that may be written plainly or as a secret. */
export function reveal(value: Secret | string): string {
	return typeof value === 'string' ? value : value.reveal();
}
