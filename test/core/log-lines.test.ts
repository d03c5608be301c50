/** A line of the gateway's log that concerns a call says which. */

import test from 'ava';
import {definePlugin} from '../../core/index.js';
import {auth, mock, routing} from '../../plugins/index.js';
import {chat, exchangeRecorder, startGateway} from '../helpers/whole-gateway.js';

test('failures of plugins that watch or decide, and of what they deferred, carry the request id', async t => {
	const clumsy = definePlugin({
		name: 'clumsy',
		apply({hooks}) {
			const fail = (where: string) => (): undefined => {
				throw new Error(where);
			};
			hooks.admit.tap('clumsy', exchange => {
				exchange.defer(fail('release'));
				if (exchange.request.headers['x-refuse'] !== undefined) fail('admit')();
			});
			hooks.chunk.tap('clumsy', fail('chunk'));
			hooks.price.tap('clumsy', fail('price'));
			hooks.record.tap('clumsy', fail('record'));
		},
	});
	const recorder = exchangeRecorder();
	const {url, log} = await startGateway(t, [
		auth({anonymous: true}),
		mock({models: {once: {events: [{data: '[DONE]'}]}}}),
		routing(),
		clumsy(),
		recorder.plugin,
	]);
	await (await chat(url, {'x-request-id': 'streamed'}, {model: 'mock.once', stream: true})).text();
	await recorder.next();
	await (await chat(url, {'x-request-id': 'refused', 'x-refuse': 'yes'})).text();
	await recorder.next();
	t.deepEqual(
		log.lines.map(({fields}) => [fields['error'], fields['requestId']]),
		[
			['chunk', 'streamed'],
			['price', 'streamed'],
			['release', 'streamed'],
			['record', 'streamed'],
			['admit', 'refused'],
			['price', 'refused'],
			['release', 'refused'],
			['record', 'refused'],
		],
	);
});
