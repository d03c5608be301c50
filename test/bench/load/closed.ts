import {setTimeout as sleep} from 'node:timers/promises';
import {chatCallBytes, streamChunks, streamEvents} from '../messages.js';
import {percentile} from '../statistics.js';
import {Client, type Reply} from './client.js';
import type {ClosedJob, Outcome} from './jobs.js';

/** Not counted: the connections are opened and the first answers come. */
const leadInMilliseconds = 200;

export async function runClosed({port, kind, concurrency, seconds}: ClosedJob): Promise<Outcome> {
	const bytes = chatCallBytes(kind);
	const latencies: number[] = [];
	let counting = false;
	let over = false;
	let events = 0;
	let failures = 0;
	const complete = (reply: Reply) =>
		reply.status === 200 &&
		(kind === 'plain' ? reply.bytes > 0 : reply.events >= (kind === 'stream' ? streamEvents : streamChunks));

	const caller = () =>
		new Promise<void>(resolve => {
			let startedAt = performance.now();
			const client = new Client(port, {
				replied(reply) {
					const now = performance.now();
					if (!complete(reply)) failures++;
					else if (counting) latencies.push(now - startedAt);
					if (over) {
						client.close();
						resolve();
						return;
					}
					startedAt = now;
					client.call(bytes);
				},
				failed() {
					failures++;
					resolve();
				},
				events(count) {
					if (counting) events += count;
				},
			});
			client.call(bytes);
		});

	const callers = Array.from({length: concurrency}, caller);
	await sleep(leadInMilliseconds);
	const opened = performance.now();
	counting = true;
	await sleep(seconds * 1000);
	counting = false;
	const counted = (performance.now() - opened) / 1000;
	// What is under way is waited for and not counted: a torn connection would burden the next measurement.
	over = true;
	await Promise.all(callers);
	return {
		seconds: counted,
		calls: latencies.length,
		events,
		failures,
		p50Microseconds: percentile(latencies, 0.5) * 1000,
		p99Microseconds: percentile(latencies, 0.99) * 1000,
	};
}
