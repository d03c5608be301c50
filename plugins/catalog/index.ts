/** Tells clients what is served: models in both API shapes, and providers. */

import type {Context} from 'koa';
import {allows, definePlugin, type Gateway, type KnownExchange, refusal, type Target} from '../../core/index.js';
import * as descriptions from './descriptions.js';
import {anthropicModel, anthropicPage, type Model, openaiModel} from './shapes.js';

export const catalog = definePlugin({
	name: 'catalog',
	apply(gateway) {
		const since = new Date();

		const visible = (exchange: KnownExchange | undefined): readonly Model[] =>
			models(gateway, since).filter(({target}) => exchange !== undefined && mayUse(gateway, exchange, target));

		for (const prefix of ['', '/anthropic']) addModels(prefix);

		function addModels(prefix: string): void {
			gateway.routes.add(`GET ${prefix}/v1/models`, {
				method: 'GET',
				path: `${prefix}/v1/models`,
				summary: 'The models that this key may use.',
				description: descriptions.models,
				access: 'caller',
				handle(ctx, exchange) {
					const list = visible(exchange);
					ctx.body =
						exchange?.dialect.family === 'anthropic'
							? anthropicPage(list, ctx.query)
							: {object: 'list', data: list.map(openaiModel)};
				},
			});

			gateway.routes.add(`GET ${prefix}/v1/models/:id`, {
				method: 'GET',
				path: `${prefix}/v1/models/*id`,
				summary: 'One model, by any name that a call may give it.',
				description: descriptions.model,
				access: 'caller',
				handle(ctx, exchange) {
					const id = idOf(ctx);
					const list = visible(exchange);
					const model = list.find(candidate => candidate.id === id) ?? list.find(({target}) => target.model === id);
					if (model === undefined)
						throw refusal('model_not_found', `The model "${id.slice(0, 100)}" is not served here.`, {param: 'model'});
					ctx.body = exchange?.dialect.family === 'anthropic' ? anthropicModel(model) : openaiModel(model);
				},
			});
		}

		gateway.routes.add('GET /v1/providers', {
			method: 'GET',
			path: '/v1/providers',
			summary: 'The providers that are registered.',
			description: descriptions.providers,
			access: 'caller',
			handle(ctx) {
				const data = gateway.providers
					.all()
					.map(({name, kind, dialects, baseUrl, models}) => ({name, kind, dialects, base_url: baseUrl, models}));
				ctx.body = {object: 'list', data};
			},
		});
	},
});

/** Aliases first: they are the names that the config means people to use. */
function models(gateway: Gateway, since: Date): readonly Model[] {
	const aliases = gateway.aliases.names().map(name => ({id: name, target: gateway.aliases.get(name) as Target, since}));
	const listed = gateway.providers.all().flatMap(provider =>
		provider.models.map(model => ({
			id: `${provider.name}.${model}`,
			target: {provider: provider.name, model},
			since,
		})),
	);
	return [...aliases, ...listed];
}

function mayUse(gateway: Gateway, {caller}: KnownExchange, target: Target): boolean {
	const provider = gateway.providers.get(target.provider);
	return provider !== undefined && allows(caller, target, provider);
}

/** The rest of the path: a model's id may hold slashes, encoded or not. */
function idOf(ctx: Context): string {
	const path = ctx.path.slice(ctx.path.indexOf('/v1/models/') + '/v1/models/'.length);
	return decodeURIComponent(path);
}
