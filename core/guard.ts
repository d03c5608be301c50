/**
 * Makes tapable safe to decide with. Bare tapable hangs when a later tap throws before it returns a promise, does not
 * await an async function given to `tap`, lets the first error of a parallel hook hide the others, and names nobody.
 * One `register` interceptor replaces every tap's function by one that cannot do any of this.
 */

import {
	AsyncParallelHook,
	AsyncSeriesBailHook,
	AsyncSeriesHook,
	AsyncSeriesWaterfallHook,
	HookMap,
	SyncBailHook,
	SyncHook,
	SyncWaterfallHook,
} from 'tapable';
import {blamed} from './blame.js';
import {PluginError} from './errors.js';
import {isThenable, Kept, within} from './promises.js';
import type {TappedWith} from './tap-only.js';

/** How a hook combines what its taps return. */
export type HookKind = 'bail' | 'waterfall' | 'series' | 'parallel' | 'sync' | 'sync-bail' | 'sync-waterfall';

/** What holds for one hook. */
export interface HookContract {
	readonly name: string;
	readonly kind: HookKind;
	/** What a tap is called with. */
	readonly args: readonly string[];
	/** True: an error of a tap fails the exchange. False: it is logged, counted and passed over. */
	readonly decides: boolean;
	/** Milliseconds that one tap may take; 0 for no limit. Synchronous taps cannot be interrupted and have none. */
	readonly deadlineMs: number;
	/**
	 * Looks at what a tap answered, other than nothing; may wrap it.
	 * @throws {TypeError} when it is not what the hook asks for.
	 */
	readonly check?: (answer: unknown, plugin: string, args: readonly unknown[]) => unknown;
}

type Awaitable<Value> = Value | Promise<Value>;
// biome-ignore lint/suspicious/noConfusingVoidType: a tap without a return statement answers void
type Maybe<Value> = Awaitable<Value | undefined | void>;

export type Bail<Args extends unknown[], Answer> = AsyncSeriesBailHook<Args, Answer> &
	TappedWith<(...args: Args) => Maybe<Answer>>;
export type Waterfall<Args extends unknown[]> = AsyncSeriesWaterfallHook<Args> &
	TappedWith<(...args: Args) => Maybe<Args[0]>>;
export type Series<Args extends unknown[]> = AsyncSeriesHook<Args> & TappedWith<(...args: Args) => Maybe<undefined>>;
export type Parallel<Args extends unknown[]> = AsyncParallelHook<Args> &
	TappedWith<(...args: Args) => Maybe<undefined>>;
export type Sync<Args extends unknown[]> = SyncHook<Args> & TappedWith<(...args: Args) => undefined>;
export type SyncBail<Args extends unknown[], Answer> = SyncBailHook<Args, Answer> &
	TappedWith<(...args: Args) => Answer | undefined>;
export type SyncWaterfall<Args extends unknown[]> = SyncWaterfallHook<Args> &
	TappedWith<(...args: Args) => Args[0] | undefined>;

type Tap = (...args: unknown[]) => unknown;

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

interface AnyHook {
	intercept(interceptor: {register(tap: {fn: Tap; plugin: string}): unknown}): void;
}

