import {setTimeout as sleep} from 'node:timers/promises';
import {chatCallBytes, streamChunks, streamEvents} from '../messages.js';
import {percentile} from '../statistics.js';
import {Client, type Reply} from './client.js';
import type {ClosedJob, Outcome} from './jobs.js';

const usualLeadInSeconds = 0.2;
/** Servers close connections that idle for five seconds; one that is about to be closed is not used again. */
const idleMilliseconds = 3000;

/** What is told of the calls of a job. */
type Run = {
	replied(reply: Reply): void;
	failed(): void;
	events(count: number): void;
};

/**
 * Makes one call after the other on a connection of its own. Between two jobs for the same port it waits: connections that come and go with
 * every turn of a proxy would be something else that is measured.
 */
class Caller {
	isOpen = true;
	idleSince = 0;
	startedAt = 0;
	#run: Run | undefined;
	readonly #client: Client;

	constructor(port: number) {
		this.#client = new Client(port, {
			replied: reply => this.#run?.replied(reply),
			failed: () => {
				this.isOpen = false;
				this.#run?.failed();
			},
			events: count => this.#run?.events(count),
		});
	}

	call(bytes: Buffer, run: Run): void {
		this.#run = run;
		this.startedAt = performance.now();
		this.#client.call(bytes);
	}

	rest(): void {
		this.#run = undefined;
		this.idleSince = performance.now();
	}

	close(): void {
		this.#client.close();
	}
}

const resting = new Map<number, Caller[]>();

function callersFor(port: number, count: number): Caller[] {
	const known = resting.get(port) ?? [];
	resting.delete(port);
	const fresh = known.filter(({isOpen, idleSince}) => isOpen && performance.now() - idleSince < idleMilliseconds);
	const callers = fresh.slice(0, count);
	for (const caller of known) if (!callers.includes(caller)) caller.close();
	while (callers.length < count) callers.push(new Caller(port));
	return callers;
}

export async function runClosed({
	port,
	kind,
	concurrency,
	seconds,
	leadInSeconds = usualLeadInSeconds,
}: ClosedJob): Promise<Outcome> {
	const bytes = chatCallBytes(kind);
	const latencies: number[] = [];
	let counting = false;
	let over = false;
	let events = 0;
	let failures = 0;
	const complete = (reply: Reply) =>
		reply.status === 200 &&
		(kind === 'plain' ? reply.bytes > 0 : reply.events >= (kind === 'stream' ? streamEvents : streamChunks));

	const work = (caller: Caller) =>
		new Promise<void>(resolve => {
			const run: Run = {
				replied(reply) {
					if (!complete(reply)) failures++;
					else if (counting) latencies.push(performance.now() - caller.startedAt);
					if (!over) {
						caller.call(bytes, run);
						return;
					}
					caller.rest();
					resolve();
				},
				failed() {
					failures++;
					resolve();
				},
				events(count) {
					if (counting) events += count;
				},
			};
			caller.call(bytes, run);
		});

	const callers = callersFor(port, concurrency);
	const working = callers.map(work);
	await sleep(leadInSeconds * 1000);
	const opened = performance.now();
	counting = true;
	await sleep(seconds * 1000);
	counting = false;
	const counted = (performance.now() - opened) / 1000;
	// What is under way is waited for and not counted: a torn connection would burden the next measurement.
	over = true;
	await Promise.all(working);
	resting.set(port, callers);
	return {
		seconds: counted,
		calls: latencies.length,
		events,
		failures,
		p50Microseconds: percentile(latencies, 0.5) * 1000,
		p99Microseconds: percentile(latencies, 0.99) * 1000,
	};
}
