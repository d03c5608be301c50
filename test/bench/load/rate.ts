import {chatCallBytes} from '../messages.js';
import {percentile} from '../statistics.js';
import {Client} from './client.js';
import type {Outcome, RateJob} from './jobs.js';

/** Not counted: the connections are opened. */
const leadInMilliseconds = 200;

export function runRate({port, perSecond, connections, seconds}: RateJob): Promise<Outcome> {
	const bytes = chatCallBytes('plain');
	const latencies: number[] = [];
	const clients: Client[] = [];
	const idle: Array<(startedAt: number) => void> = [];
	/** Calls that are due while every connection is busy; their wait counts. */
	const waiting: number[] = [];
	let underWay = 0;
	let failures = 0;
	let sent = 0;

	return new Promise(resolve => {
		const began = performance.now();
		const opens = began + leadInMilliseconds;
		const closes = opens + seconds * 1000;
		const finishIfDone = (now: number) => {
			if (now < closes || underWay + waiting.length > 0) return;
			clearInterval(timer);
			for (const client of clients) client.close();
			resolve({
				seconds,
				calls: latencies.length,
				events: 0,
				failures,
				p50Microseconds: percentile(latencies, 0.5) * 1000,
				p99Microseconds: percentile(latencies, 0.99) * 1000,
			});
		};

		const open = () => {
			let startedAt = 0;
			const call = (dueAt: number) => {
				startedAt = dueAt;
				underWay++;
				client.call(bytes);
			};
			const client = new Client(port, {
				replied(reply) {
					const now = performance.now();
					underWay--;
					if (reply.status !== 200) failures++;
					else if (startedAt >= opens) latencies.push(now - startedAt);
					const due = waiting.shift();
					if (due === undefined) idle.push(call);
					else call(due);
				},
				failed() {
					failures++;
					underWay--;
				},
			});
			clients.push(client);
			idle.push(call);
		};
		for (let index = 0; index < connections; index++) open();

		const timer = setInterval(() => {
			const now = performance.now();
			const due = Math.floor(((Math.min(now, closes) - began) / 1000) * perSecond);
			for (; sent < due; sent++) {
				const call = idle.pop();
				if (call === undefined) waiting.push(now);
				else call(now);
			}
			finishIfDone(now);
		}, 1);
	});
}
