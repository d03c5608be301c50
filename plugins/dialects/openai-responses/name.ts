/** What the dialect is called in the values of the hub. */
export const dialect = 'openai-responses';
