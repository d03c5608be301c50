/** The options that every provider has. */

import {defaultTimeouts, type Family, type OptionsSchema, type Secret, type Timeouts} from '../../core/index.js';

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
export interface ProviderSettings extends Required<Omit<ProviderOptions, 'apiKey' | 'timeouts'>> {
	readonly apiKey?: string | Secret;
	readonly timeouts: Timeouts;
}

/** What a kind of provider is: a file of this folder that reads like a form. */
export interface ProviderForm {
	/** Name of the plugin, and of the provider unless the config gives another. */
	readonly name: string;
	/** Whose API it looks like. */
	readonly kind: Family;
	/** Absent when the config must say it. */
	readonly baseUrl?: string;
	readonly dialects: readonly string[];
	/** How the key is shown: `authorization: Bearer …` or `x-api-key: …`. */
	readonly auth: 'bearer' | 'x-api-key';
	/** Short names that lead here unless the config lists others. */
	readonly models: readonly string[];
	/** Sent when the client sends none, lower-case names. */
	readonly defaultHeaders?: Readonly<Record<string, string>>;
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

/** The options' schema with a form's defaults in it. */
export function providerSchema(form: ProviderForm): OptionsSchema<ProviderOptions> {
	return {
		type: 'object',
		properties: {
			name: nameSchema(form.name),
			baseUrl: {
				type: 'string',
				...(form.baseUrl !== undefined && {default: form.baseUrl}),
				description: `http or https URL of the API's root${form.kind === 'openai' ? ', mostly ending in /v1' : ', without /v1'}`,
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
				default: true,
				description: 'ask OpenAI streams for usage when the client did not; false for servers that refuse the field',
			},
		},
		required: form.baseUrl === undefined ? ['baseUrl'] : [],
		additionalProperties: false,
	} as unknown as OptionsSchema<ProviderOptions>;
}
