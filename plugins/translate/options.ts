/** What translation can be told. */

import type {Effort, ModelTraits, OptionsSchema} from '../../core/index.js';

export interface TranslateOptions {
	/** What becomes of what the target's format cannot express. */
	readonly losses?: 'report' | 'refuse' | 'ignore';
	/** What models can take, beside the built-in table: pattern of `provider.model` or of the model → traits. */
	readonly models?: Readonly<Record<string, ModelTraits>>;
}

const efforts: readonly Effort[] = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'];
const flag = (description: string) => ({type: 'boolean', nullable: true, description});
const choice = (values: readonly string[], description: string) => ({
	type: 'string',
	enum: values,
	nullable: true,
	description,
});

const traits = {
	type: 'object',
	properties: {
		systemTurns: choice(['in-place', 'user-text', 'hoist'], 'where a system turn between other turns goes'),
		instructionRole: choice(['system', 'developer', 'user'], 'role that instructions travel in'),
		prefill: flag('the conversation may end with an assistant turn'),
		sampling: choice(['all', 'none', 'one'], 'sampling parameters: all, none, or temperature and top_p not both'),
		maxTemperature: {type: 'number', nullable: true, description: 'higher temperatures are clamped'},
		stopSequences: flag('stop sequences are taken'),
		thinking: choice(['budget', 'adaptive', 'effort', 'none'], 'how thinking is asked for'),
		efforts: {
			type: 'array',
			nullable: true,
			items: {type: 'string', enum: efforts},
			description: 'efforts that are known',
		},
		maxTokensField: choice(['max_tokens', 'max_completion_tokens'], 'member that limits output tokens in chat'),
		defaultMaxTokens: {
			type: 'integer',
			minimum: 1,
			nullable: true,
			description: 'limit that is sent where the format demands one and the client gave none',
		},
		jsonSchema: flag('structured output by JSON schema is native'),
		modalities: {
			type: 'object',
			nullable: true,
			description: 'what it can look at and listen to',
			properties: {
				images: flag('it can look at images'),
				documents: flag('it can read documents'),
				audio: flag('it can listen to audio'),
			},
			additionalProperties: false,
		},
		returnsReasoning: flag("the assistant's reasoning must be sent back as reasoning_content"),
		cacheBreakpoints: flag('prompt_cache_breakpoint on content parts'),
		signatures: {type: 'string', nullable: true, description: 'whose signatures on thinking it accepts'},
	},
	additionalProperties: false,
} as const;

export const translateSchema = {
	type: 'object',
	properties: {
		losses: {
			type: 'string',
			enum: ['report', 'refuse', 'ignore'],
			nullable: true,
			default: 'report',
			description: 'what cannot be carried over: listed in x-tapgate-losses, answered with 400, or silent',
		},
		models: {
			type: 'object',
			nullable: true,
			required: [],
			additionalProperties: traits,
			description: 'what models can take: pattern of provider.model or of the model → traits, over the built-in table',
		},
	},
	additionalProperties: false,
} as unknown as OptionsSchema<TranslateOptions>;
