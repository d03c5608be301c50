/** Records for people: a list with filters, and one record with its bodies; for callers with the tag `admin`. */

import {type Gateway, refusal, requireAdmin} from '../../../core/index.js';
import type {Store} from '../store.js';
import {listDescription, recordDescription} from './descriptions.js';
import {findRecord, readQuery} from './query.js';
import {askerOf} from './question.js';

export function addAdminRoutes({routes, log}: Pick<Gateway, 'routes' | 'log'>, store: Store): void {
	const asked = askerOf(store, log);
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
}
