/** Whose folder of the journal is whose, and whether its owner is still there: never do two processes replay the same lines. */

import {randomBytes} from 'node:crypto';
import {readFileSync, readlinkSync} from 'node:fs';
import {stat, utimes} from 'node:fs/promises';
import {hostname} from 'node:os';
import path from 'node:path';

/** An owner shows that it lives this often… */
export const heartbeatMs = 10_000;
/** …and is taken for dead after this long. Only asked of owners on other machines. */
const silenceMs = 60_000;

/** Where process ids mean the same: containers count their own, also those that share a host's name. */
const machine = `${hostname()}${processIds()}`;

/** A folder that was left by a process that stopped. */
const released = 'released.';

/** The name of a folder of this process: host, process id, when it started, and a few letters for two gateways in one process. */
export function ownName(): string {
	return `${machine}.${process.pid}.${startOf(process.pid) ?? 0}.${randomBytes(4).toString('hex')}`;
}

/** The name of a folder that anybody may adopt. */
export function releasedName(): string {
	return `${released}${randomBytes(8).toString('hex')}`;
}

/** Says that the owner of a folder is still there. */
export async function beat(folder: string): Promise<void> {
	const now = new Date();
	await utimes(folder, now, now);
}

/** Whether nobody owns the folder any more. A folder that cannot be judged is left alone. */
export async function isOrphan(folder: string, now: number): Promise<boolean> {
	const name = path.basename(folder);
	if (name.startsWith(released)) return true;
	const [, host, pid, start] = /^(.+)\.(\d+)\.(\d+)\.[0-9a-f]{8}$/.exec(name) ?? [];
	if (host === undefined) return false;
	if (host === machine) return !isAlive(Number(pid), Number(start));
	const {mtimeMs} = await stat(folder);
	return now - mtimeMs > silenceMs;
}

function processIds(): string {
	try {
		return `-${/\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0]}`;
	} catch {
		return '';
	}
}

/** Process ids are used again: the one that runs now must have started when the owner did. */
function isAlive(pid: number, start: number): boolean {
	try {
		process.kill(pid, 0);
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === 'EPERM';
	}
	const running = startOf(pid);
	return running === undefined || start === 0 || running === start;
}

/** When a process started, in ticks since the machine did; `undefined` where the system does not tell. */
function startOf(pid: number): number | undefined {
	try {
		const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
		// The name of the program stands in parentheses and may hold anything.
		return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[19]);
	} catch {
		return undefined;
	}
}
