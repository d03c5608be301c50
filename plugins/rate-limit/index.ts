/** Limits how many calls and tokens come through: per key, team, tag, address, model, provider, route and in all. */

import {definePlugin} from '../../core/index.js';
import {stores} from '../stores/keys.js';
import {Limiter} from './limiter.js';
import {type RateLimitOptions, rateLimitSchema} from './options.js';
import {compileRules} from './rules.js';
import {Tally} from './tally.js';

export type {RateLimitOptions} from './options.js';

const assumedOutputTokens = 1024;

/**
 * Taps `admit`, `reply` and, with rules by model or provider, `prepare`.
 * @throws {ConfigError} for rules that cannot be meant, and for a store that is none.
 */
export const rateLimit = definePlugin<RateLimitOptions>({
	name: 'rate-limit',
	options: rateLimitSchema,
	apply(gateway, options) {
		const {shadow = false, degraded = 'local', deadlineMs, assumeOutputTokens = assumedOutputTokens} = options;
		const rules = compileRules(options.rules ?? [], shadow);
		const service = gateway.use(stores);
		const store = service.open(options.store, {degraded, ...(deadlineMs !== undefined && {deadlineMs})});
		const tally = new Tally(gateway.log);
		tally.register(gateway.metrics);
		const limiter = new Limiter(service, store, tally, {rules, shadow, assumeOutputTokens});
		gateway.hooks.admit.tap('rate-limit', exchange => limiter.admit(exchange));
		if (limiter.looksAtTargets)
			gateway.hooks.prepare.tap('rate-limit', (_request, attempt) => limiter.attempt(attempt));
		gateway.hooks.reply.tap('rate-limit', (reply, exchange) => limiter.reply(reply, exchange));
	},
});
