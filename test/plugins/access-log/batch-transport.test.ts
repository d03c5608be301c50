import {once} from 'node:events';
import {Writable} from 'node:stream';
import test from 'ava';
import {BatchTransport} from '../../../plugins/access-log/batch-transport.js';
import {MemorySink} from '../../helpers/memory-sink.js';

function log(transport: BatchTransport, ...lines: string[]): void {
	transport.log(
		{
			level: 'info',
			lines: {bytes: Buffer.from(lines.map(line => `${line}\n`).join('')), count: lines.length, release: () => {}},
		},
		() => {},
	);
}

function watched(sink: Writable) {
	const dropped: number[] = [];
	const broken: string[] = [];
	const transport = new BatchTransport(sink, {
		dropped: lines => void dropped.push(lines),
		broken: error => void broken.push(error.message),
	});
	return {transport, dropped, broken};
}

async function end(transport: BatchTransport): Promise<void> {
	const finished = once(transport, 'finish');
	transport.end();
	await finished;
}

/** A stream that takes what it is given only when it is told to. */
class StalledSink extends Writable {
	readonly writes: string[] = [];
	stalled = true;
	release: ((error?: Error) => void) | undefined;

	constructor() {
		super({decodeStrings: false});
	}

	override _writev(chunks: readonly {readonly chunk: Buffer}[], done: (error?: Error | null) => void): void {
		this._write(Buffer.concat(chunks.map(({chunk}) => Buffer.from(chunk))), 'utf8', done);
	}

	override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
		this.writes.push(String(chunk));
		if (this.stalled) this.release = done;
		else done();
	}
}

async function drained(sink: StalledSink): Promise<void> {
	const drain = once(sink, 'drain');
	sink.release?.();
	await drain;
}

test('while the stream is stalled lines are kept up to a bound, the rest is counted and told', async t => {
	const sink = new StalledSink();
	const {transport, dropped} = watched(sink);
	const line = 'x'.repeat(1023);
	const batch = Array.from({length: 64}, () => line);
	log(transport, ...batch);
	t.is(sink.writes.length, 1);
	for (let round = 0; round < 200; round++) log(transport, ...batch);
	t.is(sink.writes.length, 1);
	t.deepEqual(dropped, []);
	await drained(sink);
	t.deepEqual(dropped, [64 * 200 - 4096]);
	t.is(sink.writes[1]?.length, 4 * 1024 * 1024);
	sink.stalled = false;
	await drained(sink);
	log(transport, 'again');
	await end(transport);
	t.is(sink.writes[2], 'again\n');
	t.is(dropped.length, 1);
});

test('a stream that fails is told of once, and lines go nowhere from then on', async t => {
	const sink = new StalledSink();
	const {transport, dropped, broken} = watched(sink);
	log(transport, 'x'.repeat(70_000));
	log(transport, 'kept');
	const failed = once(sink, 'error').catch(() => {});
	sink.release?.(Object.assign(new Error('write EPIPE'), {code: 'EPIPE'}));
	await failed;
	log(transport, 'lost', 'lost too');
	t.deepEqual(broken, ['write EPIPE']);
	await end(transport);
	t.is(sink.writes.length, 1);
	t.deepEqual(dropped, [3]);
});

test('a stream that was closed already does no harm', async t => {
	const sink = new MemorySink();
	const {transport, broken} = watched(sink);
	sink.destroy();
	log(transport, 'one');
	await end(transport);
	t.deepEqual(sink.writes, []);
	t.true(broken.length <= 1);
});

test('closing waits for what was written, but not for ever', async t => {
	const sink = new StalledSink();
	const {transport} = watched(sink);
	log(transport, 'x'.repeat(70_000), 'rest');
	await end(transport);
	t.is(sink.writes.length, 1);
	t.notThrows(() => sink.emit('error', new Error('write EPIPE')));
});

test('the stream is left as it was found', async t => {
	const sink = new MemorySink();
	const listeners = () => sink.eventNames().flatMap(name => sink.listeners(name)).length;
	const before = listeners();
	const {transport} = watched(sink);
	log(transport, 'one');
	await end(transport);
	t.is(listeners(), before);
	t.false(sink.writableEnded);
});
