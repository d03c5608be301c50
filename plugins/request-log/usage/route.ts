/** `GET /usage`: what was used, by key, team, provider, model and day; a caller's own, or for the tag `admin` everybody's. */

import {type Gateway, isAdmin, type RouteDescription, refusal} from '../../../core/index.js';
import {askerOf, single, wrong} from '../admin/question.js';
import type {Store} from '../store.js';
import {csvOf} from './csv.js';
import {columnsOf, readUsage} from './query.js';
import {sums} from './schema.js';

export function addUsageRoute({routes, log}: Pick<Gateway, 'routes' | 'log'>, store: Store): void {
	const ask = askerOf(store, log);
	routes.add('GET /usage', {
		method: 'GET',
		path: '/usage',
		summary: "What was used by whom: requests, tokens and cost; one's own, or with the tag admin everybody's.",
		description,
		access: 'caller',
		async handle(ctx, exchange) {
			if (exchange === undefined) throw refusal('not_authenticated', 'No key was sent.');
			const own = isAdmin(exchange) ? undefined : exchange.caller.name;
			const {format} = ctx.query;
			const usage = readUsage(ctx.query, own, exchange.startedAt);
			const csv = format === undefined ? ctx.accepts('json', 'text/csv') === 'text/csv' : isCsv(format);
			const answer = await ask(usage);
			ctx.set('cache-control', 'no-store');
			ctx.vary('accept');
			if (!csv) {
				ctx.body = answer;
				return;
			}
			ctx.type = 'text/csv; charset=utf-8';
			ctx.set('content-disposition', `attachment; filename="usage-${answer.since}-${answer.until}.csv"`);
			if (answer.truncated) ctx.set('x-tapgate-truncated', 'true');
			ctx.body = csvOf(columnsOf(answer.by), answer.data);
		},
	});
}

function isCsv(format: string | string[]): boolean {
	const text = single('format', format);
	if (text !== 'json' && text !== 'csv') throw wrong('format', 'json or csv');
	return text === 'csv';
}

const day = {type: 'string', format: 'date'};

const description: RouteDescription = {
	group: 'Usage',
	details:
		'Days are those of UTC. A sum appears some 100 milliseconds after its call, and goes with the records of its day. ' +
		'`cost_nano_usd` is in billionths of a dollar and null when no call has a price; `priced_requests` tells how many have.',
	parameters: [
		{
			name: 'by',
			in: 'query',
			description: 'some of day, key, team, provider, model; default all',
			example: 'day,model',
		},
		{name: 'since', in: 'query', description: 'first day; default 29 days before the last', schema: day},
		{name: 'until', in: 'query', description: 'last day; default today', schema: day},
		{name: 'key', in: 'query', description: 'of this key only'},
		{name: 'team', in: 'query', description: 'of this team only'},
		{name: 'provider', in: 'query', description: 'of this provider only'},
		{name: 'model', in: 'query', description: 'of this model of a provider only'},
		{name: 'format', in: 'query', description: 'default by Accept', schema: {type: 'string', enum: ['json', 'csv']}},
	],
	answers: {
		200: {
			description: 'At most 10,000 lines; `truncated` when there are more.',
			schema: {
				type: 'object',
				properties: {
					object: {const: 'usage'},
					since: day,
					until: day,
					by: {type: 'array', items: {type: 'string'}},
					truncated: {type: 'boolean'},
					data: {
						type: 'array',
						items: {
							type: 'object',
							properties: Object.assign(
								{
									day,
									key: {type: ['string', 'null']},
									team: {type: ['string', 'null']},
									provider: {type: ['string', 'null']},
									model: {type: ['string', 'null']},
								},
								Object.fromEntries(Object.keys(sums).map(name => [name, {type: ['integer', 'null']}])),
							),
						},
					},
				},
			},
		},
	},
};
