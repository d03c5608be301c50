/** Makes a provider plugin from the form that says what is particular about it. */

import {
	ConfigError,
	closest,
	definePlugin,
	type Gateway,
	type OptionsSchema,
	type Plugin,
	type Provider,
} from '../../core/index.js';
import {joinPath, readBaseUrl} from './base-url.js';
import {readHeaders} from './headers.js';
import {
	type CompatibleOptions,
	type ProviderForm,
	type ProviderOptions,
	type ProviderSettings,
	providerSchema,
} from './options.js';

/**
 * Makes the factory of a kind of provider.
 * @param form without `baseUrl` for a kind whose configs must say it.
 */
export function defineProvider(form: ProviderForm & {readonly baseUrl: string}): (options?: ProviderOptions) => Plugin;
export function defineProvider(form: ProviderForm): (options: CompatibleOptions) => Plugin;
export function defineProvider(form: ProviderForm): (options: CompatibleOptions) => Plugin {
	return definePlugin<CompatibleOptions>({
		name: form.name,
		options: providerSchema(form) as OptionsSchema<CompatibleOptions>,
		instance: ({name}) => name ?? form.name,
		apply(gateway, options) {
			// The schema has filled in every default.
			register(gateway, form, options as ProviderSettings);
		},
	});
}

function register(gateway: Gateway, form: ProviderForm, settings: ProviderSettings): void {
	const {name, dialects} = settings;
	const {plain, signed, signs} = readHeaders(form, settings);
	const baseUrl = readBaseUrl(settings.baseUrl);
	const provider: Provider = Object.freeze({
		name,
		kind: form.kind,
		dialects,
		baseUrl,
		models: settings.models,
		timeouts: settings.timeouts,
		headers: plain,
		streamUsage: settings.streamUsage,
		signs,
		locate: (path: string) => joinPath(baseUrl, form.kind, path),
	});
	gateway.providers.add(name, provider);
	gateway.beforeListen(() => requireDialects(gateway, dialects));
	if (form.defaultHeaders !== undefined) addDefaults(gateway, name, form.defaultHeaders);
	if (Object.keys(signed).length > 0) gateway.hooks.sign.for(name).tap(name, request => request.withHeaders(signed));
}

/** What the client sent comes first. */
function addDefaults(gateway: Gateway, provider: string, defaults: Readonly<Record<string, string>>): void {
	const entries = Object.entries(defaults);
	gateway.hooks.prepare.tap(provider, (request, attempt) => {
		if (attempt.provider.name !== provider) return undefined;
		const missing = entries.filter(([name]) => request.headers[name] === undefined);
		return missing.length === 0 ? undefined : request.withHeaders(Object.fromEntries(missing));
	});
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
