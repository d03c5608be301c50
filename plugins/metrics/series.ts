/**
 * Counters and histograms whose series are held by whoever counts: prom-client looks a series up by hashing its labels each
 * time, which for one call costs several times what counting does. What is counted here is read in prom-client's own form.
 */

/** One number of a metric. */
export interface Sample {
	readonly labels: Readonly<Record<string, string | number>>;
	readonly value: number;
	/** Where it differs from the metric's: `…_bucket`. */
	readonly metricName?: string;
}

/** A metric at one moment, as prom-client's registries give it. */
export interface Snapshot {
	readonly name: string;
	readonly help: string;
	readonly type: 'counter' | 'gauge' | 'histogram';
	/** How the numbers of several workers become one. */
	readonly aggregator: 'sum' | 'first' | 'min' | 'max';
	readonly values: readonly Sample[];
}

/** Makes a metric of readings. */
export function snapshot(
	name: string,
	help: string,
	type: Snapshot['type'],
	values: readonly Sample[],
	aggregator: Snapshot['aggregator'] = 'sum',
): Snapshot {
	return {name, help, type, aggregator, values};
}

/** A series of a counter. */
export interface Counter {
	value: number;
}

/** The same metric for every combination of label values that occurs. */
abstract class Family<Series> {
	readonly #name: string;
	readonly #help: string;
	readonly #labels: readonly string[];
	readonly #series = new Map<string, {readonly labels: Sample['labels']; readonly series: Series}>();

	constructor(name: string, help: string, labels: readonly string[]) {
		this.#name = name;
		this.#help = help;
		this.#labels = labels;
	}

	/**
	 * The series of label values; made when it is first asked for. Keep it: asking is slow, counting is not.
	 * @param values in the order of the label names; empty for a label that does not apply.
	 */
	of(...values: readonly string[]): Series {
		const key = values.join('\n');
		let known = this.#series.get(key);
		if (known === undefined) {
			const pairs = this.#labels.map((label, index) => [label, values[index] ?? ''] as const);
			known = {labels: Object.fromEntries(pairs.filter(([, value]) => value !== '')), series: this.make()};
			this.#series.set(key, known);
		}
		return known.series;
	}

	snapshot(): Snapshot {
		const values = [...this.#series.values()].flatMap(({labels, series}) => this.read(this.#name, labels, series));
		return snapshot(this.#name, this.#help, this.type, values);
	}

	protected abstract readonly type: Snapshot['type'];
	protected abstract make(): Series;
	protected abstract read(name: string, labels: Sample['labels'], series: Series): readonly Sample[];
}

export class CounterFamily extends Family<Counter> {
	protected readonly type = 'counter';

	protected make(): Counter {
		return {value: 0};
	}

	protected read(_name: string, labels: Sample['labels'], {value}: Counter): readonly Sample[] {
		return [{labels, value}];
	}
}

/** A series of a histogram. */
export class Histogram {
	/** How many were at most as much as the bound of the same place and more than the one before; the last has no bound. */
	readonly counts: number[];
	sum = 0;
	readonly #bounds: readonly number[];

	constructor(bounds: readonly number[]) {
		this.#bounds = bounds;
		this.counts = new Array<number>(bounds.length + 1).fill(0);
	}

	observe(value: number): void {
		let place = 0;
		for (const bound of this.#bounds) {
			if (value <= bound) break;
			place++;
		}
		this.counts[place] = (this.counts[place] ?? 0) + 1;
		this.sum += value;
	}
}

export class HistogramFamily extends Family<Histogram> {
	protected readonly type = 'histogram';
	readonly #bounds: readonly number[];

	/** @param bounds upper ones, ascending. */
	constructor(name: string, help: string, labels: readonly string[], bounds: readonly number[]) {
		super(name, help, labels);
		this.#bounds = bounds;
	}

	protected make(): Histogram {
		return new Histogram(this.#bounds);
	}

	protected read(name: string, labels: Sample['labels'], {counts, sum}: Histogram): readonly Sample[] {
		let total = 0;
		const buckets = counts.map((count, place) => {
			total += count;
			const le = this.#bounds[place] ?? '+Inf';
			return {metricName: `${name}_bucket`, labels: Object.assign({le}, labels), value: total};
		});
		return [
			...buckets,
			{metricName: `${name}_sum`, labels, value: sum},
			{metricName: `${name}_count`, labels, value: total},
		];
	}
}
