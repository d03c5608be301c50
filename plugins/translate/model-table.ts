/**
 * What differs between models, as data. Every row that fits is laid over the ones before it, and the config's rows over all.
 * Patterns are held against `provider.model` and against the model alone.
 */

import {type ModelTraits, namePattern} from '../../core/index.js';

/** One row. */
export interface ModelRow {
	readonly pattern: string;
	readonly traits: ModelTraits;
	/** Where this is from, and when it was looked up. */
	readonly source: string;
}

const anthropicMigration = 'Anthropic API reference and migration notes, SDK 1.x doc comments, August 2026';
const openaiReasoning = 'OpenAI API reference and reasoning guide, August 2026';
const recorded = 'recorded traffic, 2025 and 2026';

/** They refuse every setting of their sampling. */
const afterOpus46 = ['claude-*-4-7*', 'claude-*-4-8*', 'claude-mythos-*'].concat(
	['fable', 'haiku', 'opus', 'sonnet'].map(name => `claude-${name}-5*`),
);

export const modelTable: readonly ModelRow[] = [
	// Anthropic
	{
		pattern: 'claude-*',
		traits: {
			systemTurns: 'user-text',
			maxTemperature: 1,
			thinking: 'budget',
			defaultMaxTokens: 8192,
			jsonSchema: false,
			modalities: {images: true, documents: true, audio: false},
			signatures: 'anthropic',
		},
		source: anthropicMigration,
	},
	{pattern: 'claude-3-*', traits: {thinking: 'none', defaultMaxTokens: 4096}, source: anthropicMigration},
	{pattern: 'claude-3-5-*', traits: {defaultMaxTokens: 8192}, source: anthropicMigration},
	{pattern: 'claude-3-7-*', traits: {thinking: 'budget', defaultMaxTokens: 8192}, source: anthropicMigration},
	{pattern: 'claude-opus-4-1*', traits: {sampling: 'one', jsonSchema: true}, source: anthropicMigration},
	{pattern: 'claude-*-4-5*', traits: {sampling: 'one', jsonSchema: true}, source: anthropicMigration},
	// The fifth generation is named one by one: `claude-*-5*` would be `claude-sonnet-4-5` and `claude-3-5-haiku` as well.
	...['claude-*-4-6*', ...afterOpus46].map(
		(pattern): ModelRow => ({
			pattern,
			traits: {sampling: 'one', jsonSchema: true, prefill: false, thinking: 'adaptive'},
			source: anthropicMigration,
		}),
	),
	...afterOpus46.map((pattern): ModelRow => ({pattern, traits: {sampling: 'none'}, source: anthropicMigration})),
	{pattern: 'claude-opus-4-8*', traits: {systemTurns: 'in-place'}, source: recorded},
	{pattern: 'claude-opus-5*', traits: {systemTurns: 'in-place'}, source: anthropicMigration},

	// OpenAI
	{
		pattern: 'gpt-*',
		traits: {
			maxTokensField: 'max_completion_tokens',
			jsonSchema: true,
			thinking: 'none',
			modalities: {images: true, documents: true},
		},
		source: openaiReasoning,
	},
	{
		pattern: 'gpt-3.5-*',
		traits: {jsonSchema: false, modalities: {images: false, documents: false, audio: false}},
		source: openaiReasoning,
	},
	...['o1*', 'o3*', 'o4*', 'gpt-5*'].map(
		(pattern): ModelRow => ({
			pattern,
			traits: {
				maxTokensField: 'max_completion_tokens',
				instructionRole: 'developer',
				sampling: 'none',
				thinking: 'effort',
				efforts: ['low', 'medium', 'high'],
				jsonSchema: true,
				signatures: 'openai',
			},
			source: openaiReasoning,
		}),
	),
	{pattern: 'gpt-5*', traits: {efforts: ['minimal', 'low', 'medium', 'high']}, source: openaiReasoning},
	{pattern: 'gpt-5.*', traits: {efforts: ['none', 'low', 'medium', 'high', 'xhigh']}, source: openaiReasoning},
	{
		pattern: 'gpt-5.6*',
		traits: {efforts: ['none', 'low', 'medium', 'high', 'xhigh', 'max'], cacheBreakpoints: true},
		source: openaiReasoning,
	},
	{pattern: 'gpt-5*-chat*', traits: {sampling: 'all', thinking: 'none'}, source: openaiReasoning},
	{pattern: 'o1-mini*', traits: {instructionRole: 'user', thinking: 'none', jsonSchema: false}, source: recorded},
	{pattern: 'o1-preview*', traits: {instructionRole: 'user', thinking: 'none', jsonSchema: false}, source: recorded},
	{pattern: 'o3*', traits: {stopSequences: false}, source: openaiReasoning},
	{pattern: 'o4-mini*', traits: {stopSequences: false}, source: openaiReasoning},

	// OpenAI-compatible servers
	...['*deepseek*', 'glm-*', 'grok-*', '*llama*', '*qwen*', '*kimi*', '*moonshot*', '*mistral*', '*gemma*'].map(
		(pattern): ModelRow => ({
			pattern,
			traits: {maxTokensField: 'max_tokens', instructionRole: 'system', thinking: 'none'},
			source: 'each vendor’s chat completions reference, August 2026',
		}),
	),
	{
		pattern: '*deepseek*',
		traits: {returnsReasoning: true, jsonSchema: false, modalities: {images: false, documents: false, audio: false}},
		source: 'DeepSeek API docs, thinking mode and JSON output, August 2026',
	},
	{
		pattern: 'glm-*',
		traits: {jsonSchema: false, returnsReasoning: true},
		source: `Z.ai API reference, August 2026; ${recorded}`,
	},
	{pattern: '*kimi*', traits: {returnsReasoning: true}, source: 'Moonshot API docs, August 2026'},
	{
		pattern: 'grok-3-mini*',
		traits: {thinking: 'effort', efforts: ['low', 'high'], stopSequences: false},
		source: 'xAI API reference, August 2026',
	},
	{pattern: 'grok-4*', traits: {stopSequences: false}, source: 'xAI API reference, August 2026'},
	{
		pattern: '*gpt-oss*',
		traits: {
			maxTokensField: 'max_completion_tokens',
			thinking: 'effort',
			efforts: ['low', 'medium', 'high'],
			jsonSchema: true,
			modalities: {images: false, documents: false, audio: false},
		},
		source: `Groq API reference, August 2026; ${recorded}`,
	},
	{
		pattern: 'gemini-*',
		traits: {maxTokensField: 'max_tokens', thinking: 'effort', efforts: ['none', 'minimal', 'low', 'medium', 'high']},
		source: 'Gemini OpenAI compatibility page, August 2026',
	},
];

/** Looks traits up; each name is looked up once. */
export class ModelTable {
	readonly #rows: readonly {readonly regex: RegExp; readonly traits: ModelTraits}[];
	readonly #known = new Map<string, ModelTraits>();

	/** @param overrides the config's rows, pattern → traits; later ones win. */
	constructor(overrides: Readonly<Record<string, ModelTraits>>) {
		const own = Object.entries(overrides).map(([pattern, traits]) => ({pattern, traits}));
		this.#rows = [...modelTable, ...own].map(({pattern, traits}) => ({regex: namePattern(pattern), traits}));
	}

	/** What a model can take. */
	traits(provider: string, model: string): ModelTraits {
		const name = `${provider}.${model}`;
		let found = this.#known.get(name);
		if (found === undefined) {
			const bare = model.slice(model.lastIndexOf('/') + 1);
			const fitting = this.#rows.filter(({regex}) => regex.test(name) || regex.test(bare));
			found = Object.freeze(Object.assign({}, ...fitting.map(({traits}) => traits))) as ModelTraits;
			// Names come from clients: what is remembered of them is bounded.
			if (this.#known.size >= 1000) this.#known.clear();
			this.#known.set(name, found);
		}
		return found;
	}
}
