/** A stop takes no new calls, lets open ones end within `server.drainSeconds`, and only then lets go of what was deferred. */

import {connect} from 'node:net';
import test, {type ExecutionContext} from 'ava';
import {definePlugin} from 'tapgate';
import {auth, health, openai, routing} from 'tapgate/plugins';
import {type StartedGateway, startGateway} from 'tapgate/testing';
import {begin, calls, cutOff, gate, gatewayKey, provider, providerKey, received} from './support.js';

const path = '/v1/chat/completions';
const first = 'data: {"choices":[{"index":0,"delta":{"content":"hi"}}]}\n\n';
const last = 'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n';
const body = JSON.stringify({...calls.chat, stream: true, stream_options: {include_usage: true}});

/** A gateway with an open stream, which goes on when `goOn` is opened; `order` tells what was let go of in which order. */
async function streaming(t: ExecutionContext, drainSeconds: number) {
	const goOn = gate();
	const order: string[] = [];
	const upstream = await provider(t, async (_request, response) => {
		response.writeHead(200, {'content-type': 'text/event-stream'}).write(first);
		await goOn.opened;
		response.end(last);
	});
	const taking = definePlugin({
		name: 'taking',
		apply({hooks, defer, ready}) {
			defer(() => void order.push('first taken'));
			defer(async () => {
				await null;
				order.push(`second taken, ready ${ready()}`);
			});
			hooks.admit.tap('taking', exchange => exchange.defer(() => void order.push('call')));
			hooks.record.tap('taking', ({outcome}) => void order.push(`record ${outcome}`));
		},
	});
	const gateway = await startGateway({
		plugins: [
			auth({keys: [{name: 'tester', key: gatewayKey}]}),
			openai({baseUrl: `${upstream.url}/v1`, apiKey: providerKey}),
			health(),
			routing(),
			taking(),
		],
		server: {drainSeconds},
	});
	t.teardown(() => gateway.stop());
	const request = begin({gateway}, path);
	const answered = received(request);
	const started = new Promise<void>(resolve =>
		request.on('response', response => response.once('data', () => resolve())),
	);
	request.end(body);
	await started;
	return {gateway, upstream, goOn, order, answered};
}

/** Whether somebody still takes connections. */
function refuses({port}: StartedGateway): Promise<boolean> {
	return new Promise(resolve => {
		const socket = connect(port, '127.0.0.1');
		socket
			.on('error', () => resolve(true))
			.on('connect', () => {
				socket.destroy();
				resolve(false);
			});
	});
}

test('an open stream ends as it should, and then what was deferred is let go of, last first', async t => {
	const {gateway, goOn, order, answered} = await streaming(t, 30);
	const stopped = gateway.stop();
	t.true(await refuses(gateway));
	t.deepEqual(order, []);
	goOn.open();
	const {status, complete, body} = await answered;
	t.is(status, 200);
	t.true(complete);
	t.is(body.toString(), first + last);
	await stopped;
	t.deepEqual(order, ['call', 'record ok', 'second taken, ready false', 'first taken']);
	t.false(cutOff(gateway));
	await gateway.stop();
	t.is(order.length, 4);
});

test('a stream that outlasts drainSeconds is cut off, upstream too, and everything is let go of all the same', async t => {
	const {gateway, upstream, order, answered} = await streaming(t, 0.05);
	await gateway.stop();
	const {body, complete} = await answered;
	t.notRegex(body.toString(), /finish_reason|DONE/);
	t.true(!complete || body.toString().includes('"error"'));
	await upstream.aborted();
	t.deepEqual([order[0], ...order.slice(2)], ['call', 'second taken, ready false', 'first taken']);
	t.regex(String(order[1]), /^record failed$/);
	t.true(cutOff(gateway));
});

test('with drainSeconds 0 nobody waits', async t => {
	const {gateway, upstream, order, answered} = await streaming(t, 0);
	await gateway.stop();
	await Promise.all([answered, upstream.aborted()]);
	t.is(order.length, 4);
	t.true(await refuses(gateway));
});

test('what is asked on a connection that is still open hears 503, and that the connection ends', async t => {
	const {gateway, goOn, answered} = await streaming(t, 30);
	const ready = await gateway.get('/health/ready');
	t.is(ready.status, 200);
	await ready.arrayBuffer();
	const socket = connect(gateway.port, '127.0.0.1').setEncoding('utf8');
	t.teardown(() => socket.destroy());
	let text = '';
	const begun = gate();
	const closed = new Promise<void>(resolve => socket.on('close', () => resolve()));
	socket.on('data', (chunk: string) => {
		text += chunk;
		if (text.includes(first)) begun.open();
	});
	const head = `host: x\r\nauthorization: Bearer ${gatewayKey}`;
	socket.write(`POST ${path} HTTP/1.1\r\n${head}\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
	await begun.opened;
	const stopped = gateway.stop();
	socket.write(`GET /health/ready HTTP/1.1\r\n${head}\r\n\r\n`);
	goOn.open();
	await Promise.all([answered, closed, stopped]);
	const [stream = '', health = ''] = text.split(/(?=HTTP\/1\.1 503)/);
	t.true(stream.includes('data: [DONE]'));
	t.regex(health, /^connection: close\r$/im);
	t.regex(health, /"status":"down"/);
});

test('an upload that is under way may end', async t => {
	const {gateway, upstream, goOn, answered} = await streaming(t, 30);
	const request = begin({gateway}, path, {headers: {'content-length': body.length, expect: '100-continue'}});
	const late = received(request);
	const reading = new Promise<void>(resolve => request.on('continue', () => resolve()));
	request.write(body.slice(0, 10));
	await reading;
	const stopped = gateway.stop();
	request.end(body.slice(10));
	goOn.open();
	const [{status}] = await Promise.all([late, answered, stopped]);
	t.is(status, 200);
	t.is(upstream.requests.length, 2);
});
