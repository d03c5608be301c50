/**
 * How models count what is no text, and how their tokenizers differ from o200k_base, as data. Numbers were fitted to recorded
 * requests and the counts that came back with them, on the high side: a count that is too low lets a call fail.
 */

import type {Family} from '../../core/index.js';

/** How an image is turned into tokens. */
export type ImageRule =
	/** A base and as much for each tile of 512 pixels, after scaling into 2048 × 2048 and the shorter side to 768. */
	| {readonly kind: 'tiles'; readonly base: number; readonly tile: number}
	/** Squares of `patch` pixels, after scaling to `edge` pixels at most and `budget` squares at most. */
	| {
			readonly kind: 'patches';
			readonly patch: number;
			readonly edge: number;
			readonly budget: number;
			readonly multiplier: number;
	  };

/** What a model counts. All in tokens, but for `factor`. */
export interface TokenProfile {
	/** Tokens for each token of o200k_base. */
	readonly factor: number;
	/** In front of every request: the model's own preamble and what opens the answer. */
	readonly request: number;
	/** Around every turn and every block of instructions. */
	readonly turn: number;
	/** In front of tools, when there are any. */
	readonly tools: number;
	/** The same when a tool must be called. */
	readonly forcedTools: number;
	readonly tool: number;
	/** Tools are told as TypeScript declarations, which are shorter than the JSON that the client sent. */
	readonly declaresTools: boolean;
	/** Around a call and around a result. */
	readonly call: number;
	/** Ids of calls are part of the prompt. */
	readonly readsCallIds: boolean;
	/** In front of the schema that the answer must have. */
	readonly schema: number;
	/** When the model is told to think. */
	readonly thinking: number;
	/** What it thought before the last question is part of the prompt. */
	readonly keepsThinking: boolean;
	readonly image: ImageRule;
	/** A page of a PDF: its text, and its picture where the model sees that. */
	readonly page: number;
}

const openai: TokenProfile = {
	factor: 1,
	request: 3,
	turn: 4,
	tools: 16,
	forcedTools: 16,
	tool: 2,
	declaresTools: true,
	call: 6,
	readsCallIds: false,
	schema: 8,
	thinking: 0,
	keepsThinking: false,
	image: {kind: 'tiles', base: 85, tile: 170},
	page: 1200,
};

/** @see https://platform.claude.com/docs/en/agents-and-tools/tool-use/overview#pricing */
const claude: TokenProfile = {
	factor: 1.1,
	request: 4,
	turn: 4,
	tools: 500,
	forcedTools: 600,
	tool: 14,
	declaresTools: false,
	call: 12,
	readsCallIds: true,
	schema: 160,
	thinking: 30,
	keepsThinking: true,
	image: {kind: 'patches', patch: 28, edge: 1568, budget: 1568, multiplier: 1},
	page: 3000,
};

interface Row {
	readonly pattern: RegExp;
	readonly base: TokenProfile;
	readonly changes: Partial<TokenProfile>;
}

/** @see https://developers.openai.com/api/docs/guides/images-vision#calculating-costs */
function patches(multiplier: number, budget = 1536): ImageRule {
	return {kind: 'patches', patch: 32, edge: 2048, budget, multiplier};
}

/** Open models: each server puts its template's own words in front, more of them when there are tools. */
const open: TokenProfile = Object.assign({}, openai, {
	factor: 1.1,
	request: 8,
	tools: 150,
	forcedTools: 150,
	tool: 8,
	declaresTools: false,
	call: 10,
	readsCallIds: true,
	keepsThinking: true,
	image: patches(2),
	page: 3000,
});

