/** Puts lines into the table, many in one statement; a line that is there already is no error. */

import pg from 'pg';
import {columns} from './columns.js';
import type {Connection} from './connection.js';
import {InsertQuery} from './insert-query.js';
import type {Lines} from './journal/lines.js';
import {stateOf} from './migrate.js';
import {table} from './schema.js';

const names = columns.join(', ');
/** JSON has no line feed within a string: those that are there stand between lines. */
const rows = "replace($1::text, chr(10), ',')::json";
const statement =
	`INSERT INTO ${table} (${names}) SELECT ${names} FROM json_populate_recordset(null::${table}, ${rows}) ` +
	'ON CONFLICT DO NOTHING';

/** A connection that says nothing for so long is dead, whatever the system thinks of it. */
const longestMs = 30_000;
const connectMs = 5000;

/** What an insert that failed says of what is to be done. */
export type Fault = 'database' | 'row';

/**
 * Whose fault it is. A row that cannot be stored is set aside; everything else (no connection, no space, no table, no
 * permission) goes by or is mended by somebody, and every row waits for that.
 */
export function faultOf(error: unknown): Fault {
	const state = stateOf(error);
	if (state === undefined) return 'database';
	return /^(?:21|22|23|44|54|P0|XX)/.test(state) ? 'row' : 'database';
}

const [open, close] = [Buffer.from('['), Buffer.from(']')];

/** The lines in brackets, without the last line feed, and without a copy. */
function listOf(pieces: readonly Lines[]): readonly Buffer[] {
	const last = pieces.length - 1;
	return [open, ...pieces.map(({bytes}, index) => (index < last ? bytes : bytes.subarray(0, -1))), close];
}

/** One connection that only inserts; opened when it is needed, thrown away after any failure of the database. */
export class Inserter {
	#client: pg.Client | undefined;

	/** Sees to it that there is a connection. @throws when there can be none. */
	async open(connection: Connection): Promise<void> {
		this.#client ??= await this.#connect(connection);
	}

	/** @returns how many rows are new. @throws what the database says, or that it says nothing. */
	async insert(connection: Connection, pieces: readonly Lines[]): Promise<number> {
		this.#client ??= await this.#connect(connection);
		try {
			const {done} = this.#client.query(new InsertQuery(statement, listOf(pieces)));
			return await within(done, longestMs);
		} catch (error) {
			if (faultOf(error) === 'database') this.close();
			throw error;
		}
	}

	async #connect({pg: settings}: Connection): Promise<pg.Client> {
		const own = {application_name: 'tapgate records', connectionTimeoutMillis: connectMs, keepAlive: true};
		const client = new pg.Client(Object.assign({}, settings, own));
		// Without a listener, a connection that breaks while it is idle ends the process.
		client.on('error', () => {
			if (this.#client === client) this.close();
		});
		await client.connect();
		return client;
	}

	/** Lets go of the connection at once. */
	close(): void {
		const client = this.#client;
		this.#client = undefined;
		if (client === undefined) return;
		void client.end().catch(() => {});
		// A peer that is gone does not answer the farewell.
		(client as unknown as {connection?: {stream?: {destroy(): void}}}).connection?.stream?.destroy();
	}
}

function within<Value>(promise: Promise<Value>, milliseconds: number): Promise<Value> {
	return new Promise((resolve, reject) => {
		const timer = setTimeout(
			() => reject(new Error(`the database did not answer within ${milliseconds} ms`)),
			milliseconds,
		);
		promise.then(resolve, reject).finally(() => clearTimeout(timer));
	});
}
