/** Every way a call can end other than well: the gateway's own codes, and the errors that carry them. */

/** One code of the gateway's own: the status it travels with, what it means and what its reader can do. */
export interface ErrorEntry {
	readonly status: number;
	readonly meaning: string;
	readonly remedy: string;
}

/** The gateway's own error codes. Plugins add codes of their own; docs/errors.md is compared with this table by a test. */
export const errorTable = Object.freeze({
	malformed_request: {
		status: 400,
		meaning: 'The HTTP message itself could not be read.',
		remedy: 'Send well-formed HTTP/1.1.',
	},
	invalid_path: {
		status: 400,
		meaning: 'The path has dot segments, encoded slashes, control characters or is not a path at all.',
		remedy: 'Send the plain path of the API.',
	},
	invalid_body: {
		status: 400,
		meaning:
			'The body is not a JSON object in UTF-8, is nested too deeply, names a field twice, or spells one in capitals that the gateway decides by.',
		remedy: 'The message says where; send one valid JSON object.',
	},
	invalid_model: {
		status: 400,
		meaning: '`model` is missing, not a string, too long or holds characters that no model name has.',
		remedy: 'Send `model` as `provider.model`, an alias or a short name.',
	},
	invalid_parameter: {
		status: 400,
		meaning: 'A query parameter has a value that it cannot have.',
		remedy: 'The message names the parameter and what it may be.',
	},
	format_not_spoken: {
		status: 400,
		meaning: "The target does not speak the client's API format and nothing is registered that translates.",
		remedy: 'Choose a model whose provider speaks the format, or register a plugin that taps `translate`.',
	},
	lossy_translation: {
		status: 400,
		meaning: "The target's format cannot express all of the request, and the gateway is told to refuse such calls.",
		remedy: 'The message names the fields; leave them out, or choose a model that takes them.',
	},
	not_authenticated: {
		status: 401,
		meaning: 'No key was sent, or the key is wrong or expired.',
		remedy: 'Send a key of this gateway as `Authorization: Bearer …` or `x-api-key`.',
	},
	model_not_allowed: {
		status: 403,
		meaning: 'The key may not use this model, or not all that the route can reach.',
		remedy: 'Choose a model of the `allow` list of the key, or have the list extended; the message says by what.',
	},
	admin_only: {
		status: 403,
		meaning: 'The route is for callers with the tag `admin`.',
		remedy: 'Use a key that has the tag, or have it added to `tags` of the key.',
	},
	record_not_found: {
		status: 404,
		meaning: 'No record has this request id: it never was, or retention has dropped it.',
		remedy: 'Look the id up in `x-request-id` of the answer; a record appears some 100 milliseconds after its call.',
	},
	unknown_route: {
		status: 404,
		meaning: 'Nothing is served under this method and path.',
		remedy: 'See the endpoints in the README.',
	},
	model_not_found: {
		status: 404,
		meaning: 'The model name leads to no registered provider.',
		remedy: 'The message names the closest names; `GET /v1/models` lists all.',
	},
	slow_body: {
		status: 408,
		meaning: 'The body stopped arriving or came too slowly, also one that is passed through.',
		remedy: 'Send the body without pauses of more than `server.bodyIdleSeconds`, and at 1 KiB a second or more.',
	},
	body_too_large: {
		status: 413,
		meaning: 'The body is larger than `server.bodyLimit`.',
		remedy: 'Send less, or have the limit raised.',
	},
	unsupported_encoding: {
		status: 415,
		meaning: 'The body is compressed in a way that the gateway does not read.',
		remedy: 'Send it plain or as gzip, deflate or br.',
	},
	headers_too_large: {
		status: 431,
		meaning: 'The request line and headers together are too large.',
		remedy: 'Send fewer or shorter headers.',
	},
	client_closed: {
		status: 499,
		meaning: 'The client left before the answer was complete. Seen in records only.',
		remedy: 'None needed; the upstream call was cancelled.',
	},
	internal_error: {
		status: 500,
		meaning: 'The gateway or one of its plugins failed.',
		remedy: 'Look for the request id in the log: plugin, hook and cause are there.',
	},
	upstream_error: {
		status: 502,
		meaning: 'The provider answered with an error. Its own status is kept instead of 502.',
		remedy: "Read the provider's message; it is passed on as it came when it is in the client's format.",
	},
	upstream_unreachable: {
		status: 502,
		meaning: 'The provider could not be reached, or broke the connection off.',
		remedy: 'Try again; see `GET /health` for the state of the provider.',
	},
	upstream_invalid: {
		status: 502,
		meaning:
			"The provider's answer could not be read: too large, cut off, in an unknown encoding, or no API's answer at all.",
		remedy: 'Try again; if it stays, look at the provider and its base URL.',
	},
	shutting_down: {
		status: 503,
		meaning: 'The gateway stopped before the answer was complete: the call outlasted `server.drainSeconds`.',
		remedy: 'Try again: another instance or the next one answers.',
	},
	records_unavailable: {
		status: 503,
		meaning: 'The database of the records is away, or did not answer in time.',
		remedy: 'Try again; narrow the time with `since` and `until`. `GET /health` tells the state of the database.',
	},
	upstream_timeout: {
		status: 504,
		meaning: 'The provider did not connect, answer or go on within its timeouts.',
		remedy: 'Try again, or raise `timeouts` of the provider.',
	},
} as const satisfies Record<string, ErrorEntry>);

