import type {Job, Outcome} from './load/jobs.js';
import {type Running, readLog} from './processes.js';

/** What a job may take beyond its seconds: opening connections, finishing what is under way. */
const graceSeconds = 30;

/** Has the generator process do a job; never waits for ever. */
export function runJob(generator: Running, job: Job): Promise<Outcome> {
	const {child} = generator;
	return new Promise((resolve, reject) => {
		const settle = (finish: () => void) => {
			clearTimeout(limit);
			child.off('message', answered);
			child.off('exit', ended);
			finish();
		};
		const answered = (outcome: unknown) => settle(() => resolve(outcome as Outcome));
		const ended = () => settle(() => reject(new Error(`the load generator ended: ${readLog(generator)}`)));
		const limit = setTimeout(
			() => settle(() => reject(new Error(`the load generator did not finish a ${job.type} job in time`))),
			(job.seconds + graceSeconds) * 1000,
		);
		child.on('message', answered);
		child.on('exit', ended);
		child.send(job);
	});
}
