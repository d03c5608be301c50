// npm run assemble — makes plugins/redact/traits/search-program.ts of search.wat.

import {readFileSync, writeFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import initialize from 'wabt';

const folder = new URL('../../../plugins/redact/traits/', import.meta.url);
const source = new URL('search.wat', folder);
/** Where the program stands, in the source of the project. */
export const programFile = new URL('search-program.ts', folder);

/** @returns what is to stand in {@link programFile}. */
export async function assembled(): Promise<string> {
	const {parseWat} = await initialize();
	const module = parseWat('search.wat', readFileSync(source, 'utf8'), {simd: true});
	const text = Buffer.from(module.toBinary({}).buffer).toString('base64');
	const lines = text.match(/.{1,120}/g) ?? [];
	return [
		'/** search.wat as WebAssembly, in base64: made by `npm run assemble`, not by hand. */',
		'export const program =',
		`${lines.map(line => `\t'${line}'`).join(' +\n')};`,
		'',
	].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(programFile, await assembled());
