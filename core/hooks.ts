/**
 * The hook table: every moment of a call that a plugin may tap, in the order of the call. The kind is the contract:
 * bail decides, waterfall changes, series objects, sync watches, parallel records. docs/hooks.md is compared with it.
 */

import type {HookMap} from 'tapable';
import * as answers from './answers.js';
import type {Caller} from './caller.js';
import type {
	Attempt,
	AttemptFailure,
	ClosedExchange,
	Exchange,
	KnownExchange,
	Recovery,
	Reply,
	RoutedExchange,
	Substitute,
	Translation,
	UpstreamAnswer,
} from './exchange.js';
import type {Bail, Guard, Parallel, Series, Sync, SyncBail, SyncWaterfall, Waterfall} from './guard.js';
import type {Target} from './provider.js';
import type {ClientRequest, UpstreamRequest} from './request.js';
import type {StreamEvent} from './stream-event.js';
import type {TapOnly} from './tap-only.js';
import type {Cost} from './usage.js';

/** A tap that answers nobody for this long is taken for hanging. */
export const deadlineMs = 10_000;
const deciding = {decides: true, deadlineMs};
const observing = {decides: false, deadlineMs};

/** Makes the hooks of one gateway. */
export function createHooks(guard: Guard): Hooks {
	return Object.freeze<Hooks>({
		authenticate: guard.bail({name: 'authenticate', args: ['exchange'], check: answers.aCaller, ...deciding}),
		rewrite: guard.waterfall({name: 'rewrite', args: ['request', 'exchange'], check: answers.aRequest, ...deciding}),
		resolve: guard.bail({name: 'resolve', args: ['request', 'exchange'], check: answers.targets, ...deciding}),
		admit: guard.series({name: 'admit', args: ['exchange'], ...deciding}),
		translate: guard.bail({name: 'translate', args: ['request', 'attempt'], check: answers.aTranslation, ...deciding}),
		prepare: guard.waterfall({
			name: 'prepare',
			args: ['request', 'attempt'],
			check: answers.anUpstreamRequest,
			...deciding,
		}),
		sign: guard.waterfallMap({
			name: 'sign',
			args: ['request', 'attempt'],
			check: answers.anUpstreamRequest,
			...deciding,
		}),
		// Answering takes as long as it takes: a tap that stands for a provider is no slower than the provider.
		send: guard.bail({
			name: 'send',
			args: ['request', 'attempt'],
			check: answers.anUpstreamAnswer,
			decides: true,
			deadlineMs: 0,
		}),
		recover: guard.syncBail({name: 'recover', args: ['failure', 'exchange'], check: answers.aRecovery, ...deciding}),
		reply: guard.waterfall({name: 'reply', args: ['reply', 'exchange'], check: answers.aReply, ...deciding}),
		stream: guard.syncWaterfall({name: 'stream', args: ['events', 'exchange'], check: answers.events, ...deciding}),
		chunk: guard.sync({name: 'chunk', args: ['event', 'exchange'], ...observing}),
		price: guard.syncBail({name: 'price', args: ['exchange'], check: answers.aCost, ...observing}),
		record: guard.parallel({name: 'record', args: ['exchange'], ...observing}),
	});
}

/** The hooks of a gateway. "Decides": an error of a tap fails the call. "Observes": it is logged, counted, passed over. */
export interface Hooks {
	/**
	 * Who is it? Once per exchange, first of all. Bail: the first Caller answers; throw a 401 for a wrong key; `undefined`
	 * leaves the question to the next tap, and nobody's answer is a 401. Decides.
	 */
	readonly authenticate: Bail<[exchange: Exchange], Caller>;
	/**
	 * Change the request. Once per exchange. Waterfall over the request: return a changed one (`request.withBody(…)`) or
	 * nothing. Not for routes that the gateway answers itself. Decides.
	 */
	readonly rewrite: Waterfall<[request: ClientRequest, exchange: KnownExchange]>;
	/**
	 * Where can it go? Once per exchange. Bail: the first list of targets answers, in the order in which they shall be
	 * tried; nobody's answer is a 404. The caller's `allow` list is enforced on every target afterwards. Decides.
	 */
	readonly resolve: Bail<[request: ClientRequest, exchange: KnownExchange], readonly Target[]>;
	/**
	 * Any objection? Once per exchange. Series: throw to refuse; what you take, you `defer`. Decides.
	 */
	readonly admit: Series<[exchange: RoutedExchange]>;
	/**
	 * Say it in a format that the target speaks. Once per attempt, only when the provider does not speak the client's
	 * dialect. Bail: the first Translation answers, or a Substitute when nobody need be asked; nobody's answer is a 400. Decides.
	 */
	readonly translate: Bail<[request: ClientRequest, attempt: Attempt], Translation | Substitute>;
	/**
	 * Change the upstream request. Once per attempt. Waterfall. Decides: a GatewayError that it throws, as one of `sign` and
	 * `send`, refuses this target, and `recover` is asked what then.
	 */
	readonly prepare: Waterfall<[request: UpstreamRequest, attempt: Attempt]>;
	/**
	 * Add credentials; tapped per provider: `hooks.sign.for('openai')`. Once per attempt, last before sending. What it adds
	 * is seen by `send` taps only, and by no record. Waterfall. Decides.
	 */
	readonly sign: HookMap<Waterfall<[request: UpstreamRequest, attempt: Attempt]>>;
	/** Answer it yourself. Once per attempt. Bail: the first answer is taken for upstream's; none, and the core sends. Decides. */
	readonly send: Bail<[request: UpstreamRequest, attempt: Attempt], UpstreamAnswer>;
	/**
	 * What after a failed attempt? Sync bail: the first Recovery answers; nobody's answer is `give-up`. Never called once
	 * the client has seen the first byte, nor when the client has left. Decides.
	 */
	readonly recover: SyncBail<[failure: AttemptFailure, exchange: RoutedExchange], Recovery>;
	/** Change status, headers and, when it is not a stream, the JSON body of the answer. Once per exchange. Waterfall. Decides. */
	readonly reply: Waterfall<[reply: Reply, exchange: RoutedExchange]>;
	/**
	 * Wrap the events of a stream, in the client's dialect. Once per stream. Sync waterfall over an AsyncIterable: return
	 * another one or nothing. An event handed on unchanged keeps its bytes. Decides.
	 */
	readonly stream: SyncWaterfall<[events: AsyncIterable<StreamEvent>, exchange: RoutedExchange]>;
	/** Watch every event that goes to the client. Sync; costs nothing while nobody taps it. Observes. */
	readonly chunk: Sync<[event: StreamEvent, exchange: RoutedExchange]>;
	/**
	 * What did it cost? Once per exchange, when its response has closed. Sync bail: the first Cost answers; nobody's answer
	 * means unknown, never nothing. Observes.
	 */
	readonly price: SyncBail<[exchange: ClosedExchange], Cost>;
	/** Keep a copy. Once per exchange, after what was deferred has been given back. Parallel. Observes. */
	readonly record: Parallel<[exchange: ClosedExchange]>;
}

/** The hook table as a plugin sees it. */
export type Taps = {readonly [Name in keyof Hooks]: TapOnly<Hooks[Name]>};
