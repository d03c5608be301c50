/** What docs/hooks.md says of a changed reply. */

import test from 'ava';
import {definePlugin} from 'tapgate';
import {auth, openaiCompatible, routing} from 'tapgate/plugins';
import {reply, startGateway, startUpstream} from 'tapgate/testing';

test('a reply that is returned without a body leaves the bytes of the body as they are', async t => {
	const body = '{ "choices":[],  "x":1.0 }';
	const upstream = await startUpstream(reply.bytes(body, {'content-type': 'application/json'}));
	t.teardown(upstream.stop);
	const teapot = definePlugin({
		name: 'teapot',
		apply: ({hooks}) =>
			hooks.reply.tap('teapot', ({headers}) => ({
				status: 418,
				headers: Object.assign({}, headers, {'x-teapot': 'yes'}),
			})),
	});
	const gateway = await startGateway({
		plugins: [auth({anonymous: true}), openaiCompatible({name: 'p', baseUrl: upstream.url}), routing(), teapot()],
	});
	t.teardown(gateway.stop);

	const response = await gateway.post('/v1/chat/completions', {model: 'p.x', messages: []});

	t.is(response.status, 418);
	t.is(response.headers.get('x-teapot'), 'yes');
	t.is(await response.text(), body);
});
