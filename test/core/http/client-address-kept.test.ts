/** Where a call came from is known when it is recorded, though its connection is gone by then. */

import {once} from 'node:events';
import http from 'node:http';
import test from 'ava';
import {auth, mock, routing} from 'tapgate/plugins';
import {exchangeRecorder, startGateway} from '../../helpers/whole-gateway.js';

test('a call whose connection closed with its answer keeps its address', async t => {
	const recorder = exchangeRecorder();
	const {url} = await startGateway(t, [auth({anonymous: true}), mock(), routing(), recorder.plugin]);
	const request = http.request(`${url}/v1/chat/completions`, {
		method: 'POST',
		agent: false,
		headers: {'content-type': 'application/json', connection: 'close'},
	});
	request.end(JSON.stringify({model: 'mock.echo', stream: true, messages: [{role: 'user', content: 'hello'}]}));
	const [response] = (await once(request, 'response')) as [http.IncomingMessage];
	response.resume();
	await once(response, 'close');
	t.is((await recorder.next()).clientIp, '127.0.0.1');
});
