import {isObject, type JsonObject, type StreamEvent} from '../../../core/index.js';

/** What a stream is held against its grammar for. */
export interface Reading {
	/** Events out of order, twice, missing or malformed; empty for a stream that every client understands. */
	readonly faults: readonly string[];
	/** How it ended: as the format says that it must, with the format's own error event, or not at all. */
	readonly ending: 'complete' | 'error' | 'cut';
}

/** Collects what is wrong. */
export class Findings {
	readonly faults: string[] = [];
	ending: Reading['ending'] = 'cut';

	expect(holds: boolean, fault: string): void {
		if (!holds) this.faults.push(fault);
	}

	/** Nothing may come any more. */
	close(ending: 'complete' | 'error', fault: string): void {
		this.expect(this.ending === 'cut', fault);
		if (this.ending === 'cut') this.ending = ending;
	}

	get over(): boolean {
		return this.ending !== 'cut';
	}
}

/** A comment, or an event without data: clients skip it. */
export function isSilent(event: StreamEvent): boolean {
	return event.data === '' && event.event === undefined;
}

export function objectOf(value: unknown): JsonObject {
	return isObject(value) ? value : {};
}

export function listOf(value: unknown): readonly JsonObject[] {
	return Array.isArray(value) ? value.map(objectOf) : [];
}

export function parses(text: string): boolean {
	try {
		JSON.parse(text);
		return true;
	} catch {
		return false;
	}
}
