/** Checks what people write in a config against a described JSON schema, and says what is wrong as a person would. */

import {Ajv, type ErrorObject, type JSONSchemaType} from 'ajv';
import {ConfigError} from './errors.js';
import {isObject, type JsonObject} from './json.js';
import {closest} from './names.js';
import {Secret} from './secret.js';

/** Options as the schema sees them: a secret is a string. */
export type Plain<Value> = Value extends Secret
	? never
	: Value extends readonly (infer Item)[]
		? Plain<Item>[]
		: Value extends object
			? {[Name in keyof Value]: Plain<Value[Name]>}
			: Value;

/** A JSON schema of options; the compiler holds it against their type. Objects refuse unknown keys unless it says otherwise. */
export type OptionsSchema<Options> = JSONSchemaType<Plain<Options>>;

const ajv = new Ajv({allErrors: true, useDefaults: true, strict: true, verbose: true, allowUnionTypes: true});

/** Turns options with secrets in them into checked options with defaults filled in, the secrets back in their places. */
export type OptionsReader<Options> = (options: unknown) => Options;

/**
 * Compiles a schema once.
 * @param what whose options these are, for errors: `plugin "auth"`.
 * @returns a function that throws a {@link ConfigError} naming path, expectation and finding.
 */
export function optionsReader<Options>(what: string, schema: OptionsSchema<Options>): OptionsReader<Options> {
	const validate = ajv.compile(closed(schema) as JsonObject);
	return options => {
		const secrets: {holder: Record<string, unknown>; name: string; secret: Secret}[] = [];
		const plain = unwrap(options ?? {}, secrets);
		if (!validate(plain)) {
			const lines = tellErrors(validate.errors ?? [], options).map(line => `${what}: ${line}`);
			throw new ConfigError(lines.join('\n'));
		}
		for (const {holder, name, secret} of secrets) holder[name] = secret;
		return plain as Options;
	};
}

/**
 * Every object of the schema refuses unknown keys unless the schema itself speaks of them. `nullable` is how the type of
 * a schema spells "optional"; nobody's options mean anything by null.
 */
function closed(schema: unknown): unknown {
	if (Array.isArray(schema)) return schema.map(closed);
	if (!isObject(schema)) return schema;
	const copy = Object.fromEntries(Object.entries(schema).map(([name, value]) => [name, closed(value)]));
	if (copy['type'] === 'object' && 'properties' in copy && !('additionalProperties' in copy))
		copy['additionalProperties'] = false;
	if (copy['nullable'] === true) delete copy['nullable'];
	return copy;
}

/** A copy in which secrets are the strings they hold, and a list of where they were. */
function unwrap(value: unknown, secrets: {holder: Record<string, unknown>; name: string; secret: Secret}[]): unknown {
	if (Array.isArray(value)) {
		const holder: unknown[] = [];
		for (const [index, item] of value.entries()) place(holder as never, String(index), item, secrets);
		return holder;
	}
	if (!isObject(value) || Object.getPrototypeOf(value) !== Object.prototype) return value;
	const holder: Record<string, unknown> = {};
	for (const [name, item] of Object.entries(value)) if (item !== undefined) place(holder, name, item, secrets);
	return holder;
}

function place(
	holder: Record<string, unknown>,
	name: string,
	item: unknown,
	secrets: {holder: Record<string, unknown>; name: string; secret: Secret}[],
): void {
	if (Secret.is(item)) {
		secrets.push({holder, name, secret: item});
		holder[name] = item.reveal();
	} else holder[name] = unwrap(item, secrets);
}

/** One line per fault: `keys[0].nmae: unknown key, did you mean "name"?` */
function tellErrors(errors: readonly ErrorObject[], options: unknown): string[] {
	// A failed anyOf lists the faults of every branch; the branch faults say more than "must match a schema".
	const own = errors.filter(error => error.keyword !== 'if' && (error.keyword !== 'anyOf' || errors.length === 1));
	return [...new Set(own.map(error => tell(error, options)))];
}

function tell(error: ErrorObject, options: unknown): string {
	const steps = error.instancePath
		.split('/')
		.slice(1)
		.map(step => step.replaceAll('~1', '/').replaceAll('~0', '~'));
	const path = steps.reduce(
		(text, step) => (/^\d+$/.test(step) ? `${text}[${step}]` : text === '' ? step : `${text}.${step}`),
		'',
	);
	const at = (name: string): string => (path === '' ? name : `${path}.${name}`);
	if (error.keyword === 'additionalProperties') {
		const key = String(error.params['additionalProperty']);
		const known = Object.keys((error.parentSchema?.['properties'] as object | undefined) ?? {});
		const near = closest(key, known, 1)[0];
		return `${at(key)}: unknown key${near === undefined ? '' : `, did you mean "${near}"?`} (known: ${known.join(', ')})`;
	}
	if (error.keyword === 'required') return `${at(String(error.params['missingProperty']))}: is missing`;
	const where = path === '' ? 'options' : path;
	return `${where}: expected ${expectation(error)}, found ${found(options, steps)}`;
}

function expectation(error: ErrorObject): string {
	if (error.keyword === 'type') {
		const type: unknown = error.params['type'];
		return Array.isArray(type) ? type.join(' or ') : String(type);
	}
	if (error.keyword === 'enum') return `one of ${(error.params['allowedValues'] as unknown[]).map(String).join(', ')}`;
	if (error.keyword === 'const') return JSON.stringify(error.params['allowedValue']);
	return (error.message ?? error.keyword).replace(/^must /, 'a value that must ');
}

/** What stands there, printed so that no secret shows and nothing is endless. */
function found(options: unknown, steps: readonly string[]): string {
	let value = options;
	for (const step of steps) value = (value as Record<string, unknown> | undefined)?.[step];
	if (Secret.is(value)) return value.toString();
	if (/auth|key|hash|secret|token|password|cookie|credential/i.test(steps.at(-1) ?? ''))
		return `a ${Array.isArray(value) ? 'list' : typeof value}`;
	const text = JSON.stringify(value) ?? String(value);
	return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
