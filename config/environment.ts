/** Typed values from the environment, for config files. */

import {ConfigError, Secret} from '../core/index.js';

/** Reads environment variables. A variable that is set but empty counts as not set. */
export interface Environment {
	/**
	 * The text of a variable.
	 * @param fallback taken when the variable is not set.
	 * @throws {ConfigError} when it is not set and there is no fallback.
	 */
	(name: string, fallback?: string): string;
	/** The same as a whole number. @throws {ConfigError} also when it is not one. */
	int(name: string, fallback?: number): number;
	/** The same as yes or no: `true false yes no on off 1 0`. @throws {ConfigError} also when it is none of them. */
	bool(name: string, fallback?: boolean): boolean;
	/** Tells whether a variable is set and not empty. */
	has(name: string): boolean;
}

const words: Readonly<Record<string, boolean>> = {
	true: true,
	yes: true,
	on: true,
	'1': true,
	false: false,
	no: false,
	off: false,
	'0': false,
};

function lookUp(name: string): string | undefined {
	const text = process.env[name];
	return text === '' ? undefined : text;
}

function required<Value>(name: string, expected: string, fallback: Value | undefined): Value {
	if (fallback !== undefined) return fallback;
	const found = process.env[name] === undefined ? 'nothing' : 'an empty text';
	throw new ConfigError(
		`environment variable ${name}: expected ${expected}, found ${found}; set it in the environment or in a .env file`,
	);
}

function wrong(name: string, expected: string, found: string): ConfigError {
	const shown = found.length > 80 ? `${found.slice(0, 77)}...` : found;
	return new ConfigError(`environment variable ${name}: expected ${expected}, found ${JSON.stringify(shown)}`);
}

/** Environment variables as a config reads them: `env('HOST', '127.0.0.1')`, `env.int('PORT', 8000)`. */
export const env: Environment = Object.assign(
	(name: string, fallback?: string): string => lookUp(name) ?? required(name, 'a text', fallback),
	{
		int(name: string, fallback?: number): number {
			const text = lookUp(name);
			if (text === undefined) return required(name, 'a whole number', fallback);
			const number = Number(text);
			if (/^\s*[+-]?\d+\s*$/.test(text) && Number.isSafeInteger(number)) return number;
			throw wrong(name, 'a whole number', text);
		},
		bool(name: string, fallback?: boolean): boolean {
			const text = lookUp(name);
			if (text === undefined) return required(name, 'true or false', fallback);
			const known = words[text.trim().toLowerCase()];
			if (known !== undefined) return known;
			throw wrong(name, 'true or false', text);
		},
		has: (name: string): boolean => lookUp(name) !== undefined,
	},
);

/**
 * A credential from the environment. It prints as `[secret NAME]` wherever it is turned into text.
 * @throws {ConfigError} when the variable is not set or empty.
 */
export function secret(name: string): Secret {
	return new Secret(name, lookUp(name) ?? required<string>(name, 'a secret', undefined));
}
