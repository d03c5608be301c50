/** Programs in WebAssembly are made of their sources, and of nothing else. */

import {readFileSync} from 'node:fs';
import test from 'ava';
import {assembled, programFile, sources} from '../helpers/assemble.js';

for (const source of sources)
	test(`the program of ${source} is made of it: \`npm run assemble\` makes it anew`, async t => {
		t.is(readFileSync(programFile(source), 'utf8'), await assembled(source));
	});
