/** The words in which the dialects describe their routes: small schemas that name what matters and forbid nothing. */

import type {JsonObject} from '../../core/index.js';

/** An object with these properties, and with whatever else the API has. */
export function object(properties: Readonly<Record<string, JsonObject>>, required: readonly string[] = []): JsonObject {
	return {type: 'object', properties, ...(required.length > 0 && {required}), additionalProperties: true};
}

/** A string. */
export function text(description?: string): JsonObject {
	return {type: 'string', ...(description !== undefined && {description})};
}

/** A number of something. */
export function count(description?: string): JsonObject {
	return {type: 'integer', minimum: 0, ...(description !== undefined && {description})};
}

/** A list. */
export function list(items: JsonObject, description?: string): JsonObject {
	return {type: 'array', items, ...(description !== undefined && {description})};
}

/** One of a few words; others may come. */
export function word(words: readonly string[], description?: string): JsonObject {
	return {type: 'string', examples: words, ...(description !== undefined && {description})};
}

/** A string, or a list of parts. */
export function textOrParts(description: string, parts: string): JsonObject {
	return {
		description,
		oneOf: [{type: 'string'}, list(object({type: word(['text'], 'what the part is')}, ['type']), parts)],
	};
}

/** The name of a model that is served; the API description says what names there are. */
export const model: JsonObject = {$ref: '#/components/schemas/Model'};

export const stream: JsonObject = {type: 'boolean', description: 'Answer with server-sent events.'};

export const temperature: JsonObject = {
	type: 'number',
	minimum: 0,
	description: 'Randomness; models have their own ranges.',
};

export const topP: JsonObject = {
	type: 'number',
	minimum: 0,
	maximum: 1,
	description: 'Share of the likeliest tokens to choose from.',
};

/** What a function takes, as a JSON schema. */
export const parameters: JsonObject = {
	type: 'object',
	description: 'JSON schema of the arguments.',
	additionalProperties: true,
};
