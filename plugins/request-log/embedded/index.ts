/** A Postgres that needs no server: PGlite in a process of its own, on a socket below the data directory. */

import {mkdirSync} from 'node:fs';
import path from 'node:path';
import type {Log} from '../../../core/index.js';
import type {Connection} from '../connection.js';
import {keepRunning, requireFree} from './keeper.js';
import {port, requireShortSocket} from './places.js';

export interface EmbeddedOptions {
	/** Where it keeps its files, made when it is missing. */
	readonly dataDir: string;
	readonly log: Log;
}

/** A running embedded database. */
export interface Embedded {
	/** Good for as long as it runs, also after its process was started anew. */
	readonly connection: Connection;
	/** Closes the files. Close what is connected before. */
	stop(): Promise<void>;
}

/**
 * Starts the embedded database of a data directory and keeps it running; resolves when it takes connections.
 * Workers of one gateway share one: the first to come runs it, the next one takes over when that worker ends.
 * @throws {ConfigError} when another gateway has the data directory, or the path of its socket is too long.
 */
export async function startEmbedded({dataDir: given, log}: EmbeddedOptions): Promise<Embedded> {
	const dataDir = path.resolve(given);
	requireShortSocket(dataDir);
	mkdirSync(dataDir, {recursive: true, mode: 0o700});
	const stop = await keepRunning(dataDir, log);
	return {
		connection: {
			shown: `the embedded database in ${dataDir}`,
			pg: {host: dataDir, port, user: 'postgres', database: 'postgres', password: () => '', ssl: false},
		},
		stop,
	};
}

/** What can be said before it is started. @throws {ConfigError} as {@link startEmbedded} does. */
export async function requireStartable(given: string): Promise<void> {
	const dataDir = path.resolve(given);
	requireShortSocket(dataDir);
	await requireFree(dataDir);
}
