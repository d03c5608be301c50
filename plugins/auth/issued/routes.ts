/** `/admin/keys`: issued keys for programs; for callers with the tag `admin`. */

import type {Knex} from 'knex';
import {
	ConfigError,
	describe,
	type Gateway,
	GatewayError,
	readPageQuery,
	refusal,
	requireAdmin,
} from '../../../core/index.js';
import {descriptions} from './descriptions.js';
import {createKey, listKeys, revokeKey} from './key-table.js';
import {readWish} from './wish.js';

/** What the routes work on. */
export interface KeyService {
	readonly knex: () => Knex | undefined;
	readonly reserved: ReadonlySet<string>;
	/** Called after a change, so that this process knows of it before the answer. */
	readonly changed: () => Promise<void>;
	/** Called after a key was revoked: it is refused here, and other processes are told; false when they cannot be. */
	readonly tell: (id: string) => Promise<boolean>;
}

export function addRoutes(
	{routes, log}: Pick<Gateway, 'routes' | 'log'>,
	{knex, reserved, changed, tell}: KeyService,
): void {
	routes.add('GET /admin/keys', {
		method: 'GET',
		path: '/admin/keys',
		summary: 'Issued keys, newest first, without the keys themselves; for callers with the tag admin.',
		description: descriptions.list,
		access: 'caller',
		async handle(ctx, exchange) {
			requireAdmin(exchange);
			const {name, revoked, limit, cursor} = ctx.query;
			if (Array.isArray(name) || name?.includes('\0'))
				throw refusal('invalid_parameter', 'name: expected one name.', {param: 'name'});
			if (revoked !== undefined && revoked !== 'true' && revoked !== 'false')
				throw refusal('invalid_parameter', 'revoked: expected true or false.', {param: 'revoked'});
			const page = readPageQuery(limit?.toString(), cursor?.toString());
			const keys = await asked(database => listKeys(database, {name, revoked: revoked === 'true'}, page));
			ctx.set('cache-control', 'no-store');
			ctx.body = keys;
		},
	});
	routes.add('POST /admin/keys', {
		method: 'POST',
		path: '/admin/keys',
		summary: 'Issues a key and shows it, this once; for callers with the tag admin.',
		description: descriptions.create,
		access: 'caller',
		parseBody: true,
		async handle(ctx, exchange) {
			const {name: by} = requireAdmin(exchange);
			const {body} = ctx.request as {readonly body?: unknown};
			const {key, shown} = await asked(database => createKey(database, readWish(body, by, reserved)));
			await settled();
			log.info('a key was issued', {id: shown.id, key: shown.name, by});
			ctx.set('cache-control', 'no-store');
			ctx.status = 201;
			ctx.body = Object.assign({key}, shown);
		},
	});
	routes.add('DELETE /admin/keys/:id', {
		method: 'DELETE',
		path: '/admin/keys/:id',
		summary: 'Revokes an issued key: within a second no replica takes it; for callers with the tag admin.',
		description: descriptions.revoke,
		access: 'caller',
		async handle(ctx, exchange) {
			const {name: by} = requireAdmin(exchange);
			const id = decodeURIComponent(ctx.path.slice('/admin/keys/'.length));
			const shown = id.includes('\0') ? undefined : await asked(database => revokeKey(database, id));
			if (shown === undefined)
				throw new GatewayError('key_not_found', 404, `No issued key has the id "${id.slice(0, 100)}".`);
			const [told] = await Promise.all([tell(shown.id), settled()]);
			if (!told)
				log.warn('the store was not told of a revoked key yet; others find it in the database', {id: shown.id});
			log.info('a key was revoked', {id: shown.id, key: shown.name, by});
			ctx.set('cache-control', 'no-store');
			ctx.body = shown;
		},
	});

	/** The change is made whatever becomes of this; the next look finds it. */
	async function settled(): Promise<void> {
		await changed().catch(error => log.warn('the issued keys could not be looked for', describe(error)));
	}

	async function asked<Answer>(question: (database: Knex) => Promise<Answer>): Promise<Answer> {
		try {
			const database = knex();
			if (database === undefined) throw new Error('the database is not there yet');
			return await question(database);
		} catch (error) {
			if (GatewayError.is(error)) throw error;
			if (ConfigError.is(error)) throw new GatewayError('invalid_key_request', 400, `${error.message}.`);
			log.warn('the issued keys could not be read or changed', describe(error));
			throw new GatewayError('identity_unavailable', 503, 'The database of the issued keys is away; try again soon.', {
				cause: error,
				headers: {'retry-after': '5'},
			});
		}
	}
}
