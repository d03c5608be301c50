import {defineConfig} from 'tapgate';
import {cost, rateLimit} from 'tapgate/plugins';
import {beside, wholePlugins} from './plugins.js';

/** Limits and budgets that every call takes from and none reaches. */
export default defineConfig({
	server: {port: Number(process.env['PORT'] ?? 0)},
	plugins: [
		wholePlugins(),
		rateLimit({
			rules: [
				{by: 'key', requestsPerMinute: 100_000_000, tokensPerMinute: 1_000_000_000},
				{by: 'global', concurrency: 100_000},
			],
		}),
		cost({budgets: [{by: 'team', dailyUsd: 1_000_000}]}),
		beside(wholePlugins()),
	],
});
