/** Runs health checks, each within its time and none twice at once. */

import {type Check, type CheckResult, describe, isObject, type Log, type ScopedRegistry} from '../../core/index.js';

/** What is told of a check. */
export type CheckReport = CheckResult;

/** A check has this long. */
const longestMs = 1000;

export class CheckRunner {
	readonly #checks: ScopedRegistry<Check>;
	readonly #log: Log;
	/** Checks that have not answered yet: probes come often, and a check that hangs must not be started again and again. */
	readonly #pending = new Map<string, Promise<CheckReport>>();
	/** Checks that went wrong when last run; only the first time is logged. */
	readonly #failing = new Set<string>();

	constructor(checks: ScopedRegistry<Check>, log: Log) {
		this.#checks = checks;
		this.#log = log;
	}

	/** Runs every check that is registered. Never rejects. */
	async run(): Promise<Readonly<Record<string, CheckReport>>> {
		const names = this.#checks.names();
		const reports = await Promise.all(names.map(name => this.#bounded(name)));
		return Object.fromEntries(names.map((name, index) => [name, reports[index] as CheckReport]));
	}

	async #bounded(name: string): Promise<CheckReport> {
		let timer: NodeJS.Timeout | undefined;
		const late = new Promise<CheckReport>(resolve => {
			timer = setTimeout(() => {
				this.#tell(name, {error: `did not answer within ${longestMs} ms`});
				resolve({status: 'down', message: `did not answer within ${longestMs} ms`});
			}, longestMs);
		});
		const report = await Promise.race([this.#once(name), late]);
		clearTimeout(timer);
		return report;
	}

	#once(name: string): Promise<CheckReport> {
		let running = this.#pending.get(name);
		if (running === undefined) {
			running = this.#ask(name).finally(() => this.#pending.delete(name));
			this.#pending.set(name, running);
		}
		return running;
	}

	/** What a check throws may hold addresses and credentials: it goes to the log and not to whoever asks. */
	async #ask(name: string): Promise<CheckReport> {
		try {
			const result: unknown = await this.#checks.get(name)?.();
			if (!isReport(result)) throw new TypeError('the check answered with something that is not a CheckResult');
			JSON.stringify(result);
			this.#failing.delete(name);
			return result;
		} catch (error) {
			this.#tell(name, describe(error));
			return {status: 'down', message: 'the check failed; see the log'};
		}
	}

	#tell(name: string, fields: Readonly<Record<string, unknown>>): void {
		if (this.#failing.has(name)) return;
		this.#failing.add(name);
		this.#log.warn('a health check failed', Object.assign({check: name}, fields));
	}
}

function isReport(result: unknown): result is CheckReport {
	return (
		isObject(result) && (result['status'] === 'ok' || result['status'] === 'degraded' || result['status'] === 'down')
	);
}
