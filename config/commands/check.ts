/** `tapgate check`: everything that a start does but listening, and a summary of what would be served. */

import {createServer, type Engine} from '../../core/index.js';
import {explained, shown} from '../failure.js';
import {type LoadedConfig, type LoadOptions, loadConfig} from '../load.js';
import {createLog} from '../log.js';
import {assemble} from '../start.js';

/** @returns the exit code. */
export async function check(options: LoadOptions): Promise<number> {
	const config = await loadConfig(options);
	const engine = await explained(config.file, () => assemble(config, createLog({level: 'warn'})));
	try {
		await explained(config.file, () => void createServer(engine));
		process.stdout.write(summaryOf(config, engine));
		return 0;
	} finally {
		await engine.close();
	}
}

function summaryOf({file, deployment, server}: LoadedConfig, engine: Engine): string {
	const providers = [...engine.providers].map(({name, kind, baseUrl}) => `${name} (${kind}) ${baseUrl}`);
	const models = [...engine.dialects].flatMap(({routes}) => routes.map(({method, path}) => `${method} ${path}`));
	const others = [...engine.routes].map(({method, path}) => `${method} ${path}`);
	const sections: readonly (readonly [string, readonly string[]])[] = [
		['plugins', [engine.plugins.join(', ')]],
		['providers', providers],
		['routes', [...new Set([...models, ...others])]],
		['commands', engine.commands.names()],
	];
	return [
		`${shown(file)} is valid (deployment ${deployment}, would listen on ${server.host}:${server.port})`,
		...sections
			.filter(([, items]) => items.length > 0)
			.flatMap(([title, items]) => [`  ${title}`, ...items.map(item => `    ${item}`)]),
		'',
	].join('\n');
}
