/** Tells clients how their limits stand, in the headers of their own API. */

import type {Family, HeaderList} from '../../core/index.js';
import type {Standing} from '../stores/keys.js';
import type {Counts} from './limit-kinds.js';
import type {Counted} from './rules.js';

/** Kinds of limits that headers tell of. */
const told = ['requests', 'tokens', 'input-tokens', 'output-tokens'] as const satisfies readonly Counts[];

interface Names {
	readonly limit: string;
	readonly remaining: string;
	readonly reset: string;
}

/** As the two APIs call them. */
const namesOf: Readonly<Record<Family, readonly Names[]>> = {
	anthropic: told.map(counts => named(what => `anthropic-ratelimit-${counts}-${what}`)),
	openai: told.map(counts => named(what => `x-ratelimit-${what}-${counts}`)),
};

function named(name: (what: string) => string): Names {
	return {limit: name('limit'), remaining: name('remaining'), reset: name('reset')};
}

/**
 * The headers of every kind of limit that applies; where several do, of the one that leaves the least.
 * @param standings of the takes, in order; `undefined` where nobody knows.
 * @param clock milliseconds since the epoch; asked where a time is told.
 * @returns `undefined` when there is nothing to tell.
 */
export function limitHeaders(
	family: Family,
	counted: readonly Counted[],
	standings: readonly (Standing | undefined)[],
	clock: () => number = Date.now,
): HeaderList | undefined {
	let headers: string[] | undefined;
	for (let kind = 0; kind < told.length; kind++) {
		const tightest = tightestOf(told[kind] as Counts, counted, standings);
		if (tightest === undefined) continue;
		const names = namesOf[family][kind] as Names;
		const {limit, remaining, resetMs} = tightest;
		headers ??= [];
		headers.push(names.limit, String(limit), names.remaining, String(Math.max(0, remaining)));
		if (Number.isFinite(resetMs))
			headers.push(names.reset, family === 'anthropic' ? timeIn(resetMs, clock()) : span(resetMs));
	}
	return headers;
}

function tightestOf(
	counts: Counts,
	counted: readonly Counted[],
	standings: readonly (Standing | undefined)[],
): Standing | undefined {
	let tightest: Standing | undefined;
	for (let index = 0; index < counted.length; index++) {
		const {limit} = counted[index] as Counted;
		const standing = standings[index];
		if (standing === undefined || limit.counts !== counts || !limit.enforced) continue;
		if (tightest === undefined || standing.remaining < tightest.remaining) tightest = standing;
	}
	return tightest;
}

/** When to come again; nothing when waiting does not help. */
export function retryHeaders(retryMs: number): Readonly<Record<string, string>> {
	if (!Number.isFinite(retryMs)) return {'x-should-retry': 'false'};
	const ms = Math.max(1, Math.ceil(retryMs));
	return {'retry-after': String(Math.ceil(ms / 1000)), 'retry-after-ms': String(ms)};
}

/** RFC 3339, to the second, not too early. */
function timeIn(ms: number, now: number): string {
	return new Date(Math.ceil((now + ms) / 1000) * 1000).toISOString().replace('.000Z', 'Z');
}

/** `1h2m3s`, `6m0s`, `1.25s`, `20ms`. */
function span(ms: number): string {
	const whole = Math.ceil(ms);
	if (whole > 0 && whole < 1000) return `${whole}ms`;
	const [hours, minutes] = [Math.floor(whole / 3_600_000), Math.floor(whole / 60_000) % 60];
	const seconds = `${(whole % 60_000) / 1000}s`;
	if (hours > 0) return `${hours}h${minutes}m${seconds}`;
	return minutes > 0 ? `${minutes}m${seconds}` : seconds;
}