/** What most taps answer. */
const nothing = new Kept(undefined, undefined);

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
		return this.#watch(new AsyncSeriesBailHook<Args, Answer>([...contract.args] as never), {...contract, kind: 'bail'});
	}

	waterfall<Args extends unknown[]>(contract: Omit<HookContract, 'kind'>): Waterfall<Args> {
		return this.#watch(new AsyncSeriesWaterfallHook<Args>([...contract.args] as never), {
			...contract,
			kind: 'waterfall',
		});
	}

	series<Args extends unknown[]>(contract: Omit<HookContract, 'kind'>): Series<Args> {
		return this.#watch(new AsyncSeriesHook<Args>([...contract.args] as never), {...contract, kind: 'series'});
	}

	parallel<Args extends unknown[]>(contract: Omit<HookContract, 'kind'>): Parallel<Args> {
		return this.#watch(new AsyncParallelHook<Args>([...contract.args] as never), {...contract, kind: 'parallel'});
	}

	sync<Args extends unknown[]>(contract: Omit<HookContract, 'kind'>): Sync<Args> {
		return this.#watch(new SyncHook<Args>([...contract.args] as never), {...contract, kind: 'sync'});
	}

	syncBail<Args extends unknown[], Answer>(contract: Omit<HookContract, 'kind'>): SyncBail<Args, Answer> {
		return this.#watch(new SyncBailHook<Args, Answer>([...contract.args] as never), {...contract, kind: 'sync-bail'});
	}

	syncWaterfall<Args extends unknown[]>(contract: Omit<HookContract, 'kind'>): SyncWaterfall<Args> {
		return this.#watch(new SyncWaterfallHook<Args>([...contract.args] as never), {...contract, kind: 'sync-waterfall'});
	}

	/** A waterfall for every name that is asked for. */
	waterfallMap<Args extends unknown[]>(contract: Omit<HookContract, 'kind'>): HookMap<Waterfall<Args>> {
		this.contracts.push({...contract, kind: 'waterfall'});
		return new HookMap(name => {
			const hook = new AsyncSeriesWaterfallHook<Args>([...contract.args] as never);
			this.#intercept(hook, {...contract, name: `${contract.name}[${name}]`, kind: 'waterfall'});
			return hook;
		});
	}

	#watch<Hook>(hook: Hook, contract: HookContract): Hook {
		this.contracts.push(Object.freeze(contract));
		this.#intercept(hook, contract);
		return hook;
	}

	#intercept(hook: unknown, contract: HookContract): void {
		const sync = contract.kind.startsWith('sync');
		(hook as AnyHook).intercept({
			register: tap => {
				const wrap = sync ? this.#guardSync : this.#guardAsync;
				return Object.assign({}, tap, {
					type: sync ? 'sync' : 'promise',
					fn: wrap.call(this, tap.fn, tap.plugin, contract),
				});
			},
		});
	}

	/** Most taps answer at once, and waiting for a promise would be most of what they cost. */
	#guardAsync(tap: Tap, plugin: string, contract: HookContract): Tap {
		const time = this.#timeOf(plugin, contract);
		const settled = async (
			given: PromiseLike<unknown>,
			args: readonly unknown[],
			began: number,
			weight: number,
		): Promise<unknown> => {
			try {
				return checked(
					await (contract.deadlineMs > 0 ? within(given, contract.deadlineMs) : given),
					plugin,
					contract,
					args,
				);
			} catch (error) {
				return this.#failed(error, plugin, contract, args.at(-1));
			} finally {
				if (weight > 0) this.#took(time, args.at(-1), began, weight);
			}
		};
		return (...args) => {
			const weight = this.timing ? this.#weightOf(time) : 0;
			const began = weight > 0 ? performance.now() : 0;
			let outcome: Kept;
			try {
				const given = tap(...args);
				if (isThenable(given)) return settled(given, args, began, weight);
				outcome = given === undefined ? nothing : new Kept(checked(given, plugin, contract, args), undefined);
			} catch (error) {
				outcome = this.#thrown(error, plugin, contract, args.at(-1));
			}
			if (weight > 0) this.#took(time, args.at(-1), began, weight);
			return outcome;
		};
	}

	#thrown(error: unknown, plugin: string, contract: HookContract, subject: unknown): Kept {
		try {
			return new Kept(this.#failed(error, plugin, contract, subject), undefined);
		} catch (blame) {
			return new Kept(undefined, blame);
		}
	}

	#guardSync(tap: Tap, plugin: string, contract: HookContract): Tap {
		const time = this.#timeOf(plugin, contract);
		return (...args) => {
			const weight = this.timing ? this.#weightOf(time) : 0;
			const began = weight > 0 ? performance.now() : 0;
			try {
				const answer = tap(...args);
				if (isThenable(answer)) {
					answer.then(undefined, () => {});
					throw new TypeError('this hook is synchronous; the tap returned a promise');
				}
				return checked(answer, plugin, contract, args);
			} catch (error) {
				return this.#failed(error, plugin, contract, args.at(-1));
			} finally {
				if (weight > 0) this.#took(time, args.at(-1), began, weight);
			}
		};
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

function checked(answer: unknown, plugin: string, {check}: HookContract, args: readonly unknown[]): unknown {
	return answer === undefined || check === undefined ? answer : check(answer, plugin, args);
}
