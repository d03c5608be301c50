import {definePlugin, type Plugin} from 'tapgate';
import {accessLog, auth, openai, routing, translate} from 'tapgate/plugins';
import {startGateway} from 'tapgate/testing';

/** What a gateway cannot do without. */
export const barePlugins = (): readonly Plugin[] => [
	auth({keys: [{name: 'bench', key: 'bench-key', team: 'bench'}]}),
	openai({apiKey: 'upstream-key', baseUrl: `${process.env['UPSTREAM']}/v1`}),
	routing({defaults: {openai: 'openai'}}),
	translate(),
];

/** The gateway as the bench has it everywhere but where its access log is a part of what is measured. */
export const wholePlugins = (): readonly Plugin[] => [accessLog({console: 'json'}), ...barePlugins()];

/** Serves a second gateway in the same process, to measure the first against: of identical processes one is up to a quarter slower than another. */
export const beside = (plugins: readonly Plugin[]): Plugin =>
	definePlugin({
		name: 'beside',
		apply({beforeServing, defer}) {
			const port = Number(process.env['BESIDE_PORT'] ?? 0);
			beforeServing(async () => {
				const {stop} = await startGateway({plugins, server: {port}});
				defer(stop);
			});
		},
	})();
