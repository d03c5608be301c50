/** A place that serves models: what the pipeline must know to send a call there. */

import type {Family} from './dialect.js';
import {oncePerNames} from './once-per-name.js';
import type {Timeouts} from './upstream/transport.js';

/** How long each part of a call may take, in milliseconds; 0 means without limit. */
export const defaultTimeouts: Timeouts = Object.freeze({
	connectMs: 10_000,
	firstByteMs: 300_000,
	idleMs: 120_000,
	totalMs: 0,
});

/** A registered provider. */
export interface Provider {
	/** What a model name begins with: `name.model`. */
	readonly name: string;
	/** The family that it speaks natively; the `kind` in `kind.provider.model`. */
	readonly kind: Family;
	/** Names of the dialects that it speaks natively. */
	readonly dialects: readonly string[];
	/** For people: shown by `GET /v1/providers`. */
	readonly baseUrl: string;
	/** Short names that lead here; a provider may serve others too. */
	readonly models: readonly string[];
	readonly timeouts: Timeouts;
	/** Sent with every call, lower-case names; no credentials. */
	readonly headers: Readonly<Record<string, string>>;
	/** False for a server that refuses the field which asks a stream for usage. */
	readonly streamUsage: boolean;
	/** False for a server that has no endpoint which counts the tokens of a request. */
	readonly countsTokens?: boolean;
	/**
	 * What an error of this server's own shape means; `undefined` when its status and message speak for themselves.
	 * @param body as JSON, when it is JSON.
	 */
	readonly readError?: (status: number, body: unknown) => ProviderError | undefined;
	/**
	 * Has a credential of its own. Without one, an anonymous caller's credential is passed on.
	 */
	readonly signs: boolean;
	/**
	 * The URL for an API path. May be the same object at each call: nobody changes it.
	 * @param path as the API documents it, such as `/v1/chat/completions`.
	 * @param family whose surface is called.
	 * @param model for providers that name it in the URL.
	 */
	locate(path: string, family: Family, model: string): URL;
}

/** A provider's error in common terms. */
export interface ProviderError {
	/** The status that says what it means: 401, 402, 404, 429… */
	readonly status: number;
	readonly message: string;
	/** The provider's own code. */
	readonly code?: string;
}

/** What is called for one attempt: a provider and the name that it knows the model by. */
export interface Target {
	readonly provider: string;
	/** Upstream's name of the model; empty for a call that names none (a passed-through route). */
	readonly model: string;
	/** The alias or pool of the config that led here, if one did. */
	readonly alias?: string;
}

/** Asked for several times in a call; the same text is found sooner wherever something is kept by it. */
const targetNames = oncePerNames((provider: string, model: string) =>
	model === '' ? provider : `${provider}.${model}`,
);

/** A target as people write it: `provider.model`. */
export function targetName({provider, model}: Pick<Target, 'provider' | 'model'>): string {
	return targetNames(provider, model);
}
