/**
 * Makes tapable safe to decide with. Bare tapable hangs when a later tap throws before it returns a promise, does not
 * await an async function given to `tap`, lets the first error of a parallel hook hide the others, and names nobody.
 * One `register` interceptor replaces every tap's function by one that cannot do any of this. tapable keeps taps and their order;
 * they are called by {@link callTaps}.
 */

import {HookMap, SyncHook} from 'tapable';
import {blamed} from './blame.js';
import {type CalledTap, callTaps, callTapsTogether} from './call-taps.js';
import {PluginError} from './errors.js';
import {isThenable, within} from './promises.js';
import type {TappedWith} from './tap-only.js';

/** How a hook combines what its taps return. */
export type HookKind = 'bail' | 'waterfall' | 'series' | 'parallel' | 'sync' | 'sync-bail' | 'sync-waterfall';

/** What holds for one hook. */
export interface HookContract {
	readonly name: string;
	readonly kind: HookKind;
	/** What a tap is called with: one thing or two, the last of which is what the hook is about. */
	readonly args: readonly string[];
	/** True: an error of a tap fails the exchange. False: it is logged, counted and passed over. */
	readonly decides: boolean;
	/** Milliseconds that one tap may take; 0 for no limit. Synchronous taps cannot be interrupted and have none. */
	readonly deadlineMs: number;
	/**
	 * Looks at what a tap answered, other than nothing; may wrap it.
	 * @param first the first thing that the tap was called with.
	 * @throws {TypeError} when it is not what the hook asks for.
	 */
	readonly check?: (answer: unknown, plugin: string, first: unknown) => unknown;
}

type Awaitable<Value> = Value | Promise<Value>;
// biome-ignore lint/suspicious/noConfusingVoidType: a tap without a return statement answers void
type Maybe<Value> = Awaitable<Value | undefined | void>;

/** A hook as the core calls it. */
interface Callable<Args extends unknown[], Answer> extends Pick<SyncHook<Args>, 'taps' | 'isUsed'> {
	/** Answers at once when no tap has to be waited for. @throws what a tap of a deciding hook threw. */
	call(...args: Args): Answer;
	/** The same for who waits in any case. */
	promise(...args: Args): Promise<Awaited<Answer>>;
}

export type Bail<Args extends unknown[], Answer> = Callable<Args, Awaitable<Answer | undefined>> &
	TappedWith<(...args: Args) => Maybe<Answer>>;
export type Waterfall<Args extends unknown[]> = Callable<Args, Awaitable<Args[0]>> &
	TappedWith<(...args: Args) => Maybe<Args[0]>>;
export type Series<Args extends unknown[]> = Callable<Args, Awaitable<undefined>> &
	TappedWith<(...args: Args) => Maybe<undefined>>;
export type Parallel<Args extends unknown[]> = Callable<Args, Awaitable<undefined>> &
	TappedWith<(...args: Args) => Maybe<undefined>>;
export type Sync<Args extends unknown[]> = Callable<Args, undefined> & TappedWith<(...args: Args) => undefined>;
export type SyncBail<Args extends unknown[], Answer> = Callable<Args, Answer | undefined> &
	TappedWith<(...args: Args) => Answer | undefined>;
export type SyncWaterfall<Args extends unknown[]> = Callable<Args, Args[0]> &
	TappedWith<(...args: Args) => Args[0] | undefined>;

type Tap = (first: unknown, second: unknown) => unknown;

type Writable<Value> = {-readonly [Name in keyof Value]: Value[Name]};

/** What the guard tells of. */
export interface GuardReport {
	/** An observing tap failed; the call goes on. `subject` is the hook's last argument. */
	fault(error: PluginError, subject: unknown): void;
	/** How long a tap took; with it, timing is on from the start. `subject` is the hook's last argument. */
	timed?(subject: unknown, plugin: string, milliseconds: number): void;
}

/**
 * How long the taps of a plugin took at a hook, all calls together, what they waited for included. Every tap is counted; beyond the
 * first ones, one in sixteen is timed and stands for all of them.
 */
export interface TapTime {
	readonly plugin: string;
	readonly hook: string;
	readonly taps: number;
	readonly milliseconds: number;
}

/** Reading the clock twice is most of what a plain tap costs: one in so many is timed, unless each is to be told of. */
const sampled = 16;

/** What tapable offers to those who make hooks of their own kind. */
interface CompiledHook {
	intercept(interceptor: {register(tap: {fn: Tap; plugin: string}): unknown}): void;
	/** Makes the function that calls the taps; asked for anew when one is added. */
	compile(options: {readonly taps: readonly CalledTap[]; readonly type: 'sync' | 'async' | 'promise'}): Tap;
}

/** Makes hooks whose taps are guarded. One per gateway. */
export class Guard {
	readonly #report: GuardReport;
	/** Every hook made, in order: what the docs are compared with. */
	readonly contracts: HookContract[] = [];
	/** By plugin and hook; filled while {@link timing} is on. */
	readonly tapTimes: TapTime[] = [];
	/** Whether taps are timed. */
	timing: boolean;

	constructor(report: GuardReport) {
		this.#report = report;
		this.timing = report.timed !== undefined;
	}

	bail<Args extends unknown[], Answer>(contract: Omit<HookContract, 'kind'>): Bail<Args, Answer> {
		return this.#make({...contract, kind: 'bail'});
	}

	waterfall<Args extends unknown[]>(contract: Omit<HookContract, 'kind'>): Waterfall<Args> {
		return this.#make({...contract, kind: 'waterfall'});
	}

