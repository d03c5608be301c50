/** How the gateway speaks to whoever runs it; the composition root decides where it goes. */

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
