// npm run assemble — makes the programs in WebAssembly of their sources.

import {readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import initialize from 'wabt';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** The sources, from the root of the project on. */
export const sources = ['plugins/redact/traits/search.wat', 'plugins/request-log/journal/escape.wat'];

/** Where the program that is made of a source stands. */
export function programFile(source: string): string {
	return path.join(root, source.replace('.wat', '-program.ts'));
}

/** @returns what is to stand in {@link programFile}. */
export async function assembled(source: string): Promise<string> {
	const {parseWat} = await initialize();
	const name = path.basename(source);
	const module = parseWat(name, readFileSync(path.join(root, source), 'utf8'), {simd: true});
	const text = Buffer.from(module.toBinary({}).buffer).toString('base64');
	const lines = text.match(/.{1,120}/g) ?? [];
	return [
		`/** ${name} as WebAssembly, in base64: made by \`npm run assemble\`, not by hand. */`,
		'export const program =',
		`${lines.map(line => `\t'${line}'`).join(' +\n')};`,
		'',
	].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url))
	for (const source of sources) writeFileSync(programFile(source), await assembled(source));
