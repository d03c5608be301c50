/** PGlite for several clients: keeps their statements apart, survives a power cut, and keeps its log short. */

import {fsyncSync} from 'node:fs';
import {PGlite} from '@electric-sql/pglite';
import {NodeFS} from '@electric-sql/pglite/nodefs';

/**
 * Postgres in a single process never writes a checkpoint by itself, so that its log grows without end, and analyzes nothing.
 * Both are done after so many bytes from clients, or so long after a single one.
 */
const upkeepBytes = 16 * 1024 * 1024;
const upkeepMs = 300_000;

const startParameters = [
	...PGlite.defaultStartParams,
	...Object.entries({
		shared_buffers: '16MB',
		min_wal_size: '32MB',
		max_wal_size: '64MB',
		// PGlite turns it off. Of the ways to sync, this is the one that reaches the file system below.
		fsync: 'on',
		wal_sync_method: 'fsync',
		// Of errors the client is told; what goes into the gateway's log must not quote rows.
		log_min_messages: 'fatal',
		log_min_error_statement: 'panic',
		log_error_verbosity: 'terse',
	}).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
];

/** Files that are on the disk when Postgres thinks so: the file system of the engine has no fsync of its own. */
class SyncedFiles extends NodeFS {
	override async init(...[database, options]: Parameters<NodeFS['init']>): ReturnType<NodeFS['init']> {
		const made = await super.init(database, options);
		made.emscriptenOpts.preRun?.push(engine => {
			engine.FS.filesystems.NODEFS.stream_ops.fsync = ({nfd}: {readonly nfd: number}): number => {
				fsyncSync(nfd);
				return 0;
			};
		});
		return made;
	}
}

type Protocol = PGlite['execProtocolRawStream'];
type Execute = PGlite['exec'];

/** How the engine's way of throwing an error of Postgres looks from outside. */
const errorToHandle = 100;

const syncMessage = Uint8Array.of(0x53, 0, 0, 0, 4);

/**
 * One backend for all clients of the socket server. The server hands over one message at a time and keeps to one client
 * only while `isInTransaction`; so that is what a client is in from the first message of an extended query to its Sync, or
 * another client's Parse would come between and its statement be executed with the wrong values.
 */
export class SingleBackend extends PGlite {
	#midway = false;
	#received = 0;
	#upkeepAt = performance.now();

	#broken: (error: unknown) => void = () => {};

	/**
	 * @param folder of the cluster; one is made where none is, which takes some seconds.
	 * @param broken told that Postgres has stopped (a full disk, most likely); this process is of no more use then.
	 */
	static async open(folder: string, broken: (error: unknown) => void): Promise<SingleBackend> {
		const backend = new SingleBackend({
			fs: new SyncedFiles(folder),
			startParams: startParameters,
			onStderr: text =>
				!process.stderr.write(`${text}
`),
		});
		await backend.waitReady;
		backend.#watch(broken);
		return backend;
	}

	/** PGlite takes a Postgres that has aborted for one that has an error to handle, and runs it again without end. */
	#watch(broken: (error: unknown) => void): void {
		this.#broken = broken;
		const engine = this.Module;
		const runOnce = engine._PostgresMainLoopOnce;
		engine._PostgresMainLoopOnce = () => {
			try {
				runOnce();
			} catch (error) {
				if ((error as {readonly status?: unknown}).status !== errorToHandle) broken(error);
				throw error;
			}
		};
	}

	override isInTransaction(): boolean {
		return this.#midway || super.isInTransaction();
	}

	override async execProtocolRawStream(...[message, options]: Parameters<Protocol>): ReturnType<Protocol> {
		const kind = String.fromCharCode(message[0] ?? 0);
		if ('PBDECH'.includes(kind)) this.#midway = true;
		else if (kind === 'S' || kind === 'Q') this.#midway = false;
		this.#received += message.length;
		// The server would wait for ever behind a message that failed in another way than with an answer.
		await super.execProtocolRawStream(message, options).catch(this.#broken);
	}

	/** How the server rolls back for a client that is gone: what that client left half-way is ended first. */
	override async exec(...[statement]: Parameters<Execute>): ReturnType<Execute> {
		await this.runExclusive(async () => {
			if (this.#midway) await this.#send(syncMessage);
			await this.#send(queryMessage(statement));
		});
		return [];
	}

	/** Does what a server does in the background, when it is due and no client is in a transaction. */
	async keepUp(): Promise<void> {
		await this.runExclusive(async () => {
			const due = this.#received > upkeepBytes || (this.#received > 0 && performance.now() - this.#upkeepAt > upkeepMs);
			if (!due || this.isInTransaction()) return;
			await this.#send(queryMessage('CHECKPOINT'));
			await this.#send(queryMessage('ANALYZE'));
			this.#received = 0;
			this.#upkeepAt = performance.now();
		});
	}

	/** For statements of our own. PGlite's own methods would answer into the socket of the client that came last. */
	async #send(message: Uint8Array): Promise<void> {
		await this.execProtocolRawStream(message, {onRawData: () => {}});
	}
}

function queryMessage(statement: string): Uint8Array {
	const text = Buffer.from(statement);
	const message = Buffer.alloc(text.length + 6);
	message.write('Q');
	message.writeInt32BE(text.length + 5, 1);
	text.copy(message, 5);
	return message;
}
