/** Knows how the providers do from the calls that go to them; asks nobody itself. */

import type {AttemptReport, ClosedExchange} from '../../core/index.js';

/** What is known of a provider. */
export interface ProviderHealth {
	/**
	 * By the last attempt that says something: `failing` when it failed through the provider, `limited` when the provider
	 * wants fewer calls (429), `unknown` before the first.
	 */
	readonly status: 'ok' | 'limited' | 'failing' | 'unknown';
	/** ISO 8601. */
	readonly lastOkAt?: string;
	readonly lastFailure?: {readonly at: string; readonly code: string; readonly status?: number};
	readonly consecutiveFailures: number;
}

type Verdict = 'ok' | 'limited' | 'failing' | undefined;

interface Seen {
	status: 'ok' | 'limited' | 'failing' | 'unknown';
	lastOkAt?: number;
	lastFailure?: {at: number; code: string; status: number | undefined};
	consecutiveFailures: number;
}

const unseen: ProviderHealth = Object.freeze({status: 'unknown', consecutiveFailures: 0});

/** Errors of a stream that had begun well; the attempt itself is reported as answered. */
const upstreamCodes = new Set(['upstream_error', 'upstream_unreachable', 'upstream_timeout', 'upstream_invalid']);

export class ProviderObserver {
	readonly #seen = new Map<string, Seen>();

	/** Notes what the attempts of a call say about their providers. */
	see(exchange: ClosedExchange): void {
		const {attempts} = exchange;
		for (const [index, attempt] of attempts.entries()) {
			const last = index === attempts.length - 1;
			const code = attempt.error ?? (last ? brokenOff(exchange) : undefined);
			const left = last && exchange.outcome === 'aborted';
			this.#note(attempt, code, verdict(attempt, code, left));
		}
	}

	/** What is known, for each of the names. */
	report(names: readonly string[]): Readonly<Record<string, ProviderHealth>> {
		return Object.fromEntries(names.map(name => [name, told(this.#seen.get(name))]));
	}

	#note({provider, status}: AttemptReport, code: string | undefined, found: Verdict): void {
		if (found === undefined) return;
		let seen = this.#seen.get(provider);
		if (seen === undefined) {
			seen = {status: 'unknown', consecutiveFailures: 0};
			this.#seen.set(provider, seen);
		}
		seen.status = found;
		if (found === 'failing') {
			seen.consecutiveFailures++;
			seen.lastFailure = {at: Date.now(), code: code ?? 'upstream_error', status};
			return;
		}
		seen.consecutiveFailures = 0;
		if (found === 'ok') seen.lastOkAt = Date.now();
	}
}

function brokenOff({outcome, error}: ClosedExchange): string | undefined {
	return outcome === 'failed' && error !== undefined && upstreamCodes.has(error.code) ? error.code : undefined;
}

/**
 * What an attempt says about its provider; `undefined` for nothing. That a client left, or sent what the provider had to
 * refuse (most 4xx), is not the provider's failure; that it refuses the gateway's credential (401, 403) is one.
 */
function verdict({status}: AttemptReport, code: string | undefined, left: boolean): Verdict {
	if (code === undefined) return 'ok';
	if (left) return undefined;
	if (code !== 'upstream_error' || status === undefined || status < 400) return 'failing';
	if (status === 429) return 'limited';
	return status >= 500 || status === 401 || status === 403 ? 'failing' : undefined;
}

function told(seen: Seen | undefined): ProviderHealth {
	if (seen === undefined) return unseen;
	const {status, lastOkAt, lastFailure, consecutiveFailures} = seen;
	return {
		status,
		...(lastOkAt !== undefined && {lastOkAt: new Date(lastOkAt).toISOString()}),
		...(lastFailure !== undefined && {
			lastFailure: {
				at: new Date(lastFailure.at).toISOString(),
				code: lastFailure.code,
				...(lastFailure.status !== undefined && {status: lastFailure.status}),
			},
		}),
		consecutiveFailures,
	};
}
