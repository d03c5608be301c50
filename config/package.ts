/** What the gateway knows of its own package. */

import {readFileSync} from 'node:fs';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

/** The folder of this package. */
export const packageRoot = fileURLToPath(new URL('../..', import.meta.url));

/** As `--version` prints it. */
export function packageVersion(): string {
	const {version} = JSON.parse(readFileSync(path.join(packageRoot, 'package.json'), 'utf8')) as {version: string};
	return version;
}
