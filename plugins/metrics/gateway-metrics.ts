/** What the gateway and its plugins have to tell of themselves, read when somebody asks. */

import {createRequire} from 'node:module';
import {ConfigError, describe, type Gateway, type Metric, type TapTime} from '../../core/index.js';
import {mostValues} from './label-values.js';
import {type Sample, type Snapshot, snapshot} from './series.js';

const {version} = createRequire(import.meta.url)('tapgate/package.json') as {version: string};

/** Reads the gateway. @param times of its taps, from `gateway.tapTimes()`. */
export function readGateway(gateway: Gateway, times: readonly TapTime[]): readonly Snapshot[] {
	const perTap = (value: (time: TapTime) => number): readonly Sample[] =>
		times
			.filter(({taps}) => taps > 0)
			.map(time => ({labels: {plugin: time.plugin, hook: time.hook}, value: value(time)}));
	return [
		snapshot('tapgate_open_calls', 'Calls that are open now.', 'gauge', [{labels: {}, value: gateway.openCalls()}]),
		snapshot(
			'tapgate_plugin_seconds_total',
			'Time that the taps of a plugin took, what they waited for included.',
			'counter',
			perTap(({milliseconds}) => milliseconds / 1000),
		),
		snapshot(
			'tapgate_plugin_taps_total',
			'How often taps of a plugin were called.',
			'counter',
			perTap(({taps}) => taps),
		),
		snapshot(
			'tapgate_plugin_faults_total',
			'Failures of plugins that only watch; the calls went on.',
			'counter',
			[...gateway.faults()].map(([where, value]) => {
				const [plugin, hook] = splitLast(where);
				return {labels: {plugin, hook}, value};
			}),
		),
		snapshot(
			'tapgate_build_info',
			'Always 1; the labels say what runs.',
			'gauge',
			[{labels: {version, node: process.versions.node, deployment: gateway.deployment}, value: 1}],
			'first',
		),
	];
}

function splitLast(where: string): readonly [string, string] {
	const at = where.lastIndexOf(' ');
	return [where.slice(0, at), where.slice(at + 1)];
}

/** Publishes what plugins register with `gateway.metrics`. */
export class PluginMetrics {
	readonly #gateway: Gateway;
	readonly #told = new Set<string>();

	constructor(gateway: Gateway) {
		this.#gateway = gateway;
	}

	/** @throws {ConfigError} for a name that Prometheus does not take, or that is taken. */
	check(taken: readonly Snapshot[]): void {
		for (const name of this.#gateway.metrics.names()) {
			const full = `tapgate_${name}`;
			if (!/^[a-z][a-z0-9_]*$/.test(name))
				throw new ConfigError(`the metric "${name}" cannot be published: expected lower_snake_case`);
			if (taken.some(metric => metric.name === full))
				throw new ConfigError(
					`the metric "${name}" cannot be published: "${full}" is a metric of the plugin "metrics"`,
				);
		}
	}

	/** A metric that cannot be read is left out and told of once; it does not hide the others. */
	read(): readonly Snapshot[] {
		const {metrics} = this.#gateway;
		return metrics.names().flatMap(name => {
			const metric = metrics.get(name);
			try {
				return metric === undefined ? [] : [snapshot(`tapgate_${name}`, metric.help, metric.kind, samplesOf(metric))];
			} catch (error) {
				if (!this.#told.has(name))
					this.#gateway.log.error('a metric cannot be read', Object.assign({metric: name}, describe(error)));
				this.#told.add(name);
				return [];
			}
		});
	}
}

/** @throws {TypeError} for what is no number, or has labels without end. */
function samplesOf(metric: Metric): readonly Sample[] {
	const reading = metric.read();
	const samples = typeof reading === 'number' ? [{labels: {}, value: reading}] : reading;
	if (samples.length > mostValues)
		throw new TypeError(`expected at most ${mostValues} readings, found ${samples.length}`);
	for (const {labels, value} of samples) {
		if (typeof value !== 'number') throw new TypeError(`expected a number, found ${typeof value}`);
		const wrong = Object.keys(labels).find(label => !/^[a-z][a-z0-9_]*$/.test(label));
		if (wrong !== undefined)
			throw new TypeError(`expected a label in lower_snake_case, found ${JSON.stringify(wrong)}`);
	}
	return samples;
}
