import {mkdir, mkdtemp, readdir, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {gunzipSync, gzipSync} from 'node:zlib';
import test, {type ExecutionContext} from 'ava';
import {ConfigError} from 'tapgate';
import {RotatingFile, type RotatingFileOptions} from '../../../plugins/access-log/rotating-file.js';

async function folder(t: ExecutionContext): Promise<string> {
	const root = await mkdtemp(path.join(tmpdir(), 'tapgate-log-'));
	t.teardown(() => rm(root, {recursive: true, force: true}));
	return root;
}

function opened(file: string, options: Partial<RotatingFileOptions> = {}) {
	const told: string[] = [];
	const counts = {lost: 0};
	const sink = new RotatingFile({
		file,
		maxBytes: 10_000,
		maxFiles: 1000,
		gzip: true,
		failed: error => void told.push(`failed: ${(error as NodeJS.ErrnoException).code}`),
		recovered: lost => void told.push(`recovered: ${lost}`),
		lost(lines) {
			counts.lost += lines;
		},
		notKept: error => void told.push(`not kept: ${(error as Error).message}`),
		...options,
	});
	return {sink, told, counts};
}

/** The lines of a file, compressed or not. */
async function linesOf(file: string): Promise<readonly string[]> {
	const bytes = await readFile(file);
	const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
	return text.split('\n').slice(0, -1);
}

async function linesIn(root: string): Promise<readonly string[]> {
	const names = (await readdir(root)).sort();
	const files = await Promise.all(names.map(name => linesOf(path.join(root, name))));
	return files.flat();
}

const put = (sink: RotatingFile, text: string) => new Promise<void>(resolve => sink.write(text, () => resolve()));
const turn = () => new Promise(resolve => setImmediate(resolve));

test('no line is lost, doubled or cut over many rotations, compressed while more is written', async t => {
	const root = await folder(t);
	const {sink, told} = opened(path.join(root, 'access.log'), {maxBytes: 300_000});
	const count = 60_000;
	let batch = '';
	for (let number = 0; number < count; number++) {
		batch += `{"number":${number},"more":"${'x'.repeat(number % 97)}"}\n`;
		if (number % 500 < 499) continue;
		await put(sink, batch);
		batch = '';
	}
	while ((await readdir(root)).filter(name => name.endsWith('.gz')).length < 3) await turn();
	await sink.close();

	const names = await readdir(root);
	t.true(names.includes('access.log'));
	t.true(names.length > 5, names.join());
	t.deepEqual(
		names.filter(name => !/^access(-\d{8}T\d{9}Z)?\.log(\.gz)?$/.test(name)),
		[],
	);
	const numbers = (await linesIn(root)).map(line => (JSON.parse(line) as {number: number}).number);
	t.is(numbers.length, count);
	t.deepEqual(
		[...numbers].sort((a, b) => a - b),
		Array.from({length: count}, (_, number) => number),
	);
	t.deepEqual(told, []);
});

test('names are never used twice, and sort by age', async t => {
	const root = await folder(t);
	const {sink} = opened(path.join(root, 'a.log'), {maxBytes: 1});
	for (let number = 0; number < 30; number++) await put(sink, `${number}\n`);
	await sink.close();
	t.deepEqual(
		(await linesIn(root)).map(Number),
		Array.from({length: 30}, (_, number) => number),
	);
});

test('the oldest are removed', async t => {
	const root = await folder(t);
	const {sink} = opened(path.join(root, 'a.log'), {maxBytes: 1, maxFiles: 3, gzip: false});
	await writeFile(path.join(root, 'a-notes.log'), 'not ours\n');
	for (let number = 0; number < 10; number++) await put(sink, `${number}\n`);
	while ((await readdir(root)).length > 5) await turn();
	await sink.close();
	t.deepEqual(await linesIn(root), ['7', '8', '9', 'not ours']);
});

test('what a run before left behind is compressed, and goes on where it was', async t => {
	const root = await folder(t);
	const old = (name: string) => path.join(root, name);
	await writeFile(old('a-20260101T000000000Z.log'), 'first\n');
	await writeFile(old('a-20260101T000000000Z.log.gz.part'), 'half a file');
	await writeFile(old('a-20260102T000000000Z.log'), 'second\n');
	await writeFile(old('a-20260102T000000000Z.log.gz'), gzipSync('second\n'));
	await writeFile(old('a.log'), 'third\n');
	const {sink, told} = opened(old('a.log'));
	await put(sink, 'fourth\n');
	while ((await readdir(root)).length > 3) await turn();
	await sink.close();
	t.deepEqual(await linesIn(root), ['first', 'second', 'third', 'fourth']);
	t.deepEqual((await readdir(root)).sort(), ['a-20260101T000000000Z.log.gz', 'a-20260102T000000000Z.log.gz', 'a.log']);
	t.deepEqual(told, []);
});

test('a file that cannot be opened stops the start', async t => {
	const root = await folder(t);
	await writeFile(path.join(root, 'occupied'), '');
	const error = t.throws(() => opened(path.join(root, 'occupied', 'a.log')), {instanceOf: ConfigError});
	t.regex(error?.message ?? '', /file\.path: cannot write to .*occupied.a\.log: /);
});

test('a disk that fails is told of once, its lines are counted, and it is tried again', async t => {
	const root = path.join(await folder(t), 'log');
	const {sink, told, counts} = opened(path.join(root, 'a.log'), {maxBytes: 12, pauseMs: 0});
	await put(sink, 'one\n');
	// The open file can still be written; what comes after the next rotation cannot.
	await rm(root, {recursive: true});
	await writeFile(root, 'in the way');
	await put(sink, 'two\nthree\n');
	for (let number = 0; number < 5; number++) await put(sink, 'four\nfive\n');
	t.deepEqual(told, ['failed: ENOTDIR']);
	t.is(counts.lost, 12);
	await rm(root);
	await mkdir(root);
	await put(sink, 'again\n');
	t.deepEqual(told, ['failed: ENOTDIR', 'recovered: 12']);
	await sink.close();
	t.deepEqual(await linesIn(root), ['again']);
});

test('while it pauses nothing is tried', async t => {
	const root = path.join(await folder(t), 'log');
	const {sink, told, counts} = opened(path.join(root, 'a.log'), {maxBytes: 1, pauseMs: 3_600_000});
	await rm(root, {recursive: true});
	await writeFile(root, 'in the way');
	await put(sink, 'one\n');
	await rm(root);
	await put(sink, 'two\n');
	await sink.close();
	t.is(told.length, 1);
	t.is(counts.lost, 2);
	t.deepEqual(await readdir(path.dirname(root)), []);
});
