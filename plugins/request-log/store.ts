/** The database of the records: found, reached, brought up to date and kept in order. */

import {mkdir, readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import knexPackage, {type Knex} from 'knex';
import {
	ConfigError,
	describe,
	type Gateway,
	isObject,
	type Log,
	type Migration,
	reveal,
	type ScopedRegistry,
} from '../../core/index.js';
import {type Connection, readConnection} from './connection.js';
import {requireStartable, startEmbedded} from './embedded/index.js';
import {known, migrate, pending, stateOf} from './migrate.js';
import type {RequestLogSettings} from './options.js';
import {day, daysNeeded, dropOldDays, isKept, makeDays} from './partitions.js';

const maintenanceMs = 3_600_000;
const connectMs = 5000;
/** Queries of people; records have a connection of their own. */
const mostConnections = 2;

export class Store {
	readonly #settings: RequestLogSettings;
	readonly #migrations: ScopedRegistry<Migration>;
	readonly #migrates: boolean;
	readonly #log: Log;
	#connection: Promise<Connection> | undefined;
	#knex: Knex | undefined;
	#stopEmbedded: (() => Promise<void>) | undefined;
	#ready: Promise<Connection> | undefined;
	#timer: NodeJS.Timeout | undefined;
	#days = new Set<string>();
	#closed = false;

	constructor(
		settings: RequestLogSettings,
		{migrations, migrates, log}: Pick<Gateway, 'migrations' | 'migrates' | 'log'>,
	) {
		this.#settings = settings;
		this.#migrations = migrations;
		this.#migrates = migrates;
		this.#log = log;
	}

	/** A database of our own under `dataDir`. */
	get embedded(): boolean {
		return this.#given === '';
	}

	/** The connection without its password, for people. */
	get shown(): string {
		return this.embedded ? 'embedded' : readConnection(this.#given).shown;
	}

	/** Absent until the database was reached for the first time. */
	get knex(): Knex | undefined {
		return this.#knex;
	}

	/** A connection for queries, whatever the tables look like. @throws {ConfigError} when the connection string is wrong. */
	async query(): Promise<Knex> {
		const {pg} = await this.#connect();
		this.#knex ??= knexPackage.knex({
			client: 'pg',
			connection: Object.assign({}, pg, {
				application_name: 'tapgate',
				connectionTimeoutMillis: connectMs,
			}) as Knex.PgConnectionConfig,
			pool: {min: 0, max: mostConnections},
			acquireConnectionTimeout: connectMs,
			// What goes wrong is thrown, and logged by whoever catches it.
			log: {warn() {}, error() {}, debug() {}, deprecate() {}},
		});
		return this.#knex;
	}

	/**
	 * Gives the database when its tables are up to date; looks into that once, again after a failure.
	 * @throws {ConfigError} when they cannot be brought up to date. @throws what the database says.
	 */
	ready(): Promise<Connection> {
		this.#ready ??= this.#prepare().catch(error => {
			this.#ready = undefined;
			throw error;
		});
		return this.#ready;
	}

	/**
	 * The same before the first call. A database that is away stops the start unless it has been up to date before: then calls
	 * are answered and records wait.
	 * @throws {ConfigError} says what to do.
	 */
	async start(): Promise<void> {
		if (this.embedded) {
			// It takes its time, and the first answer does not wait for it; but nobody else may have it.
			await requireStartable(this.#settings.dataDir);
			return;
		}
		try {
			await this.ready();
		} catch (error) {
			if (error instanceof ConfigError) throw error;
			const reason = (error as Error).message || stateOf(error) || String((error as {code?: unknown}).code);
			if (stateOf(error) === undefined && (await this.#wasUpToDate())) {
				this.#log.warn('the database of the records is away; its tables were up to date when last seen', {
					database: this.shown,
					error: reason,
				});
				return;
			}
			throw new ConfigError(
				`database: ${this.shown} cannot be used: ${reason}\n` +
					'start it and see that the user may create tables; without `database` an embedded one is used',
				{cause: error},
			);
		}
	}

	/** Sees to it that records of these days have their place. @throws what the database says. */
	async makeDays(days: readonly string[]): Promise<void> {
		const now = Date.now();
		const wanted = days.filter(date => !this.#days.has(date) && isKept(date, now, this.#settings.retentionDays));
		if (wanted.length === 0) return;
		await makeDays(await this.query(), wanted);
		for (const date of wanted) this.#days.add(date);
	}

	async close(): Promise<void> {
		this.#closed = true;
		clearInterval(this.#timer);
		await this.#ready?.catch(() => {});
		await this.#knex?.destroy();
		await this.#stopEmbedded?.();
	}

	get #given(): string {
		return reveal(this.#settings.database ?? '').trim();
	}

	#connect(): Promise<Connection> {
		this.#connection ??= this.#open().catch(error => {
			this.#connection = undefined;
			throw error;
		});
		return this.#connection;
	}

	async #open(): Promise<Connection> {
		if (!this.embedded) return readConnection(this.#given);
		const {connection, stop} = await startEmbedded({dataDir: this.#settings.dataDir, log: this.#log});
		this.#stopEmbedded = stop;
		return connection;
	}

	async #prepare(): Promise<Connection> {
		const connection = await this.#connect();
		const knex = await this.query();
		const missing = await pending(knex, this.#migrations);
		if (missing.length > 0 && !this.#migrates) {
			throw new ConfigError(
				`database: ${this.shown} is behind and --no-migrate was given; run \`tapgate migrate\` first (missing: ${missing.join(', ')})`,
			);
		}
		if (missing.length > 0) {
			const {done} = await migrate(knex, this.#migrations);
			if (done.length > 0) this.#log.info('the database is up to date now', {database: this.shown, steps: done});
		}
		await makeDays(knex, daysNeeded(Date.now()));
		this.#maintain(knex);
		await this.#remember();
		return connection;
	}

	/** Hourly, and now: days ahead, and days that are too old. */
	#maintain(knex: Knex): void {
		if (this.#closed || this.#timer !== undefined) return;
		const turn = async (): Promise<void> => {
			try {
				const now = Date.now();
				this.#days.clear();
				await makeDays(knex, daysNeeded(now));
				const dropped = await dropOldDays(knex, now, this.#settings.retentionDays);
				if (dropped.length > 0) this.#log.info('old records were dropped', {partitions: dropped});
			} catch (error) {
				this.#log.warn('the partitions of the records could not be looked after; next try in an hour', describe(error));
			}
		};
		this.#timer = setInterval(turn, maintenanceMs).unref();
		void turn();
	}

	get #marker(): string {
		return path.join(this.#settings.dataDir, 'migrated.json');
	}

	/** Notes what the database looked like, for a start while it is away. */
	async #remember(): Promise<void> {
		const text = JSON.stringify({database: this.shown, steps: known(this.#migrations), on: day(Date.now())});
		await mkdir(this.#settings.dataDir, {recursive: true})
			.then(() => writeFile(this.#marker, text))
			.catch(() => {});
	}

	async #wasUpToDate(): Promise<boolean> {
		try {
			const noted: unknown = JSON.parse(await readFile(this.#marker, 'utf8'));
			const steps = JSON.stringify(known(this.#migrations));
			return isObject(noted) && noted['database'] === this.shown && JSON.stringify(noted['steps']) === steps;
		} catch {
			return false;
		}
	}
}
