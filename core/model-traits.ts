/** What a model can take, as far as models of one API differ. Absent means: no restriction is known. */

import type {Effort} from './conversation.js';

/** Differences between models that a request must respect. */
export interface ModelTraits {
	/** A system turn between other turns: kept there, or told to the model as text of the next user turn. */
	readonly systemTurns?: 'in-place' | 'user-text' | 'hoist';
	/** The role that instructions travel in, for OpenAI formats. */
	readonly instructionRole?: 'system' | 'developer' | 'user';
	/** False when a conversation must not end with an assistant turn. */
	readonly prefill?: boolean;
	/** Which sampling parameters it accepts: all, none (400 otherwise), or temperature and top_p not both. */
	readonly sampling?: 'all' | 'none' | 'one';
	/** Highest temperature; higher ones are clamped. */
	readonly maxTemperature?: number;
	readonly stopSequences?: boolean;
	/** How thinking is asked for: by a budget, adaptively with an effort, by an effort alone, or not at all. */
	readonly thinking?: 'budget' | 'adaptive' | 'effort' | 'none';
	/** Efforts that it knows; others are mapped to the nearest. */
	readonly efforts?: readonly Effort[];
	/** The member that limits output tokens, for the chat format. */
	readonly maxTokensField?: 'max_tokens' | 'max_completion_tokens';
	/** Sent when the format demands a limit and the client gave none. */
	readonly defaultMaxTokens?: number;
	/** Native structured output by JSON schema. */
	readonly jsonSchema?: boolean;
	readonly modalities?: {readonly images?: boolean; readonly documents?: boolean; readonly audio?: boolean};
	/** The assistant's reasoning must be sent back as `reasoning_content` in tool turns. */
	readonly returnsReasoning?: boolean;
	/** `prompt_cache_breakpoint` on content parts. */
	readonly cacheBreakpoints?: boolean;
	/** Whose signatures on thinking it accepts; absent: nobody's. */
	readonly signatures?: string;
}