/** A code of {@link errorTable}. */
export type ErrorCode = keyof typeof errorTable;

/** What may go with a {@link GatewayError}. */
export interface ErrorDetails {
	/** The request field at fault, as the client spelled it. */
	readonly param?: string;
	/** Response headers that belong to the refusal, such as `retry-after`. */
	readonly headers?: Readonly<Record<string, string>>;
	/** What led here; logged, never sent. */
	readonly cause?: unknown;
}

/*
 * A config and a plugin of somebody else's may each bring a copy of the package along, and then a class is not the same class. So every error
 * that the gateway must recognise carries a mark of its own.
 */
const marker = Symbol.for('tapgate.GatewayError');
const pluginErrorMark = Symbol.for('tapgate.PluginError');
const configErrorMark = Symbol.for('tapgate.ConfigError');

function bears(error: unknown, mark: symbol): boolean {
	return typeof error === 'object' && error !== null && (error as Record<symbol, unknown>)[mark] === true;
}

/**
 * A refusal or failure that the client is told of, in its own envelope.
 * Throw it from any deciding hook: `throw new GatewayError('token_cap', 400, 'at most 100 tokens')`.
 * @throws {TypeError} for a status that is no error: a refusal must not look like an answer.
 */
export class GatewayError extends Error {
	/** Stable, lower_snake_case; what programs look at. */
	readonly code: string;
	/** HTTP status, 400 to 599. */
	readonly status: number;
	readonly param: string | undefined;
	readonly headers: Readonly<Record<string, string>>;
	readonly [marker] = true;

	constructor(code: string, status: number, message: string, details: ErrorDetails = {}) {
		super(message, details.cause === undefined ? undefined : {cause: details.cause});
		if (!Number.isInteger(status) || status < 400 || status > 599)
			throw new TypeError(`the error "${code}" has the status ${status}; expected 400 to 599`);
		this.name = 'GatewayError';
		this.code = code;
		this.status = status;
		this.param = details.param;
		this.headers = details.headers ?? {};
	}

	/** Tells a GatewayError by its mark, so that a second copy of the package is recognised too. */
	static is(error: unknown): error is GatewayError {
		return bears(error, marker);
	}
}

/** Makes an error of the gateway's own with the status that the table gives to its code. */
export function refusal(code: ErrorCode, message: string, details?: ErrorDetails): GatewayError {
	return new GatewayError(code, errorTable[code].status, message, details);
}

/** A plugin failed in a hook: says which plugin and which hook, and keeps what it threw as the cause. */
export class PluginError extends Error {
	readonly plugin: string;
	readonly hook: string;
	readonly [pluginErrorMark] = true;

	constructor(plugin: string, hook: string, cause: unknown) {
		super(`plugin "${plugin}" failed in hook "${hook}": ${cause instanceof Error ? cause.message : String(cause)}`, {
			cause,
		});
		this.name = 'PluginError';
		this.plugin = plugin;
		this.hook = hook;
	}

	/** Tells a PluginError by its mark, as {@link GatewayError.is} does. */
	static is(error: unknown): error is PluginError {
		return bears(error, pluginErrorMark);
	}
}

/** The configuration or the start cannot be used; the message says where, what was expected and what was found. */
export class ConfigError extends Error {
	override readonly name = 'ConfigError';
	readonly [configErrorMark] = true;

	/** Tells a ConfigError by its mark, as {@link GatewayError.is} does. */
	static is(error: unknown): error is ConfigError {
		return bears(error, configErrorMark);
	}
}

/** What the client is told of an error: a GatewayError as it is, anything else as an opaque 500 with the request id. */
export function tellable(error: unknown, requestId: string): GatewayError {
	if (GatewayError.is(error)) return error;
	return refusal('internal_error', `The gateway failed to handle this call (request id ${requestId}).`, {cause: error});
}
