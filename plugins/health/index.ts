/** Says how the gateway is: for probes, load balancers and people. */

import type {Context} from 'koa';
import {definePlugin} from '../../core/index.js';
import {type CheckReport, CheckRunner} from './check-runner.js';
import * as descriptions from './descriptions.js';
import {ProviderObserver} from './provider-observer.js';

type Status = 'ok' | 'degraded' | 'down';

/** Serves `GET /health`, `/health/live` and `/health/ready`, open to anybody; asks no provider, watches the calls. */
export const health = definePlugin({
	name: 'health',
	apply(gateway) {
		const startedAt = performance.now();
		const runner = new CheckRunner(gateway.checks, gateway.log);
		const observer = new ProviderObserver();
		gateway.hooks.record.tap('health', exchange => observer.see(exchange));

		const overall = (checks: Readonly<Record<string, CheckReport>>, failing: boolean): Status => {
			const found = Object.values(checks).map(({status}) => status);
			if (!gateway.ready() || found.includes('down')) return 'down';
			return failing || found.includes('degraded') ? 'degraded' : 'ok';
		};

		gateway.routes.add('health', {
			method: 'GET',
			path: '/health',
			summary: 'The state of the gateway, of what it needs and of its providers.',
			description: descriptions.health,
			access: 'open',
			async handle(ctx) {
				const checks = await runner.run();
				const providers = observer.report(gateway.providers.names());
				const failing = Object.values(providers).some(({status}) => status === 'failing');
				const status = overall(checks, failing);
				answer(ctx, status, {
					status,
					deployment: gateway.deployment,
					uptimeSeconds: Math.floor((performance.now() - startedAt) / 1000),
					checks,
					providers,
					faults: Object.fromEntries(gateway.faults()),
				});
			},
		});
		gateway.routes.add('health live', {
			method: 'GET',
			path: '/health/live',
			summary: 'Answers as long as the process serves.',
			description: descriptions.live,
			access: 'open',
			handle: ctx => answer(ctx, 'ok', {status: 'ok'}),
		});
		gateway.routes.add('health ready', {
			method: 'GET',
			path: '/health/ready',
			summary: 'Whether calls should be sent here.',
			description: descriptions.ready,
			access: 'open',
			async handle(ctx) {
				const checks = await runner.run();
				const status = overall(checks, false);
				answer(ctx, status, {status, checks});
			},
		});
	},
});

function answer(ctx: Context, status: Status, body: object): void {
	ctx.status = status === 'down' ? 503 : 200;
	ctx.set('cache-control', 'no-store');
	ctx.body = body;
}
