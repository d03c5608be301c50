/** Tells Prometheus what the gateway does: calls, tokens, time, errors, and what other plugins count. */

import {isIPv4} from 'node:net';
import {definePlugin, type Gateway} from '../../core/index.js';
import {CallMetrics} from './call-metrics.js';
import {contentType, readProcess, textOf, watchProcess} from './exposition.js';
import {PluginMetrics, readGateway} from './gateway-metrics.js';
import {ModelLabels} from './label-values.js';
import {type MetricsOptions, metricsSchema} from './options.js';
import {type Snapshot, snapshot} from './series.js';

export type {MetricsOptions} from './options.js';

/** A worker that takes longer has something else to do; its numbers are missing this time. */
const patienceMs = 1000;

/** Serves `GET /metrics` for all workers, whichever of them is asked. Counts when a call is over and the client has gone. */
export const metrics = definePlugin<MetricsOptions>({
	name: 'metrics',
	options: metricsSchema,
	apply(gateway, options) {
		const {workers} = gateway;
		const calls = new CallMetrics(new ModelLabels(gateway, options.models ?? []), options.callers === true);
		const times = gateway.tapTimes();
		const ofPlugins = new PluginMetrics(gateway);
		watchProcess();
		gateway.hooks.record.tap('metrics', exchange => calls.count(exchange));

		const own = (): readonly Snapshot[] => [...calls.snapshots(), ...readGateway(gateway, times)];
		const everything = async () => [...own(), ...ofPlugins.read(), ...(await readProcess())];
		gateway.beforeListen(() => gateway.beforeListen(() => ofPlugins.check([...own(), missingWorkers(0)])));
		workers.answer('metrics', everything);

		const scrape = async (): Promise<string> => {
			const [mine, {answers, missing}] = await Promise.all([everything(), workers.ask('metrics', patienceMs)]);
			return await textOf([[...mine, missingWorkers(missing)], ...answers.filter(isSnapshots)]);
		};
		let running: Promise<string> | undefined;

		gateway.routes.add('metrics', {
			method: 'GET',
			path: '/metrics',
			summary: 'What the gateway has counted, for Prometheus.',
			access: options.access ?? defaultAccess(gateway),
			async handle(ctx) {
				// Who asks while an answer is being made gets the same one: asking is not a way to keep the gateway busy.
				running ??= scrape().finally(() => {
					running = undefined;
				});
				const text = await running;
				ctx.set('cache-control', 'no-store');
				ctx.set('content-type', contentType);
				ctx.body = text;
			},
		});
	},
});

function missingWorkers(value: number): Snapshot {
	return snapshot('tapgate_workers_missing', 'Workers whose numbers are not in this answer.', 'gauge', [
		{labels: {}, value},
	]);
}

/** From a worker of the same config: only its shape can be in doubt. */
function isSnapshots(answer: unknown): answer is readonly Snapshot[] {
	return Array.isArray(answer);
}

/** What is told is nobody's secret on this machine; elsewhere it shows strangers which models are used, and how much. */
function defaultAccess({server: {host}}: Gateway): 'open' | 'caller' {
	return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.')) ? 'open' : 'caller';
}
