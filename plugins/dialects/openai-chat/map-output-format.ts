/** What the answer must look like, between Chat Completions and the hub. */

import {isObject, type JsonObject, type Loss, type ModelTraits, type OutputFormat} from '../../../core/index.js';
import {schemaInWords, schemaReason} from '../schema-in-words.js';
import {invalid} from './decode-content.js';

/**
 * Reads `response_format`.
 * @throws {GatewayError} 400 when it cannot be read.
 * @see https://platform.openai.com/docs/guides/structured-outputs
 */
export function decodeOutput(value: unknown): OutputFormat | undefined {
	if (value === undefined || value === null) return undefined;
	const format = isObject(value) ? value : {};
	if (format['type'] === 'text') return {type: 'text'};
	if (format['type'] === 'json_object') return {type: 'json'};
	const described = format['json_schema'];
	if (format['type'] !== 'json_schema' || !isObject(described)) {
		throw invalid('response_format', 'must be of type text, json_object or json_schema');
	}
	const {name, description, schema, strict} = described;
	return Object.assign(
		{type: 'schema' as const, schema: isObject(schema) ? schema : {}},
		typeof name === 'string' ? {name} : undefined,
		typeof description === 'string' ? {description} : undefined,
		typeof strict === 'boolean' ? {strict} : undefined,
	);
}

/** A format as the model takes it, and what must be told it in words. */
export interface EncodedOutput {
	readonly format: JsonObject;
	readonly instruction?: string;
}

/** Writes `response_format`; a model without schemas is told to write JSON, and the schema in words. */
export function encodeOutput(output: OutputFormat, traits: ModelTraits, losses: Loss[]): EncodedOutput {
	if (output.type === 'text') return {format: {type: 'text'}};
	if (output.type === 'json') return {format: {type: 'json_object'}};
	if (traits.jsonSchema === false) {
		losses.push({path: 'output', reason: schemaReason});
		return {format: {type: 'json_object'}, instruction: schemaInWords(output.schema)};
	}
	const described: Record<string, unknown> = {name: output.name ?? 'answer'};
	if (output.description !== undefined) described['description'] = output.description;
	described['schema'] = output.schema;
	if (output.strict !== undefined) described['strict'] = output.strict;
	return {format: {type: 'json_schema', json_schema: described}};
}
