import {definePlugin, type Plugin} from 'tapgate';
import {auth, openai, routing, translate} from 'tapgate/plugins';
import {startGateway} from 'tapgate/testing';

/** What a gateway cannot do without: whatever is measured against it is measured alone. */
export const barePlugins = (): readonly Plugin[] => [
	auth({keys: [{name: 'bench', key: 'bench-key', team: 'bench'}]}),
	openai({apiKey: 'upstream-key', baseUrl: `${process.env['UPSTREAM']}/v1`}),
	routing({defaults: {openai: 'openai'}}),
	translate(),
];

/** Serves a second gateway in the same process that has only these: of identical processes one is up to a quarter slower than another. */
export const bareBeside = definePlugin({
	name: 'bare-beside',
	apply({beforeServing, defer}) {
		const port = Number(process.env['BESIDE_PORT'] ?? 0);
		beforeServing(async () => {
			const {stop} = await startGateway({plugins: barePlugins(), server: {port}});
			defer(stop);
		});
	},
});
