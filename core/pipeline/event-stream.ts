/** An upstream stream of events on its way to the client: looked at once, cut at event ends, relayed as it came. */

import type {ServerResponse} from 'node:http';
import type {Readable} from 'node:stream';
import type {EventFacts, StreamWatcher} from '../dialect.js';
import {EventSplitter} from '../sse.js';
import {type StreamEvent, WireEvent} from '../stream-event.js';

const noBytes = Buffer.alloc(0);
const usageMember = Buffer.from(',"usage":null');

/** What is done with a stream's events beside relaying them. */
export interface EventStreamOptions {
	readonly watcher: StreamWatcher;
	/** The client did not ask for usage, the gateway did: what tells of usage alone is not passed on. */
	readonly hideUsage: boolean;
}

export class EventStream {
	readonly #source: Readable;
	readonly #splitter = new EventSplitter();
	readonly #watcher: StreamWatcher;
	readonly #hideUsage: boolean;
	#held: Buffer[] = [];
	#ended = false;
	/** The provider's own error event was seen. */
	failed = false;

	constructor(source: Readable, options: EventStreamOptions) {
		this.#source = source;
		this.#watcher = options.watcher;
		this.#hideUsage = options.hideUsage;
	}

	/** The stream said that it is complete, or said itself what went wrong. */
	get settled(): boolean {
		return this.#watcher.complete || this.failed;
	}

	/** The source ended although the stream had more to say. Not so when a plugin stopped reading. */
	get truncated(): boolean {
		return this.#ended && !this.settled;
	}

	get watcher(): StreamWatcher {
		return this.#watcher;
	}

	/**
	 * Waits for the first event that says something, and holds what came until then.
	 * @returns what that event is; `idle` when the stream ended without one.
	 * @throws what the source fails with.
	 */
	first(): Promise<EventFacts> {
		const source = this.#source;
		return new Promise((resolve, reject) => {
			const settle = (act: () => void): void => {
				source.off('data', data).off('end', end).off('error', failed).off('close', closed);
				act();
			};
			const data = (chunk: Buffer): void => {
				try {
					let first: EventFacts = 'idle';
					for (const event of this.#splitter.push(chunk)) {
						const facts = this.#see(event);
						if (first === 'idle') first = facts;
						this.#keep(this.#held, event, facts);
					}
					if (first === 'idle') return;
					source.pause();
					settle(() => resolve(first));
				} catch (error) {
					settle(() => reject(error));
				}
			};
			const end = (): void => {
				const last = this.#last();
				this.#held.push(...last);
				settle(() => resolve(this.failed ? 'error' : last.length > 0 ? 'content' : 'idle'));
			};
			const failed = (error: Error): void => settle(() => reject(error));
			const closed = (): void => settle(() => reject(new Error('the stream was closed')));
			source.on('data', data).on('end', end).on('error', failed).on('close', closed);
			// The client may have left since the head arrived; a source that is gone already says nothing more.
			if (source.errored !== null) failed(source.errored);
			else if (source.destroyed && !source.readableEnded) closed();
		});
	}

	/**
	 * Relays events to the client's connection until the source ends; the caller ends the response.
	 * @param watch called with every event; only when somebody wants to know.
	 * @throws what the source fails with. Settles quietly when the client's connection closes.
	 */
	relay(response: ServerResponse, watch?: (event: StreamEvent) => void): Promise<void> {
		const source = this.#source;
		if (watch !== undefined) for (const event of this.#held) watch(new WireEvent(event));
		if (this.#held.length > 0) response.write(joined(this.#held));
		this.#held = [];
		if (this.#ended) return Promise.resolve();
		return new Promise((resolve, reject) => {
			const settle = (act: () => void): void => {
				source.off('data', data).off('end', end).off('error', failed);
				response.off('drain', drained).off('close', gone);
				act();
			};
			const data = (chunk: Buffer): void => {
				try {
					const bytes = this.#take(chunk, watch);
					if (bytes.length > 0 && !response.write(bytes)) source.pause();
				} catch (error) {
					settle(() => reject(error));
				}
			};
			const end = (): void => {
				for (const event of this.#last()) {
					watch?.(new WireEvent(event));
					response.write(event);
				}
				settle(resolve);
			};
			const failed = (error: Error): void => settle(() => reject(error));
			const gone = (): void => settle(resolve);
			const drained = (): void => void source.resume();
			source.on('data', data).on('end', end).on('error', failed);
			response.on('drain', drained).on('close', gone);
			// A source that is over since its first event was seen does not say so twice.
			if (source.errored !== null) failed(source.errored);
			else if (source.readableEnded) end();
			else source.resume();
		});
	}

	/** The same events one by one, for taps that change them. @throws what the source fails with. */
	async *events(): AsyncGenerator<StreamEvent> {
		for (const event of this.#held) yield new WireEvent(event);
		this.#held = [];
		if (this.#ended) return;
		for await (const chunk of this.#source) {
			const events: Buffer[] = [];
			for (const event of this.#splitter.push(chunk as Buffer)) this.#keep(events, event, this.#see(event));
			for (const event of events) yield new WireEvent(event);
		}
		for (const event of this.#last()) yield new WireEvent(event);
	}

	/** The bytes of a chunk that may go on: whole events, without those that the client did not ask for. */
	#take(chunk: Buffer, watch: ((event: StreamEvent) => void) | undefined): Buffer {
		const whole = this.#splitter.push(chunk);
		const passed: Buffer[] = [];
		for (const event of whole) {
			const before = passed.length;
			this.#keep(passed, event, this.#see(event));
			if (watch !== undefined && passed.length > before) watch(new WireEvent(passed[before] as Buffer));
		}
		return joined(passed);
	}

	#see(event: Buffer): EventFacts {
		const facts = this.#watcher.see(event.toString('latin1'));
		if (facts === 'error') this.failed = true;
		return facts;
	}

	#keep(kept: Buffer[], event: Buffer, facts: EventFacts): void {
		if (!this.#hideUsage) kept.push(event);
		else if (facts !== 'usage-only') kept.push(withoutUsage(event));
	}

	/** The event that the stream ended in without a blank line; none when it was cut off in the middle of it. */
	#last(): readonly Buffer[] {
		this.#ended = true;
		const rest = this.#splitter.rest();
		const kept: Buffer[] = [];
		if (rest.length > 0 && isWhole(rest)) this.#keep(kept, rest, this.#see(rest));
		return this.settled ? kept : [];
	}
}

/** An event may be whole without its blank line; half an event has a name without data, or data that does not parse. */
function isWhole(event: Buffer): boolean {
	const {event: name, data, json} = new WireEvent(event);
	return json !== undefined || data.trim() === '[DONE]' || (name === undefined && data === '');
}

/** A provider that was asked for usage writes `"usage":null` into every event; a client that did not ask gets none. */
function withoutUsage(event: Buffer): Buffer {
	const at = event.indexOf(usageMember);
	return at === -1 ? event : Buffer.concat([event.subarray(0, at), event.subarray(at + usageMember.length)]);
}

/** One buffer of several; neighbours in memory are not copied. */
function joined(buffers: readonly Buffer[]): Buffer {
	const [first, ...others] = buffers;
	if (first === undefined) return noBytes;
	if (others.length === 0) return first;
	let end = first.byteOffset + first.length;
	for (const buffer of others) {
		if (buffer.buffer !== first.buffer || buffer.byteOffset !== end) return Buffer.concat(buffers);
		end += buffer.length;
	}
	return Buffer.from(first.buffer, first.byteOffset, end - first.byteOffset);
}
