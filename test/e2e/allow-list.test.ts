/** What a restricted key cannot get by naming a model that it may use. */

import test from 'ava';
import {tokenCap} from '../../docs/examples/token-cap.js';
import {rig, send} from './support.js';

const allow = ['openai.gpt-4o-mini'];
const allowed = {model: 'openai.gpt-4o-mini'};

for (const method of ['GET', 'DELETE']) {
	test(`${method} of another route is not opened by a model in a body that nobody reads`, async t => {
		const to = await rig(t, {allow});
		const answered = await send(to, '/v1/files/file-1', {
			method,
			body: allowed,
			headers: {'content-length': JSON.stringify(allowed).length},
		});
		t.is(answered.status, 403);
		t.deepEqual(to.upstream.requests, []);
	});
}

/** Routes that set something going which the model of their body does not tell. */
const untold = [
	'/v1/batches',
	'/v1/files',
	'/v1/fine_tuning/jobs',
	'/v1/assistants',
	'/v1/messages/batches',
	'/v1/new',
];
for (const path of untold) {
	test(`POST ${path} is not opened by a model that may be used: only by all of the provider's`, async t => {
		const body = {model: `${path.startsWith('/v1/messages') ? 'anthropic' : 'openai'}.gpt-4o-mini`, input_file_id: 'f'};
		for (const allow of [['openai.gpt-4o-mini', 'anthropic.gpt-4o-mini'], ['*.gpt-4o-mini', 'fast'], ['other.*']]) {
			const to = await rig(t, {allow, routing: {aliases: {fast: body.model}}});
			for (const model of [body.model, 'fast', undefined]) {
				for (const method of ['POST', 'PUT', 'PATCH']) {
					const answered = await send(to, path, {method, body: {...body, model}});
					t.is(answered.status, 403);
					t.regex(answered.body.toString(), /may use \\?"(openai|anthropic)\.\*/);
				}
			}
			t.deepEqual(to.upstream.requests, []);
		}
		for (const allow of [['openai.*', 'anthropic.*'], ['*'], ['openai.openai.*', 'anthropic.anthropic.*']]) {
			const to = await rig(t, {allow});
			t.is((await send(to, path, {body})).status, 200);
			t.is(to.upstream.requests.length, 1);
		}
	});
}

test('where the model of the body is what is called, a key that may use that model is enough', async t => {
	const to = await rig(t, {allow, routing: {paths: {'/v1/completions': 'openai'}}});
	for (const path of ['/v1/images/generations', '/v1/audio/speech', '/v1/moderations', '/v1/completions']) {
		t.is((await send(to, path, {body: allowed})).status, 200);
		t.is((await send(to, path, {body: {model: 'openai.gpt-4o'}})).status, 403);
		t.is((await send(to, path, {body: {}})).status, 403);
		t.is((await send(to, path, {method: 'PUT', body: allowed})).status, 403);
		t.is((await send(to, `${path}/more`, {body: allowed})).status, 403);
		t.is((await send(to, path, {body: JSON.stringify(allowed), headers: {'content-type': 'text/plain'}})).status, 403);
	}
	t.is(to.upstream.requests.length, 4);
});

test('a second model in other letters is refused: some servers would believe that one', async t => {
	const to = await rig(t, {allow});
	const body = '{"model": "openai.gpt-4o-mini", "messages": [], "MODEL": "gpt-4o"}';
	const answered = await send(to, '/v1/chat/completions', {body});
	t.is(answered.status, 400);
	t.regex(answered.body.toString(), /spells \\"model\\" as \\"MODEL\\"/);
	t.deepEqual(to.upstream.requests, []);
});

test('a cap that a plugin puts on tokens is not passed by in capitals', async t => {
	const to = await rig(t, {plugins: [tokenCap({max: 10})]});
	for (const [name, status] of Object.entries({
		max_tokens: 400,
		MAX_TOKENS: 400,
		max_Completion_tokens: 400,
		Max_Logprobs: 200,
	})) {
		const answered = await send(to, '/v1/chat/completions', {body: {...allowed, messages: [], [name]: 100}});
		t.is(answered.status, status, name);
	}
	t.is(to.upstream.requests.length, 1);
});
