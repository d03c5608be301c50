/** What the client asked for, and what goes upstream for it. Both are read-only: a changed request is a new one. */

import type {Readable} from 'node:stream';
import type {Conversation} from './conversation.js';
import type {Dialect, DialectRoute, RequestFacts} from './dialect.js';
import {refusal} from './errors.js';
import {estimateOf, type TokenEstimate} from './estimate.js';
import type {Loss} from './exchange.js';
import {type JsonObject, parseBody, type Span, type Splice, splice, topLevelSpans} from './json.js';

/** Header names are lower case; a repeated header is an array. */
export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** What a {@link ClientRequest} is made of. */
export interface RequestParts {
	readonly method: string;
	/** Path without the query, as the client sent it. */
	readonly path: string;
	/** The query with its `?`, or an empty string. */
	readonly query: string;
	readonly headers: Headers;
}

const noBody = Buffer.alloc(0);
const none: RequestFacts = {model: undefined, stream: false, maxTokens: undefined};

/** A call as the client sent it (or as a `rewrite` tap changed it). */
export class ClientRequest {
	readonly method: string;
	readonly path: string;
	readonly query: string;
	readonly headers: Headers;
	/** The exact bytes of the body; empty for a body that is passed through unread. */
	readonly body: Buffer;
	/** The body as JSON; `undefined` for a body that is passed through unread. Never change it: see {@link withBody}. */
	readonly json: JsonObject | undefined;
	/** The model as the client wrote it. */
	readonly model: string | undefined;
	/** The client wants a stream of events. */
	readonly stream: boolean;
	/** The most output tokens that the client asked for. */
	readonly maxTokens: number | undefined;
	/** The client's own connection, which still knows its credentials: private, so that no inspection of a request shows it. */
	readonly #upload: Readable | undefined;
	readonly #dialect: Dialect | undefined;
	#conversation: Conversation | undefined;
	#estimate: TokenEstimate | undefined;
	#losses: readonly Loss[] = [];
	#spans: ReadonlyMap<string, Span> | undefined;

	private constructor(
		parts: RequestParts,
		dialect: Dialect | undefined,
		body: Buffer,
		json: JsonObject | undefined,
		upload: Readable | undefined,
	) {
		this.method = parts.method;
		this.path = parts.path;
		this.query = parts.query;
		this.headers = parts.headers;
		this.body = body;
		this.json = json;
		this.#upload = upload;
		this.#dialect = dialect;
		const facts = json === undefined || dialect === undefined ? none : dialect.readRequest(json);
		this.model = facts.model;
		this.stream = facts.stream;
		this.maxTokens = facts.maxTokens;
	}

	/** How many tokens it may use, by the size of its body, which is looked at once; `undefined` when it was not read. */
	get estimate(): TokenEstimate | undefined {
		this.#estimate ??= estimateOf(this);
		return this.#estimate;
	}

	/** A body that is passed through unread; consumed by the one attempt that sends it. */
	get upload(): Readable | undefined {
		return this.#upload;
	}

	/**
	 * A call whose body has been read.
	 * @throws {GatewayError} `invalid_body`.
	 */
	static parse(parts: RequestParts, body: Buffer, dialect: Dialect): ClientRequest {
		const json = parseBody(body);
		const request = new ClientRequest(parts, dialect, body, json, undefined);
		request.#spans = topLevelSpans(body);
		return request;
	}

	/** A call whose body goes through unread, or that has none. */
	static unread(parts: RequestParts, upload: Readable | undefined): ClientRequest {
		return new ClientRequest(parts, undefined, noBody, undefined, upload);
	}

