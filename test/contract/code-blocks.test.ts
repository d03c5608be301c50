/** The code in README.md and docs/ compiles with the strictness of the repository. */

import test from 'ava';
import {compile, complaints} from './compiler.js';
import {type Block, blocks, list, pages, read} from './repository.js';

/** What the five-line examples of docs/hooks.md take from their surroundings. */
const surroundings = `
import {type Dialect, definePlugin, type Gateway, GatewayError, key, reveal, type Secret, type StreamEvent, withHeaders} from 'tapgate';
declare let busy: boolean;
declare const token: Secret;
declare function louder(event: StreamEvent): StreamEvent;
declare const seenAt: ReturnType<typeof key<number>>;
export const all: unknown[] = [GatewayError, reveal, definePlugin, null as Dialect | null, busy, token, louder, seenAt, withHeaders];
export function apply({hooks, log, dialects}: Gateway): void {
void [hooks, log, dialects];
`;

/** Where a block is compiled: beside what it imports. */
function place({page, line}: Block): string {
	const folder = page === 'docs/writing-a-plugin.md' ? 'docs/examples/' : '';
	return `${folder}block-of-${page.replace(/\W/g, '-')}-${line}.ts`;
}

const readmes = list('plugins')
	.filter(name => !name.includes('.'))
	.map(folder => `plugins/${folder}/README.md`);
const programs = [...pages(), ...readmes, 'plugins/providers/mock/README.md']
	.flatMap(page => blocks(page, 'ts'))
	.filter(({code}) => code.startsWith('import'));
const snippets = blocks('docs/hooks.md', 'ts');
const wrong = "import {definePlugin} from 'tapgate';\nexport const a = definePlugin({name: 1, apply() {}});\n";

const texts = new Map([
	['wrong.ts', wrong] as const,
	...programs.map(block => [place(block), block.code] as const),
	...snippets.map(block => [place(block), `${surroundings}${block.code}}\n`] as const),
]);
const program = compile(texts);

test('there is code to compile', t => {
	t.true(programs.length >= 9, String(programs.length));
	t.is(snippets.length, 14);
});

for (const block of [...programs, ...snippets]) {
	test(`${block.page}:${block.line} compiles`, t => {
		t.deepEqual(complaints(program, place(block)), []);
	});
}

test('a block that is wrong would be noticed', t => {
	t.is(complaints(program, 'wrong.ts').length, 1);
});

test('the tutorial ends with the plugin and the test that the repository runs', t => {
	const tutorial = read('docs/writing-a-plugin.md');
	const code = (file: string) => read(file).slice(read(file).indexOf('import'));

	t.true(tutorial.includes(code('docs/examples/seats.ts')));
	t.true(
		tutorial.includes(
			code('test/docs/examples/seats.test.ts').replace('../../../docs/examples/seats.js', './seats.js'),
		),
	);
});

test('the README shows the token cap as it is', t => {
	const file = read('docs/examples/token-cap.ts');
	t.true(read('README.md').includes(file.slice(file.indexOf('import'))));
});

test('the tutorial shows the taps of the guardrail as they are', t => {
	const file = read('docs/examples/guardrail.ts');
	const taps = file.slice(file.indexOf('\t\thooks.admit.tap'), file.indexOf('\t\tfunction maskPart')).trimEnd();
	t.true(read('docs/writing-a-plugin.md').includes(taps.replace(/^\t\t/gm, '')));
});
