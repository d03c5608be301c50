/** The OpenAPI document of a gateway whose plugins have all been applied. */

import type {Dialect, Gateway, JsonObject, PluginRoute, RouteDescription} from '../../core/index.js';
import {errorResponses, errorSchemas} from './errors.js';
import {exampleModel, modelNames, modelSchema} from './models.js';
import {type DescribedRoute, headerComponents, operationOf, templateOf} from './operations.js';
import {passedThrough} from './passed-through.js';
import {type Needs, securityOf} from './security.js';
import {version} from './version.js';

/** How much of a gateway is told. */
export interface Telling {
	readonly needs: Needs;
	/** List the names of models, aliases and providers. */
	readonly tellNames: boolean;
}

/** @see https://spec.openapis.org/oas/v3.1.1.html */
export function describeGateway(gateway: Gateway, {needs, tellNames}: Telling): JsonObject {
	const names = modelNames(gateway);
	const model = exampleModel(names);
	const paths: Record<string, Record<string, JsonObject>> = {};
	for (const route of routes(gateway, model, tellNames)) {
		const {path} = route;
		const item = paths[path] ?? {};
		paths[path] = item;
		// The router asks plugins before dialects, and passes through what nobody has taken.
		item[route.method.toLowerCase()] ??= operationOf(route);
	}
	const {schemes, security} = securityOf(needs);
	return {
		openapi: '3.1.0',
		info: {title: 'tapgate', version: version(), description: introduction(gateway.deployment, needs)},
		servers: [{url: '.', description: 'This gateway'}],
		tags: tagsOf(paths),
		security,
		paths,
		components: {
			schemas: {Model: modelSchema(tellNames ? names : [model]), ...errorSchemas},
			responses: errorResponses(firstOfFamilies(gateway.dialects.all())),
			headers: headerComponents,
			...(schemes !== undefined && {securitySchemes: schemes}),
		},
	};
}

/** Calls to models first: they are what most readers look for. */
function* routes(gateway: Gateway, model: string, tellNames: boolean): Generator<DescribedRoute> {
	const prefixes = gateway.paths.names();
	const free = (path: string) => !prefixes.some(prefix => path === prefix || path.startsWith(`${prefix}/`));
	const plugins = gateway.routes.all().filter(({path}) => free(path));
	const taken = new Set(plugins.map(({method, path}) => `${method} ${path}`));
	for (const dialect of gateway.dialects.all()) {
		for (const route of dialect.routes) {
			const {method, path, summary = path, description = {}} = route;
			if (!free(path) || taken.has(`${method} ${path}`)) continue;
			yield {method, path: templateOf(path), summary, description, envelopes: [dialect], model};
		}
	}
	const families = firstOfFamilies(gateway.dialects.all());
	for (const route of plugins) if (route.description !== false) yield pluginRoute(route, route.description, families);
	yield* passedThrough(gateway.paths, families, tellNames);
}

function pluginRoute(
	{method, path, summary, access}: PluginRoute,
	description: RouteDescription = {},
	families: readonly Dialect[],
): DescribedRoute {
	const open = access === 'open';
	return {method, path: templateOf(path), summary, description, envelopes: open ? [] : families, open};
}

/** One dialect for each envelope. */
function firstOfFamilies(dialects: readonly Dialect[]): readonly Dialect[] {
	return dialects.filter(({family}, index) => dialects.findIndex(other => other.family === family) === index);
}

/** The groups in the order in which they are met. */
function tagsOf(paths: Readonly<Record<string, Readonly<Record<string, JsonObject>>>>): readonly JsonObject[] {
	const operations = Object.values(paths).flatMap(item => Object.values(item));
	return [...new Set(operations.flatMap(({tags}) => tags as readonly string[]))].map(name => ({name}));
}

function introduction(deployment: string, needs: Needs): string {
	const key = {
		key: 'Every call needs a key of this gateway, as `Authorization: Bearer …` or `x-api-key: …`.',
		choice: 'A call may show a key, as `Authorization: Bearer …` or `x-api-key: …`.',
		nothing: 'No key is needed.',
	}[needs];
	return [
		`An LLM gateway, deployment \`${deployment}\`. Any client format reaches any model that is served.`,
		key,
		'OpenAI clients take this address followed by `/v1` as their base URL; Anthropic clients take this address, or this address followed by `/anthropic`.',
		'Requests may hold every field that the API has: the schemas name what matters and forbid nothing. Each call links to the full reference of its maker.',
	].join('\n\n');
}