	series<Args extends unknown[]>(contract: Omit<HookContract, 'kind'>): Series<Args> {
		return this.#make({...contract, kind: 'series'});
	}

	parallel<Args extends unknown[]>(contract: Omit<HookContract, 'kind'>): Parallel<Args> {
		return this.#make({...contract, kind: 'parallel'});
	}

	sync<Args extends unknown[]>(contract: Omit<HookContract, 'kind'>): Sync<Args> {
		return this.#make({...contract, kind: 'sync'});
	}

	syncBail<Args extends unknown[], Answer>(contract: Omit<HookContract, 'kind'>): SyncBail<Args, Answer> {
		return this.#make({...contract, kind: 'sync-bail'});
	}

	syncWaterfall<Args extends unknown[]>(contract: Omit<HookContract, 'kind'>): SyncWaterfall<Args> {
		return this.#make({...contract, kind: 'sync-waterfall'});
	}

	/** A waterfall for every name that is asked for. */
	waterfallMap<Args extends unknown[]>(contract: Omit<HookContract, 'kind'>): HookMap<Waterfall<Args>> {
		this.contracts.push({...contract, kind: 'waterfall'});
		return new HookMap(name => this.#hook({...contract, name: `${contract.name}[${name}]`, kind: 'waterfall'}));
	}

	#make<Hook>(contract: HookContract): Hook {
		this.contracts.push(Object.freeze(contract));
		return this.#hook(contract);
	}

	#hook<Hook>(contract: HookContract): Hook {
		const {kind, args} = contract;
		const hook = new SyncHook([...args] as never) as unknown as CompiledHook;
		hook.compile = ({taps: now, type}) => {
			// tapable adds to the list where it stands, also while a call waits in the middle of it.
			const taps = [...now];
			const call: Tap =
				kind === 'parallel'
					? (first, second) => callTapsTogether(taps, first, second)
					: (first, second) => callTaps(kind, taps, first, second);
			return type === 'promise' ? async (first, second) => call(first, second) : call;
		};
		hook.intercept({
			register: tap => Object.assign({}, tap, {fn: this.#guard(tap.fn, tap.plugin, contract)}),
		});
		return hook as Hook;
	}

	/** Most taps answer at once, and waiting for a promise would be most of what they cost. */
	#guard(tap: Tap, plugin: string, contract: HookContract): Tap {
		const time = this.#timeOf(plugin, contract);
		const sync = contract.kind.startsWith('sync');
		const single = contract.args.length === 1;
		return (first, second) => {
			const subject = single ? first : second;
			const weight = this.timing ? this.#weightOf(time) : 0;
			const began = weight > 0 ? performance.now() : 0;
			let pending: Promise<unknown> | undefined;
			try {
				const answer = single ? (tap as (only: unknown) => unknown)(first) : tap(first, second);
				if (answer === undefined) return undefined;
				if (!isThenable(answer)) return checked(answer, plugin, contract, first);
				if (!sync) {
					pending = this.#settled(answer, plugin, contract, first, subject);
					return pending;
				}
				answer.then(undefined, () => {});
				throw new TypeError('this hook is synchronous; the tap returned a promise');
			} catch (error) {
				return this.#failed(error, plugin, contract, subject);
			} finally {
				if (weight > 0) {
					const took = (): void => this.#took(time, subject, began, weight);
					if (pending === undefined) took();
					else pending.then(took, took);
				}
			}
		};
	}

	async #settled(
		answer: PromiseLike<unknown>,
		plugin: string,
		contract: HookContract,
		first: unknown,
		subject: unknown,
	): Promise<unknown> {
		try {
			const {deadlineMs} = contract;
			return checked(await (deadlineMs > 0 ? within(answer, deadlineMs) : answer), plugin, contract, first);
		} catch (error) {
			return this.#failed(error, plugin, contract, subject);
		}
	}

	/** Where the times of a tap are added up; the hooks per provider count as one. */
	#timeOf(plugin: string, contract: HookContract): Writable<TapTime> {
		const hook = contract.name.replace(/\[.*/, '');
		const known = this.tapTimes.find(time => time.plugin === plugin && time.hook === hook);
		if (known !== undefined) return known;
		const time = {plugin, hook, taps: 0, milliseconds: 0};
		this.tapTimes.push(time);
		return time;
	}

	/** For how many taps this one stands; 0 when the clock is not read for it. */
	#weightOf(time: Writable<TapTime>): number {
		const taps = ++time.taps;
		if (taps <= sampled || this.#report.timed !== undefined) return 1;
		return taps % sampled === 0 ? sampled : 0;
	}

	#took(time: Writable<TapTime>, subject: unknown, began: number, weight: number): void {
		const milliseconds = performance.now() - began;
		time.milliseconds += milliseconds * weight;
		this.#report.timed?.(subject, time.plugin, milliseconds);
	}

	/** A deciding tap's refusal travels as it is and any other error with a name to it; an observing tap's is reported. */
	#failed(error: unknown, plugin: string, contract: HookContract, subject: unknown): undefined {
		if (contract.decides) throw blamed(error, plugin, contract.name);
		this.#report.fault(new PluginError(plugin, contract.name, error), subject);
		return undefined;
	}
}

function checked(answer: unknown, plugin: string, {check}: HookContract, first: unknown): unknown {
	return answer === undefined || check === undefined ? answer : check(answer, plugin, first);
}
