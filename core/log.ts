/** How the gateway speaks to whoever runs it; the composition root decides where it goes. */

import {isObject} from './json.js';

/** Facts that go with a line; values must be free of credentials. */
export type LogFields = Readonly<Record<string, unknown>>;

/** A leveled log. Never blocks a call. */
export interface Log {
	debug(message: string, fields?: LogFields): void;
	info(message: string, fields?: LogFields): void;
	warn(message: string, fields?: LogFields): void;
	error(message: string, fields?: LogFields): void;
}

/** Describes a thrown thing for a log line: message, stack and the chain of causes. */
export function describe(error: unknown): LogFields {
	if (!(error instanceof Error)) return {error: String(error)};
	const causes: string[] = [];
	for (let cause = error.cause; cause instanceof Error && causes.length < 5; cause = cause.cause) {
		causes.push(cause.stack ?? cause.message);
	}
	return {error: error.message, stack: error.stack, ...(causes.length > 0 && {causes})};
}

/** A log whose lines go through filters on their way to another one. */
export class FilteredLog implements Log {
	readonly #log: Log;
	readonly #filters: ((text: string) => string)[] = [];

	constructor(log: Log) {
		this.#log = log;
	}

	/** @param filter is given every text of a line: its message, and texts in its fields, however deep. */
	add(filter: (text: string) => string): void {
		this.#filters.push(filter);
	}

	debug(message: string, fields?: LogFields): void {
		this.#write('debug', message, fields);
	}

	info(message: string, fields?: LogFields): void {
		this.#write('info', message, fields);
	}

	warn(message: string, fields?: LogFields): void {
		this.#write('warn', message, fields);
	}

	error(message: string, fields?: LogFields): void {
		this.#write('error', message, fields);
	}

	#write(level: keyof Log, message: string, fields: LogFields | undefined): void {
		if (fields === undefined) this.#log[level](this.#text(message));
		else this.#log[level](this.#text(message), this.#fields(fields));
	}

	#text(text: string): string {
		return this.#filters.reduce((filtered, filter) => filter(filtered), text);
	}

	#fields(fields: LogFields, depth = 0): LogFields {
		if (this.#filters.length === 0) return fields;
		return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, this.#value(value, depth)]));
	}

	#value(value: unknown, depth: number): unknown {
		if (typeof value === 'string') return this.#text(value);
		if (depth > deepest) return typeof value === 'object' && value !== null ? '…' : value;
		if (Array.isArray(value)) return value.map(item => this.#value(item, depth + 1));
		const plain = isObject(value) && Object.getPrototypeOf(value) === Object.prototype;
		return plain ? this.#fields(value, depth + 1) : value;
	}
}

/** Deeper fields are not worth reading. */
const deepest = 8;
