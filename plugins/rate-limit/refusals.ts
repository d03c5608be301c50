/** What a client is told that has reached a limit. */

import {type GatewayError, type HeaderList, mergedHeaders, refusal} from '../../core/index.js';
import type {Shortage} from '../stores/keys.js';
import {retryHeaders} from './headers.js';
import {limitKinds} from './limit-kinds.js';
import type {By} from './options.js';
import type {Counted} from './rules.js';

/**
 * The refusal for the limit that must be waited for longest.
 * @param standings headers that say how all limits of the call stand.
 */
export function rateLimited(
	{limit, subject, amount}: Counted,
	{standings, refused, retryMs}: Shortage,
	limitHeaders: HeaderList = [],
): GatewayError {
	const {words} = limitKinds[limit.name];
	const many = `${limit.most} ${limit.most === 1 ? words.replace(/s\b/, '') : words}`;
	const reached = `Rate limit reached: ${many} for ${whose[limit.by](subject)}.`;
	const wait = Number.isFinite(retryMs) ? `Try again in ${seconds(retryMs)}` : 'Waiting does not help';
	const headers = mergedHeaders([retryHeaders(retryMs), limitHeaders]) as Readonly<Record<string, string>>;
	if (limit.counts === 'calls')
		return refusal('rate_limited', `${reached} Wait for one of the open calls to end.`, {headers});
	if (limit.counts === 'requests') return refusal('rate_limited', `${reached} ${wait}.`, {headers});
	const left = Math.max(0, standings[refused]?.remaining ?? 0);
	const message = `${reached} This call may use ${amount}, ${left} are left. ${wait}, or ask for fewer tokens.`;
	return refusal('rate_limited', message, {headers});
}

/** For `degraded: 'refuse'`. */
export function storeUnavailable(cause: unknown): GatewayError {
	const message = 'Limits cannot be looked up at the moment. Try again in a second.';
	return refusal('store_unavailable', message, {headers: {'retry-after': '1'}, cause});
}

const whose: Readonly<Record<By, (subject: string) => string>> = {
	key: name => `the key "${name}"`,
	team: name => `the team "${name}"`,
	tag: name => `the tag "${name}"`,
	ip: () => 'your address',
	model: name => `the model "${name}"`,
	provider: name => `the provider "${name}"`,
	route: path => `${path}`,
	global: () => 'all callers together',
};

function seconds(ms: number): string {
	const count = Math.max(1, Math.ceil(ms / 1000));
	return count === 1 ? '1 second' : `${count} seconds`;
}
