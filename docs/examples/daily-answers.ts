/**
 * Lets every caller have so many answers a day, counted by all replicas together. A call that gets no answer counts for nothing.
 *
 * In `gateway.config.ts`: `plugins: [auth({…}), mock(), routing(), dailyAnswers({most: 100, store: 'redis://…'})]`.
 */

import {definePlugin, GatewayError, type Secret, stores} from 'tapgate';

/** Limits the answers of each caller. */
export const dailyAnswers = definePlugin<{most: number; store?: string | Secret}>({
	name: 'daily-answers',
	options: {
		type: 'object',
		properties: {
			most: {type: 'integer', minimum: 1, description: 'answers that a caller may have a day (UTC)'},
			store: {
				type: 'string',
				nullable: true,
				description:
					'where they are counted: redis://…, postgres://… or host=… user=…; the memory of the process unless said',
			},
		},
		required: ['most'],
		additionalProperties: false,
	},
	apply({hooks, use}, {most, store}) {
		// While the store is away, each process counts alone.
		const answers = use(stores).open(store, {degraded: 'local'});

		hooks.admit.tap('daily-answers', async exchange => {
			const {name} = exchange.caller;
			const period = {kind: 'calendar', unit: 'day', zone: 'UTC'} as const;
			const holding = {kind: 'sum', key: `daily-answers:${name}`, limit: most, period} as const;
			const taken = await answers.take([{holding, amount: 1, enforced: true}]);
			if (!taken.granted) {
				throw new GatewayError('no_answers_left', 429, `${name} has had all ${most} answers of the day.`, {
					headers: {'retry-after': String(Math.ceil(taken.retryMs / 1000))},
				});
			}
			exchange.defer(async ({outcome}) => void (await taken.settle([outcome === 'ok' ? 1 : 0])));
		});
	},
});
