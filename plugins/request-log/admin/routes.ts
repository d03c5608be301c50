/** Records for people: a list with filters, and one record with its bodies; for callers with the tag `admin`. */

import type {Knex} from 'knex';
import {describe, type Gateway, GatewayError, type KnownExchange, refusal} from '../../../core/index.js';
import type {Store} from '../store.js';
import {listDescription, recordDescription} from './descriptions.js';
import {findRecord, readQuery} from './query.js';

export function addAdminRoutes({routes, log}: Pick<Gateway, 'routes' | 'log'>, store: Store): void {
	routes.add('GET /admin/requests', {
		method: 'GET',
		path: '/admin/requests',
		summary: 'Records of calls, newest first, with filters and pages; for callers with the tag admin.',
		description: listDescription,
		access: 'caller',
		async handle(ctx, exchange) {
			requireAdmin(exchange);
			const list = readQuery(ctx.query);
			ctx.body = await asked(list);
			ctx.set('cache-control', 'no-store');
		},
	});
	routes.add('GET /admin/requests/:id', {
		method: 'GET',
		path: '/admin/requests/:id',
		summary: 'One record with its bodies; for callers with the tag admin.',
		description: recordDescription,
		access: 'caller',
		async handle(ctx, exchange) {
			requireAdmin(exchange);
			const id = decodeURIComponent(ctx.path.slice('/admin/requests/'.length));
			const record = id.includes('\0') ? undefined : await asked(knex => findRecord(knex, id));
			if (record === undefined) throw refusal('record_not_found', `No record has the id "${id.slice(0, 100)}".`);
			ctx.body = record;
			ctx.set('cache-control', 'no-store');
		},
	});

	/** What the database says is for the log; the caller learns that there is nothing to be had now. */
	async function asked<Answer>(question: (knex: Knex) => Promise<Answer>): Promise<Answer> {
		const {knex} = store;
		if (knex === undefined) throw refusal('records_unavailable', 'The database of the records is not there yet.');
		try {
			return await question(knex);
		} catch (error) {
			if (GatewayError.is(error)) throw error;
			log.warn('records could not be read', describe(error));
			const slow = (error as {code?: unknown}).code === '57014';
			throw refusal(
				'records_unavailable',
				slow ? 'The records could not be searched in time.' : 'The database of the records is away.',
				{cause: error, headers: {'retry-after': '5'}},
			);
		}
	}
}

function requireAdmin(exchange: KnownExchange | undefined): void {
	if (exchange?.caller.tags.includes('admin') === true) return;
	throw refusal('admin_only', 'This route is for callers with the tag "admin".');
}
