/** How workers ask each other: all of them talk to the primary process only, which passes their messages on. */

import type {Worker} from 'node:cluster';
import type {WorkerAnswers, Workers} from '../core/index.js';

/** In a worker's environment: its number among the workers. */
const numberVariable = 'TAPGATE_WORKER_NUMBER';

/** The environment that tells a worker its number. */
export function forkedAs(number: number): Readonly<Record<string, string>> {
	return {[numberVariable]: String(number)};
}

/** What is kept in the primary process for all workers. */
export interface PrimaryService {
	/** @param worker who asks; another number after it was replaced. @throws when it cannot answer. */
	answer(question: unknown, worker: number): unknown;
	/** A worker has ended. */
	gone(worker: number): void;
}

export type PrimaryServices = Readonly<Record<string, PrimaryService>>;

/** What a worker sends for others, or for the primary. */
export type WorkerPost =
	| {readonly kind: 'ask'; readonly id: number; readonly question: string}
	/** Without `answer`: there is none. */
	| {readonly kind: 'answer'; readonly id: number; readonly to: number; readonly answer?: unknown}
	| {readonly kind: 'primary'; readonly id: number; readonly service: string; readonly question: unknown};

/** What the primary delivers to a worker. */
type Delivery =
	| {readonly kind: 'ask'; readonly id: number; readonly question: string; readonly from: number}
	/** How many workers a question was passed on to. */
	| {readonly kind: 'asked'; readonly id: number; readonly count: number}
	| {readonly kind: 'answer'; readonly id: number; readonly answer?: unknown}
	| {readonly kind: 'told'; readonly id: number; readonly answer?: unknown; readonly error?: string};

export function isPost(message: {readonly kind: string}): message is WorkerPost {
	return message.kind === 'ask' || message.kind === 'answer' || message.kind === 'primary';
}

/** In the primary: a question goes to all others, an answer to who asked; what is for the primary is answered. */
export function passOn(post: WorkerPost, sender: Worker, workers: readonly Worker[], services: PrimaryServices): void {
	const {id} = post;
	if (post.kind === 'primary') {
		deliver(sender, Object.assign({kind: 'told', id} as const, told(services[post.service], post.question, sender.id)));
		return;
	}
	if (post.kind === 'answer') {
		const asker = workers.find(worker => worker.id === post.to);
		if (asker !== undefined) deliver(asker, {kind: 'answer', id, answer: post.answer});
		return;
	}
	const others = workers.filter(worker => worker !== sender && worker.isConnected());
	for (const worker of others) deliver(worker, {kind: 'ask', id, question: post.question, from: sender.id});
	deliver(sender, {kind: 'asked', id, count: others.length});
}

function told(service: PrimaryService | undefined, question: unknown, worker: number) {
	try {
		if (service === undefined) return {error: 'the primary process has no such service'};
		return {answer: service.answer(question, worker)};
	} catch (error) {
		return {error: error instanceof Error ? error.message : String(error)};
	}
}

function deliver(worker: Worker, delivery: Delivery): void {
	// A worker may end between the look and the message; who asked does not wait for it for ever.
	if (worker.isConnected()) worker.send(delivery, () => {});
}

/** A question that is being asked. */
interface Asking {
	readonly answers: unknown[];
	heard: number;
	expected: number;
	done(): void;
}

/** In a worker: the way to the others. One per process. */
export class WorkerExchange implements Workers {
	readonly number = Number(process.env[numberVariable] ?? 1);
	readonly count: number;
	readonly #given = new Map<string, () => unknown>();
	readonly #asked = new Map<number, Asking>();
	readonly #primary = new Map<number, (told: {readonly answer?: unknown; readonly error?: string}) => void>();
	#lastId = 0;

	constructor(count: number) {
		this.count = count;
		process.on('message', (message: Delivery) => this.#received(message));
	}

	answer(question: string, answer: () => unknown): void {
		this.#given.set(question, answer);
	}

	ask(question: string, withinMs: number): Promise<WorkerAnswers> {
		const id = ++this.#lastId;
		return new Promise(resolve => {
			const done = (): void => {
				clearTimeout(timer);
				this.#asked.delete(id);
				resolve({answers: asking.answers, missing: this.count - 1 - asking.answers.length});
			};
			const asking: Asking = {answers: [], heard: 0, expected: this.count - 1, done};
			const timer = setTimeout(done, withinMs);
			this.#asked.set(id, asking);
			post({kind: 'ask', id, question});
		});
	}

	askPrimary(service: string, question: unknown): Promise<unknown> {
		const id = ++this.#lastId;
		return new Promise((resolve, reject) => {
			this.#primary.set(id, ({answer, error}) => (error === undefined ? resolve(answer) : reject(new Error(error))));
			post({kind: 'primary', id, service, question});
		});
	}

	#received(message: Delivery): void {
		if (message.kind === 'told') {
			this.#primary.get(message.id)?.(message);
			this.#primary.delete(message.id);
			return;
		}
		if (message.kind === 'ask') {
			void this.#reply(message.id, message.from, message.question);
			return;
		}
		const asking = this.#asked.get(message.id);
		if (asking === undefined) return;
		if (message.kind === 'asked') asking.expected = message.count;
		else {
			asking.heard++;
			if (message.answer !== undefined) asking.answers.push(message.answer);
		}
		if (asking.heard >= asking.expected) asking.done();
	}

	async #reply(id: number, to: number, question: string): Promise<void> {
		let answer: unknown;
		try {
			answer = await this.#given.get(question)?.();
		} catch {
			// Who asked is told that there is no answer, and counts this worker as missing.
		}
		post({kind: 'answer', id, to, answer});
	}
}

function post(message: WorkerPost): void {
	if (process.connected) process.send?.(message, () => {});
}
