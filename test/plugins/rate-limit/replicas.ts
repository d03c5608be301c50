/** Starts replicas of a gateway in processes of their own, and calls them. */

import {fork} from 'node:child_process';
import {once} from 'node:events';
import type {ExecutionContext} from 'ava';
import {chat} from '../../helpers/whole-gateway.js';
import type {ReplicaOrder} from './replica.js';

/** @returns its URL; it ends with the test. */
export async function startReplica(t: ExecutionContext, order: ReplicaOrder): Promise<string> {
	const child = fork(new URL('./replica.js', import.meta.url));
	t.teardown(() => {
		child.kill('SIGKILL');
	});
	child.send(order);
	const [url] = (await once(child, 'message')) as [string];
	return url;
}

/** How many calls were answered with a status. */
export type Statuses = Readonly<Record<number, number>>;

/** Calls the gateways in turn, all at once. @param heard is told of every status as it comes. */
export async function callAtOnce(
	urls: readonly string[],
	many: number,
	heard: (status: number) => void = () => {},
): Promise<Statuses> {
	const statuses: Record<number, number> = {};
	await Promise.all(
		Array.from({length: many}, async (_, index) => {
			const answer = await chat(urls[index % urls.length] ?? '', {}, {model: 'up.model', stream: index % 3 === 0});
			await answer.text();
			statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
			heard(answer.status);
		}),
	);
	return statuses;
}
