/** What docs/hooks.md says of a changed reply. */

import test from 'ava';
import {definePlugin, withHeaders} from 'tapgate';
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

test('what a returned reply leaves out is as it was, whoever has said it', async t => {
	const body = '{ "choices":[],  "x":1.0 }';
	const upstream = await startUpstream(
		reply.bytes(body, {'content-type': 'application/json', 'x-own': 'provider', 'x-kept': 'yes'}),
	);
	t.teardown(upstream.stop);
	const changes = definePlugin({
		name: 'changes',
		apply({hooks}) {
			hooks.reply.tap('one', told => withHeaders(told, {'x-own': 'one', 'x-one': '1'}));
			hooks.reply.tap('two', told => withHeaders(told, {'x-two': told.headers['x-one'] as string}));
			hooks.reply.tap('copy', told => Object.assign({}, told, {status: 203}));
			hooks.reply.tap('three', told => withHeaders(told, {'x-own': 'three'}));
			hooks.reply.tap('said', told => Object.assign({}, told, {body: Object.assign({}, told.body, {said: true})}));
			hooks.reply.tap('last', told => withHeaders(told, {'x-last': String(told.body?.['said'])}));
			hooks.reply.tap('plain', ({status, headers}) => ({status, headers}));
		},
	});
	const gateway = await startGateway({
		plugins: [auth({anonymous: true}), openaiCompatible({name: 'p', baseUrl: upstream.url}), routing(), changes()],
	});
	t.teardown(gateway.stop);

	const response = await gateway.post('/v1/chat/completions', {model: 'p.x', messages: []});

	t.is(response.status, 203);
	const told = ['x-own', 'x-kept', 'x-one', 'x-two', 'x-last'].map(name => response.headers.get(name));
	t.deepEqual(told, ['three', 'yes', '1', '1', 'true']);
	t.deepEqual(await response.json(), {choices: [], x: 1, said: true});
});
