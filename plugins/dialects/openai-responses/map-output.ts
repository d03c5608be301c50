/** What the answer must look like: `text.format` and `text.verbosity`. Chat nests the schema; here it is flat. */

import {
	type Conversation,
	isObject,
	type JsonObject,
	type Loss,
	type ModelTraits,
	type OutputFormat,
} from '../../../core/index.js';
import {schemaInWords, schemaReason} from '../schema-in-words.js';

/** @see https://platform.openai.com/docs/guides/structured-outputs */
export function decodeFormat(format: unknown): OutputFormat | undefined {
	if (!isObject(format)) return undefined;
	switch (format['type']) {
		case 'text':
			return {type: 'text'};
		case 'json_object':
			return {type: 'json'};
		case 'json_schema':
			return {
				type: 'schema',
				...(typeof format['name'] === 'string' ? {name: format['name']} : {}),
				...(typeof format['description'] === 'string' ? {description: format['description']} : {}),
				schema: isObject(format['schema']) ? format['schema'] : {},
				...(typeof format['strict'] === 'boolean' ? {strict: format['strict']} : {}),
			};
		default:
			return undefined;
	}
}

/** The `text` member; `undefined` when there is nothing to say. */
export function encodeText(
	format: JsonObject | undefined,
	verbosity: Conversation['verbosity'],
): JsonObject | undefined {
	if (format === undefined && verbosity === undefined) return undefined;
	return Object.assign(
		{},
		format === undefined ? undefined : {format},
		verbosity === undefined ? undefined : {verbosity},
	);
}

/** A format as the model takes it, and what must be told it in words. */
export interface EncodedFormat {
	readonly format?: JsonObject;
	readonly instruction?: string;
}

/** Writes `text.format`; a model without schemas is told to write JSON, and the schema in words. */
export function encodeFormat(output: OutputFormat | undefined, traits: ModelTraits, losses: Loss[]): EncodedFormat {
	if (output === undefined) return {};
	if (output.type === 'text') return {format: {type: 'text'}};
	if (output.type === 'json') return {format: {type: 'json_object'}};
	if (traits.jsonSchema === false) {
		losses.push({path: 'output', reason: schemaReason});
		return {format: {type: 'json_object'}, instruction: schemaInWords(output.schema)};
	}
	const format = {
		type: 'json_schema',
		name: output.name ?? 'answer',
		...(output.description === undefined ? {} : {description: output.description}),
		schema: output.schema,
		...(output.strict === undefined ? {} : {strict: output.strict}),
	};
	return {format};
}
