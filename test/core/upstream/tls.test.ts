import https from 'node:https';
import type {AddressInfo, Socket} from 'node:net';
import {setImmediate as turn} from 'node:timers/promises';
import test, {type ExecutionContext} from 'ava';
import {Transport, type TransportOptions} from '../../../core/upstream/transport.js';
import {certificate, privateKey} from './certificate.js';
import {failure, patient, post, text, wires} from './servers.js';

async function secureServer(t: ExecutionContext): Promise<{url: URL; connections: Set<Socket>}> {
	const connections = new Set<Socket>();
	const server = https.createServer({key: privateKey, cert: certificate}, (request, response) => {
		connections.add(request.socket);
		response.end('ok');
	});
	t.teardown(() => {
		server.closeAllConnections();
		server.close();
	});
	await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
	return {url: new URL(`https://localhost:${(server.address() as AddressInfo).port}/`), connections};
}

function transport(t: ExecutionContext, tls?: TransportOptions['tls']): Transport {
	const timeouts = {...patient, connectMs: 10_000};
	const created = new Transport(tls === undefined ? {timeouts} : {timeouts, tls});
	t.teardown(() => created.close());
	return created;
}

for (const {wire, stream} of wires) {
	test(`${wire}: a certificate nobody vouches for is unreachable`, async t => {
		const {url, connections} = await secureServer(t);
		const error = await failure(transport(t).send(post(url, {stream})).response);
		t.like(error, {kind: 'unreachable', phase: 'connect'});
		t.regex(error.message, /DEPTH_ZERO_SELF_SIGNED_CERT/);
		t.is(connections.size, 0);
	});

	test(`${wire}: an authority of one's own is trusted, and the connection kept`, async t => {
		const {url, connections} = await secureServer(t);
		const sender = transport(t, {ca: certificate});
		for (let index = 0; index < 3; index += 1) {
			t.is(await text((await sender.send(post(url, {stream})).response).body), 'ok');
			await turn();
		}
		t.is(connections.size, 1);
	});

	test(`${wire}: verification can be switched off`, async t => {
		const {url} = await secureServer(t);
		const sender = transport(t, {rejectUnauthorized: false});
		t.is(await text((await sender.send(post(url, {stream})).response).body), 'ok');
	});
}
