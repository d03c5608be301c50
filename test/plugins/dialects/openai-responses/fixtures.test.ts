/** Recorded traffic, through the hub and back. */

import fs from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {type CompletionEvent, isObject, type JsonObject, wireEvent} from '../../../../core/index.js';
import {EventSplitter} from '../../../../core/sse.js';
import {assemble} from '../../../helpers/conversations.js';
import {sharedPath, sharedReplies, sharedStreams} from '../recordings.js';
import {assembleBySdk, codec, contextOf, decodeAll, encodeAll, faults, validators} from './support.js';

const replies = sharedReplies().filter(reply => reply.dialect.name === 'openai-responses');
const streams = sharedStreams().filter(stream => stream.dialect.name === 'openai-responses');

interface Interaction {
	readonly request: {readonly body: JsonObject};
}

function requests(): readonly {readonly name: string; readonly body: JsonObject}[] {
	const folder = sharedPath('fixtures', 'openai-responses');
	if (folder === undefined) return [];
	return fs.readdirSync(folder).flatMap(name => {
		const file = path.join(folder, name, 'exchange.json');
		if (!fs.existsSync(file)) return [];
		const {interactions} = JSON.parse(fs.readFileSync(file, 'utf8')) as {interactions: readonly Interaction[]};
		return interactions.map(({request}, index) => ({name: `${name} ${index + 1}`, body: request.body}));
	});
}

for (const {name, body} of requests()) {
	test(`the request of ${name} comes back to the letter`, t => {
		t.is(codec.encodeRequest(codec.decodeRequest(body), {}).body, body);
	});

	test(`the request of ${name} means the same when it is written anew`, t => {
		const hub = codec.decodeRequest(body);
		const {body: anew, losses} = codec.encodeRequest(structuredClone(hub), {signatures: 'openai'});
		t.deepEqual(losses, []);
		// One recording is of a request that OpenAI has refused.
		if (body['temperature'] !== -1) t.is(validators?.reqResponses(anew) ?? null, null);
		const {extras, ...again} = codec.decodeRequest(anew);
		const {extras: before, ...meaning} = hub;
		t.deepEqual(structuredClone(again), structuredClone(meaning));
		for (const extra of before) t.true(extras.some(({path}) => path === extra.path));
	});

	test(`the request of ${name} keeps what a plugin has left alone`, t => {
		const hub = codec.decodeRequest(body);
		const {body: changed} = codec.encodeRequest({...hub, temperature: 0.25}, {});
		t.is(changed['temperature'], 0.25);
		const items = Array.isArray(body['input']) ? body['input'] : [];
		t.deepEqual(changed['input'], items);
		t.deepEqual(changed['tools'], body['tools']);
		if (body['instructions']) t.is(changed['instructions'], body['instructions']);
	});
}

for (const {name, body} of replies) {
	if (!Array.isArray(body['output'])) continue;

	test(`the reply ${name} comes back to the letter`, t => {
		t.is(codec.encodeReply(codec.decodeReply(body), contextOf(undefined, String(body['model']))), body);
	});

	test(`the reply ${name} means the same when it is written anew`, t => {
		const hub = codec.decodeReply(body);
		const context = contextOf({model: 'm', input: 'hi', tools: body['tools']}, hub.model);
		const anew = codec.encodeReply(structuredClone(hub), context);
		t.is(validators?.responses(anew) ?? null, null);
		const again = codec.decodeReply(anew);
		t.deepEqual(withoutIds(again), withoutIds(hub));
		t.is(anew['status'], body['status']);
	});
}

/** Ids of items are made anew; raw counts have another spelling. */
function withoutIds(completion: ReturnType<typeof codec.decodeReply>): unknown {
	const {candidates, usage, ...rest} = structuredClone(completion);
	const cacheWrite = {cacheWrite5m: usage?.input.cacheWrite5m ?? 0};
	return {...rest, usage: {input: {...usage?.input, ...cacheWrite}, output: usage?.output}, candidates};
}

