/** The one object that lives as long as a call: plugins see it as an Exchange, the pipeline fills it in. */

import type {Caller} from '../caller.js';
import type {Conversation} from '../conversation.js';
import type {Dialect, StreamWatcher} from '../dialect.js';
import {type GatewayError, refusal} from '../errors.js';
import type {
	AttemptReport,
	ClosedExchange,
	Exchange,
	KnownExchange,
	Loss,
	Outcome,
	RoutedExchange,
	Translation,
} from '../exchange.js';
import {isObject} from '../json.js';
import type {Key} from '../key.js';
import {tenths} from '../milliseconds.js';
import type {Target} from '../provider.js';
import type {ReleaseOf, Releases} from '../release.js';
import type {ClientRequest, Endpoint} from '../request.js';
import type {Cost, Usage} from '../usage.js';
import {credentialHeaders} from './headers.js';

/** What is known when a call arrives. */
export interface Arrival {
	readonly id: string;
	readonly endpoint: Endpoint;
	readonly request: ClientRequest;
	/** Works the address out when somebody asks. */
	readonly clientIp: () => string;
	/** How many bytes of the answer are kept for `record`. */
	readonly keptBytes?: number;
}

/** Where the counts of an answer are read from. */
export interface AnswerSource {
	readonly dialect: Dialect;
	readonly reply?: () => unknown;
	readonly watcher?: StreamWatcher;
	readonly translation?: Translation | undefined;
}

/** What a plugin keeps, and what was set before. */
interface State {
	readonly key: Key<unknown>;
	value: unknown;
	readonly before: State | undefined;
}

const none: Readonly<Record<string, string>> = Object.freeze({});
const hiddenHeaders = [...credentialHeaders, 'cookie', 'proxy-authorization'];

export class Call implements Exchange {
	readonly id: string;
	readonly startedAt = Date.now();
	readonly endpoint: Endpoint;
	/** For durations; wall clocks jump. */
	readonly began = performance.now();
	request: ClientRequest;
	askedModel: string | undefined;
	caller: Caller | undefined;
	targets: readonly Target[] | undefined;
	readonly attempts: AttemptReport[] = [];
	/** The target that answered, and the dialect in which it did. */
	target: Target | undefined;
	losses: readonly Loss[] = [];
	status = 0;
	streamed = false;
	error: GatewayError | undefined;
	outcome: Outcome = 'ok';
	cost: Cost | undefined;
	latencyMs = 0;
	sentBytes = 0;
	firstByteMs: number | undefined;
	/** Milliseconds per plugin; filled when `server.timing` is on. */
	readonly timings: Map<string, number> | undefined;
	/** The attempt that is under way. */
	attempting: {readonly target: Target; readonly began: number} | undefined;
	/** Cancels what is under way upstream; set while there is something to cancel. */
	cancel: (() => void) | undefined;
	clientLeft = false;
	/** Rejects when the client has stopped sending the body that goes through unread; absent for other calls. */
	stalled: Promise<never> | undefined;
	/** Where it stands in the list of open calls. */
	place = 0;
	readonly #clientIp: () => string;
	#ip: string | undefined;
	#credentials: Readonly<Record<string, string>> = none;
	/** What was set last: a call has a few, which are found sooner so than in a table that is made for each call. */
	#state: State | undefined;
	#releases: Releases<ClosedExchange> | undefined;
	#closed: ((release: ReleaseOf<ClosedExchange>) => void) | undefined;
	#controller: AbortController | undefined;
	#answer: AnswerSource | undefined;
	#usage: {value: Usage | undefined} | undefined;
	/** How many more bytes of the answer are to be kept. */
	#room: number;
	#kept: Buffer[] | undefined;

	constructor(arrival: Arrival, timing: boolean) {
		this.id = arrival.id;
		this.endpoint = arrival.endpoint;
		this.request = arrival.request;
		this.#clientIp = arrival.clientIp;
		this.timings = timing ? new Map() : undefined;
		this.#room = arrival.keptBytes ?? 0;
	}

	get dialect(): Dialect {
		return this.endpoint.dialect;
	}

	get clientIp(): string {
		this.#ip ??= this.#clientIp();
		return this.#ip;
	}

	get signal(): AbortSignal {
		this.#controller ??= new AbortController();
		if (this.clientLeft) this.#controller.abort();
		return this.#controller.signal;
	}

	get<Value>(key: Key<Value>): Value | undefined {
		return this.#find(key)?.value as Value | undefined;
	}

	set<Value>(key: Key<Value>, value: Value): void {
		const known = this.#find(key);
		if (known === undefined) this.#state = {key, value, before: this.#state};
		else known.value = value;
	}

