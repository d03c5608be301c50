/** Clients that do with their connections what they like: whatever it is, the call comes to an end. */

import {once} from 'node:events';
import http from 'node:http';
import net from 'node:net';
import test, {type ExecutionContext} from 'ava';
import {createServer, definePlugin, Engine, serverSettings} from 'tapgate';
import {auth, dialects, mock, openai, routing} from 'tapgate/plugins';
import {startUpstream} from 'tapgate/testing';
import {calls, gate, gatewayKey, providerKey, rig} from '../../e2e/support.js';
import {exchangeRecorder, memoryLog} from '../../helpers/whole-gateway.js';

const event = 'data: {"choices":[{"index":0,"delta":{"content":"hi"}}]}\n\n';

function raw(path: string, body: object | string, length?: number): string {
	const text = typeof body === 'string' ? body : JSON.stringify(body);
	return (
		`POST ${path} HTTP/1.1\r\nhost: gateway\r\nauthorization: Bearer ${gatewayKey}\r\n` +
		`content-type: application/json\r\ncontent-length: ${length ?? text.length}\r\n\r\n${text}`
	);
}

test.serial('calls that wait behind another on their connection end with it, and so do their providers', async t => {
	const three = gate();
	let asked = 0;
	const to = await rig(t, {
		answer: (_request, response) => {
			response.writeHead(200, {'content-type': 'text/event-stream'}).write(event);
			if (++asked === 3) three.open();
		},
	});
	const socket = net.connect(to.gateway.port, '127.0.0.1');
	socket.write(raw('/v1/chat/completions', {...calls.chat, stream: true}).repeat(3));
	await three.opened;
	socket.destroy();
	for (const _ of [1, 2, 3]) {
		t.is((await to.closed()).outcome, 'aborted');
		await to.upstream.aborted();
	}
});

test.serial('calls on one connection are answered in their order', async t => {
	const to = await rig(t, {answer: (request, response) => void response.end(request.body)});
	const socket = net.connect(to.gateway.port, '127.0.0.1');
	const bodies = [1, 2, 3].map(user => JSON.stringify({model: 'gpt-4o', messages: [], user: `number-${user}`}));
	socket.write(bodies.map(body => raw('/v1/chat/completions', body)).join(''));
	let heard = '';
	for await (const chunk of socket) {
		heard += String(chunk);
		if (heard.includes('number-3')) break;
	}
	t.deepEqual(heard.match(/number-\d/g), ['number-1', 'number-2', 'number-3']);
});

test.serial('a connection whose body was read before Node knew of its end is kept', async t => {
	const {setTimeout} = globalThis;
	const hurried = (act: () => void, milliseconds?: number) => setTimeout(act, milliseconds === 5000 ? 0 : milliseconds);
	globalThis.setTimeout = hurried as typeof setTimeout;
	t.teardown(() => {
		globalThis.setTimeout = setTimeout;
	});
	for (const [body, status] of [
		[{model: 'mock.echo', messages: []}, 200],
		['{"model":', 400],
	] as const) {
		const {gateway} = await rig(t, {plugins: [mock()]});
		const socket = net.connect(gateway.port, '127.0.0.1').setNoDelay();
		let heard = '';
		let closed = false;
		socket.on('close', () => {
			closed = true;
		});
		for (let call = 1; call <= 20 && !closed; call++) {
			const [head = '', text = ''] = raw('/v1/chat/completions', body).split('\r\n\r\n');
			socket.write(`${head}\r\n\r\n`);
			await new Promise(resolve => setImmediate(resolve));
			socket.write(text);
			heard += String((await once(socket, 'data'))[0]);
		}
		t.false(closed);
		t.is(heard.split(`HTTP/1.1 ${status}`).length - 1, 20);
		socket.destroy();
	}
});

for (const path of ['/v1/chat/completions', '/v1/files']) {
	test.serial(`a client of ${path} that leaves while it is asked who it is has nothing read from it`, async t => {
		const [asking, left] = [gate(), gate()];
		const slow = definePlugin({
			name: 'slow',
			apply({hooks}) {
				hooks.authenticate.tap('slow', async exchange => {
					exchange.signal.addEventListener('abort', () => left.open());
					asking.open();
					await left.opened;
					setImmediate(() => answered.open());
					return {name: 'late', tags: [], anonymous: false};
				});
			},
		});
		const answered = gate();
		const to = await rig(t, {before: [slow()]});
		const socket = net.connect(to.gateway.port, '127.0.0.1');
		socket.write(raw(path, '{', 2_000_000));
		await asking.opened;
		const timers = timersOpen();
		socket.destroy();
		const {outcome, error} = await to.closed();
		t.is(outcome, 'aborted');
		t.is(error?.code, 'client_closed');
		await answered.opened;
		t.true(timersOpen() <= timers, 'somebody still waits for the body');
	});
}

