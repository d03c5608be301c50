/** A replica in a process of its own: a whole gateway with limits, on a socket, whose clock may be wrong. */

import {auth, health, openaiCompatible, rateLimit, routing} from 'tapgate/plugins';
import {startGateway} from 'tapgate/testing';
import type {RateLimitOptions} from '../../../plugins/rate-limit/index.js';

/** What it is told. */
export interface ReplicaOrder {
	readonly limits: RateLimitOptions;
	/** Base URL of the provider `up`. */
	readonly upstream: string;
	/** How far its clock is wrong, in milliseconds. */
	readonly clockMs: number;
}

process.once('message', async ({limits, upstream, clockMs}: ReplicaOrder) => {
	const right = Date.now;
	Date.now = () => right() + clockMs;
	const {url} = await startGateway({
		plugins: [
			health(),
			auth({anonymous: true}),
			openaiCompatible({name: 'up', baseUrl: upstream}),
			routing(),
			rateLimit(limits),
		],
	});
	process.send?.(url);
});
process.once('disconnect', () => process.exit());
