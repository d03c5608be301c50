// Yardstick: a bare node:http relay over a keep-alive agent.
import {Agent, createServer, request} from 'node:http';

const agent = new Agent({keepAlive: true});
const upstream = new URL(process.env['UPSTREAM'] ?? '');

const server = createServer((incoming, response) => {
	const {hostname, port} = upstream;
	const {host: _host, connection: _connection, ...headers} = incoming.headers;
	const outgoing = request({hostname, port, agent, method: incoming.method, path: incoming.url, headers}, answer => {
		const {connection: _hop, 'keep-alive': _timeout, ...kept} = answer.headers;
		response.writeHead(answer.statusCode ?? 502, kept);
		answer.pipe(response);
	});
	outgoing.on('error', () => response.destroy());
	response.on('close', () => outgoing.destroy());
	incoming.pipe(outgoing);
});
server.listen(Number(process.env['PORT']), '127.0.0.1');
