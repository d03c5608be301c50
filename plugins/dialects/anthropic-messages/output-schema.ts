/** Makes JSON schemas such that Anthropic can hold an answer to them: objects are closed, and nothing is measured. */

import {isObject, type JsonObject} from '../../../core/index.js';

/** Constraints that are refused; the model is told of them in words, as Anthropic's own clients do. */
const unenforced: ReadonlySet<string> = new Set([
	'exclusiveMaximum',
	'exclusiveMinimum',
	'maxItems',
	'maxLength',
	'maxProperties',
	'maximum',
	'minLength',
	'minProperties',
	'minimum',
	'multipleOf',
	'uniqueItems',
]);

const maps: ReadonlySet<string> = new Set(['properties', '$defs', 'definitions']);
const lists: ReadonlySet<string> = new Set(['anyOf', 'allOf', 'oneOf', 'prefixItems']);

export interface OutputSchema {
	readonly schema: JsonObject;
	/** Constraints that are only told in words. */
	readonly loosened: readonly string[];
}

/** @see https://platform.claude.com/docs/en/build-with-claude/structured-outputs#json-schema-limitations */
export function outputSchema(schema: JsonObject): OutputSchema {
	const loosened = new Set<string>();
	return {schema: adapted(schema, loosened), loosened: [...loosened]};
}

function adapted(schema: JsonObject, loosened: Set<string>): JsonObject {
	const kept: Record<string, unknown> = {};
	const told: string[] = [];
	for (const [name, value] of Object.entries(schema)) {
		if (unenforced.has(name) || (name === 'minItems' && value !== 0 && value !== 1)) {
			loosened.add(name);
			told.push(`${name}: ${JSON.stringify(value)}`);
		} else if (maps.has(name) && isObject(value)) {
			const members = Object.entries(value).map(([key, inner]) => [key, within(inner, loosened)] as const);
			kept[name] = Object.fromEntries(members);
		} else if (lists.has(name) && Array.isArray(value)) {
			kept[name === 'oneOf' ? 'anyOf' : name] = value.map(inner => within(inner, loosened));
		} else kept[name] = name === 'items' ? within(value, loosened) : value;
	}
	if (kept['type'] === 'object' || isObject(kept['properties'])) {
		const {additionalProperties} = kept;
		if (additionalProperties !== undefined && additionalProperties !== false) loosened.add('additionalProperties');
		kept['additionalProperties'] = false;
	}
	if (told.length > 0) {
		const description = typeof kept['description'] === 'string' ? `${kept['description']} ` : '';
		kept['description'] = `${description}(${told.join(', ')})`;
	}
	return kept;
}

function within(value: unknown, loosened: Set<string>): unknown {
	return isObject(value) ? adapted(value, loosened) : value;
}
