/** Describes the API that this gateway really serves: as OpenAPI 3.1, and as a page on which it can be tried out. */

import {definePlugin} from '../../core/index.js';
import {admission} from '../auth/keys.js';
import {describeGateway} from './document.js';
import {type ApiDocsOptions, apiDocsSchema} from './options.js';
import {pageFiles} from './page-files.js';
import {admissionNeeds} from './security.js';
import {type ServedFile, serveFile, textFile} from './served-file.js';

export type {ApiDocsOptions} from './options.js';

/** Serves `GET /openapi.json` and Swagger UI under `GET /swagger/`. */
export const apiDocs = definePlugin<ApiDocsOptions>({
	name: 'api-docs',
	options: apiDocsSchema,
	apply(gateway, {access = 'open'}) {
		let document: ServedFile | undefined;
		gateway.routes.add('openapi.json', {
			method: 'GET',
			path: '/openapi.json',
			summary: 'This description.',
			description: {
				group: 'Description',
				reference: 'https://spec.openapis.org/oas/v3.1.1.html',
				answers: {200: {description: 'An OpenAPI 3.1 document.', schema: {type: 'object'}}},
			},
			access,
			handle(ctx) {
				if (document !== undefined) serveFile(ctx, document);
			},
		});
		// Aliases and paths are settled in this step by plugins that may stand behind this one: look when all have had their turn.
		gateway.beforeListen(() =>
			gateway.beforeListen(() => {
				const admits = gateway.find(admission);
				const needs = admissionNeeds(admits, gateway.providers.all());
				// What GET /v1/models tells to callers only, an open description does not tell to anybody.
				const tellNames = access === 'caller' || admits?.anonymous === true;
				document = textFile('application/json', JSON.stringify(describeGateway(gateway, {needs, tellNames})));
			}),
		);

		for (const [name, load] of Object.entries(pageFiles())) {
			gateway.routes.add(`swagger/${name}`, {
				method: 'GET',
				path: `/swagger/${name}`,
				summary: 'This description as a page, on which the API can be tried out.',
				description: name === '' && {
					group: 'Description',
					answers: {200: {description: 'The page.', type: 'text/html', schema: {type: 'string'}}},
				},
				access: 'open',
				handle: async ctx => serveFile(ctx, await load()),
			});
		}
		gateway.routes.add('swagger', {
			method: 'GET',
			path: '/swagger',
			summary: 'Leads to the page.',
			description: false,
			access: 'open',
			// Relative, so that a proxy may put the gateway under a prefix.
			handle: ctx => ctx.redirect('swagger/'),
		});
	},
});
