/** An upstream stream of events on its way to the client: looked at once, cut at event ends, relayed as it came. */

import type {ServerResponse} from 'node:http';
import type {Readable} from 'node:stream';
import type {EventFacts, StreamWatcher} from '../dialect.js';
import type {StreamTranslation} from '../exchange.js';
import {EventSplitter} from '../sse.js';
import {type StreamEvent, WireEvent} from '../stream-event.js';
import {withoutCredentials} from './credentials.js';
import {isWhole, joined, withoutUsage} from './event-bytes.js';

const mostTogetherBytes = 64 * 1024;
const mostHeldBytes = 64 * 1024;

/** What is done with a stream's events beside relaying them. */
export interface EventStreamOptions {
	readonly watcher: StreamWatcher;
	/** The client did not ask for usage, the gateway did: what tells of usage alone is not passed on. */
	readonly hideUsage: boolean;
	/** What must not be passed on when the provider quotes it in an error event. */
	readonly credentials: () => readonly string[];
	/** The way into the client's dialect; absent when the provider speaks it. */
	readonly translation: StreamTranslation | undefined;
}

export class EventStream {
	readonly #source: Readable;
	readonly #splitter = new EventSplitter();
	readonly #watcher: StreamWatcher;
	readonly #hideUsage: boolean;
	readonly #credentials: () => readonly string[];
	/** The way into the client's dialect; absent when the provider speaks it. */
	readonly translation: StreamTranslation | undefined;
	#held: Buffer[] = [];
	#ended = false;
	/** The provider's own error event was seen. */
	failed = false;
	/** Nothing but pings and comments has come, and so many that they are held no longer. */
	waiting = false;

