/** What a restricted key cannot get by naming a model that it may use. */

import test from 'ava';
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

test('a second model in other letters is refused: some servers would believe that one', async t => {
	const to = await rig(t, {allow});
	const body = '{"model": "openai.gpt-4o-mini", "messages": [], "MODEL": "gpt-4o"}';
	const answered = await send(to, '/v1/chat/completions', {body});
	t.is(answered.status, 400);
	t.regex(answered.body.toString(), /names \\"model\\" twice/);
	t.deepEqual(to.upstream.requests, []);
});