	#find(key: Key<unknown>): State | undefined {
		let state = this.#state;
		while (state !== undefined && state.key !== key) state = state.before;
		return state;
	}

	defer(release: ReleaseOf<ClosedExchange>): void {
		if (this.#closed !== undefined) this.#closed(release);
		else this.#releases = {release, before: this.#releases};
	}

	/** Hands over what was deferred; later deferrals go straight to `late`. */
	takeReleases(late: (release: ReleaseOf<ClosedExchange>) => void): Releases<ClosedExchange> | undefined {
		this.#closed = late;
		const releases = this.#releases;
		this.#releases = undefined;
		return releases;
	}

	/** What is known of the caller is in `caller` now: nobody reads the key in a record, a log or an error. */
	hideCredentials(): void {
		const shown: Record<string, string> = {};
		const {headers} = this.request;
		for (const name of credentialHeaders) {
			const value = headers[name];
			if (typeof value === 'string') shown[name] = value;
		}
		this.#credentials = shown;
		this.request = this.request.withoutHeaders(hiddenHeaders);
	}

	/** The client's own credential, for a provider that has none: only an anonymous caller's belongs to a provider. */
	anonymousCredentials(): Readonly<Record<string, string>> {
		return this.caller?.anonymous === true ? this.#credentials : none;
	}

	conversation(): Conversation | undefined {
		return this.request.conversation();
	}

	/** The client's connection is gone: whatever is under way upstream is cancelled now. */
	leave(): void {
		this.clientLeft = true;
		if (this.attempting !== undefined) {
			const {target, began} = this.attempting;
			const ms = tenths(performance.now() - began);
			this.attempted({provider: target.provider, model: target.model, ms, error: this.error?.code ?? 'client_closed'});
		}
		this.cancel?.();
		this.#controller?.abort();
	}

	/** The body goes through unread: when it stalls, whatever is under way upstream is cancelled, also in the middle of its answer. */
	uploads(stalled: Promise<never>): void {
		this.stalled = stalled;
		stalled.catch((error: GatewayError) => {
			this.error ??= error;
			this.cancel?.();
		});
	}

	/** An attempt is over. Not noted when the call has closed meanwhile: then {@link leave} has noted it. */
	attempted(report: AttemptReport): void {
		if (this.attempting === undefined) return;
		this.attempting = undefined;
		this.attempts.push(report);
	}

	/** The answer of the last attempt was not whole after all. */
	brokeOff(code: string): void {
		const last = this.attempts.pop();
		if (last !== undefined) this.attempts.push(Object.assign({}, last, {error: code}));
	}

	/**
	 * The call itself, before a plugin or a provider is asked to do something for it.
	 * @throws {GatewayError} `client_closed` when the client left while a plugin was thinking: its record is written already.
	 */
	present(): this {
		if (this.clientLeft) throw refusal('client_closed', 'The client left before the call was answered.');
		return this;
	}

	/** Says where usage is to be read from when somebody asks. */
	answered(source: AnswerSource): void {
		this.#answer = source;
	}

	/** Read from the answer when first asked for after the call has closed; until then as far as the stream has come. */
	get usage(): Usage | undefined {
		const answer = this.#answer;
		if (answer === undefined) return undefined;
		if (answer.watcher !== undefined) return answer.watcher.usage ?? answer.translation?.usage;
		if (this.#usage === undefined) {
			const reply = answer.reply?.();
			this.#usage = {value: isObject(reply) ? answer.dialect.readUsage(reply) : undefined};
		}
		return this.#usage.value ?? answer.translation?.usage;
	}

	get answeredWhole(): boolean {
		return this.#answer?.reply !== undefined;
	}

	/** Some more of the answer is wanted for `record`. */
	get keeping(): boolean {
		return this.#room > 0;
	}

	/** Keeps what goes to the client, as far as somebody has asked for it. */
	keep(bytes: Buffer): void {
		if (this.#room <= 0 || bytes.length === 0) return;
		this.#kept ??= [];
		this.#kept.push(bytes.length > this.#room ? bytes.subarray(0, this.#room) : bytes);
		this.#room -= bytes.length;
	}

	/** What was kept of the answer. */
	get answer(): Buffer | undefined {
		const [first, ...others] = this.#kept ?? [];
		return others.length === 0 ? first : Buffer.concat(this.#kept ?? []);
	}

	known(): KnownExchange {
		if (this.caller === undefined) throw new Error('the caller is not known yet');
		return this as unknown as KnownExchange;
	}

	routed(): RoutedExchange {
		if (this.targets === undefined) throw new Error('the targets are not known yet');
		return this as unknown as RoutedExchange;
	}

	closed(): ClosedExchange {
		return this as unknown as ClosedExchange;
	}
}
