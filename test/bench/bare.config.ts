import {defineConfig} from 'tapgate';
import {auth, openai, routing, translate} from 'tapgate/plugins';

/** What a gateway cannot do without: whatever is measured against it is measured alone. */
export default defineConfig({
	server: {port: Number(process.env['PORT'] ?? 0)},
	plugins: [
		auth({keys: [{name: 'bench', key: 'bench-key', team: 'bench'}]}),
		openai({apiKey: 'upstream-key', baseUrl: `${process.env['UPSTREAM']}/v1`}),
		routing({defaults: {openai: 'openai'}}),
		translate(),
	],
});
