/** Which provider a model name leads to, and who is asked next when it fails. */

import {
	type ClientRequest,
	ConfigError,
	closest,
	definePlugin,
	type Gateway,
	type KnownExchange,
	namePattern,
	refusal,
	type Target,
	targetName,
} from '../../core/index.js';
import {findTarget, knownNames, type NameBook, shortNames} from './names.js';
import {type RoutingOptions, routingSchema} from './options.js';
import {recover} from './recover.js';

interface Fallback {
	readonly pattern: RegExp;
	readonly targets: readonly Target[];
}

export const routing = definePlugin<RoutingOptions>({
	name: 'routing',
	options: routingSchema,
	apply(gateway, options) {
		const {aliases = {}, paths = {}, defaults = {}} = options;
		let book: NameBook = {providers: [], alias: name => gateway.aliases.get(name)};
		let fallbacks: readonly Fallback[] = [];

		// Providers may stand behind routing in the config, so names are settled when all plugins have been applied.
		gateway.beforeListen(() => {
			book = {providers: gateway.providers.all(), alias: name => gateway.aliases.get(name)};
			for (const [name, model] of Object.entries(aliases)) {
				gateway.aliases.add(name, {
					...settled(gateway, aliasFree(book, aliases), model, `aliases.${name}`),
					alias: name,
				});
			}
			for (const [path, provider] of Object.entries(paths)) addPath(gateway, path, provider);
			for (const [family, provider] of Object.entries(defaults))
				requireProvider(gateway, provider, `defaults.${family}`);
			fallbacks = Object.entries(options.fallbacks ?? {}).map(([pattern, names]) => ({
				pattern: namePattern(pattern),
				targets: names.map((name, index) => settled(gateway, book, name, `fallbacks.${pattern}[${index}]`)),
			}));
		});

		gateway.hooks.resolve.tap('routing', (request, exchange) => {
			const target = resolve(book, defaults, request, exchange);
			if (target === undefined) throw notFound(book, gateway.aliases.names(), request);
			return [target, ...after(target, fallbacks)];
		});

		gateway.hooks.recover.tap('routing', recover);
	},
});

/** Aliases lead to targets, not to further aliases: one look tells where a name goes. */
function aliasFree(book: NameBook, aliases: Readonly<Record<string, string>>): NameBook {
	return {
		providers: book.providers,
		alias(name) {
			if (name in aliases)
				throw new ConfigError(`aliases: "${name}" is an alias itself; write the provider.model that it stands for`);
			return undefined;
		},
	};
}

function settled(gateway: Gateway, book: NameBook, name: string, path: string): Target {
	const target = findTarget(book, name);
	if (target !== undefined) return target;
	const near = closest(
		name,
		[...knownNames(book, gateway.aliases.names()), ...gateway.providers.names().map(provider => `${provider}.…`)],
		3,
	);
	throw new ConfigError(
		`${path}: expected provider.model of a registered provider (${gateway.providers.names().join(', ')}), found "${name}"` +
			(near.length > 0 ? `; did you mean ${near.join(' or ')}?` : ''),
	);
}

function addPath(gateway: Gateway, path: string, provider: string): void {
	if (!/^\/[^?#\s]*[^/?#\s]$/.test(path)) {
		throw new ConfigError(`paths: expected a path such as /v1/search, found "${path}"`);
	}
	requireProvider(gateway, provider, `paths.${path}`);
	gateway.paths.add(path, provider);
}

function requireProvider(gateway: Gateway, provider: string, path: string): void {
	if (gateway.providers.get(provider) !== undefined) return;
	const near = closest(provider, gateway.providers.names(), 1)[0];
	throw new ConfigError(
		`${path}: expected a registered provider (${gateway.providers.names().join(', ')}), found "${provider}"` +
			(near === undefined ? '' : `; did you mean "${near}"?`),
	);
}

function resolve(
	book: NameBook,
	defaults: RoutingOptions['defaults'],
	request: ClientRequest,
	exchange: KnownExchange,
): Target | undefined {
	const {endpoint} = exchange;
	const {model} = request;
	const named = model === undefined ? undefined : findTarget(book, model);
	if (endpoint.kind === 'passthrough' && endpoint.provider !== undefined) {
		return named?.provider === endpoint.provider ? named : {provider: endpoint.provider, model: model ?? ''};
	}
	if (named !== undefined) return named;
	const provider = defaults?.[exchange.dialect.family];
	return provider === undefined ? undefined : {provider, model: model ?? ''};
}

function after(target: Target, fallbacks: readonly Fallback[]): readonly Target[] {
	const name = targetName(target);
	const fallback = fallbacks.find(
		({pattern}) => pattern.test(name) || (target.alias !== undefined && pattern.test(target.alias)),
	);
	return fallback?.targets.filter(next => targetName(next) !== name) ?? [];
}

function notFound(book: NameBook, aliases: readonly string[], request: ClientRequest) {
	const {model} = request;
	if (model === undefined) {
		return refusal(
			'unknown_route',
			`Nothing is served under ${request.method} ${request.path.slice(0, 200)}: no default provider takes it.`,
		);
	}
	const shown = model.length > 100 ? `${model.slice(0, 100)}…` : model;
	const spelled = closest(model, knownNames(book, aliases), 3);
	const near = spelled.length > 0 ? spelled : closest(model, shortNames(book), 3);
	const hint = near.length > 0 ? ` Did you mean ${near.join(' or ')}?` : ' GET /v1/models lists what is served.';
	return refusal('model_not_found', `The model "${shown}" is not served here.${hint}`, {param: 'model'});
}
