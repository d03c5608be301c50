/** What docs/errors.md promises: whatever a plugin throws, the client is told in its own envelope. */

import test from 'ava';
import {definePlugin, GatewayError} from 'tapgate';
import {basics, startGateway} from 'tapgate/testing';

/** A call to a gateway with a plugin that throws. */
async function refused(thrown: () => unknown) {
	const clumsy = definePlugin({
		name: 'clumsy',
		apply: ({hooks}) =>
			hooks.admit.tap('a name for people', () => {
				throw thrown();
			}),
	});
	const gateway = await startGateway({plugins: [...basics(), clumsy()]});
	const body = {model: 'mock.echo', max_tokens: 1, messages: []};
	const chat = await gateway.post('/v1/chat/completions', body);
	const message = await gateway.post('/v1/messages', {...body, stream: true});
	await gateway.stop();
	return {
		statuses: [chat.status, message.status],
		chat: (await chat.json()) as {error: {code: string}},
		message: (await message.json()) as {type: string},
		headers: chat.headers,
		faults: gateway.log.lines.filter(({level}) => level === 'error'),
	};
}

test('a status that is no error is a fault of the plugin and not a success for the client', async t => {
	for (const status of [200, 99, 600, 400.5, undefined as never]) {
		const {statuses, chat, message, faults} = await refused(() => new GatewayError('odd', status, 'odd'));

		t.deepEqual(statuses, [500, 500]);
		t.is(chat.error.code, 'internal_error');
		t.is(message.type, 'error');
		t.like(faults[0]?.fields, {plugin: 'clumsy', hook: 'admit'});
	}
});

test('a header that cannot be sent is left out of a refusal, the refusal is told', async t => {
	const headers = {'x-split': 'a\r\nb: c', 'not a name': 'd', 'retry-after': '1'};
	const {statuses, chat, headers: received} = await refused(() => new GatewayError('odd', 429, 'odd', {headers}));

	t.deepEqual(statuses, [429, 429]);
	t.is(chat.error.code, 'odd');
	t.is(received.get('retry-after'), '1');
	t.is(received.get('x-split'), null);
	t.is(received.get('b'), null);
});

test('whatever else is thrown is an opaque 500 with the plugin in the log', async t => {
	for (const thrown of [new Error('secret plan'), 'a text', undefined, null, {status: 402}]) {
		const {statuses, chat, message, faults} = await refused(() => thrown);

		t.deepEqual(statuses, [500, 500]);
		t.false(JSON.stringify([chat, message]).includes('secret plan'));
		t.like(faults[0]?.fields, {plugin: 'clumsy', hook: 'admit'});
	}
});
