// The load generator, in its own process: gets a job over IPC, answers its outcome.
import {runClosed} from './closed.js';
import {runHold} from './hold.js';
import type {Job, Outcome} from './jobs.js';
import {runRate} from './rate.js';

function run(job: Job): Promise<Outcome> {
	switch (job.type) {
		case 'closed':
			return runClosed(job);
		case 'rate':
			return runRate(job);
		case 'hold':
			return runHold(job);
	}
}

process.on('message', message => {
	void run(message as Job).then(outcome => process.send?.(outcome));
});
process.on('disconnect', () => process.exit());
