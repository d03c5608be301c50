import {defineConfig} from 'tapgate';
import {accessLog, auth, openai, routing, translate} from 'tapgate/plugins';

export default defineConfig({
	server: {port: Number(process.env['PORT'] ?? 0)},
	plugins: [
		accessLog({console: 'json'}),
		auth({keys: [{name: 'bench', key: 'bench-key'}]}),
		openai({apiKey: 'upstream-key', baseUrl: `${process.env['UPSTREAM']}/v1`}),
		routing({defaults: {openai: 'openai'}}),
		translate(),
	],
});
