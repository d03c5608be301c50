/** Recorded traffic through the hub and back. */

import test from 'ava';
import type {JsonObject} from '../../../../core/index.js';
import {codec} from '../../../../plugins/dialects/anthropic-messages/codec.js';
import {assemble} from '../../../helpers/conversations.js';
import {
	able,
	assembledBySdk,
	bytesOf,
	decodeStream,
	encodeStream,
	jsonOf,
	recordedReplies,
	recordedRequests,
	recordedStreams,
	replyContext,
	schemas,
	wireEvents,
} from './support.js';

const valid = await schemas();

function clone<Value>(value: Value): Value {
	return structuredClone(value);
}

/** The recorded history holds a block of a single space, which is left out when it is written anew. */
function withoutBlank(value: unknown): unknown {
	return JSON.parse(
		JSON.stringify(value, (_key, inner) =>
			Array.isArray(inner)
				? inner.filter(part => !(part?.type === 'text' && typeof part.text === 'string' && part.text.trim() === ''))
				: inner,
		),
	);
}

test('recorded requests come back to the letter', t => {
	const requests = recordedRequests();
	if (requests.length === 0) t.log('no recordings beside the repository: left out');
	for (const {name, body} of requests) {
		t.is(codec.encodeRequest(codec.decodeRequest(body), {}).body, body, name);
	}
	t.pass();
});

test('recorded requests keep every message, block and tool when only the model changes', t => {
	for (const {name, body} of recordedRequests()) {
		const changed = Object.assign({}, codec.decodeRequest(body), {model: 'another'});
		const encoded = codec.encodeRequest(changed, able);
		t.deepEqual(encoded.losses, [], name);
		t.deepEqual(encoded.body['messages'], body['messages'], name);
		t.deepEqual(encoded.body['tools'], body['tools'], name);
		for (const member of ['thinking', 'output_config', 'tool_choice', 'stop_sequences', 'cache_control'])
			t.deepEqual(encoded.body[member], body[member], `${name} ${member}`);
	}
	t.pass();
});

test('recorded requests mean the same when nothing is known of where they come from', t => {
	for (const {name, body, count} of recordedRequests()) {
		const decoded = codec.decodeRequest(body);
		const encoded = codec.encodeRequest(clone(decoded), able);
		t.deepEqual(encoded.losses, [], name);
		const again = clone(codec.decodeRequest(encoded.body));
		const expected = count ? Object.assign(clone(decoded), {maxTokens: 4096}) : clone(decoded);
		t.deepEqual(withoutBlank(again), withoutBlank(expected), name);
		t.is(valid?.['reqAnthropic']?.(encoded.body) ?? null, null, name);
	}
	t.pass();
});

test('recorded replies come back to the letter, and mean the same without their origin', t => {
	for (const {name, body} of recordedReplies()) {
		const decoded = codec.decodeReply(body);
		const context = replyContext(undefined, decoded.model);
		t.is(codec.encodeReply(decoded, context), body, name);
		const encoded = codec.encodeReply(clone(decoded), context);
		const again = codec.decodeReply(encoded);
		t.deepEqual(again.candidates, decoded.candidates, name);
		t.deepEqual(again.usage?.input, decoded.usage?.input, name);
		t.deepEqual(again.usage?.output, decoded.usage?.output, name);
		t.is(valid?.['anthropicMessage']?.(encoded) ?? null, null, name);
	}
	t.pass();
});

const semantic = ['content', 'stop_reason', 'stop_sequence'] as const;

test('recorded streams assemble to the same through the hub', async t => {
	for (const {name, bytes} of recordedStreams()) {
		const events = decodeStream(wireEvents(bytes));
		const completion = assemble(events);
		const encoded = encodeStream(events, replyContext(undefined, completion.model));
		for (const json of jsonOf(encoded)) t.is(valid?.['anthropicEvent']?.(json) ?? null, null, name);
		const [before, after] = await Promise.all([assembled(bytes), assembled(bytesOf(encoded))]);
		// The client cannot assemble a call whose arguments are cut off, however it comes.
		if (before === undefined || after === undefined) continue;
		for (const member of semantic)
			t.deepEqual(comparable(after[member]), comparable(before[member]), `${name} ${member}`);
		const counts = ['input_tokens', 'output_tokens', 'cache_read_input_tokens', 'cache_creation_input_tokens'];
		for (const count of counts)
			t.is((after['usage'] as JsonObject)[count], (before['usage'] as JsonObject)[count], name);
	}
	t.pass();
});

test('recorded streams and their assembled replies mean the same', async t => {
	for (const {name, bytes} of recordedStreams()) {
		const whole = await assembled(bytes);
		if (whole === undefined) continue;
		const streamed = assemble(decodeStream(wireEvents(bytes)));
		const reply = codec.decodeReply(whole);
		t.deepEqual(streamed.candidates[0]?.finish, reply.candidates[0]?.finish, name);
		const spoken = (parts: readonly unknown[]) =>
			JSON.stringify(parts).replaceAll('"arguments":"{}"', '"arguments":""');
		const own = (part: {readonly type: string}) => part.type !== 'native';
		t.is(
			spoken(streamed.candidates[0]?.parts.filter(own).map(words) ?? []),
			spoken(reply.candidates[0]?.parts.filter(own).map(words) ?? []),
			name,
		);
	}
	t.pass();
});

/** Text and thinking as they are; arguments as a value, for their spacing is lost when they are assembled. */
function words(part: object): unknown {
	const entries = Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1));
	const sorted: Record<string, unknown> = Object.fromEntries(entries);
	return calls(sorted);
}

function calls(part: Record<string, unknown>): unknown {
	if (!('arguments' in part) || typeof part['arguments'] !== 'string') return part;
	return Object.assign({}, part, {arguments: JSON.stringify(JSON.parse(part['arguments'] || '{}'))});
}

/** `undefined` where the client cannot assemble a stream that was cut within the arguments of a call. */
async function assembled(bytes: Buffer): Promise<JsonObject | undefined> {
	try {
		return await assembledBySdk(bytes);
	} catch {
		return undefined;
	}
}

/** The caller of a call is the client, whether it is said or not. */
function comparable(content: unknown): unknown {
	if (!Array.isArray(content)) return content;
	return content.map((block: JsonObject) => {
		const {caller: _caller, citations, ...rest} = block;
		return block['type'] === 'text' && Array.isArray(citations) && citations.length > 0 ? {...rest, citations} : rest;
	});
}
