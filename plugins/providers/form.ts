/** What a kind of provider is: every kind is a file of this folder that reads like this form. */

import type {Family, ProviderError} from '../../core/index.js';
import type {ProviderOptions} from './options.js';

/**
 * How the key is shown: `authorization: Bearer …`, `x-api-key: …`, `api-key: …`, or in a way of its own that is given the
 * key once and makes the headers of every call (lower-case names).
 */
export type AuthScheme =
	| 'bearer'
	| 'x-api-key'
	| 'api-key'
	| ((apiKey: string) => () => Readonly<Record<string, string>>);

/** The API of one family at a provider that has several. */
export interface Surface {
	/** Where it stands under the base URL, such as `/anthropic`. */
	readonly root: string;
	/** When not as the form says. */
	readonly auth?: AuthScheme;
	/** Sent when the client sends none, lower-case names. */
	readonly defaultHeaders?: Readonly<Record<string, string>>;
}

/** A call that a URL is wanted for. */
export interface Place {
	/** Without a slash at its end. */
	readonly baseUrl: string;
	/** As the API documents it, such as `/v1/chat/completions`. */
	readonly path: string;
	/** As the provider names it; empty for a call that names none. */
	readonly model: string;
}

/** @typeParam Own options that only this kind has. */
export interface ProviderForm<Own extends object = object> {
	/** Name of the plugin, and of the provider unless the config gives another. */
	readonly name: string;
	/** Whose API it looks like; with several surfaces, the family of the first dialect counts. */
	readonly kind: Family;
	/** Absent when the config must say it. */
	readonly baseUrl?: string;
	/** Spoken natively. */
	readonly dialects: readonly string[];
	readonly auth: AuthScheme;
	/** Short names that lead here unless the config lists others. */
	readonly models: readonly string[];
	/** Sent when the client sends none, lower-case names. */
	readonly defaultHeaders?: Readonly<Record<string, string>>;
	/** For a server that has the APIs of both families, each under a root of its own. */
	readonly surfaces?: Readonly<Record<Family, Surface>>;
	/** For a server whose URLs are not the base URL and the path of the API. */
	readonly locate?: (place: Place) => URL;
	/** False for a server that refuses the field which asks a stream for usage. */
	readonly streamUsage?: boolean;
	/** False for a server that has no endpoint which counts the tokens of a request. */
	readonly countsTokens?: boolean;
	/** What an error of this server's own shape means; `undefined` when its status and message speak for themselves. */
	readonly readError?: (status: number, body: unknown) => ProviderError | undefined;
	/** JSON schemas of the options that only this kind has. */
	readonly options?: Readonly<Record<keyof Own, object>>;
	/** What of the form is different with these options. @throws {ConfigError} for options that make no sense together. */
	readonly adapt?: (options: ProviderOptions & Own) => Partial<ProviderForm>;
}