test('an error is read', t => {
	const errors = replies.filter(reply => isObject(reply.body['error']) && reply.body['output'] === undefined);
	for (const {body} of errors) t.truthy(codec.decodeError(body)?.message);
	t.is(codec.decodeError({id: 'resp_1', error: null}), undefined);
	t.deepEqual(codec.decodeError({error: {message: 'm', type: 'invalid_request_error'}}), {
		code: 'invalid_request_error',
		message: 'm',
	});
	t.deepEqual(codec.decodeError({error: {message: 'm', code: 1302}}), {code: '1302', message: 'm'});
});

/** Some recordings hold several responses, one behind the other. */
function responsesOf(bytes: Buffer): readonly (readonly Buffer[])[] {
	const splitter = new EventSplitter();
	const events = [...splitter.push(bytes), splitter.rest()].filter(event => event.length > 0);
	const all: Buffer[][] = [];
	for (const each of events) {
		if (each.includes('"response.created"') || all.length === 0) all.push([]);
		all.at(-1)?.push(each);
	}
	return all;
}

for (const {name, bytes} of streams) {
	for (const [index, events] of responsesOf(bytes).entries()) {
		const wire = events.map(each => wireEvent(each.toString('utf8')));
		const last = wire.at(-1)?.json as JsonObject;
		const response = last['response'] as JsonObject;

		if (last['type'] === 'response.failed') {
			test(`the stream ${name} ends with an error`, async t => {
				const hub = decodeAll(wire);
				t.deepEqual(
					hub.map(event => event.type),
					['start', 'error'],
				);
				const failure = hub.at(-1) as Extract<CompletionEvent, {type: 'error'}>;
				t.is(failure.error.code, 'insufficient_quota');
				t.is(failure.error.status, 429);
				const native = encodeAll(hub);
				t.deepEqual(faults(native), []);
				await t.throwsAsync(assembleBySdk(native), {message: /exceeded your current quota/});
			});
			continue;
		}

		test(`the stream ${name} ${index + 1} says what its whole response says`, t => {
			const streamed = assemble(decodeAll(wire));
			const whole = codec.decodeReply(response);
			t.is(streamed.id, whole.id);
			t.deepEqual(streamed.usage, whole.usage);
			t.deepEqual(streamed.candidates[0]?.finish, whole.candidates[0]?.finish);
			t.deepEqual(said(streamed.candidates[0]?.parts), said(whole.candidates[0]?.parts));
		});

		test(`the stream ${name} ${index + 1} is assembled by the official client after the hub`, async t => {
			const context = contextOf({model: 'm', input: 'hi', tools: response['tools']}, String(response['model']));
			const native = encodeAll(decodeAll(wire), codec.encodeStream(context));
			t.deepEqual(faults(native), []);
			const assembled = (await assembleBySdk(native)) as unknown as JsonObject;
			t.is(assembled['id'], response['id']);
			t.is(assembled['status'], response['status']);
			const again = codec.decodeReply(assembled);
			const before = codec.decodeReply(response);
			t.deepEqual(said(again.candidates[0]?.parts), said(before.candidates[0]?.parts));
			t.deepEqual(again.candidates[0]?.finish, before.candidates[0]?.finish);
			t.deepEqual(again.usage?.output, before.usage?.output);
			t.is(again.usage?.input.total, before.usage?.input.total);
			t.is(again.usage?.input.cacheRead, before.usage?.input.cacheRead);
		});
	}
}

/** What was said, without the names of items and without what only a single piece of a stream says. */
function said(parts: readonly object[] | undefined): unknown {
	return structuredClone(parts)?.map(part => {
		const {id, extras, ...rest} = part as {id?: unknown; extras?: unknown; type: string};
		if (rest.type === 'native') return {type: rest.type, name: (rest as {name?: unknown} & object).name};
		if (rest.type === 'tool-call') return {id, ...rest};
		if (rest.type !== 'thinking') return rest;
		// OpenAI encrypts anew for every event.
		const {summary, signature, ...thought} = rest as {summary?: unknown; signature?: unknown} & typeof rest;
		return {...thought, signed: signature !== undefined};
	});
}
