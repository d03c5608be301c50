/** Who may use the routes for people who run the gateway: callers with the tag `admin`. */

import type {Caller} from './caller.js';
import {refusal} from './errors.js';
import type {KnownExchange} from './exchange.js';

export function isAdmin(exchange: KnownExchange | undefined): boolean {
	return exchange?.caller.tags.includes('admin') === true;
}

/** @throws {GatewayError} 403 `admin_only` for everybody else. */
export function requireAdmin(exchange: KnownExchange | undefined): Caller {
	if (exchange !== undefined && isAdmin(exchange)) return exchange.caller;
	throw refusal('admin_only', 'This route is for callers with the tag "admin".');
}
