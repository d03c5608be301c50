/** Names that the files of this dialect share. */

/** The dialect's own. */
export const dialect = 'anthropic-messages';

/**
 * A tool that stands for structured output where a model has none of its own: its input is the answer. Decoders know it by
 * this name alone and turn its call back into text.
 */
export const outputTool = 'tapgate_output';
