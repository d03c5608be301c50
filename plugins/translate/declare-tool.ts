/** A function as OpenAI's models are told of it: a TypeScript declaration, with descriptions as comments. */

import {isObject, type JsonObject, type Tool} from '../../core/index.js';

/** Schemas may be deep; what lies deeper is written as JSON. */
const maxDepth = 20;

/** The declaration's text. Only its length in tokens matters. */
export function declareTool({name, description, parameters}: Tool & {readonly type: 'function'}): string {
	const input = parameters === undefined || isEmpty(parameters) ? '' : `_: ${typeOf(parameters, 0)}`;
	return `${comment(description)}type ${name} = (${input}) => any;\n`;
}

function isEmpty(schema: JsonObject): boolean {
	const properties = schema['properties'];
	return schema['type'] === 'object' && (!isObject(properties) || Object.keys(properties).length === 0);
}

function comment(description: unknown): string {
	return typeof description === 'string' && description !== '' ? `// ${description}\n` : '';
}

function typeOf(schema: unknown, depth: number): string {
	if (!isObject(schema) || depth > maxDepth) return JSON.stringify(schema) ?? 'any';
	const {properties, items, $defs, definitions} = schema;
	const shared = isObject($defs) ? $defs : definitions;
	const more = isObject(shared) ? members(shared, [], depth) : '';
	if (isObject(properties)) return `{\n${members(properties, schema['required'], depth)}}${more}`;
	const choices = schema['enum'] ?? schema['anyOf'] ?? schema['oneOf'] ?? schema['allOf'];
	if (Array.isArray(choices)) {
		const written = choices.map(choice => (isObject(choice) ? typeOf(choice, depth + 1) : JSON.stringify(choice)));
		return written.join(' | ') + more;
	}
	if (items !== undefined) return `${typeOf(items, depth + 1)}[]${more}`;
	return plainType(schema) + more;
}

function members(properties: JsonObject, required: unknown, depth: number): string {
	const needed = Array.isArray(required) ? required : [];
	let text = '';
	for (const [name, schema] of Object.entries(properties)) {
		if (isObject(schema)) text += comment(schema['description']);
		text += `${name}${needed.includes(name) ? '' : '?'}: ${typeOf(schema, depth + 1)},\n`;
	}
	return text;
}

/** A type without members; what else the schema says of it (a pattern, a default) is told behind it. */
function plainType(schema: JsonObject): string {
	const rest: Record<string, unknown> = {};
	for (const [name, value] of Object.entries(schema))
		if (name !== 'type' && name !== 'description' && name !== 'title' && name !== 'additionalProperties')
			rest[name] = value;
	const type = schema['type'];
	const name = Array.isArray(type) ? type.join(' | ') : typeof type === 'string' ? type : 'any';
	return Object.keys(rest).length === 0 ? name : `${name} ${JSON.stringify(rest)}`;
}
