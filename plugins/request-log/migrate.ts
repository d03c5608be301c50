/** Brings the database up to date: the steps of all plugins, in the order of their names, each once. */

import type {Knex} from 'knex';
import {ConfigError, type Migration, type ScopedRegistry} from '../../core/index.js';

type Migrations = Pick<ScopedRegistry<Migration>, 'names' | 'get'>;

const tableName = 'tapgate_migrations';
/** Another gateway that starts at the same time is waited for. */
const longestWaitMs = 30_000;
/** Who migrates holds this advisory lock of the database; it is "tapgatem" read as a number, and means nothing else. */
export const migrationLock = '8386107570459534701';

/** What was done. */
export interface Migrated {
	/** Steps that ran now. */
	readonly done: readonly string[];
}

/** The steps that the config knows, in order. */
export function known(migrations: Migrations): readonly string[] {
	return [...migrations.names()].sort();
}

/**
 * Runs what has not run yet, all of it or nothing. The database itself keeps several gateways apart: its lock ends with
 * the transaction, or with the connection of a gateway that was killed, so nothing has to be freed by hand.
 * @throws {ConfigError} when a step fails or another process migrates for too long; says how to mend it.
 * @throws what the database says when it cannot be reached.
 */
export async function migrate(knex: Knex, migrations: Migrations, patienceMs = longestWaitMs): Promise<Migrated> {
	try {
		return await knex.transaction(async transaction => {
			await transaction.raw(`SET LOCAL lock_timeout = ${patienceMs}`);
			await transaction.raw('SELECT pg_advisory_xact_lock(?)', [migrationLock]);
			await transaction.raw('SET LOCAL lock_timeout = DEFAULT');
			const [, done] = (await transaction.migrate.latest(settings(migrations))) as [number, string[]];
			return {done};
		});
	} catch (error) {
		throw failure(error, patienceMs);
	}
}

/** The steps that have not run yet. @throws what the database says when it cannot be reached. */
export async function pending(knex: Knex, migrations: Migrations): Promise<readonly string[]> {
	const done = new Set<string>();
	try {
		for (const {name} of await knex<{name: string}>(tableName).select('name')) done.add(name);
	} catch (error) {
		if (stateOf(error) !== '42P01') throw error;
	}
	return known(migrations).filter(name => !done.has(name));
}

function settings(migrations: Migrations): Knex.MigratorConfig {
	return {
		tableName,
		// A plugin that is no longer listed leaves its steps behind.
		disableMigrationsListValidation: true,
		migrationSource: {
			getMigrations: async () => [...known(migrations)],
			getMigrationName: (name: string) => name,
			getMigration: async (name: string) => ({
				async up(knex: Knex) {
					for (const statement of migrations.get(name)?.up ?? []) await knex.raw(statement);
				},
				async down() {},
			}),
		} as Knex.MigrationSource<unknown>,
	};
}

function failure(error: unknown, patienceMs: number): unknown {
	const state = stateOf(error);
	if (state === '55P03') {
		return new ConfigError(
			`database: another process has been migrating for more than ${patienceMs / 1000} s; wait for it, or end it, then start again`,
			{cause: error},
		);
	}
	if (state === undefined || /^(?:08|53|57P|28|3D)/.test(state)) return error;
	return new ConfigError(
		`database: a migration failed: ${(error as Error).message}\n` +
			'nothing of that step was kept; mend what the message says, then run `tapgate migrate` or start again',
		{cause: error},
	);
}

/** The SQLSTATE of an error that Postgres gave; `undefined` for one that came from the network. */
export function stateOf(error: unknown): string | undefined {
	const code: unknown = (error as {code?: unknown} | null)?.code;
	return typeof code === 'string' &&
		/^[0-9A-Z]{5}$/.test(code) &&
		(error as {severity?: unknown}).severity !== undefined
		? code
		: undefined;
}
