/** The options that every provider has. */

import {defaultTimeouts, type OptionsSchema, type Secret, type Timeouts} from '../../core/index.js';
import type {ProviderForm} from './form.js';

/** What a config says of a provider. */
export interface ProviderOptions {
	/** What model names begin with: `name.model`. */
	readonly name?: string;
	/** Root of the API: OpenAI-like ones end in `/v1`, Anthropic ones do not. */
	readonly baseUrl?: string;
	/** The gateway's own credential there. */
	readonly apiKey?: string | Secret;
	/** Names of the API formats that it speaks natively. */
	readonly dialects?: readonly string[];
	/** Short names that lead here. */
	readonly models?: readonly string[];
	/** Sent with every call. */
	readonly headers?: Readonly<Record<string, string | Secret>>;
	/** In milliseconds; 0 is without limit. */
	readonly timeouts?: Partial<Timeouts>;
	/** Ask streams for usage when the client did not. */
	readonly streamUsage?: boolean;
}

/** Options of a kind that stands for no server in particular. */
export interface CompatibleOptions extends ProviderOptions {
	readonly baseUrl: string;
}

/** The same with every default filled in. */
export interface ProviderSettings extends Required<Omit<ProviderOptions, 'apiKey' | 'baseUrl' | 'timeouts'>> {
	readonly apiKey?: string | Secret;
	/** Absent when the kind knows it. */
	readonly baseUrl?: string;
	readonly timeouts: Timeouts;
}

const milliseconds = (fallback: number, description: string) =>
	({type: 'integer', minimum: 0, maximum: 2_147_483_647, default: fallback, description}) as const;

export const nameSchema = (fallback: string) =>
	({
		type: 'string',
		pattern: '^[a-z0-9][a-z0-9-]*$',
		maxLength: 64,
		default: fallback,
		description: 'what model names begin with; give each of several of a kind its own',
	}) as const;

/** The options' schema with a form's defaults and its own options in it. */
export function providerSchema<Own extends object>(form: ProviderForm<Own>): OptionsSchema<ProviderOptions & Own> {
	// A kind that adapts itself to its options must see whether a base URL was given.
	const {baseUrl} = form.adapt === undefined ? form : {};
	return {
		type: 'object',
		properties: {
			name: nameSchema(form.name),
			baseUrl: {
				type: 'string',
				...(baseUrl !== undefined && {default: baseUrl}),
				description: `http or https URL of the API's root${form.surfaces === undefined && form.kind === 'openai' ? ', mostly ending in /v1' : ', without /v1'}`,
			},
			apiKey: {
				type: 'string',
				minLength: 1,
				description: "credential of the gateway's own; without one an anonymous caller's is passed on",
			},
			dialects: {
				type: 'array',
				items: {type: 'string'},
				uniqueItems: true,
				default: form.dialects,
				description: 'API formats that it speaks natively',
			},
			models: {
				type: 'array',
				items: {type: 'string', minLength: 1},
				uniqueItems: true,
				default: form.models,
				description: 'short names that lead here; other models are reached as name.model',
			},
			headers: {
				type: 'object',
				required: [],
				additionalProperties: {type: 'string'},
				default: {},
				description:
					'sent with every call; secrets and headers named like credentials are added when the call is signed',
			},
			timeouts: {
				type: 'object',
				default: {},
				description: 'in milliseconds; 0 is without limit',
				properties: {
					connectMs: milliseconds(defaultTimeouts.connectMs, 'until the connection stands'),
					firstByteMs: milliseconds(defaultTimeouts.firstByteMs, 'until the answer begins'),
					idleMs: milliseconds(defaultTimeouts.idleMs, 'longest pause within the answer'),
					totalMs: milliseconds(defaultTimeouts.totalMs, 'for the whole call'),
				},
			},
			streamUsage: {
				type: 'boolean',
				default: form.streamUsage ?? true,
				description: 'ask OpenAI streams for usage when the client did not; false for servers that refuse the field',
			},
			...form.options,
		},
		required: form.baseUrl === undefined && form.adapt === undefined ? ['baseUrl'] : [],
		additionalProperties: false,
	} as unknown as OptionsSchema<ProviderOptions & Own>;
}
