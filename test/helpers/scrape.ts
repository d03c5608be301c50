/** Reads `GET /metrics` as Prometheus would, with a parser of somebody else's. */

import parse from 'parse-prometheus-text-format';

type Labels = Readonly<Record<string, string>>;

/** One line of the text. */
interface Reading {
	readonly name: string;
	readonly labels: Labels;
	readonly value: number;
}

export interface Scrape {
	readonly text: string;
	/** What every `# HELP` and `# TYPE` says. */
	readonly families: readonly {readonly name: string; readonly help: string; readonly type: string}[];
	/** Every number; of histograms the ones of `_bucket`, `_sum` and `_count`. */
	readonly readings: readonly Reading[];
	/** The sum of all numbers of a name whose labels are these, among others. */
	sum(name: string, labels?: Labels): number;
	/** The labels of every number of a name. */
	labels(name: string): readonly Labels[];
}

/** @throws when the parser cannot read the text. */
export function readScrape(text: string): Scrape {
	const families = parse(text).map(({name, help, type}) => ({name, help, type}));
	// The parser folds a histogram's series into one; as lines of no type all of them can be seen.
	const flat = parse(text.replaceAll(/^# (TYPE \S+ histogram|HELP .*)$/gm, ''));
	const readings = flat.flatMap(({name, metrics}) =>
		metrics.map(({labels = {}, value}) => ({name, labels, value: Number(value)})),
	);
	const of = (name: string) => readings.filter(reading => reading.name === name);
	return {
		text,
		families,
		readings,
		sum: (name, labels = {}) =>
			of(name)
				.filter(reading => Object.entries(labels).every(([label, value]) => (reading.labels[label] ?? '') === value))
				.reduce((total, {value}) => total + value, 0),
		labels: name => of(name).map(reading => reading.labels),
	};
}

/** Asks a gateway. */
export async function scrape(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Scrape> {
	const response = await fetch(`${url}/metrics`, {headers});
	const text = await response.text();
	if (response.status !== 200) throw new Error(`GET /metrics answered ${response.status}: ${text}`);
	return readScrape(text);
}
