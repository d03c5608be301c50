/** Makes JSON schemas such that Anthropic takes them for the input of a tool: an object, and nothing else at the top. */

import {isObject, type JsonObject, type Loss, refusal} from '../../../core/index.js';

const combinators = ['oneOf', 'anyOf', 'allOf'] as const;

/**
 * @param schema as another format has it; absent or without a type for a function that takes nothing.
 * @param path names the tool in errors and losses.
 * @throws {GatewayError} 400 when arguments are no object.
 */
export function inputSchema(schema: JsonObject | undefined, path: string, losses: Loss[]): JsonObject {
	if (schema === undefined) return {type: 'object', properties: {}};
	const type = schema['type'];
	if (type !== undefined && type !== 'object' && !(Array.isArray(type) && type.includes('object')))
		throw refusal('invalid_body', `${path}: the arguments of a tool must be an object, not ${String(type)}.`, {
			param: path,
		});
	const used = combinators.filter(name => Array.isArray(schema[name]));
	if (used.length > 0)
		losses.push({path, reason: `${used.join(', ')} at the top of a schema is not known here; its properties are kept`});
	const merged = used.length === 0 ? schema : flattened(schema);
	const properties = isObject(merged['properties']) ? merged['properties'] : {};
	return Object.assign({}, merged, {type: 'object', properties});
}

/** Allows the properties of every branch and demands what all of them do. */
function flattened(schema: JsonObject): JsonObject {
	const kept = Object.fromEntries(Object.entries(schema).filter(([name]) => !isCombinator(name)));
	const properties: Record<string, unknown> = Object.assign({}, kept['properties']);
	const required = new Set(names(kept['required']));
	for (const combinator of combinators) {
		const list = schema[combinator];
		const branches = Array.isArray(list) ? list.filter(isObject) : [];
		for (const branch of branches) Object.assign(properties, branch['properties']);
		const demanded = branches.map(branch => new Set(names(branch['required'])));
		const common = combinator === 'allOf' ? demanded.flatMap(set => [...set]) : shared(demanded);
		for (const name of common) required.add(name);
	}
	return Object.assign(kept, {properties}, required.size > 0 ? {required: [...required]} : {});
}

function isCombinator(name: string): boolean {
	return (combinators as readonly string[]).includes(name);
}

function shared(sets: readonly ReadonlySet<string>[]): readonly string[] {
	const [first, ...others] = sets;
	return first === undefined ? [] : [...first].filter(name => others.every(set => set.has(name)));
}

function names(required: unknown): readonly string[] {
	return Array.isArray(required) ? required.filter(name => typeof name === 'string') : [];
}
