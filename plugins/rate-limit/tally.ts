/** Counts what limits do, for metrics and, on trial, for the log. */

import type {Gateway, Log, MetricReading} from '../../core/index.js';
import type {Limit} from './rules.js';

/** A limit on trial is told of so often at most. */
const quietMs = 60_000;

interface Count {
	readonly limit: Limit;
	value: number;
}

interface ShadowCount extends Count {
	told: number;
	toldAt: number;
}

export class Tally {
	/** Times that limits were taken from. */
	takes = 0;
	/** Times that the store could not be asked. */
	unavailable = 0;
	readonly #log: Log;
	readonly #refusals = new Map<string, Count>();
	readonly #shadowHits = new Map<string, ShadowCount>();

	constructor(log: Log) {
		this.#log = log;
	}

	refused(limit: Limit): void {
		const count = this.#refusals.get(nameOf(limit)) ?? {limit, value: 0};
		this.#refusals.set(nameOf(limit), count);
		count.value++;
	}

	/** A limit on trial would have refused a call. */
	shadowHit(limit: Limit, subject: string): void {
		const now = Date.now();
		const count = this.#shadowHits.get(nameOf(limit)) ?? {limit, value: 0, told: 0, toldAt: -Infinity};
		this.#shadowHits.set(nameOf(limit), count);
		count.value++;
		if (now - count.toldAt < quietMs) return;
		this.#log.warn('a limit on trial would have refused calls', {
			rule: limit.rule,
			by: limit.by,
			limit: `${limit.name}: ${limit.most}`,
			lastFor: subject,
			calls: count.value - count.told,
		});
		count.told = count.value;
		count.toldAt = now;
	}

	/** Offers the counts to whoever publishes metrics. */
	register(metrics: Gateway['metrics']): void {
		metrics.add('rate_limit_takes_total', {
			kind: 'counter',
			help: 'Times that limits were taken from.',
			read: () => this.takes,
		});
		metrics.add('rate_limit_refusals_total', {
			kind: 'counter',
			help: 'Calls that were refused, by the limit that had to be waited for longest.',
			read: () => reading(this.#refusals),
		});
		metrics.add('rate_limit_shadow_hits_total', {
			kind: 'counter',
			help: 'Times that a limit on trial would have refused a call.',
			read: () => reading(this.#shadowHits),
		});
		metrics.add('rate_limit_unavailable_total', {
			kind: 'counter',
			help: 'Times that limits could not be looked up and degraded was refuse.',
			read: () => this.unavailable,
		});
	}
}

function nameOf({rule, name}: Limit): string {
	return `${rule} ${name}`;
}

function reading(counts: ReadonlyMap<string, Count>): MetricReading {
	return [...counts.values()].map(({limit: {rule, by, name}, value}) => ({labels: {rule, by, limit: name}, value}));
}