function timersOpen(): number {
	return process.getActiveResourcesInfo().filter(kind => kind === 'Timeout').length;
}

test.serial('a plugin whose route has its body parsed waits no longer for it than the gateway does', async t => {
	const echo = definePlugin({
		name: 'echo',
		apply({routes}) {
			for (const access of ['caller', 'open'] as const) {
				routes.add(`/echo/${access}`, {
					method: 'POST',
					path: `/echo/${access}`,
					summary: 'Says what it is told.',
					access,
					parseBody: true,
					handle: ctx => {
						ctx.body = ctx.request.body;
					},
				});
			}
		},
	});
	const {gateway} = await rig(t, {plugins: [echo()], server: {bodyIdleSeconds: 0.1}});
	for (const access of ['caller', 'open']) {
		const socket = net.connect(gateway.port, '127.0.0.1');
		socket.write(raw(`/echo/${access}`, '{"a":', 100));
		const [head] = await once(socket, 'data');
		t.regex(String(head), /^HTTP\/1.1 408/);
		socket.destroy();
		const whole = await gateway.post(`/echo/${access}`, {a: 1}, {authorization: `Bearer ${gatewayKey}`});
		t.deepEqual(await whole.json(), {a: 1});
	}
});

/** A server whose clock the test moves on: two minutes are over for a connection when it says so. */
async function silentServer(t: ExecutionContext, answer: Parameters<typeof startUpstream>[0]) {
	const upstream = await startUpstream(answer);
	const recorder = exchangeRecorder();
	const engine = new Engine({deployment: 'test', server: serverSettings({}), log: memoryLog()});
	await engine.assemble([
		dialects(),
		auth({anonymous: true}),
		openai({baseUrl: `${upstream.url}/v1`, apiKey: providerKey}),
		routing({defaults: {openai: 'openai'}}),
		recorder.plugin,
	]);
	const server = createServer(engine);
	const sockets: net.Socket[] = [];
	server.on('connection', socket => sockets.push(socket));
	await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
	t.teardown(async () => {
		server.closeAllConnections();
		server.close();
		await engine.close();
		await upstream.stop();
	});
	const {port} = server.address() as net.AddressInfo;
	return {upstream, port, closed: () => recorder.next(), timeOut: () => server.emit('timeout', sockets.at(-1))};
}

test.serial(
	'a client that takes nothing of its answer is let go of after two minutes, and so is its provider',
	async t => {
		const full = gate();
		const {upstream, port, closed, timeOut} = await silentServer(t, (_request, response) => {
			response.writeHead(200, {'content-type': 'text/event-stream'});
			const more = (): void => {
				response.write(event.repeat(10_000));
				const stuck = setTimeout(() => full.open(), 300);
				response.once('drain', () => {
					clearTimeout(stuck);
					more();
				});
			};
			more();
		});
		const client = net.connect(port, '127.0.0.1');
		client.on('error', () => {}).pause();
		client.write(raw('/v1/chat/completions', {...calls.chat, stream: true}));
		await full.opened;
		timeOut();
		await upstream.aborted();
		t.is((await closed()).outcome, 'aborted');
	},
);

test.serial('a client that waits for an answer which does not come is not let go of', async t => {
	const asked = gate();
	const silent = gate();
	const {port, closed, timeOut} = await silentServer(t, async (_request, response) => {
		asked.open();
		await silent.opened;
		response.end('{"id":"late"}');
	});
	const request = http.request({port, method: 'POST', path: '/v1/chat/completions'});
	request.end(JSON.stringify(calls.chat));
	await asked.opened;
	timeOut();
	silent.open();
	const [response] = (await once(request, 'response')) as [http.IncomingMessage];
	t.is(response.statusCode, 200);
	response.resume();
	t.is((await closed()).outcome, 'ok');
});
