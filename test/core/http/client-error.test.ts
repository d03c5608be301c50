/** Bytes that are no request, behind one that is being answered. */

import {once} from 'node:events';
import net from 'node:net';
import test from 'ava';
import {calls, gatewayKey, rig} from '../../e2e/support.js';

test('no second head gets into an answer that is on its way', async t => {
	const to = await rig(t, {
		answer: (_request, response) => {
			response.writeHead(200, {'content-type': 'text/event-stream'});
			response.write('data: {"choices":[{"index":0,"delta":{"content":"hi"}}]}\n\n');
		},
	});
	const body = JSON.stringify({...calls.chat, stream: true});
	const socket = net.connect(to.gateway.port, '127.0.0.1');
	let heard = '';
	socket.on('data', chunk => {
		const begun = heard.includes('"hi"');
		heard += chunk.toString();
		if (!begun && heard.includes('"hi"')) socket.write('no request\r\n\r\n');
	});
	socket.on('error', () => {});
	socket.write(
		`POST /v1/chat/completions HTTP/1.1\r\nhost: gateway\r\nauthorization: Bearer ${gatewayKey}\r\n` +
			`content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
	);
	await once(socket, 'close');
	t.deepEqual(heard.match(/HTTP\/1\.1 \d+/g), ['HTTP/1.1 200']);
});
