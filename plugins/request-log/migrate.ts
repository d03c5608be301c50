/** Brings the database up to date: the steps of all plugins, in the order of their names, each once. */

import type {Knex} from 'knex';
import {ConfigError, type Migration, type ScopedRegistry} from '../../core/index.js';

type Migrations = Pick<ScopedRegistry<Migration>, 'names' | 'get'>;

const tableName = 'tapgate_migrations';
/** Another gateway that starts at the same time is waited for. */
const longestWaitMs = 30_000;
const pauseMs = 200;

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
 * Runs what has not run yet.
 * @throws {ConfigError} when a step fails or another process holds the lock for too long; says how to mend it.
 * @throws what the database says when it cannot be reached.
 */
export async function migrate(knex: Knex, migrations: Migrations, patienceMs = longestWaitMs): Promise<Migrated> {
	const giveUp = Date.now() + patienceMs;
	for (;;) {
		try {
			const [, done] = (await knex.migrate.latest(settings(migrations))) as [number, string[]];
			return {done};
		} catch (error) {
			if (!isRace(error)) throw failure(error);
			if (Date.now() > giveUp) {
				throw new ConfigError(
					'database: another process has been migrating for too long, or was ended while it did; ' +
						'when none is running, free the lock with `tapgate migrate --unlock`',
					{cause: error},
				);
			}
			await new Promise(resolve => setTimeout(resolve, pauseMs));
		}
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

/** Frees the lock that a process left behind which was ended while it migrated. */
export async function unlock(knex: Knex, migrations: Migrations): Promise<void> {
	await knex.migrate.forceFreeMigrationsLock(settings(migrations));
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

/** Two gateways that start at once: one has the lock, or both make the table of steps. */
function isRace(error: unknown): boolean {
	if (error instanceof Error && error.name === 'MigrationLocked') return true;
	const state = stateOf(error);
	const message = error instanceof Error ? error.message : '';
	return ['23505', '42P07', '42710'].includes(state ?? '') && message.includes(tableName);
}

function failure(error: unknown): unknown {
	const state = stateOf(error);
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
