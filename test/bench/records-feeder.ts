import pg from 'pg';
import {readConnection} from '../../plugins/request-log/connection.js';
import {Inserter} from '../../plugins/request-log/insert.js';
import {packed} from '../../plugins/request-log/journal/lines.js';
import {table} from '../../plugins/request-log/schema.js';

/** As often as a gateway under full load sends a batch. */
const everyMs = 50;

/**
 * Gives a database rows as a gateway with records does. It shares the core of the load, which gets less done with it at work: so it
 * is to be at work as well while the gateway without records is measured, or the difference would be the database's.
 */
export class RecordsFeeder {
	readonly #url: string;
	readonly #inserter = new Inserter();
	#line: ((count: number) => string) | undefined;
	#count = 0;
	#timer: NodeJS.Timeout | undefined;
	#insert: Promise<unknown> = Promise.resolve();

	/** @param url of the database that the gateway with records uses. */
	constructor(url: string) {
		this.#url = url;
	}

	/** @param rowsPerSecond what the gateway with records has just handed over. */
	async start(rowsPerSecond: number): Promise<void> {
		this.#line ??= await this.#recorded();
		const line = this.#line;
		const connection = readConnection(this.#url);
		let busy = false;
		this.#timer = setInterval(() => {
			if (busy) return;
			busy = true;
			const lines = Array.from({length: Math.floor((rowsPerSecond * everyMs) / 1000)}, () => line(++this.#count));
			this.#insert = this.#inserter.insert(connection, [packed(lines)]).finally(() => {
				busy = false;
			});
		}, everyMs);
	}

	async stop(): Promise<void> {
		clearInterval(this.#timer);
		await this.#insert;
	}

	async end(): Promise<void> {
		await this.stop();
		this.#inserter.close();
	}

	/** One of the gateway's own rows, to be written again under other ids. */
	async #recorded(): Promise<(count: number) => string> {
		const client = new pg.Client({connectionString: this.#url});
		await client.connect();
		try {
			const {rows} = await client.query(`SELECT row_to_json(r)::text AS line FROM ${table} r LIMIT 1`);
			const {line} = rows[0] as {line: string};
			const [before, after] = line.split(/(?<="id":")[^"]*/) as [string, string];
			return count => `${before}fed ${count}${after}`;
		} finally {
			await client.end();
		}
	}
}
