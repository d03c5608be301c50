import test from 'ava';
import {createParser} from 'eventsource-parser';
import {isObject, type JsonObject} from '../../../core/index.js';
import {counts, eventsOf, ownStreams, type RecordedStream, sharedReplies, sharedStreams} from './recordings.js';

const recorded = sharedStreams();
const streams = [...ownStreams(), ...recorded];
const replies = sharedReplies();

test('recorded traffic is at hand, or its tests are left out', t => {
	if (recorded.length === 0) t.log('no recorded traffic beside the repository: its tests are left out');
	else t.true(recorded.length > 20 && replies.length > 30);
	t.true(streams.length > 0);
});

for (const stream of streams) {
	test(`${stream.name}: usage as somebody else reads it`, t => {
		const watcher = stream.dialect.watchStream();
		for (const event of eventsOf(stream.bytes)) watcher.see(event);
		const expected = stream.usage === undefined ? undefined : stream.dialect.readUsage({usage: stream.usage});
		if (stream.usage === undefined) t.pass('the official client threw');
		else t.deepEqual(counts(watcher.usage), counts(expected));
	});

	test(`${stream.name}: complete from the event on that ends it, and not before`, t => {
		const watcher = stream.dialect.watchStream();
		const seen = eventsOf(stream.bytes).map(event => {
			watcher.see(event);
			return watcher.complete;
		});
		const end = eventsOf(stream.bytes).findIndex(event => ends(stream, event));
		t.deepEqual(
			seen,
			seen.map((_, index) => index >= end),
		);
		t.not(end, -1);
	});

	test(`${stream.name}: its errors and empty events, and no others`, t => {
		const watcher = stream.dialect.watchStream();
		for (const event of eventsOf(stream.bytes)) {
			const facts = watcher.see(event);
			const {name, json} = parsed(event);
			const fails = name === 'error' || name === 'response.failed' || Boolean(json?.['error']);
			t.is(facts === 'error', fails, event);
			if (json === undefined && !event.includes('[DONE]')) t.is(facts, 'idle', event);
			if (name === 'ping') t.is(facts, 'idle', event);
			if (facts === 'usage-only') t.deepEqual([json?.['choices'], isObject(json?.['usage'])], [[], true]);
		}
	});
}

for (const {name, dialect, body} of replies) {
	test(`${name}: is an error or has all its tokens counted`, t => {
		t.is(dialect.isError(body), isObject(body['error']));
		const usage = dialect.readUsage(body);
		const raw = body['usage'];
		if (!isObject(raw)) {
			t.is(usage, undefined);
			return;
		}
		t.is(usage?.raw, raw);
		const told = Number(raw['total_tokens'] ?? anthropicTotal(raw));
		t.is((usage?.input.total ?? Number.NaN) + (usage?.output.total ?? 0), told);
	});
}

function anthropicTotal(raw: JsonObject): number {
	const names = ['input_tokens', 'cache_read_input_tokens', 'cache_creation_input_tokens', 'output_tokens'];
	return names.reduce((total, name) => total + Number(raw[name] ?? 0), 0);
}

/** Reads an event the long way: every field told apart, every payload parsed. */
function parsed(event: string): {name: string | undefined; json: JsonObject | undefined; data: string} {
	let read: {event: string | undefined; data: string} = {event: undefined, data: ''};
	const parser = createParser({onEvent: found => (read = {event: found.event, data: found.data})});
	parser.feed(`${event}\n\n`);
	const json = read.data.startsWith('{') ? (JSON.parse(read.data) as JsonObject) : undefined;
	return {name: read.event ?? (json?.['type'] as string | undefined), json, data: read.data};
}

function ends({dialect}: RecordedStream, event: string): boolean {
	const {name, json, data} = parsed(event);
	switch (dialect.name) {
		case 'anthropic-messages':
			return name === 'message_stop';
		case 'anthropic-complete':
			return typeof json?.['stop_reason'] === 'string';
		case 'openai-responses':
			return ['response.completed', 'response.incomplete', 'response.failed'].includes(name ?? '');
		default: {
			const choices = (json?.['choices'] ?? []) as readonly JsonObject[];
			return data === '[DONE]' || choices.some(choice => typeof choice['finish_reason'] === 'string');
		}
	}
}
