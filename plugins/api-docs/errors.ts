/** The error envelopes of both families, with the codes of the gateway's own. */

import {
	type Dialect,
	type ErrorEntry,
	errorTable,
	type Family,
	type GatewayError,
	type JsonObject,
	refusal,
} from '../../core/index.js';

const codes = Object.entries<ErrorEntry>(errorTable).filter(([code]) => code !== 'client_closed');

/** Codes with what they mean. A plugin or a provider may answer with others. */
const code: JsonObject = {
	description: 'For programs. Plugins and providers have codes of their own.',
	anyOf: [
		...codes.map(([name, {status, meaning, remedy}]) => ({
			const: name,
			title: `${name} (${status})`,
			description: `${meaning} ${remedy}`,
		})),
		{type: ['string', 'null']},
	],
};

const message: JsonObject = {type: 'string', description: 'For people: what was wrong and what to do.'};

/** By the names that {@link errorResponses} refers to. */
export const errorSchemas: Readonly<Record<string, JsonObject>> = {
	OpenAIError: {
		type: 'object',
		properties: {
			error: {
				type: 'object',
				properties: {
					message,
					type: {type: 'string', description: 'Follows from the status.', examples: ['invalid_request_error']},
					param: {type: ['string', 'null'], description: 'The field at fault.'},
					code,
				},
				required: ['message'],
			},
		},
		required: ['error'],
	},
	AnthropicError: {
		type: 'object',
		properties: {
			type: {const: 'error'},
			error: {
				type: 'object',
				properties: {
					type: {type: 'string', description: 'Follows from the status.', examples: ['not_found_error']},
					message,
				},
				required: ['type', 'message'],
			},
			request_id: {type: ['string', 'null'], description: 'Under this id the log of the gateway has the whole story.'},
		},
		required: ['type', 'error'],
	},
};

const words: Readonly<Record<Family, string>> = {openai: 'OpenAI', anthropic: 'Anthropic'};

/** What the answers of a route with these envelopes are called. */
function nameOf(dialects: readonly Dialect[]): string {
	const [only] = dialects;
	return dialects.length === 1 && only !== undefined ? words[only.family] : 'Any';
}

/**
 * The answers of a route that refuse or fail, by range of status; they refer to {@link errorResponses}.
 * @param dialects one for each envelope that the route may answer in.
 */
export function errorAnswers(dialects: readonly Dialect[]): Readonly<Record<string, JsonObject>> {
	const name = nameOf(dialects);
	return {
		'4XX': {$ref: `#/components/responses/${name}Refused`},
		'5XX': {$ref: `#/components/responses/${name}Failed`},
	};
}

/** Refusals and failures in each envelope, and in either. @param families one dialect for each envelope. */
export function errorResponses(families: readonly Dialect[]): Readonly<Record<string, JsonObject>> {
	const refused = refusal('invalid_body', 'The body is empty; a JSON object is expected.');
	const failed = refusal('upstream_unreachable', 'The provider could not be reached.');
	const sets = [...families.map(dialect => [dialect]), families];
	return Object.fromEntries(
		sets.flatMap(dialects => [
			[`${nameOf(dialects)}Refused`, response(dialects, '4', 'Refused', refused)],
			[`${nameOf(dialects)}Failed`, response(dialects, '5', 'Failed', failed)],
		]),
	);
}

function response(dialects: readonly Dialect[], range: '4' | '5', what: string, sample: GatewayError): JsonObject {
	const own = codes.filter(([, {status}]) => String(status).startsWith(range));
	const envelopes = dialects.map(({family}) => ({$ref: `#/components/schemas/${words[family]}Error`}));
	const examples = dialects.map(dialect => {
		const value = dialect.encodeError(sample, '0192b1c0-0000-7000-8000-000000000000');
		return [words[dialect.family], {summary: words[dialect.family], value}];
	});
	return {
		description: `${what}: ${own.map(([name, {status}]) => `${status} \`${name}\``).join(', ')}.`,
		headers: {'x-request-id': {$ref: '#/components/headers/RequestId'}},
		content: {
			'application/json': {
				schema: envelopes.length === 1 ? envelopes[0] : {anyOf: envelopes},
				examples: Object.fromEntries(examples),
			},
		},
	};
}
