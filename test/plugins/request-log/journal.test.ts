/** The journal on a disk that is cut off anywhere: what was whole comes back, once, in order. */

import {mkdir, readdir, readFile, readlink, rename, truncate, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {mock} from 'node:test';
import test from 'ava';
import fc from 'fast-check';
import {Backlog} from '../../../plugins/request-log/journal/backlog.js';
import {Journal} from '../../../plugins/request-log/journal/journal.js';
import {each, LinePacker} from '../../../plugins/request-log/journal/lines.js';
import {releasedName} from '../../../plugins/request-log/journal/owner.js';
import {Segment} from '../../../plugins/request-log/journal/segment.js';
import {temporary} from './support.js';

const plenty = 1024 * 1024 * 1024;

function journalIn(folder: string, mostBytes = plenty) {
	const told: string[] = [];
	const journal = new Journal({
		folder,
		mostBytes,
		report: {broken: () => void told.push('broken'), mended: () => void told.push('mended')},
	});
	return {journal, told};
}

/** Appends as the recorder does. @returns how many were kept. */
async function record(journal: Journal, backlog: Backlog, lines: readonly string[]): Promise<number> {
	const packer = new LinePacker();
	for (const line of lines) packer.add([line]);
	const pieces = packer.take();
	const places = await journal.append(pieces);
	let kept = 0;
	for (const [index, piece] of pieces.entries()) {
		if (backlog.add(piece, typeof places === 'string' ? undefined : places[index])) kept += piece.count;
	}
	return kept;
}

/** Takes everything, as a writer whose database takes everything. */
async function drain(journal: Journal, backlog: Backlog, records = 500): Promise<readonly string[]> {
	const all: string[] = [];
	while (!backlog.empty) all.push(...(await taken(journal, backlog, records, 1024 * 1024)));
	return all;
}

async function taken(journal: Journal, backlog: Backlog, records: number, bytes: number): Promise<readonly string[]> {
	const batch = await backlog.take(records, bytes);
	journal.acknowledge(batch.flatMap(({place}) => place ?? []));
	return batch.flatMap(({lines}) => [...each(lines)]);
}

async function files(folder: string): Promise<readonly string[]> {
	const names: string[] = [];
	for (const name of await readdir(folder)) {
		const inside = await readdir(path.join(folder, name)).catch(() => []);
		names.push(...inside.map(file => path.join(folder, name, file)));
	}
	return names;
}

/** As if the process that wrote the journal were gone. */
async function crash(folder: string): Promise<void> {
	for (const name of await readdir(folder)) {
		if (!name.startsWith('released.')) await rename(path.join(folder, name), path.join(folder, releasedName()));
	}
}

/** Whether this process has the file open. */
async function isHeld(file: string): Promise<boolean> {
	const handles = await readdir('/proc/self/fd');
	const held = await Promise.all(handles.map(handle => readlink(`/proc/self/fd/${handle}`).catch(() => '')));
	return held.includes(file);
}

const tooMany = Object.assign(new Error('EMFILE: too many open files'), {code: 'EMFILE'});

const line = (number: number, text = '') =>
	JSON.stringify({created_at: '2026-01-01', id: String(number).padStart(4, '0'), text});

/** What the next process replays. */
async function replayed(folder: string): Promise<{readonly lines: readonly string[]; readonly torn: number}> {
	const {journal} = journalIn(folder);
	await journal.open();
	const backlog = new Backlog(journal);
	backlog.inherit(await journal.adopt());
	const lines = await drain(journal, backlog);
	await journal.close();
	return {lines, torn: backlog.torn};
}

test('a line is what its strings and bytes say, however long they are', t => {
	const any = fc.oneof(
		fc.string({unit: 'grapheme'}),
		fc.json(),
		fc.string({unit: fc.constantFrom(...'"\\\n\0\u001f\u007fé')}),
	);
	fc.assert(
		fc.property(fc.array(fc.tuple(any, fc.constantFrom(1, 1, 1, 90_000)), {minLength: 1, maxLength: 4}), texts => {
			const packer = new LinePacker();
			const lines = texts.map(([text, times]) => text.repeat(times));
			for (const text of lines) {
				const json = JSON.stringify(text);
				packer.add(['{"é":', Buffer.from(json), ',"b":', json, ',"c":"', {text: Buffer.from(text)}, '"}']);
			}
			t.deepEqual(
				packer.take().flatMap(piece => [...each(piece)].map(line => JSON.parse(line) as unknown)),
				lines.map(text => ({é: text, b: text, c: text})),
			);
		}),
		{numRuns: 60},
	);
});

test('the disk is given what the database has not taken for a while, and nothing else', async t => {
	const folder = await temporary(t);
	const segment = await Segment.create(folder);
	await segment.append(Buffer.from('{}\n'));
	await segment.sync();
	t.true(segment.unsynced, 'it has only come');
	segment.acknowledged = segment.size;
	t.false(segment.unsynced);

	await segment.append(Buffer.from('{}\n'));
	await segment.sync();
	await segment.append(Buffer.from('{}\n'));
	t.true(segment.unsynced);
	await segment.sync();
	t.false(segment.unsynced, 'what waited too long, and all beside it');
	t.true(segment.acknowledged < segment.size);
	await segment.close();
});

(process.platform === 'linux' ? test : test.skip)(
	'a file that takes no more is not held open once the disk has it',
	async t => {
		const folder = await temporary(t);
		const segment = await Segment.create(folder);
		t.true(await isHeld(segment.file));
		await segment.append(Buffer.from('{}\n'));
		await segment.sync();
		await segment.sync();
		t.true(await isHeld(segment.file), 'more may come');
		segment.end();
		await segment.sync();
		t.false(await isHeld(segment.file));
	},
);

test('a journal that cannot be read for a moment, because too many files are open, loses nothing', async t => {
	const folder = await temporary(t);
	const before = journalIn(folder).journal;
	await before.open();
	await record(before, new Backlog(before), [line(1), line(2)]);
	await before.close();

	const {journal} = journalIn(folder);
	await journal.open();
	const backlog = new Backlog(journal);
	const [segment] = await journal.adopt();
	const read = segment?.read.bind(segment);
	backlog.inherit([Object.assign(segment as Segment, {read: () => Promise.reject(tooMany)})]);
	await t.throwsAsync(backlog.take(500, 1024), {code: 'EMFILE'});
	Object.assign(segment as Segment, {read});

	t.deepEqual(await drain(journal, backlog), [line(1), line(2)]);
	t.is(backlog.torn, 0);
	await journal.close();
	t.deepEqual(await files(folder), []);
});

test('cut off at any byte, a journal gives back what was whole, in order and once', async t => {
	await fc.assert(
		fc.asyncProperty(
			fc.array(fc.array(fc.string({unit: 'grapheme', maxLength: 300}), {minLength: 1, maxLength: 8}), {
				minLength: 1,
				maxLength: 6,
			}),
			fc.double({min: 0, max: 1, noNaN: true}),
			async (batches, cut) => {
				const folder = await temporary(t);
				const {journal} = journalIn(folder);
				await journal.open();
				const backlog = new Backlog(journal);
				const written: string[] = [];
				for (const batch of batches) {
					const lines = batch.map((text, index) => line(written.length + index, text));
					await record(journal, backlog, lines);
					written.push(...lines);
				}
				const [file = ''] = await files(folder);
				const whole = await readFile(file);
				const end = Math.floor(cut * whole.length);
				await truncate(file, end);
				await crash(folder);

				const {lines, torn} = await replayed(folder);

				const expected = whole.toString('utf8').split('\n').slice(0, -1);
				t.deepEqual(expected, written);
				const kept = whole.subarray(0, end).toString('latin1').split('\n').length - 1;
				t.deepEqual(lines, written.slice(0, kept));
				t.is(torn, end === 0 || whole[end - 1] === 0x0a ? 0 : 1);
				t.deepEqual((await replayed(folder)).lines, [], 'and nothing a second time');
				t.deepEqual(await files(folder), []);
				await journal.close();
			},
		),
		{numRuns: 60},
	);
});

test('however little fits into memory and however batches fall, records come out in the order in which they came in', async t => {
	await fc.assert(
		fc.asyncProperty(
			fc.array(fc.record({add: fc.nat(6), take: fc.nat(8)}), {maxLength: 40}),
			fc.integer({min: 0, max: 400}),
			async (steps, bytes) => {
				const folder = await temporary(t);
				const {journal} = journalIn(folder);
				await journal.open();
				const backlog = new Backlog(journal, bytes);
				const written: string[] = [];
				const given: string[] = [];
				for (const {add, take} of steps) {
					const lines = Array.from({length: add}, (_, index) => line(written.length + index, 'x'.repeat(index * 10)));
					if (lines.length > 0) t.is(await record(journal, backlog, lines), lines.length);
					written.push(...lines);
					t.true(backlog.bytes <= bytes);
					if (take === 0) continue;
					given.push(...(await taken(journal, backlog, take, 1000)));
				}
				given.push(...(await drain(journal, backlog)));
				t.deepEqual(given, written);
				await journal.close();
				t.deepEqual(await files(folder), []);
			},
		),
		{numRuns: 100},
	);
});

test('what a power failure makes of a file is skipped and counted, what stands around it is not', async t => {
	const folder = await temporary(t);
	const inside = path.join(folder, releasedName());
	await mkdir(inside);
	const bytes = `${line(1)}\n${'\0'.repeat(100)}\n{"half":\n[1]\n${line(2)}\n${line(3)}`;
	await writeFile(path.join(inside, '000-a.jsonl'), bytes);

	t.deepEqual(await replayed(folder), {lines: [line(1), line(2)], torn: 4});
	t.deepEqual(await files(folder), []);
});

test('of several processes that start at once, one gets each file', async t => {
	const folder = await temporary(t);
	for (let count = 0; count < 20; count++) {
		const inside = path.join(folder, releasedName());
		await mkdir(inside);
		await writeFile(path.join(inside, `${count}.jsonl`), `${line(count)}\n`);
	}
	const journals = [1, 2, 3, 4].map(() => journalIn(folder).journal);
	for (const journal of journals) await journal.open();

	const adopted = await Promise.all(journals.map(journal => journal.adopt()));

	const names = adopted.flat().map(({file}) => path.basename(file));
	t.deepEqual(names.sort(), Array.from({length: 20}, (_, count) => `${count}.jsonl`).sort());
	for (const journal of journals) await journal.close();
});

test('nobody takes what belongs to a process that lives', async t => {
	const folder = await temporary(t);
	const {journal} = journalIn(folder);
	await journal.open();
	await record(journal, new Backlog(journal), [line(1)]);

	t.deepEqual((await replayed(folder)).lines, []);
	await journal.close();
	t.deepEqual((await replayed(folder)).lines, [line(1)], 'until that one has stopped');
});

test('at the bound the newest records are lost and no others', async t => {
	const folder = await temporary(t);
	const bound = 10 * (line(1).length + 1);
	const {journal} = journalIn(folder, bound);
	await journal.open();
	const backlog = new Backlog(journal, 3 * line(1).length);
	let kept = 0;
	for (let count = 0; count < 9; count++) kept += await record(journal, backlog, [line(count)]);
	t.is(kept, 9);
	for (let count = 10; count < 20; count++) kept += await record(journal, backlog, [line(count)]);

	t.is(kept, 10, 'and nothing more, be it in memory or on the disk');
	t.true(journal.bytes <= bound);
	const lines = await drain(journal, backlog);
	t.deepEqual(
		lines,
		[0, 1, 2, 3, 4, 5, 6, 7, 8, 10].map(count => line(count)),
	);
	await journal.close();
});

test('what a disk took before it was full is deleted like everything else when the database has it', async t => {
	const folder = await temporary(t);
	const {journal, told} = journalIn(folder);
	await journal.open();
	const {append} = Segment.prototype;
	let pieces = 0;
	const taking = mock.method(Segment.prototype, 'append', function (this: Segment, bytes: Buffer): Promise<void> {
		if (!this.file.startsWith(folder) || ++pieces === 1) return append.call(this, bytes);
		return Promise.reject(new Error('ENOSPC: no space left on device'));
	});
	t.teardown(() => taking.mock.restore());
	const backlog = new Backlog(journal);
	const lines = Array.from({length: 300}, (_, index) => line(index));

	t.is(await record(journal, backlog, lines), 300);
	t.deepEqual(told, ['broken']);
	t.deepEqual(await drain(journal, backlog), lines);
	await journal.close();
	t.deepEqual(await files(folder), []);
});

test('a journal that cannot be written is told of once, and records go on in memory', async t => {
	const folder = await temporary(t);
	await writeFile(path.join(folder, 'file'), '');
	const {journal, told} = journalIn(path.join(folder, 'file', 'journal'));
	await journal.open();
	const backlog = new Backlog(journal);

	for (let count = 0; count < 3; count++) t.is(await record(journal, backlog, [line(count)]), 1);

	t.deepEqual(told, ['broken']);
	t.true(journal.broken);
	t.deepEqual(await drain(journal, backlog), [line(0), line(1), line(2)]);
	await journal.close();
});
