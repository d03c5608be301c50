import {Readable} from 'node:stream';
import got, {type Method, Options, type Request, type RequestFunction} from 'got';
import {type AnswerHead, Call, type PendingCall, type UpstreamResponse} from './call.js';
import type {Timeouts} from './call-clock.js';
import {flattenHeaders} from './call-report.js';
import {NodeConnections, NodeWire} from './node-wire.js';
import {type ConnectionOptions, PooledOrigin, PooledWire} from './pooled-wire.js';

export type {PendingCall, Timeouts, UpstreamResponse};

/** A call to a provider. */
export interface UpstreamCall {
	readonly method: string;
	/** Absolute; credentials in it are ignored. */
	readonly url: URL;
	/**
	 * Sent exactly so, with lower-case names. host, content-length (but for streamed bodies), connection,
	 * transfer-encoding and expect are the transport's own business and dropped.
	 */
	readonly headers: Readonly<Record<string, string | string[]>>;
	/**
	 * A stream is read as fast as the provider takes it: with the content-length header if there is one, chunked
	 * otherwise. It is never destroyed, only left alone when the call ends early.
	 */
	readonly body?: Buffer | Readable;
	/** The caller relays the answer chunk by chunk. */
	readonly stream: boolean;
}

/** What a transport is made of. */
export interface TransportOptions {
	readonly timeouts: Timeouts;
	/** `rejectUnauthorized` is on unless switched off; `ca` replaces the system's authorities. */
	readonly tls?: {readonly ca?: string | Buffer; readonly rejectUnauthorized?: boolean};
}

/** The HTTP client towards one provider, with its kept-alive connections. */
export class Transport {
	readonly #timeouts: Timeouts;
	readonly #options: ConnectionOptions;
	readonly #connections: NodeConnections;
	readonly #origins = new Map<string, PooledOrigin>();
	/** One for all calls: building got's options costs more than the whole call. */
	readonly #template: Options;
	#templateUrl = '';
	#closed = false;

	constructor({timeouts, tls = {}}: TransportOptions) {
		this.#timeouts = timeouts;
		this.#options = {connectMs: timeouts.connectMs, tls};
		this.#connections = new NodeConnections(this.#options);
		this.#template = new Options(undefined, {
			isStream: true,
			retry: {limit: 0, methods: [], statusCodes: [], errorCodes: []},
			decompress: false,
			throwHttpErrors: false,
			followRedirect: false,
		});
		// got copies these for every call, member by member: what is not there is not copied. Assigned and not given, because
		// what is given is merged with got's defaults.
		this.#template.cacheOptions = {};
		this.#template.https = {};
		this.#template.timeout = {};
		this.#template.headers = {};
	}

	/**
	 * Sends a call. Never throws: what cannot be sent rejects the response.
	 *
	 * Buffers with a plain answer go over undici: 36 µs of CPU per call where node:http takes 68. Streams go over
	 * node:http: relaying a chunk costs the same on both and dwarfs the call, undici's pool looks through all its
	 * connections for a free one (and streams keep a thousand of them), and only node tells when an upload is out.
	 */
	send(call: UpstreamCall): PendingCall {
		const {url, body} = call;
		const pending = new Call(url.host, this.#timeouts, body instanceof Readable);
		const template = this.#template;
		template.request = this.#request(call, pending);
		// got's setters check and copy what they are given, so they are used for what has changed, and the headers go past got.
		if (call.method !== template.method) template.method = call.method as Method;
		if (url.href !== this.#templateUrl) {
			template.url = withoutCredentials(url);
			this.#templateUrl = url.href;
		}
		const client = got(undefined, undefined, template) as unknown as Request;
		// It holds the call, and the template outlives it.
		template.request = undefined;
		pending.attach(client);
		client.once('response', head => pending.deliver(head as unknown as AnswerHead));
		client.on('error', error => pending.refused(error));
		// The body goes past got (through two more streams and a copy of its source's headers); got must not wait for it.
		client.end();
		return pending;
	}

	/** Lets go of idle connections; calls under way go on, and their connections close after them. */
	async close(): Promise<void> {
		this.#closed = true;
		this.#connections.close();
		for (const origin of this.#origins.values()) origin.close();
	}

	/** got's `request` option: what really sends the call. It may return a promise of the response. */
	#request(call: UpstreamCall, pending: Call): RequestFunction {
		const request = () => {
			const {method, url, body} = call;
			const flat = flattenHeaders(call.headers);
			if (!call.stream && !(body instanceof Readable)) {
				const origin = this.#origin(url.origin);
				if (!origin.refused) {
					const wire = new PooledWire(pending, origin);
					return pending.start(wire, () => wire.send(method, url.pathname + url.search, flat, body));
				}
			}
			const wire = new NodeWire(pending);
			const contentLength = call.headers['content-length'];
			const length = typeof contentLength === 'string' ? contentLength : undefined;
			return pending.start(wire, () =>
				wire.send({method, url, headers: flat, body, contentLength: length}, this.#connections),
			);
		};
		return request as unknown as RequestFunction;
	}

	#origin(origin: string): PooledOrigin {
		let known = this.#origins.get(origin);
		if (known === undefined) {
			known = new PooledOrigin(origin, this.#options);
			if (this.#closed) known.close();
			this.#origins.set(origin, known);
		}
		return known;
	}
}

/** got would turn credentials in a URL into an authorization header. */
function withoutCredentials(url: URL): URL {
	if (url.username === '' && url.password === '') return url;
	const bare = new URL(url);
	bare.username = '';
	bare.password = '';
	return bare;
}