	/** The same call with another JSON body; its bytes are made anew. */
	withBody(json: JsonObject): ClientRequest {
		return new ClientRequest(this, this.#dialect, Buffer.from(JSON.stringify(json)), json, undefined);
	}

	/**
	 * The request in the hub's words; decoded once.
	 * @returns `undefined` when its format carries no conversation.
	 * @throws {GatewayError} 400 when it means nothing in its format.
	 */
	conversation(): Conversation | undefined {
		if (this.json === undefined) return undefined;
		this.#conversation ??= this.#dialect?.codec?.decodeRequest(this.json);
		return this.#conversation;
	}

	/**
	 * The same call with a changed conversation, in the client's own format; what was left alone keeps its native form.
	 * @throws {GatewayError} 400 when the client's format cannot say it.
	 */
	withConversation(conversation: Conversation): ClientRequest {
		const codec = this.#dialect?.codec;
		if (codec === undefined) throw refusal('invalid_body', 'This call carries no conversation.');
		const {body, losses} = codec.encodeRequest(conversation, {});
		const changed = this.withBody(body);
		changed.#conversation = conversation;
		changed.#losses = losses.map(({path, reason}) => ({
			path: codec.fields[path as keyof Conversation] ?? path,
			reason,
		}));
		return changed;
	}

	/** What of a changed conversation the client's own format cannot say; a provider of another format may get it all the same. */
	get losses(): readonly Loss[] {
		return this.#losses;
	}

	/** The same call with headers replaced; `undefined` removes one. */
	withHeaders(headers: Headers): ClientRequest {
		return this.#with(Object.assign({}, this.headers, headers));
	}

	/** The same call without some headers. */
	withoutHeaders(names: readonly string[]): ClientRequest {
		if (!names.some(name => this.headers[name] !== undefined)) return this;
		// Not a copy with deletions: an object that has lost a property is slow for the rest of its life.
		const headers: Record<string, string | readonly string[] | undefined> = {};
		for (const name in this.headers) if (!names.includes(name)) headers[name] = this.headers[name];
		return this.#with(headers);
	}

	#with(headers: Headers): ClientRequest {
		const parts = {method: this.method, path: this.path, query: this.query, headers};
		const changed = new ClientRequest(parts, this.#dialect, this.body, this.json, this.upload);
		changed.#spans = this.#spans;
		changed.#conversation = this.#conversation;
		changed.#losses = this.#losses;
		return changed;
	}

	/** The body's bytes with some top-level members replaced and all others untouched. */
	spliced(changes: readonly Splice[]): Buffer {
		if (changes.length === 0) return this.body;
		this.#spans ??= topLevelSpans(this.body);
		return splice(this.body, this.#spans, changes);
	}
}

/** What goes to a provider. */
export class UpstreamRequest {
	readonly method: string;
	readonly url: URL;
	readonly headers: Readonly<Record<string, string | string[]>>;
	/** Private for the same reason as a {@link ClientRequest}'s upload. */
	readonly #body: Buffer | Readable | undefined;

	constructor(
		method: string,
		url: URL,
		headers: Readonly<Record<string, string | string[]>>,
		body: Buffer | Readable | undefined,
	) {
		this.method = method;
		this.url = url;
		this.headers = headers;
		this.#body = body;
	}

	get body(): Buffer | Readable | undefined {
		return this.#body;
	}

	/** The same request with headers added or replaced; names in lower case. */
	withHeaders(headers: Readonly<Record<string, string>>): UpstreamRequest {
		return new UpstreamRequest(this.method, this.url, Object.assign({}, this.headers, headers), this.body);
	}

	/** The same request to another URL. */
	withUrl(url: URL): UpstreamRequest {
		return new UpstreamRequest(this.method, url, this.headers, this.body);
	}

	/** The same request with another body. */
	withBody(body: Buffer): UpstreamRequest {
		return new UpstreamRequest(this.method, this.url, this.headers, body);
	}
}

/** What kind of endpoint a call came in by. */
export type Endpoint =
	| {readonly kind: 'model'; readonly dialect: Dialect; readonly route: DialectRoute}
	| {readonly kind: 'passthrough'; readonly dialect: Dialect; readonly upstreamPath: string; readonly provider?: string}
	| {readonly kind: 'local'; readonly dialect: Dialect};
