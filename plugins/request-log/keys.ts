/** What the request log offers to other plugins. */

import type {Knex} from 'knex';
import {type Key, key} from '../../core/index.js';

export {type Connection, readConnection} from './connection.js';

/** The gateway's database, for plugins that keep tables of their own (`gateway.migrations`). Never wait for it on a call's path. */
export interface Database {
	/** The connection without its password, for people. */
	readonly shown: string;
	/** Built when first asked for; rejects queries while the database is away. Absent before the embedded database is up. */
	knex(): Knex | undefined;
	/**
	 * Reaches the database and brings its tables up to date: for commands, which run while no gateway serves.
	 * @throws {ConfigError} when that cannot be done. @throws what the database says.
	 */
	ready(): Promise<Knex>;
	/** False while it is away or its tables are not up to date. */
	available(): boolean;
}

/** The database of the gateway; there when the config lists `requestLog`. */
export const database: Key<Database> = key('request-log.database');
