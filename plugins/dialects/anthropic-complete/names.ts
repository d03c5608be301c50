/** The dialect's name, for the files of this folder. */
export const dialect = 'anthropic-complete';
