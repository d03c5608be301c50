/** Recorded answers, streamed and whole, as the official client of every other format reads them. */

import test, {type ExecutionContext} from 'ava';
import type {Usage} from '../../../core/index.js';
import {type ReadAnswer, readAnswer, streamedAnswer} from '../../helpers/official-clients.js';
import {eventsIn, readStream} from '../../helpers/stream-grammar.js';
import {ownStreams, sharedReplies, sharedStreams} from '../dialects/recordings.js';
import {
	bytesOf,
	every,
	legacy,
	type Speaking,
	schemaFaults,
	schemaOf,
	smallest,
	translated,
	wayBack,
} from './support.js';

const recorded = [...ownStreams(), ...sharedStreams()].filter(({dialect}) => dialect.codec !== undefined);

/** One recording holds several responses, one behind the other. */
function firstAnswer(bytes: Buffer): Buffer {
	const end = bytes.indexOf('event: response.created', 1);
	return end === -1 ? bytes : bytes.subarray(0, end);
}

/** What a format cannot say is left out of what is compared. */
function same(t: ExecutionContext, client: Speaking, got: ReadAnswer, expected: ReadAnswer): void {
	// The prompt forms have no place but the text for a refusal, and none for calls.
	if (legacy.includes(client)) {
		if (expected.finish === 'stop' || expected.finish === 'length') t.is(got.text, expected.text);
		else t.true(got.text.startsWith(expected.text));
		return;
	}
	t.is(got.text, expected.text);
	t.deepEqual(
		got.calls.map(({name, arguments: given}) => ({name, arguments: given})),
		expected.calls.map(({name, arguments: given}) => ({name, arguments: given})),
	);
	t.is(got.refusal, expected.refusal);
	t.is(got.thinking, expected.thinking);
	t.is(got.finish, expected.finish);
}

interface Counts {
	readonly input: number;
	readonly cacheRead: number;
	readonly cacheWrite: number;
	readonly output: number;
}

function counts(usage: Usage | undefined): Counts | undefined {
	if (usage === undefined) return undefined;
	const {input, output} = usage;
	return {
		input: input.total ?? 0,
		cacheRead: input.cacheRead ?? 0,
		cacheWrite: (input.cacheWrite5m ?? 0) + (input.cacheWrite1h ?? 0),
		output: output.total ?? 0,
	};
}

for (const source of recorded) {
	const origin = source.dialect as Speaking;
	for (const client of every.filter(candidate => candidate !== origin)) {
		test(`stream ${source.name} → ${client.name}`, async t => {
			const way = wayBack(client, origin);
			const bytes = firstAnswer(source.bytes);
			const events = translated(way, bytes);
			t.deepEqual(schemaFaults(client, events), []);
			const reading = readStream(client.name, events);
			t.deepEqual(reading.faults, []);
			const expected = await streamedAnswer(origin.name, bytes).catch((error: Error) => error);
			if (/stream-error|error-stream/.test(source.name)) {
				t.is(reading.ending, 'error');
				await t.throwsAsync(streamedAnswer(client.name, bytesOf(events)));
				return;
			}
			t.is(reading.ending, 'complete');
			const got = await streamedAnswer(client.name, bytesOf(events)).catch((error: Error) => error);
			// What the provider's own client stumbles over is read all the same.
			if (!(got instanceof Error || expected instanceof Error)) same(t, client, got, expected);
			else t.true(expected instanceof Error, String(got));
			if (got instanceof Error) return;
			const watcher = origin.watchStream();
			for (const event of eventsIn(bytes)) watcher.see(event.bytes.toString('latin1'));
			if (watcher.usage === undefined) t.is(way.usage?.source, 'estimated');
			else if (client.name !== 'anthropic-complete')
				t.deepEqual(counts(client.readUsage(got.body)), counts(watcher.usage));
		});
	}
}

for (const {name, dialect, body} of sharedReplies()) {
	if (
		dialect.codec === undefined ||
		dialect.isError(body) ||
		body['input_tokens'] !== undefined ||
		body['object'] === 'response.input_tokens'
	)
		continue;
	const origin = dialect as Speaking;
	for (const client of every.filter(candidate => candidate !== origin)) {
		test(`reply ${name} → ${client.name}`, async t => {
			const expected = readAnswer(origin.name, body);
			const way = wayBack(client, origin, smallest(client, false));
			const reply = way.reply(body);
			t.deepEqual(schemaOf(client).reply(reply), null);
			const streamed = wayBack(client, origin).replyAsStream(body);
			t.deepEqual(schemaFaults(client, streamed), []);
			const reading = readStream(client.name, streamed);
			t.deepEqual(reading.faults, []);
			t.is(reading.ending, 'complete');
			const bySdk = await streamedAnswer(client.name, bytesOf(streamed));
			same(t, client, readAnswer(client.name, reply), expected);
			same(t, client, bySdk, expected);
			if (client.name === 'anthropic-complete') return;
			const said = counts(origin.readUsage(body));
			if (said === undefined) return;
			t.deepEqual(counts(client.readUsage(reply)), said);
			t.deepEqual(counts(client.readUsage(bySdk.body)), said);
		});
	}
}
