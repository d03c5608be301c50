import {defineConfig} from 'tapgate';
import {auth, cost, openai, rateLimit, routing, translate} from 'tapgate/plugins';

/** Limits and budgets that every call takes from and none reaches. */
export default defineConfig({
	server: {port: Number(process.env['PORT'] ?? 0)},
	plugins: [
		auth({keys: [{name: 'bench', key: 'bench-key', team: 'bench'}]}),
		openai({apiKey: 'upstream-key', baseUrl: `${process.env['UPSTREAM']}/v1`}),
		routing({defaults: {openai: 'openai'}}),
		translate(),
		rateLimit({
			rules: [
				{by: 'key', requestsPerMinute: 100_000_000, tokensPerMinute: 1_000_000_000},
				{by: 'global', concurrency: 100_000},
			],
		}),
		cost({budgets: [{by: 'team', dailyUsd: 1_000_000}]}),
	],
});
