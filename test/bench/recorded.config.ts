import {defineConfig} from 'tapgate';
import {accessLog, metrics, requestLog} from 'tapgate/plugins';
import {barePlugins, beside} from './plugins.js';

/** Everything that keeps or tells what happened, over a real Postgres. */
export default defineConfig({
	server: {port: Number(process.env['PORT'] ?? 0)},
	plugins: [
		accessLog({console: 'json'}),
		metrics(),
		barePlugins(),
		requestLog({database: process.env['BENCH_DATABASE'] ?? '', dataDir: process.env['BENCH_DATA'] ?? ''}),
		beside(barePlugins()),
	],
});
