/** Evaluates a config file on plain Node: TypeScript works, and the package's own names lead to the running gateway. */

import {createJiti} from 'jiti';
import {ConfigError, closest} from '../core/index.js';
import * as builtIns from '../plugins/index.js';
import * as main from './index.js';

const virtualModules = {
	tapgate: checked('tapgate', main),
	'tapgate/plugins': checked('tapgate/plugins', builtIns),
	// Only tests import it; awaited by the importing module.
	get 'tapgate/testing'(): Promise<object> {
		return import('./testing/index.js').then(module => checked('tapgate/testing', module));
	},
};

/**
 * Imports a config file and what it imports, anew each time. Nothing is written to disk.
 * @returns its exports.
 * @throws whatever the file throws, and what its parser says of it.
 */
export async function importConfig(file: string): Promise<Readonly<Record<string, unknown>>> {
	const jiti = createJiti(file, {fsCache: false, moduleCache: false, interopDefault: false, virtualModules});
	return await jiti.import(file);
}

/** The exports of a module; asking for one that does not exist is an error and not `undefined`. */
function checked(name: string, module: object): object {
	return new Proxy(module, {
		get(target, property) {
			if (property in target || typeof property === 'symbol' || tolerated.has(property)) {
				return Reflect.get(target, property);
			}
			const near = closest(property, Object.keys(target), 1)[0];
			throw new ConfigError(
				`"${name}" exports no "${property}"${near === undefined ? '' : `, did you mean "${near}"?`}`,
			);
		},
	});
}

/** What module loaders look for in every module. */
const tolerated: ReadonlySet<string> = new Set(['default', 'then', '__esModule']);
