/** What routing can be told. */

import type {OptionsSchema} from '../../core/index.js';

export interface RoutingOptions {
	/** Own names for models: name → `provider.model`. */
	readonly aliases?: Readonly<Record<string, string>>;
	/** Who is asked when a target fails: pattern of `provider.model` or alias → names, in order. */
	readonly fallbacks?: Readonly<Record<string, readonly string[]>>;
	/** Paths that are passed through to one provider: path → provider. */
	readonly paths?: Readonly<Record<string, string>>;
	/** Who gets a model name that nobody knows, by the client's API family. */
	readonly defaults?: {readonly openai?: string; readonly anthropic?: string};
}

const provider = {type: 'string', minLength: 1} as const;

export const routingSchema: OptionsSchema<RoutingOptions> = {
	type: 'object',
	properties: {
		aliases: {
			type: 'object',
			nullable: true,
			required: [],
			additionalProperties: {type: 'string', minLength: 1},
			description: 'own names for models: name → provider.model',
		},
		fallbacks: {
			type: 'object',
			nullable: true,
			required: [],
			additionalProperties: {type: 'array', items: {type: 'string', minLength: 1}, minItems: 1},
			description:
				'who is asked when a target fails: pattern of provider.model or alias → names, in order; the first pattern that fits holds',
		},
		paths: {
			type: 'object',
			nullable: true,
			required: [],
			additionalProperties: provider,
			description: 'paths (with all below them) that are passed through to one provider: path → provider',
		},
		defaults: {
			type: 'object',
			nullable: true,
			properties: {
				openai: {...provider, nullable: true, description: 'provider for names that nobody knows, on OpenAI routes'},
				anthropic: {
					...provider,
					nullable: true,
					description: 'provider for names that nobody knows, on Anthropic routes',
				},
			},
			additionalProperties: false,
			description: 'who gets a model name that nobody knows, and passed-through calls that name none',
		},
	},
	additionalProperties: false,
};
