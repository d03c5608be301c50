/** What a config can have the mock provider do. */

import {ConfigError, type JsonObject, type OptionsSchema} from '../../../core/index.js';
import {nameSchema} from '../options.js';

/** A refusal or failure to answer with. */
export interface MockError {
	readonly status: number;
	readonly message: string;
	/** `error.type`; follows from the status when left out. */
	readonly type?: string;
	/** `error.code` of OpenAI's envelope. */
	readonly code?: string;
	/** Such as `retry-after`. */
	readonly headers?: Readonly<Record<string, string>>;
}

/** One server-sent event to replay. */
export interface MockEvent {
	readonly event?: string;
	/** Text as it is, or a value sent as JSON. */
	readonly data: string | JsonObject;
}

/** How a model of the mock provider behaves; `{}` echoes the last user message. */
export interface MockModel {
	/** Answers with this text, streamed word by word. */
	readonly text?: string;
	/** Answers with this text, streamed in these pieces. */
	readonly chunks?: readonly string[];
	/** Streams exactly these events; the client's API format is the writer's business. */
	readonly events?: readonly MockEvent[];
	/** Calls this function. */
	readonly toolCall?: {readonly name: string; readonly arguments: JsonObject};
	/** Token counts to report instead of estimates. */
	readonly usage?: {readonly input: number; readonly output: number};
	/** Answers with this error. */
	readonly error?: MockError;
	/** Milliseconds before the answer begins. */
	readonly delayMs?: number;
	/** Milliseconds between the chunks of a stream. */
	readonly intervalMs?: number;
	/** The connection breaks after this many chunks of a stream; 0 breaks it before the first byte. */
	readonly failAfter?: number;
	/** An error event ends the stream after this many chunks, 0 begins it with one; `error` says which. */
	readonly errorAfter?: number;
}

export interface MockOptions {
	readonly name?: string;
	readonly models?: Readonly<Record<string, MockModel>>;
}

const count = (description: string) => ({type: 'integer', minimum: 0, description}) as const;
const milliseconds = (description: string) =>
	({type: 'integer', minimum: 0, maximum: 2_147_483_647, description}) as const;

const modelSchema = {
	type: 'object',
	description: 'how one model behaves; {} echoes the last user message',
	properties: {
		text: {type: 'string', description: 'answers with this text, streamed word by word'},
		chunks: {type: 'array', items: {type: 'string'}, description: 'answers with this text, streamed in these pieces'},
		events: {
			type: 'array',
			minItems: 1,
			description: 'streams exactly these events',
			items: {
				type: 'object',
				properties: {
					event: {type: 'string', pattern: '^[^\\r\\n]*$', description: 'name of the event'},
					data: {type: ['string', 'object'], description: 'text as it is, or an object sent as JSON'},
				},
				required: ['data'],
				additionalProperties: false,
			},
		},
		toolCall: {
			type: 'object',
			description: 'calls this function',
			properties: {
				name: {type: 'string', pattern: '^[a-zA-Z0-9_-]{1,64}$', description: 'name of the function'},
				arguments: {type: 'object', description: 'what it is called with'},
			},
			required: ['name', 'arguments'],
			additionalProperties: false,
		},
		usage: {
			type: 'object',
			description: 'token counts to report instead of estimates',
			properties: {input: count('input tokens'), output: count('output tokens')},
			required: ['input', 'output'],
			additionalProperties: false,
		},
		error: {
			type: 'object',
			description: 'answers with this error',
			properties: {
				status: {type: 'integer', minimum: 400, maximum: 599, description: 'HTTP status'},
				message: {type: 'string', description: 'error.message'},
				type: {type: 'string', description: 'error.type; follows from the status when left out'},
				code: {type: 'string', description: "error.code of OpenAI's envelope"},
				headers: {
					type: 'object',
					additionalProperties: {type: 'string', pattern: '^[\\t -~]*$'},
					propertyNames: {pattern: "^[\\w!#$%&'*+.^`|~-]+$"},
					description: 'response headers, such as retry-after',
				},
			},
			required: ['status', 'message'],
			additionalProperties: false,
		},
		delayMs: milliseconds('before the answer begins'),
		intervalMs: milliseconds('between the chunks of a stream'),
		failAfter: count('chunks after which a stream breaks off; 0 breaks it before the first byte'),
		errorAfter: count(
			'chunks after which an error event ends a stream, 0 for a stream that begins with one; error says which',
		),
	},
	additionalProperties: false,
} as const;

export const mockSchema = {
	type: 'object',
	properties: {
		name: nameSchema('mock'),
		models: {
			type: 'object',
			default: {},
			propertyNames: {minLength: 1},
			additionalProperties: modelSchema,
			description: 'models beside echo, by name',
		},
	},
	additionalProperties: false,
} as unknown as OptionsSchema<MockOptions>;

/** Options of which a model can have one. */
const alternatives: readonly (readonly (keyof MockModel)[])[] = [
	['text', 'chunks', 'events'],
	['events', 'toolCall'],
	['events', 'usage'],
	['failAfter', 'errorAfter'],
	['error', 'failAfter'],
];

/** @throws {ConfigError} when a model is told two things that cannot both be done. */
export function checkModel(name: string, model: MockModel): void {
	for (const group of alternatives) {
		const given = group.filter(option => model[option] !== undefined);
		if (given.length > 1) throw new ConfigError(`models.${name}: ${given.join(' and ')} exclude each other; keep one`);
	}
	if (model.error === undefined || model.errorAfter !== undefined) return;
	const idle = (['text', 'chunks', 'events', 'toolCall', 'usage', 'intervalMs'] as const).find(
		option => model[option] !== undefined,
	);
	if (idle !== undefined)
		throw new ConfigError(
			`models.${name}: ${idle} is never sent because error answers first; remove one, or give errorAfter for an error within the stream`,
		);
}
