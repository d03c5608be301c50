/** Several processes that share the port: the primary starts them, replaces what crashes, and stops them together. */

import cluster, {type Worker} from 'node:cluster';
import type {Log} from '../core/index.js';
import type {StopRequest} from './stop-request.js';
import {closeUntaken} from './untaken.js';
import {forkedAs, isPost, type PrimaryServices, passOn, type WorkerPost} from './worker-exchange.js';

const firstDelayMs = 200;
const longestDelayMs = 10_000;
/** A worker that served for this long did not crash because of its start. */
const steadyMs = 60_000;

/** What a worker tells its primary, once. */
export type WorkerReport =
	| {readonly kind: 'listening'; readonly facts: Readonly<Record<string, unknown>>}
	| {readonly kind: 'failed'; readonly block: string};

/** What a primary tells its workers. */
const stopMessage = 'stop';

/** Reports to the primary, when this process is a worker, and resolves when the report is on its way. */
export function report(message: WorkerReport): Promise<void> {
	return new Promise(resolve => {
		if (process.send === undefined) resolve();
		else process.send(message, () => resolve());
	});
}

/** Calls back when the primary wants this worker to stop. */
export function onStopMessage(stop: () => void): void {
	process.on('message', message => {
		if (message === stopMessage) stop();
	});
}

/** A worker as its primary sees it. */
interface Member {
	readonly worker: Worker;
	/** Its place among the workers, which its successor takes. */
	readonly number: number;
	readonly startedAt: number;
	listening: boolean;
}

/** The workers of a gateway. */
export class Fleet {
	readonly #log: Log;
	readonly #size: number;
	readonly #services: PrimaryServices;
	readonly #members = new Map<number, Member>();
	readonly #timers = new Set<NodeJS.Timeout>();
	#complete = false;
	#stopping = false;
	#delayMs = firstDelayMs;
	#emptied: () => void = () => {};
	#started: (facts: Readonly<Record<string, unknown>>) => void = () => {};
	#failed: (block: string) => void = () => {};

	/** @param services what is kept here for all workers. */
	constructor(size: number, log: Log, services: PrimaryServices) {
		this.#size = size;
		this.#log = log;
		this.#services = services;
		cluster.on('message', (worker, message: WorkerReport | WorkerPost) => this.#heard(worker, message));
		cluster.on('exit', (worker, code, signal) => this.#ended(worker, signal ?? code));
	}

	/**
	 * Starts every worker.
	 * @returns what the first of them says of itself, when all of them listen; `undefined` when stopped before that.
	 * @throws {FleetFailure} when one cannot start.
	 */
	async start(stop: StopRequest): Promise<Readonly<Record<string, unknown>> | undefined> {
		const listening = new Promise<Readonly<Record<string, unknown>>>((resolve, reject) => {
			this.#started = resolve;
			this.#failed = block => reject(new FleetFailure(block));
		});
		for (let number = 1; number <= this.#size; number++) this.#fork(number);
		return await Promise.race([listening, stop.asked.then(() => undefined)]);
	}

	/** Lets every worker drain and end. */
	async stop(): Promise<void> {
		this.#stopping = true;
		for (const timer of this.#timers) clearTimeout(timer);
		const emptied = new Promise<void>(resolve => {
			this.#emptied = resolve;
		});
		for (const {worker} of this.#members.values()) if (worker.isConnected()) worker.send(stopMessage);
		if (this.#members.size > 0) await emptied;
	}

	/** Ends every worker at once. */
	kill(): void {
		for (const {worker} of this.#members.values()) worker.process.kill('SIGKILL');
	}

	#fork(number: number): void {
		const worker = cluster.fork(forkedAs(number));
		closeUntaken(worker);
		this.#members.set(worker.id, {worker, number, startedAt: performance.now(), listening: false});
	}

	#heard({id}: Worker, message: WorkerReport | WorkerPost): void {
		const member = this.#members.get(id);
		if (member === undefined) return;
		if (isPost(message)) {
			passOn(
				message,
				member.worker,
				[...this.#members.values()].map(({worker}) => worker),
				this.#services,
			);
			return;
		}
		if (message.kind === 'failed') {
			if (this.#complete) this.#log.error('a worker could not start again', {worker: id, reason: message.block});
			else this.#failed(message.block);
			return;
		}
		member.listening = true;
		if (this.#complete) this.#log.info('a worker listens again', {worker: id});
		const all = [...this.#members.values()];
		if (this.#complete || all.length < this.#size || !all.every(({listening}) => listening)) return;
		this.#complete = true;
		this.#started(message.facts);
	}

	#ended({id}: Worker, how: string | number): void {
		const member = this.#members.get(id);
		this.#members.delete(id);
		for (const service of Object.values(this.#services)) service.gone(id);
		if (this.#stopping) {
			if (this.#members.size === 0) this.#emptied();
			return;
		}
		if (!this.#complete) {
			this.#failed(`error: a worker ended before it listened (${how})`);
			return;
		}
		if (member === undefined) return;
		const {number} = member;
		const steady = performance.now() - member.startedAt > steadyMs;
		if (steady) this.#delayMs = firstDelayMs;
		this.#log.error('a worker ended; another one is started', {worker: id, exit: how, delayMs: this.#delayMs});
		const timer = setTimeout(() => {
			this.#timers.delete(timer);
			this.#fork(number);
		}, this.#delayMs);
		this.#timers.add(timer);
		this.#delayMs = Math.min(this.#delayMs * 2, longestDelayMs);
	}
}

/** A worker could not start; the block says why. */
export class FleetFailure extends Error {
	readonly block: string;

	constructor(block: string) {
		super('a worker could not start');
		this.name = 'FleetFailure';
		this.block = block;
	}
}
