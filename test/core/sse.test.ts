import test from 'ava';
import {createParser} from 'eventsource-parser';
import fc from 'fast-check';
import {EventSplitter} from '../../core/sse.js';

interface Parsed {
	readonly event: string | undefined;
	readonly data: string;
}

/** What a client's parser makes of a stream, comments and all. A comment at the end settles a carriage return before it. */
function parse(stream: string): readonly Parsed[] {
	const events: Parsed[] = [];
	const parser = createParser({onEvent: ({event, data}) => events.push({event, data})});
	// The parser takes a byte order mark off its first chunk, and an event that is looked at alone is nobody's first.
	parser.feed(':\n');
	parser.feed(stream);
	parser.feed(':\n');
	return events;
}

function split(chunks: readonly Buffer[]): {readonly events: readonly Buffer[]; readonly rest: Buffer} {
	const splitter = new EventSplitter();
	const events = chunks.flatMap(chunk => splitter.push(chunk));
	return {events, rest: splitter.rest()};
}

function cut(bytes: Buffer, positions: readonly number[]): readonly Buffer[] {
	const ends = [...positions.map(position => position % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
	return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

const piece = fc.oneof(
	{weight: 6, arbitrary: fc.constantFrom('\n', '\r\n', '\r', '\n\n', '\r\n\r\n', '\r\r')},
	{weight: 4, arbitrary: fc.constantFrom('data:', 'data: ', 'event: ', ':', 'id: 1', 'data', '{"a":1}', ' ')},
	{weight: 2, arbitrary: fc.uint8Array({maxLength: 6}).map(bytes => Buffer.from(bytes).toString('latin1'))},
);
const stream = fc.array(piece, {maxLength: 30}).map(pieces => Buffer.from(pieces.join(''), 'latin1'));

test('any bytes cut anywhere come back whole, and as the events that a parser sees', t => {
	fc.assert(
		fc.property(stream, fc.array(fc.nat(), {maxLength: 20}), (bytes, positions) => {
			const {events, rest} = split(cut(bytes, positions));
			t.deepEqual(Buffer.concat([...events, rest]), bytes);
			const seen = events.map(event => parse(event.toString('latin1')));
			t.deepEqual(seen.flat(), [...parse(bytes.toString('latin1'))]);
			t.true(seen.every(one => one.length <= 1));
			t.deepEqual(parse(rest.toString('latin1')), []);
		}),
		{numRuns: 2000},
	);
});

test('where a stream is cut does not change its events', t => {
	fc.assert(
		fc.property(stream, bytes => {
			const whole = split([bytes]);
			const single = split([...bytes].map(byte => Buffer.from([byte])));
			const texts = (events: readonly Buffer[]) => events.map(event => event.toString('latin1').replace(/^\n/, ''));
			// A line feed that comes late belongs to the carriage return before it, whose event has gone already.
			t.deepEqual(texts(single.events).map(bare), texts(whole.events).map(bare));
		}),
		{numRuns: 500},
	);
});

/** Without the line ends around it, which may stand on either side of a cut. */
function bare(event: string): string {
	return event.replace(/^[\r\n]+|[\r\n]+$/g, '');
}

test('an event is given out with the chunk that ends it, not with the one after', t => {
	const splitter = new EventSplitter();
	t.deepEqual(splitter.push(Buffer.from('data: 1\n')), []);
	t.deepEqual(splitter.push(Buffer.from('\ndata: 2\r\n\r')).map(String), ['data: 1\n\n', 'data: 2\r\n\r']);
	t.deepEqual(splitter.push(Buffer.from('\ndata: 3\r\r')).map(String), ['\ndata: 3\r\r']);
});

test('an empty chunk between a carriage return and its line feed is no line', t => {
	const {events} = split(['data: a\r', '', '\ndata: b\n\n'].map(text => Buffer.from(text)));
	t.deepEqual(events.map(String), ['data: a\r\ndata: b\n\n']);
});

test('what has not ended is left over', t => {
	const {events, rest} = split([Buffer.from('data: 1\n\ndata: 2\n')]);
	t.is(events.length, 1);
	t.is(rest.toString(), 'data: 2\n');
});

test('an event that does not end is refused', t => {
	const splitter = new EventSplitter();
	const megabyte = Buffer.alloc(1024 * 1024, 'x');
	const error = t.throws(() => {
		for (let pushed = 0; pushed < 40; pushed++) splitter.push(megabyte);
	});
	t.like(error, {code: 'upstream_invalid', status: 502});
});
