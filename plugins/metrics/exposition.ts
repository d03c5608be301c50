/** Turns what was counted, in one process or several, into the text that Prometheus reads. */

import {AggregatorRegistry, collectDefaultMetrics, Registry} from 'prom-client';
import type {Snapshot} from './series.js';

export const contentType = Registry.PROMETHEUS_CONTENT_TYPE;

let ofProcess: Registry | undefined;

/** Memory, processor, event loop and collector: of the process, however many gateways are in it. */
function processRegistry(): Registry {
	if (ofProcess === undefined) {
		ofProcess = new Registry();
		collectDefaultMetrics({register: ofProcess});
	}
	return ofProcess;
}

/** Begins to watch the process: the delays of the event loop are measured from now on. */
export function watchProcess(): void {
	processRegistry();
}

/** What the process has to tell. Of several workers the slowest event loop counts, and the first start. */
export async function readProcess(): Promise<readonly Snapshot[]> {
	const metrics = (await processRegistry().getMetricsAsJSON()) as unknown as readonly Snapshot[];
	return metrics.map(metric => {
		if (metric.name === 'process_start_time_seconds') return Object.assign({}, metric, {aggregator: 'min'});
		if (/^nodejs_eventloop_lag_(?!min)/.test(metric.name)) return Object.assign({}, metric, {aggregator: 'max'});
		return metric;
	});
}

/** The text. @param processes what each of them has counted. */
export function textOf(processes: readonly (readonly Snapshot[])[]): Promise<string> {
	return AggregatorRegistry.aggregate(processes as object[]).metrics();
}
