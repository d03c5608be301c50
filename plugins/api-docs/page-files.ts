/** The files of the page at `/swagger/`: exactly these, each read when it is first asked for. */

import {readFile} from 'node:fs/promises';
import path from 'node:path';
// Not the package itself, which would load all of Swagger UI.
import swaggerUiFolder from 'swagger-ui-dist/absolute-path.js';
import {html, script, style} from './page.js';
import {bytesFile, type ServedFile, textFile} from './served-file.js';

/** Those of Swagger UI, as its package holds them, with their content types. */
const vendored: Readonly<Record<string, string>> = {
	'swagger-ui.css': 'text/css',
	'swagger-ui-bundle.js': 'text/javascript',
	'swagger-ui-bundle.js.LICENSE.txt': 'text/plain',
	'favicon-32x32.png': 'image/png',
};

type Load = () => Promise<ServedFile>;

/** File name → how to get it; the page itself has no name. */
export function pageFiles(): Readonly<Record<string, Load>> {
	const folder = swaggerUiFolder();
	const read = ([name, type]: readonly [string, string]): readonly [string, Load] => [
		name,
		once(async () => bytesFile(type, await readFile(path.join(folder, name)))),
	];
	return {
		'': once(async () => textFile('text/html', html)),
		'page.css': once(async () => textFile('text/css', style)),
		'page.js': once(async () => textFile('text/javascript', script)),
		...Object.fromEntries(Object.entries(vendored).map(read)),
	};
}

function once(load: Load): Load {
	let loaded: Promise<ServedFile> | undefined;
	return () => {
		loaded ??= load();
		return loaded;
	};
}
