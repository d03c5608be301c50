import {setTimeout as sleep} from 'node:timers/promises';
import {chatCallBytes} from '../messages.js';
import {Client} from './client.js';
import type {HoldJob, Outcome} from './jobs.js';

/** Opened in handfuls: a thousand connections at once would test the listen backlog. */
const handful = 25;
const pauseMilliseconds = 25;
/** How many of the expected events a stream may still be owed when it counts as alive. */
const owed = 2;

type Stream = {client: Client; events: number; broken: boolean};

export async function runHold({port, streams, seconds}: HoldJob): Promise<Outcome> {
	const bytes = chatCallBytes('slow-stream');
	const open: Stream[] = [];
	while (open.length < streams) {
		for (let index = 0; index < handful && open.length < streams; index++) open.push(start(port, bytes));
		await sleep(pauseMilliseconds);
	}
	await sleep(1000);
	const before = open.map(stream => stream.events);
	await sleep(seconds * 1000);
	const relayed = open.map((stream, index) => stream.events - (before[index] ?? 0));
	const alive = open.filter((stream, index) => !stream.broken && (relayed[index] ?? 0) >= seconds - owed);
	for (const {client} of open) client.close();
	return {
		seconds,
		calls: streams,
		events: relayed.reduce((sum, count) => sum + count, 0),
		failures: streams - alive.length,
		p50Microseconds: 0,
		p99Microseconds: 0,
	};
}

function start(port: number, bytes: Buffer): Stream {
	const end = () => {
		stream.broken = true;
	};
	const client = new Client(port, {
		// A slow stream never ends by itself.
		replied: end,
		failed: end,
		events(count) {
			stream.events += count;
		},
	});
	const stream: Stream = {client, events: 0, broken: false};
	client.call(bytes);
	return stream;
}
