/** Listens, answers what is not even HTTP, and stops without cutting off who is being served. */

import {readFileSync} from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import type {AddressInfo, Socket} from 'node:net';
import {ConfigError, type ErrorCode, errorTable, refusal} from '../errors.js';
import type {Engine} from '../gateway.js';
import {reveal} from '../secret.js';
import type {ServerSettings} from '../server-options.js';
import {createApp} from './app.js';

/** A gateway that listens. */
export interface Listening {
	readonly host: string;
	readonly port: number;
	/** `http://127.0.0.1:8000` */
	readonly url: string;
	/** Takes no new calls, lets open ones end within `server.drainSeconds`, lets go of everything. Safe to call twice. */
	stop(): Promise<void>;
}

/**
 * Makes the server of an assembled gateway, all but listening.
 * @throws {ConfigError} when a TLS file or an address of `server.trustedProxies` cannot be read.
 */
export function createServer(engine: Engine): http.Server {
	const {tls} = engine.options.server;
	const handler = createApp(engine).callback() as http.RequestListener;
	const options = {requestTimeout: 0, headersTimeout: 60_000, keepAliveTimeout: 65_000, noDelay: true};
	const server =
		tls === undefined
			? http.createServer(options, handler)
			: createTlsServer({...options, ...credentials(tls)}, handler);
	server.on('clientError', answerClientError);
	server.setTimeout(mostSilentMs, letGoOfDeaf);
	return server;
}

/** Longer than anything else that Node waits for: heads, and the next call on a kept connection. */
const mostSilentMs = 120_000;

/**
 * A client that takes nothing of what was written for it would hold its call, and the provider's, for as long as it liked. One that is silent
 * because there is nothing to take (yet) is left alone.
 */
function letGoOfDeaf(socket: Socket): void {
	const answering = (socket as {_httpMessage?: http.ServerResponse | null})._httpMessage ?? undefined;
	if (answering === undefined || socket.writableLength > 0) socket.destroy();
}

/**
 * Begins to listen for an assembled gateway.
 * @throws {ConfigError} when the address cannot be had, and what {@link createServer} and `beforeServing` steps throw.
 */
export async function listen(engine: Engine): Promise<Listening> {
	const {server: settings} = engine.options;
	const server = createServer(engine);
	await engine.beginServing();
	await new Promise<void>((resolve, reject) => {
		server.once('error', (error: NodeJS.ErrnoException) => {
			reject(new ConfigError(`cannot listen on ${settings.host}:${settings.port}: ${error.message}`, {cause: error}));
		});
		server.listen(settings.port, settings.host, resolve);
	});
	const {address, port, family} = server.address() as AddressInfo;
	const host = family === 'IPv6' ? `[${address}]` : address;
	let stopping: Promise<void> | undefined;
	return {
		host: address,
		port,
		url: `${settings.tls === undefined ? 'http' : 'https'}://${host}:${port}`,
		stop() {
			stopping ??= stop(engine, server, settings.drainSeconds);
			return stopping;
		},
	};
}

async function stop(engine: Engine, server: http.Server, drainSeconds: number): Promise<void> {
	engine.ready = false;
	const closed = new Promise<void>(resolve => server.close(() => resolve()));
	// A connection that was serving a stream becomes idle when the stream ends, and would be kept alive.
	const drained = engine.calls.drained(() => setImmediate(() => server.closeIdleConnections()));
	const cutOff = setTimeout(() => {
		engine.log.warn('calls were cut off because they outlasted server.drainSeconds', {calls: engine.calls.size});
		for (const call of engine.calls) {
			call.error ??= refusal('shutting_down', 'The gateway stopped before the answer was complete.');
			call.cancel?.();
		}
		server.closeAllConnections();
	}, drainSeconds * 1000);
	await closed;
	clearTimeout(cutOff);
	await drained;
	await engine.close();
}

/** What could not be parsed as HTTP is answered in the envelope that most clients read. */
function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
	// Bytes that are no request may come while an answer is on its way: a second head must not get into it. (Node looks there too.)
	const answering = (socket as {_httpMessage?: http.ServerResponse | null})._httpMessage?.headersSent === true;
	if (error.code === 'ECONNRESET' || !socket.writable || answering) {
		socket.destroy();
		return;
	}
	const codes: Readonly<Record<string, ErrorCode>> = {
		HPE_HEADER_OVERFLOW: 'headers_too_large',
		ERR_HTTP_REQUEST_TIMEOUT: 'slow_body',
	};
	const code = codes[error.code ?? ''] ?? 'malformed_request';
	const {status, meaning} = errorTable[code];
	const body = JSON.stringify({error: {message: meaning, type: 'invalid_request_error', param: null, code}});
	socket.end(
		`HTTP/1.1 ${status} ${http.STATUS_CODES[status]}\r\ncontent-type: application/json; charset=utf-8\r\n` +
			`content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
	);
}

function credentials({cert, key, ca}: NonNullable<ServerSettings['tls']>): https.ServerOptions {
	return {
		cert: pem('cert', cert),
		key: pem('key', reveal(key)),
		...(ca !== undefined && {ca: pem('ca', ca), requestCert: true, rejectUnauthorized: true}),
	};
}

function createTlsServer(options: https.ServerOptions, handler: http.RequestListener): https.Server {
	try {
		return https.createServer(options, handler);
	} catch (error) {
		throw new ConfigError(
			`server: tls: expected a certificate chain and its private key, found what TLS refuses: ${(error as Error).message}`,
		);
	}
}

function pem(option: string, text: string): string {
	if (text.includes('-----BEGIN')) return text;
	try {
		return readFileSync(text, 'utf8');
	} catch (error) {
		throw new ConfigError(
			`server: tls.${option}: expected PEM text or the path of a readable PEM file: ${(error as NodeJS.ErrnoException).code}`,
		);
	}
}
