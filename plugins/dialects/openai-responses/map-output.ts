/** What the answer must look like: `text.format` and `text.verbosity`. Chat nests the schema; here it is flat. */

import {
	type Conversation,
	isObject,
	type JsonObject,
	type Loss,
	type ModelTraits,
	type OutputFormat,
} from '../../../core/index.js';

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
	{output, verbosity}: Pick<Conversation, 'output' | 'verbosity'>,
	traits: ModelTraits,
	losses: Loss[],
): JsonObject | undefined {
	if (output === undefined && verbosity === undefined) return undefined;
	return {
		...(output === undefined ? {} : {format: encodeFormat(output, traits, losses)}),
		...(verbosity === undefined ? {} : {verbosity}),
	};
}

function encodeFormat(output: OutputFormat, traits: ModelTraits, losses: Loss[]): JsonObject {
	if (output.type === 'text') return {type: 'text'};
	if (output.type === 'json') return {type: 'json_object'};
	if (traits.jsonSchema === false) {
		losses.push({path: 'output', reason: 'the model writes JSON but keeps to no schema'});
		return {type: 'json_object'};
	}
	return {
		type: 'json_schema',
		name: output.name ?? 'answer',
		...(output.description === undefined ? {} : {description: output.description}),
		schema: output.schema,
		...(output.strict === undefined ? {} : {strict: output.strict}),
	};
}
