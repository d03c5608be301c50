import {Readable} from 'node:stream';
import test from 'ava';
import {keyHashCommand} from '../../../plugins/auth/key-hash-command.js';

const hashOfAbc = 'sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';

async function run(input: string, args: readonly string[]) {
	const printed: string[] = [];
	const code = await keyHashCommand(Readable.from([input], {objectMode: false})).run(args, line => printed.push(line));
	return {code, printed};
}

test('reads the key from standard input and leaves the line break away', async t => {
	for (const input of ['abc', 'abc\n', 'abc\r\n']) t.deepEqual(await run(input, []), {code: 0, printed: [hashOfAbc]});
});

test('takes the key from the argument', async t => {
	t.deepEqual(await run('', ['abc']), {code: 0, printed: [hashOfAbc]});
});

test('refuses what no header can carry, and does not print it', async t => {
	for (const key of ['', 'a b', 'a,b', 'grüße-canary', 'c'.repeat(513), 'a\nb']) {
		const {code, printed} = await run(key, []);
		t.is(code, 1);
		t.regex(printed.join('\n'), /^expected a key of 1 to 512 visible ASCII characters/);
	}
	t.is((await run('', ['a', 'b'])).code, 1);
});
