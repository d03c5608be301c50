import http from 'node:http';
import https from 'node:https';
import type {Socket} from 'node:net';
import {finished, Readable} from 'node:stream';
import type {CallReport, FlatHeaders, Wire} from './call-report.js';
import {describeFailure, UpstreamError} from './errors.js';
import {type ConnectionOptions, headerLimit, idleConnectionMs} from './pooled-wire.js';

/** What a call over node:http sends. */
export interface NodeRequest {
	readonly method: string;
	readonly url: URL;
	readonly headers: FlatHeaders;
	readonly body: Buffer | Readable | undefined;
	/** The length of a streamed body, when it is known. */
	readonly contentLength: string | undefined;
}

/** The kept-alive node connections of one transport. */
export class NodeConnections {
	readonly #agents: Record<string, http.Agent>;

	constructor({tls}: ConnectionOptions) {
		const options = {keepAlive: true, timeout: idleConnectionMs};
		this.#agents = {'http:': new http.Agent(options), 'https:': new https.Agent({...options, ...tls})};
	}

	agent(protocol: string): http.Agent | undefined {
		return this.#agents[protocol];
	}

	/** Closes idle connections; those in use close with their call. */
	close(): void {
		for (const agent of Object.values(this.#agents)) {
			agent.maxFreeSockets = 0;
			for (const sockets of Object.values(agent.freeSockets)) for (const socket of sockets ?? []) socket.destroy();
		}
	}
}

/** One call over node:http: for answers that are relayed chunk by chunk and for request bodies that are streams. */
export class NodeWire implements Wire {
	readonly #report: CallReport;
	#request: http.ClientRequest | undefined;
	#response: http.IncomingMessage | undefined;
	#over = false;
	#connected = false;
	#bytesBefore = 0;
	/** What the socket or the parser said, before node reports every broken answer as 'aborted'. */
	#trouble: Error | undefined;

	constructor(report: CallReport) {
		this.#report = report;
	}

	/** @throws what `http.request` throws, for a header that cannot be sent. */
	send({method, url, headers, body, contentLength}: NodeRequest, connections: NodeConnections): void {
		const {protocol, hostname, port, host, pathname, search} = url;
		headers.unshift('host', host);
		if (body instanceof Readable) {
			if (contentLength === undefined) headers.push('transfer-encoding', 'chunked');
			else headers.push('content-length', contentLength);
		} else if (body !== undefined || method === 'POST' || method === 'PUT' || method === 'PATCH') {
			headers.push('content-length', String(body?.length ?? 0));
		}
		const request = http.request({
			protocol,
			host: hostname.startsWith('[') ? hostname.slice(1, -1) : hostname,
			port: port === '' ? undefined : port,
			method,
			path: pathname + search,
			headers: headers as string[],
			agent: connections.agent(protocol),
			maxHeaderSize: headerLimit,
		});
		this.#request = request;
		request.on('error', error => this.#failed(error));
		request.once('socket', socket => this.#attached(request, socket));
		request.once('response', response => this.#answered(request, response, body));
		if (body instanceof Readable) this.#upload(request, body);
		else request.end(body);
	}

	destroy(error?: UpstreamError): void {
		this.#over = true;
		this.#report.clock.stop();
		if (this.#response !== undefined) this.#response.destroy(error);
		this.#request?.destroy();
	}

	#attached(request: http.ClientRequest, socket: Socket): void {
		this.#bytesBefore = socket.bytesRead;
		const connected = () => {
			this.#connected = true;
			this.#report.clock.connected();
		};
		if (request.reusedSocket) connected();
		else socket.once('encrypted' in socket ? 'secureConnect' : 'connect', connected);
	}

	#upload(request: http.ClientRequest, body: Readable): void {
		request.once('finish', () => this.#report.clock.uploaded());
		const cleanup = finished(body, {writable: false}, error => {
			cleanup();
			if (!error || this.#over) return;
			const message = `the request body for ${this.#report.host} broke off before its end`;
			this.#fail(new UpstreamError('truncated', 'body', message));
		});
		request.once('close', cleanup);
		// Plain pipe: it leaves the source alone when the request goes away. The source may be our client's own
		// request, and destroying that would take the client's connection with it.
		body.pipe(request);
	}

	#answered(request: http.ClientRequest, response: http.IncomingMessage, body: Buffer | Readable | undefined): void {
		this.#response = response;
		const {clock} = this.#report;
		const accepted = response.statusCode !== undefined && response.statusCode < 300;
		if (body instanceof Readable && !request.writableEnded && !accepted) {
			// Refused before the end of the upload: nobody wants the rest of it.
			body.unpipe(request);
			clock.uploaded();
		}
		// An answer that is over before its request leaves a connection that nobody can use again.
		response.once('end', () => request.writableFinished || request.destroy());
		this.#watch(response);
		clock.answered();
		this.#report.answered(response.statusCode ?? 0, response.headers, response);
	}

	/** Hooks into the answer itself: one more stream around it would cost more than all the rest of this class. */
	#watch(response: http.IncomingMessage): void {
		const {clock} = this.#report;
		const {push, _read: read, destroy} = response;
		response.push = (chunk: Buffer | null) => {
			if (chunk === null) {
				this.#over = true;
				clock.stop();
				return push.call(response, null);
			}
			const more = push.call(response, chunk);
			clock.moved(!more);
			return more;
		};
		response._read = size => {
			clock.wanted();
			read.call(response, size);
		};
		response.destroy = error => {
			this.#over = true;
			clock.stop();
			return destroy.call(response, error === undefined || !isHangUp(error) ? error : this.#describe(error));
		};
	}

	#failed(error: Error): void {
		if (this.#response === undefined) this.#fail(this.#describe(error));
		else this.#trouble ??= error;
	}

	#fail(failure: UpstreamError): void {
		if (this.#over) return;
		const answered = this.#response !== undefined;
		this.destroy(failure);
		if (!answered) this.#report.failed(failure);
	}

	#describe(error: Error): UpstreamError {
		const request = this.#request;
		const heard = this.#response !== undefined || (request?.socket?.bytesRead ?? 0) > this.#bytesBefore;
		const answered = this.#response !== undefined;
		return describeFailure(answered ? (this.#trouble ?? new Error('closed')) : error, {
			host: this.#report.host,
			connected: this.#connected,
			answered,
			reusedSocket: (request?.reusedSocket ?? false) && !heard,
		});
	}
}

/** The error with which node destroys an answer whose connection closed too early. */
function isHangUp(error: Error): boolean {
	return 'code' in error && error.code === 'ECONNRESET' && error.message === 'aborted';
}
