import {defineConfig} from 'tapgate';
import {accessLog, auth, metrics, openai, requestLog, routing, translate} from 'tapgate/plugins';

/** Everything that keeps or tells what happened, over a real Postgres. */
export default defineConfig({
	server: {port: Number(process.env['PORT'] ?? 0)},
	plugins: [
		accessLog({console: 'json'}),
		metrics(),
		auth({keys: [{name: 'bench', key: 'bench-key', team: 'bench'}]}),
		openai({apiKey: 'upstream-key', baseUrl: `${process.env['UPSTREAM']}/v1`}),
		routing({defaults: {openai: 'openai'}}),
		translate(),
		requestLog({database: process.env['BENCH_DATABASE'] ?? '', dataDir: process.env['BENCH_DATA'] ?? ''}),
	],
});