/** The first row that fits holds. Patterns are held against the model's name, without what stands before its last slash. */
const rows: readonly Row[] = [
	// A tokenizer of their own since Opus 4.7: up to 1.47 tokens where the one before made one.
	{
		pattern: /claude-(opus-4[.-][789]|(opus|sonnet|haiku)-[5-9]|fable|mythos)/,
		base: claude,
		changes: {
			factor: 1.5,
			tools: 430,
			forcedTools: 530,
			thinking: 6,
			image: {kind: 'patches', patch: 28, edge: 2576, budget: 4784, multiplier: 1},
			page: 4500,
		},
	},
	{pattern: /claude/, base: claude, changes: {}},

	{
		pattern: /gpt-oss/,
		base: open,
		changes: {factor: 1, request: 72, tools: 40, forcedTools: 40, schema: 70, keepsThinking: false},
	},
	{pattern: /gpt-5-nano/, base: openai, changes: {tools: 90, forcedTools: 90, image: patches(1.5)}},
	{pattern: /gpt-5-mini/, base: openai, changes: {tools: 90, forcedTools: 90, image: patches(1.2)}},
	{pattern: /gpt-5\.[0-9]/, base: openai, changes: {tools: 90, forcedTools: 90, image: patches(1.2, 2500)}},
	{
		pattern: /gpt-5/,
		base: openai,
		changes: {tools: 90, forcedTools: 90, image: {kind: 'tiles', base: 70, tile: 140}},
	},
	// Chat Completions puts nothing in front of these. Responses did, in recordings of March 2025 and not in those of October; a
	// count that is a few hundred too high does less harm than one that is too low.
	{pattern: /gpt-4o(?!-mini)/, base: openai, changes: {request: 21, tools: 206, forcedTools: 206}},
	{pattern: /gpt-4o-mini/, base: openai, changes: {image: {kind: 'tiles', base: 2833, tile: 5667}}},
	{pattern: /gpt-4\.1-nano/, base: openai, changes: {image: patches(2.46)}},
	{pattern: /gpt-4\.1-mini/, base: openai, changes: {image: patches(1.62)}},
	{pattern: /^o4-mini|codex-mini/, base: openai, changes: {image: patches(1.72)}},
	{pattern: /gpt-|^o[0-9]|codex/, base: openai, changes: {}},

	{pattern: /llama-?4/, base: open, changes: {request: 40, tools: 680, forcedTools: 690}},
	{pattern: /llama/, base: open, changes: {request: 40, tools: 300, forcedTools: 300}},
	{pattern: /deepseek-v4/, base: open, changes: {request: 84, tools: 250, forcedTools: 250, keepsThinking: false}},
	{pattern: /deepseek/, base: open, changes: {tools: 280, forcedTools: 280, keepsThinking: false}},
	{pattern: /qwen/, base: open, changes: {tools: 260, forcedTools: 260, schema: 100}},
	{pattern: /glm-4/, base: open, changes: {request: 2, tools: 120, forcedTools: 120}},
	{pattern: /glm/, base: open, changes: {tools: 120, forcedTools: 120}},
	{pattern: /minimax/, base: open, changes: {request: 40}},
	{pattern: /gemini|gemma/, base: open, changes: {tools: 40, forcedTools: 40}},
	{
		pattern: /pixtral/,
		base: open,
		changes: {
			factor: 1.25,
			tools: 30,
			forcedTools: 30,
			image: {kind: 'patches', patch: 16, edge: 1024, budget: 4096, multiplier: 1.1},
		},
	},
	{pattern: /mistral|ministral|magistral/, base: open, changes: {factor: 1.25, tools: 30, forcedTools: 30}},
];

/**
 * Tools that the provider describes to its model by itself, by how their type begins: tokens of that description. For a search it is
 * what one search brings as well, since that is input of the same call: 8,000 to 12,000 tokens in recordings.
 * @see https://platform.claude.com/docs/en/about-claude/pricing#tool-use-pricing
 */
const nativeTools: readonly (readonly [begins: string, tokens: number])[] = [
	['web_search', 11_500],
	['bash', 245],
	['text_editor', 700],
	['computer', 735],
];

/** What a tool of the provider's own adds to a request, besides what the client said of it. */
export function nativeToolTokens(type: unknown): number {
	if (typeof type !== 'string') return 0;
	return nativeTools.find(([begins]) => type.startsWith(begins))?.[1] ?? 0;
}

const known = new Map<string, TokenProfile>();

/** How a model counts; a name that nobody knows counts as its family's own models do. */
export function tokenProfile(model: string, family: Family): TokenProfile {
	const name = `${family}/${model}`;
	let found = known.get(name);
	if (found === undefined) {
		const bare = model.slice(model.lastIndexOf('/') + 1).toLowerCase();
		const row = rows.find(({pattern}) => pattern.test(bare));
		const unknown = family === 'anthropic' ? claude : open;
		found = row === undefined ? unknown : Object.freeze(Object.assign({}, row.base, row.changes));
		// Names come from clients: what is remembered of them is bounded.
		if (known.size >= 1000) known.clear();
		known.set(name, found);
	}
	return found;
}
