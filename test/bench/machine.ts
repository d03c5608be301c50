import {spawnSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {availableParallelism, cpus} from 'node:os';

export type Pinning = {proxyCore: number; loadCore: number};

export function describeMachine(): string {
	const model = cpus()[0]?.model.trim() ?? 'unknown processor';
	return `${model}, ${availableParallelism()} cores, Node ${process.version}`;
}

/** One core for the measured proxy and another for the load, or why there are none. */
export function findPinning(): Pinning | {reason: string} {
	if (spawnSync('taskset', ['--version']).status !== 0) return {reason: 'there is no taskset'};
	const [proxyCore, loadCore] = allowedCores();
	if (proxyCore === undefined || loadCore === undefined) return {reason: 'there is no second core'};
	return {proxyCore, loadCore};
}

/** A container may be held to some cores; the first of the machine need not be among them. */
function allowedCores(): number[] {
	const list = /^Cpus_allowed_list:\s*(\S+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '';
	return list.split(',').flatMap(range => {
		const [first = Number.NaN, last = first] = range.split('-').map(Number);
		return Array.from({length: last - first + 1}, (_, index) => first + index);
	});
}

/** Processor time of a process so far; the kernel counts in hundredths of a second. */
export function processorSeconds(pid: number): number {
	const stat = readProcess(pid, 'stat');
	// The command, in brackets, may hold spaces; user and system time are the 12th and 13th fields after it.
	const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
	return (Number(fields[11]) + Number(fields[12])) / 100;
}

export function residentMegabytes(pid: number): number {
	return Number(/^VmRSS:\s*(\d+)/m.exec(readProcess(pid, 'status'))?.[1]) / 1024;
}

/** Empty where there is no /proc: what is read from it becomes NaN, which the tables show as a dash. */
function readProcess(pid: number, file: string): string {
	try {
		return readFileSync(`/proc/${pid}/${file}`, 'utf8');
	} catch {
		return '';
	}
}
