/** Says by which names a call is counted. */

import ipaddr from 'ipaddr.js';
import {type RoutedExchange, type Target, targetName} from '../../core/index.js';
import type {By} from './options.js';

/**
 * The names under which a call counts for a rule; none when the rule cannot be for it, such as one by team for a caller without.
 * @param target the one that is asked, for rules by model and provider.
 */
export function subjectsOf(by: By, exchange: RoutedExchange, target: Target): readonly string[] {
	const {caller} = exchange;
	switch (by) {
		case 'key':
			return [caller.name];
		case 'team':
			return caller.team === undefined ? [] : [caller.team];
		case 'tag':
			return [...new Set(caller.tags)];
		case 'ip':
			return [networkOf(exchange.clientIp)];
		case 'model':
		case 'provider':
			return [targetSubject(by, target)];
		case 'route':
			return [routeOf(exchange)];
		case 'global':
			return everyone;
	}
}

const everyone: readonly string[] = ['*'];

/** Whether the name depends on which target is asked. */
export function isOfTarget(by: By): by is 'model' | 'provider' {
	return by === 'model' || by === 'provider';
}

/** @returns `provider.model`, or the provider; a call that names no model is the model `provider.` */
export function targetSubject(by: 'model' | 'provider', target: Pick<Target, 'provider' | 'model'>): string {
	if (by === 'provider') return target.provider;
	return target.model === '' ? `${target.provider}.` : targetName(target);
}

/** A customer has a /64 of IPv6: limits by address would be none. */
function networkOf(address: string): string {
	if (!address.includes(':') || !ipaddr.isValid(address)) return address;
	const parsed = ipaddr.process(address);
	if (!(parsed instanceof ipaddr.IPv6)) return parsed.toString();
	const groups = parsed.parts.slice(0, 4).map(group => group.toString(16));
	return `${groups.join(':')}::/64`;
}

/** The API's own path; of what is passed through its first two segments, as the rest names things. */
function routeOf({endpoint, request}: RoutedExchange): string {
	if (endpoint.kind === 'model') return endpoint.route.path;
	const path = endpoint.kind === 'passthrough' ? endpoint.upstreamPath : request.path;
	return path.split('/', 3).join('/');
}
