/** Says what calls cost, and keeps callers within what they may spend. */

import {
	ConfigError,
	definePlugin,
	describe,
	type Gateway,
	type Metric,
	type Reply,
	type RoutedExchange,
	reveal,
	withHeaders,
} from '../../core/index.js';
import {stores} from '../stores/keys.js';
import {Budgets} from './budgets.js';
import {CallCost} from './call-cost.js';
import {type BudgetThreshold, budgetEvents} from './keys.js';
import {type CostOptions, costSchema} from './options.js';
import {PriceBook} from './price-book.js';
import {priceLists} from './prices/index.js';
import {pricesCommand} from './prices-command.js';
import {usdText} from './reckoning.js';
import type {Reservation} from './reservation.js';
import {Reservations, reservationKey} from './reservations.js';
import {Thresholds} from './thresholds.js';
import {Webhook} from './webhook.js';

export type {BudgetOptions, CostOptions} from './options.js';

const defaultOutputTokens = 1024;

/**
 * Taps `price`, `admit`, `reply` and, where targets can be out of reach by themselves, `prepare`: what calls cost, budgets, and headers that tell of both.
 * @throws {ConfigError} for budgets, a zone or a webhook that cannot be meant.
 */
export const cost = definePlugin<CostOptions>({
	name: 'cost',
	options: costSchema,
	apply(gateway, options) {
		const book = new PriceBook(options.prices ?? {}, priceLists, name => gateway.providers.get(name));
		const calls = new CallCost(book, options.assumeOutputTokens ?? defaultOutputTokens);
		const service = gateway.use(stores);
		const store = service.open(options.store, {
			degraded: options.degraded ?? 'local',
			...(options.deadlineMs !== undefined && {deadlineMs: options.deadlineMs}),
		});
		const thresholds = new Thresholds(store, listeners(gateway, options));
		const reservations = new Reservations({
			budgets: new Budgets(options.budgets ?? [], options.zone ?? 'UTC'),
			calls,
			stores: service,
			store,
			thresholds,
			refuseUnpriced: options.unpriced === 'refuse',
			log: gateway.log,
		});
		const unpriced = new Map<string, number>();

		gateway.hooks.admit.tap('cost', exchange => reservations.reserve(exchange));
		if (reservations.looksAtTargets)
			gateway.hooks.prepare.tap('cost', (_request, attempt) => {
				reservations.pass(attempt);
				return undefined;
			});
		gateway.hooks.reply.tap('cost', (reply, exchange) => withCost(reply, exchange, calls));
		gateway.hooks.price.tap('cost', exchange => {
			const known = calls.ofCall(exchange);
			const asked = exchange.attempts.at(-1);
			if (known === undefined && asked !== undefined)
				unpriced.set(asked.provider, (unpriced.get(asked.provider) ?? 0) + 1);
			return known;
		});
		gateway.commands.add('prices update', pricesCommand());
		gateway.metrics.add(
			'cost_unpriced_calls_total',
			counter('Calls that a provider was asked to serve and whose cost is not known.', 'provider', unpriced),
		);
		gateway.metrics.add(
			'cost_budget_refusals_total',
			counter(
				'Times that a budget that was used up refused a call, or one of its targets.',
				'by',
				reservations.refusals,
			),
		);
		gateway.metrics.add(
			'cost_budget_warnings_total',
			counter('Calls that were let through although a soft budget was used up.', 'by', reservations.warnings),
		);
	},
});

function counter(help: string, label: string, counts: ReadonlyMap<string, number>): Metric {
	return {kind: 'counter', help, read: () => [...counts].map(([name, value]) => ({labels: {[label]: name}, value}))};
}

/** Provides the service, opens the webhook; what is returned tells both. */
function listeners(gateway: Gateway, {webhook: url}: CostOptions): (threshold: BudgetThreshold) => void {
	const all: ((threshold: BudgetThreshold) => void | Promise<void>)[] = [];
	gateway.provide(budgetEvents, {onThreshold: listener => void all.push(listener)});
	if (url !== undefined) {
		const text = reveal(url);
		if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
			throw new ConfigError('webhook: expected an http or https URL');
		const webhook = new Webhook(text, gateway.log);
		gateway.defer(() => webhook.close());
		gateway.metrics.add('cost_webhook_lost_total', {
			kind: 'counter',
			help: 'Thresholds that the webhook was never told.',
			read: () => webhook.lost,
		});
		all.push(({limitNanoUsd, spentNanoUsd, resetsAt, ...threshold}) =>
			webhook.send(
				Object.assign({type: 'budget_threshold'}, threshold, {
					limit_usd: usdText(limitNanoUsd),
					spent_usd: usdText(spentNanoUsd),
					resets_at: new Date(resetsAt).toISOString(),
				}),
			),
		);
	}
	const failed = (error: unknown): void => gateway.log.error('a listener of budgets failed', describe(error));
	return threshold => {
		for (const listener of all) {
			try {
				void Promise.resolve(listener(threshold)).catch(failed);
			} catch (error) {
				failed(error);
			}
		}
	};
}

/** The cost of a stream is not known before its head leaves: only an answer that has come in full says it. */
function withCost(reply: Reply, exchange: RoutedExchange, calls: CallCost): Reply | undefined {
	const spent = exchange.answeredWhole ? calls.ofReply(exchange) : undefined;
	const {standings, amount} = exchange.get(reservationKey) ?? nothingReserved;
	let left = Infinity;
	let short = false;
	for (const standing of standings) {
		left = Math.min(left, standing.remaining);
		short ||= standing.short;
	}
	// Of no standings it is Infinity: nothing is reserved, or the store is away, and nobody knows.
	const known = Number.isFinite(left);
	if (spent === undefined && !known) return undefined;
	const own: string[] = [];
	if (spent !== undefined) own.push('x-tapgate-cost', usdText(spent));
	const back = spent === undefined ? 0 : amount - Number(spent);
	if (known) own.push('x-tapgate-budget-remaining', usdText(Math.max(0, left + back)));
	if (short) own.push('x-tapgate-budget-warning', 'a soft budget is used up');
	// The body is not touched: nobody has parsed it yet.
	return withHeaders(reply, own);
}

const nothingReserved: Pick<Reservation, 'standings' | 'amount'> = {standings: [], amount: 0};
