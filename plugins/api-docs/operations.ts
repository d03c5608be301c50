/** One route in the words of OpenAPI. */

import type {Dialect, JsonObject, RouteAnswer, RouteBody, RouteDescription, RouteParameter} from '../../core/index.js';
import {errorAnswers} from './errors.js';

/** A route, whoever serves it. */
export interface DescribedRoute {
	readonly method: string;
	/** As OpenAPI writes it. */
	readonly path: string;
	readonly summary: string;
	readonly description: RouteDescription;
	/** One for each error envelope that it may answer in; none for a route that refuses nobody. */
	readonly envelopes: readonly Dialect[];
	/** Filled into the examples of a call to a model. */
	readonly model?: string;
	/** No key is looked at. */
	readonly open?: boolean;
}

/** `/things/:id` and `/things/*id` as OpenAPI writes them: `/things/{id}`. */
export function templateOf(path: string): string {
	return path.replace(/[{}]/g, '').replace(/[:*](\w+)/g, '{$1}');
}

/** The operation object. */
export function operationOf(route: DescribedRoute): JsonObject {
	const {description: said, method, path, summary, envelopes, model} = route;
	const parameters = parametersOf(path, said.parameters ?? []);
	return {
		operationId: `${method} ${path}`
			.toLowerCase()
			.replace(/[^a-z0-9]+/g, '_')
			.replace(/_$/, ''),
		tags: [said.group ?? 'Other'],
		summary,
		...(said.details !== undefined && {description: said.details}),
		...(said.reference !== undefined && {externalDocs: {description: 'Reference', url: said.reference}}),
		...(parameters.length > 0 && {parameters}),
		...(said.request !== undefined && {
			requestBody: {required: true, content: contentOf(withModel(said.request, model))},
		}),
		responses: {
			...answersOf(said.answers ?? {200: {description: 'The answer.'}}, model !== undefined),
			...(envelopes.length > 0 && errorAnswers(envelopes)),
		},
		...(route.open === true && {security: []}),
	};
}

function parametersOf(path: string, described: readonly RouteParameter[]): readonly JsonObject[] {
	const own = [...path.matchAll(/\{(\w+)\}/g)]
		.map(([, name]) => name ?? '')
		.filter(name => !described.some(parameter => parameter.in === 'path' && parameter.name === name))
		.map((name): RouteParameter => ({name, in: 'path', description: ''}));
	return [...own, ...described].map(({name, in: place, description, schema, required, example}) => ({
		name,
		in: place,
		...(description !== '' && {description}),
		required: required ?? place === 'path',
		schema: schema ?? {type: 'string'},
		...(example !== undefined && {example}),
	}));
}

function withModel(body: RouteBody, model: string | undefined): RouteBody {
	if (model === undefined || body.examples === undefined) return body;
	const filled = Object.entries(body.examples).map(([title, value]) => [title, Object.assign({model}, value)]);
	return Object.assign({}, body, {examples: Object.fromEntries(filled)});
}

function contentOf({type = 'application/json', schema = {}, examples}: RouteBody): JsonObject {
	const values = Object.entries(examples ?? {}).map(([title, value]) => [title, {summary: title, value}]);
	return {[type]: {schema, ...(values.length > 0 && {examples: Object.fromEntries(values)})}};
}

function answersOf(answers: Readonly<Record<number, RouteAnswer>>, toModel: boolean): JsonObject {
	return Object.fromEntries(
		Object.entries(answers).map(([status, answer]) => {
			const {description, events} = answer;
			const stream = {schema: {type: 'string', description: 'Server-sent events.'}, example: events};
			return [
				status,
				{
					description,
					...(toModel && {headers: callHeaders}),
					...(hasBody(answer) && {
						content: Object.assign(contentOf(answer), events !== undefined && {'text/event-stream': stream}),
					}),
				},
			];
		}),
	);
}

function hasBody({type, schema, examples}: RouteBody): boolean {
	return type !== undefined || schema !== undefined || examples !== undefined;
}

const callHeaders = {
	'x-request-id': {$ref: '#/components/headers/RequestId'},
	'x-tapgate-target': {$ref: '#/components/headers/Target'},
	'x-tapgate-attempts': {$ref: '#/components/headers/Attempts'},
	'x-tapgate-losses': {$ref: '#/components/headers/Losses'},
};

/** What {@link operationOf} refers to. */
export const headerComponents: JsonObject = {
	RequestId: {description: 'Under this id the log has the whole story of a call.', schema: {type: 'string'}},
	Target: {description: 'The `provider.model` that answered.', schema: {type: 'string'}},
	Attempts: {description: 'How many times a provider was called.', schema: {type: 'integer', minimum: 0}},
	Losses: {
		description: 'What a translation between API formats could not say; absent when it lost nothing.',
		schema: {type: 'string'},
	},
};
