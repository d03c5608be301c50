/** One process per data directory: the lock file says who has it, and whether that process still lives is found out. */

import {randomUUID} from 'node:crypto';
import {linkSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync} from 'node:fs';
import net from 'node:net';
import {hostname} from 'node:os';
import path from 'node:path';
import {isObject} from '../../../core/index.js';
import {socketOf} from './places.js';

/** Who holds a data directory. */
export interface Owner {
	/** Of the process that has the files open. */
	readonly pid: number;
	/** When that process was started, in the kernel's terms: a number that comes again is told from its predecessor. */
	readonly born: string;
	/** Process id of the gateway, of its primary when it has workers. */
	readonly gateway: number;
	readonly host: string;
	readonly since: string;
}

/** Of another host nothing but the age of the lock is known until its socket answers; no start takes that long. */
const startMs = 15_000;

const fileOf = (dataDir: string): string => path.join(dataDir, 'postgres.lock');

/**
 * Takes the lock of a data directory for this process.
 * @returns `undefined` when it was taken, else who has it.
 */
export async function takeLock(dataDir: string, gateway: number): Promise<Owner | undefined> {
	const file = fileOf(dataDir);
	const own: Owner = {
		pid: process.pid,
		born: bornOf(process.pid),
		gateway,
		host: hostname(),
		since: new Date().toISOString(),
	};
	const draft = `${file}.${randomUUID()}`;
	writeFileSync(draft, JSON.stringify(own));
	try {
		for (;;) {
			if (link(draft, file)) return undefined;
			const found = read(file);
			if (found === undefined) continue;
			const owner = ownerOf(found);
			if (owner !== undefined && (await lives(dataDir, owner))) return owner;
			remove(file, found);
		}
	} finally {
		rmSync(draft, {force: true});
	}
}

/** Who has a data directory, when anybody has. */
export async function findOwner(dataDir: string): Promise<Owner | undefined> {
	const owner = ownerOf(read(fileOf(dataDir)) ?? '');
	return owner !== undefined && (await lives(dataDir, owner)) ? owner : undefined;
}

/** Makes the lock count as new: until the process has ended, its files are open though its socket is gone. */
export function renewLock(dataDir: string): void {
	const now = new Date();
	utimesSync(fileOf(dataDir), now, now);
}

/** Gives the lock back. */
export function dropLock(dataDir: string): void {
	rmSync(fileOf(dataDir), {force: true});
}

/** A link is made whole or not at all, and never over an existing file. */
function link(draft: string, file: string): boolean {
	try {
		linkSync(draft, file);
		return true;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
		throw error;
	}
}

/** Removes a lock that was found stale; one that somebody else has put in its place meanwhile is put back. */
function remove(file: string, stale: string): void {
	const aside = `${file}.${randomUUID()}`;
	try {
		renameSync(file, aside);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
		throw error;
	}
	if (read(aside) !== stale) link(aside, file);
	rmSync(aside, {force: true});
}

function read(file: string): string | undefined {
	try {
		return readFileSync(file, 'utf8');
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
		throw error;
	}
}

function ownerOf(text: string): Owner | undefined {
	try {
		const found: unknown = JSON.parse(text);
		return isObject(found) && typeof found['pid'] === 'number' ? (found as unknown as Owner) : undefined;
	} catch {
		return undefined;
	}
}

async function lives(dataDir: string, owner: Owner): Promise<boolean> {
	if (owner.host === hostname()) return processLives(owner);
	if (await answers(socketOf(dataDir))) return true;
	const age = Date.now() - (statSync(fileOf(dataDir), {throwIfNoEntry: false})?.mtimeMs ?? 0);
	return age < startMs;
}

function processLives({pid, born}: Owner): boolean {
	try {
		process.kill(pid, 0);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
	}
	return bornOf(pid) === born;
}

/**
 * Field 22 of `/proc/<pid>/stat`, counted behind the name, which may hold anything; empty where there is no /proc.
 * A zombie, which nobody may ever bury in a container, is no holder of anything.
 */
function bornOf(pid: number): string {
	const stat = read(`/proc/${pid}/stat`) ?? '';
	const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
	return state === 'Z' ? 'dead' : (fields[18] ?? '');
}

/** Whether there is such a process on this host. */
export function isRunning(pid: number): boolean {
	try {
		return process.kill(pid, 0);
	} catch (error) {
		return (error as NodeJS.ErrnoException).code !== 'ESRCH';
	}
}

/** Whether somebody listens on a socket. */
export function answers(socketPath: string): Promise<boolean> {
	return new Promise(resolve => {
		const socket = net.connect(socketPath);
		const end = (answer: boolean): void => {
			socket.destroy();
			resolve(answer);
		};
		socket.once('connect', () => end(true)).once('error', () => end(false));
	});
}
