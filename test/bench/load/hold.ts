import {setTimeout as sleep} from 'node:timers/promises';
import {chatCallBytes} from '../messages.js';
import {Client} from './client.js';
import type {HoldJob, Outcome} from './jobs.js';

/** Opened in handfuls: a thousand connections at once would test the listen backlog. */
const handful = 25;
const handfulMilliseconds = 25;
/** How long the last streams may take to bring their first event. */
const mostLeadInMilliseconds = 15_000;
/** A stream that brings less than this share of its events has stalled; the load side itself may be a little late. */
const aliveShare = 0.5;

type Stream = {client: Client; events: number; broken: boolean};

export async function runHold({port, streams, pauseMilliseconds, seconds}: HoldJob): Promise<Outcome> {
	const bytes = chatCallBytes('stream', pauseMilliseconds);
	const open: Stream[] = [];
	while (open.length < streams) {
		for (let index = 0; index < handful && open.length < streams; index++) open.push(start(port, bytes));
		await sleep(handfulMilliseconds);
	}
	const patience = performance.now() + mostLeadInMilliseconds;
	while (performance.now() < patience && open.some(({events, broken}) => events === 0 && !broken)) await sleep(50);
	const before = open.map(stream => stream.events);
	await sleep(seconds * 1000);
	const relayed = open.map((stream, index) => stream.events - (before[index] ?? 0));
	const wanted = aliveShare * ((seconds * 1000) / pauseMilliseconds);
	const alive = open.filter((stream, index) => !stream.broken && (relayed[index] ?? 0) >= wanted);
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
		// These streams never end by themselves.
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