	constructor(source: Readable, options: EventStreamOptions) {
		this.#source = source;
		this.#watcher = options.watcher;
		this.#hideUsage = options.hideUsage;
		this.#credentials = options.credentials;
		this.translation = options.translation;
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
	 * Waits for the first event that says something, and holds what came until then, 64 KiB at most.
	 * @returns what that event is; `idle` when the stream ended, or is only kept alive, without one.
	 * @throws what the source fails with.
	 */
	first(): Promise<EventFacts> {
		const source = this.#source;
		let heldBytes = 0;
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
					if (first === 'idle') {
						heldBytes += chunk.length;
						if (heldBytes < mostHeldBytes || this.#held.length === 0) return;
						this.waiting = true;
					}
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

	/** The events that `first` has seen. */
	held(): readonly StreamEvent[] {
		return this.#held.map(event => new WireEvent(event));
	}

	/**
	 * Relays events to the client's connection until the source ends; the caller ends the response.
	 * @param watch called with every event that goes to the client; only when somebody wants to know.
	 * @param keep called with what goes to the client, in pieces of any size; only when somebody wants to keep some of it.
	 * @throws what the source fails with. Settles quietly when the client's connection closes.
	 */
	relay(response: ServerResponse, watch?: (event: StreamEvent) => void, keep?: (bytes: Buffer) => void): Promise<void> {
		const source = this.#source;
		const held = this.#held;
		this.#held = [];
		return new Promise((resolve, reject) => {
			let over = false;
			const settle = (act: () => void): void => {
				over = true;
				source.off('data', data).off('end', end).off('error', failed);
				response.off('drain', drained).off('close', gone);
				act();
			};
			const attempt = (act: () => void): void => {
				try {
					act();
				} catch (error) {
					settle(() => reject(error));
				}
			};
			const write = (native: readonly Buffer[]): void => {
				const bytes = this.#spoken(native, watch);
				if (bytes.length === 0) return;
				keep?.(bytes);
				if (!response.write(bytes)) source.pause();
			};
			const kept = watch === undefined && this.translation === undefined ? this.#run : this.#kept;
			// One read of the socket brings several chunks, one after another in the same tick: looked at and written as one
			// they cost half.
			let arrived: Buffer[] = [];
			let arrivedBytes = 0;
			const flush = (): void => {
				const [first, ...others] = arrived;
				if (first === undefined || over) return;
				const bytes = others.length === 0 ? first : Buffer.concat(arrived);
				arrived = [];
				arrivedBytes = 0;
				attempt(() => write(kept.call(this, bytes)));
			};
			const data = (chunk: Buffer): void => {
				arrivedBytes += chunk.length;
				if (arrived.push(chunk) === 1) process.nextTick(flush);
				// A source that never pauses for breath must feel when the client is full.
				if (arrivedBytes >= mostTogetherBytes) flush();
			};
			const end = (): void =>
				attempt(() => {
					flush();
					if (over) return;
					write(this.#ended ? [] : this.#last());
					for (const event of this.#ending()) {
						watch?.(event);
						keep?.(event.bytes);
						response.write(event.bytes);
					}
					settle(resolve);
				});
			const failed = (error: Error): void => {
				flush();
				if (!over) settle(() => reject(error));
			};
			const gone = (): void => settle(resolve);
			const drained = (): void => void source.resume();
			source.on('data', data).on('end', end).on('error', failed);
			response.on('drain', drained).on('close', gone);
			attempt(() => {
				write(held);
				// A source that is over since its first event was seen does not say so twice.
				if (source.errored !== null) failed(source.errored);
				else if (this.#ended || source.readableEnded) end();
				else if (!response.writableNeedDrain) source.resume();
			});
		});
	}

	/** The same events one by one, for taps that change them. @throws what the source fails with. */
	async *events(): AsyncGenerator<StreamEvent> {
		const held = this.#held;
		this.#held = [];
		for (const event of held) yield* this.#translated(event);
		if (!this.#ended) {
			for await (const chunk of this.#source) {
				for (const event of this.#kept(chunk as Buffer)) yield* this.#translated(event);
			}
			for (const event of this.#last()) yield* this.#translated(event);
		}
		yield* this.#ending();
	}

	/** What a translation has held back; of a stream that was cut off it might look like a clean end. */
	#ending(): readonly StreamEvent[] {
		return this.translation === undefined || this.truncated ? [] : this.translation.end();
	}

	#translated(event: Buffer): readonly StreamEvent[] {
		const native = new WireEvent(event);
		return this.translation === undefined ? [native] : this.translation.push(native);
	}

	/** The bytes for the client: the native ones, or what the translation makes of them. */
	#spoken(native: readonly Buffer[], watch: ((event: StreamEvent) => void) | undefined): Buffer {
		if (this.translation === undefined && watch === undefined) return joined(native);
		const spoken: Buffer[] = [];
		for (const event of native) {
			for (const translated of this.#translated(event)) {
				watch?.(translated);
				spoken.push(translated.bytes);
			}
		}
		return joined(spoken);
	}

	/** The whole events of a chunk, without those that the client did not ask for. */
	#kept(chunk: Buffer): readonly Buffer[] {
		const kept: Buffer[] = [];
		for (const event of this.#splitter.push(chunk)) this.#keep(kept, event, this.#see(event));
		return kept;
	}

	/** The same where nobody looks at single events: what is content through and through is passed as one piece. */
	#run(chunk: Buffer): readonly Buffer[] {
		const kept: Buffer[] = [];
		let rest = chunk;
		if (this.#splitter.holding) {
			const end = this.#splitter.heldUntil(chunk);
			for (const event of this.#splitter.push(chunk.subarray(0, end))) this.#keep(kept, event, this.#see(event));
			rest = chunk.subarray(end);
			if (rest.length === 0 || this.#splitter.holding) return rest.length === 0 ? kept : [...kept, ...this.#kept(rest)];
		}
		const run = this.#splitter.run(rest);
		if (run === undefined) return [...kept, ...this.#kept(rest)];
		if (this.#watcher.plain(run.toString('latin1'))) kept.push(this.#hideUsage ? withoutUsage(run) : run);
		else for (const event of new EventSplitter().push(run)) this.#keep(kept, event, this.#see(event));
		return kept;
	}

	#see(event: Buffer): EventFacts {
		const facts = this.#watcher.see(event.toString('latin1'));
		if (facts === 'error') this.failed = true;
		return facts;
	}

	#keep(kept: Buffer[], event: Buffer, facts: EventFacts): void {
		if (facts === 'error') kept.push(withoutCredentials(event, this.#credentials()));
		else if (!this.#hideUsage) kept.push(event);
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
