/** Makes a provider plugin from the form that says what is particular about it. */

import {
	ConfigError,
	closest,
	definePlugin,
	type Family,
	type Gateway,
	type OptionsSchema,
	type Plugin,
	type Provider,
	type UpstreamRequest,
} from '../../core/index.js';
import {joinPath, readBaseUrl, withoutRoot} from './base-url.js';
import type {ProviderForm} from './form.js';
import {keyHeaders, readHeaders} from './headers.js';
import {type CompatibleOptions, type ProviderOptions, type ProviderSettings, providerSchema} from './options.js';

/**
 * Makes the factory of a kind of provider.
 * @param form without `baseUrl` for a kind whose configs must say it.
 */
export function defineProvider<Own extends object = object>(
	form: ProviderForm<Own> & {readonly baseUrl: string},
): (options?: ProviderOptions & Own) => Plugin;
export function defineProvider<Own extends object>(
	form: ProviderForm<Own> & {readonly adapt: object},
): (options: ProviderOptions & Own) => Plugin;
export function defineProvider(form: ProviderForm): (options: CompatibleOptions) => Plugin;
export function defineProvider(form: ProviderForm): (options: CompatibleOptions) => Plugin {
	return definePlugin<CompatibleOptions>({
		name: form.name,
		options: providerSchema(form) as OptionsSchema<CompatibleOptions>,
		instance: ({name}) => name ?? form.name,
		apply(gateway, options) {
			const adapted = form.adapt === undefined ? form : Object.assign({}, form, form.adapt(options));
			// The schema has filled in every default.
			register(gateway, adapted, options as ProviderSettings);
		},
	});
}

/** Paths whose URLs are kept: far more than there are routes; paths that are passed through may be anything. */
const mostUrls = 100;

function register(gateway: Gateway, form: ProviderForm, settings: ProviderSettings): void {
	const {name, dialects} = settings;
	const {plain, signed, signs} = readHeaders(settings, [authOf(form, 'openai'), authOf(form, 'anthropic')]);
	const {kind, rootOf} = roots(gateway, form, settings);
	const urls: Readonly<Record<Family, Map<string, URL>>> = {openai: new Map(), anthropic: new Map()};
	const provider: Provider = Object.freeze({
		name,
		kind,
		dialects,
		baseUrl: rootOf(kind),
		models: settings.models,
		timeouts: settings.timeouts,
		headers: plain,
		streamUsage: settings.streamUsage,
		...(form.countsTokens !== undefined && {countsTokens: form.countsTokens}),
		...(form.readError !== undefined && {readError: form.readError}),
		signs,
		locate: (path: string, family: Family, model: string) => {
			if (form.locate !== undefined) return form.locate({baseUrl: rootOf(family), path, model});
			const known = urls[family].get(path);
			if (known !== undefined) return known;
			const url = joinPath(rootOf(family), form.surfaces === undefined ? kind : family, path);
			if (urls[family].size < mostUrls) urls[family].set(path, url);
			return url;
		},
	});
	gateway.providers.add(name, provider);
	gateway.beforeListen(() => requireDialects(gateway, dialects));
	addDefaults(gateway, name, form);
	if (signs || Object.keys(signed).length > 0) addSigner(gateway, form, settings, signed);
}

/** Where the API of each family stands, and which of them the provider is known by. */
function roots(
	gateway: Gateway,
	{kind, surfaces, ...form}: ProviderForm,
	settings: ProviderSettings,
): {kind: Family; rootOf: (family: Family) => string} {
	const given = readBaseUrl(settings.baseUrl ?? form.baseUrl ?? '');
	if (surfaces === undefined) return {kind, rootOf: () => given};
	const {openai, anthropic} = surfaces;
	const baseUrl = withoutRoot(given, [openai.root, anthropic.root]);
	const urls = {openai: baseUrl + openai.root, anthropic: baseUrl + anthropic.root};
	const first = gateway.dialects.get(settings.dialects[0] ?? '');
	return {kind: first?.family ?? kind, rootOf: family => urls[family]};
}

function authOf({auth, surfaces}: ProviderForm, family: Family): ProviderForm['auth'] {
	return surfaces?.[family].auth ?? auth;
}

/** What the client sent comes first. */
function addDefaults(gateway: Gateway, provider: string, {defaultHeaders = {}, surfaces}: ProviderForm): void {
	const defaults: Readonly<Record<Family, readonly [string, string][]>> = {
		openai: Object.entries(surfaces?.openai.defaultHeaders ?? defaultHeaders),
		anthropic: Object.entries(surfaces?.anthropic.defaultHeaders ?? defaultHeaders),
	};
	if (defaults.openai.length === 0 && defaults.anthropic.length === 0) return;
	gateway.hooks.prepare.tap(provider, (request, attempt) => {
		if (attempt.provider.name !== provider) return undefined;
		const missing = defaults[attempt.dialect.family].filter(([name]) => request.headers[name] === undefined);
		return missing.length === 0 ? undefined : request.withHeaders(Object.fromEntries(missing));
	});
}

function addSigner(
	gateway: Gateway,
	form: ProviderForm,
	{name, apiKey}: ProviderSettings,
	signed: Readonly<Record<string, string>>,
): void {
	const signer = (family: Family): ((request: UpstreamRequest) => UpstreamRequest) => {
		if (apiKey === undefined) return request => request.withHeaders(signed);
		const scheme = authOf(form, family);
		const shown = keyHeaders(scheme, apiKey);
		if (typeof scheme === 'function') return request => request.withHeaders(Object.assign({}, shown(), signed));
		const all = Object.assign({}, shown(), signed);
		return request => request.withHeaders(all);
	};
	const signers: Readonly<Record<Family, ReturnType<typeof signer>>> = {
		openai: signer('openai'),
		anthropic: signer('anthropic'),
	};
	gateway.hooks.sign.for(name).tap(name, (request, attempt) => signers[attempt.dialect.family](request));
}

/** @throws {ConfigError} when a dialect is named that no plugin has registered. */
function requireDialects(gateway: Gateway, dialects: readonly string[]): void {
	const known = gateway.dialects.names();
	for (const [index, dialect] of dialects.entries()) {
		if (known.includes(dialect)) continue;
		const near = closest(dialect, known, 1)[0];
		const meant = near === undefined ? '' : `, did you mean "${near}"?`;
		throw new ConfigError(`dialects[${index}]: no such dialect: "${dialect}"${meant} (known: ${known.join(', ')})`);
	}
}
