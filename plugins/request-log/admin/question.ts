/** What the routes that read records share: parameters, a limit on the database's time, and what is said when it is away. */

import type {Knex} from 'knex';
import {describe, GatewayError, type Log, refusal} from '../../../core/index.js';
import type {Store} from '../store.js';

/** People wait no longer, and the database has other things to do. */
const longestMs = 5000;

export type Query = Readonly<Record<string, string | string[] | undefined>>;

/** Asks the database; what it says is for the log, the caller learns that there is nothing to be had now. */
export type Ask = <Answer>(question: (knex: Knex) => Promise<Answer>) => Promise<Answer>;

/** The limit holds for this transaction only: connections are shared. */
export async function patiently(
	knex: Knex,
	ask: (transaction: Knex) => Knex.QueryBuilder,
): Promise<Record<string, unknown>[]> {
	return await knex.transaction(async transaction => {
		await transaction.raw(`SET LOCAL statement_timeout = ${longestMs}`);
		return (await ask(transaction)) as Record<string, unknown>[];
	});
}

/** @returns a function that throws `records_unavailable` when the database is away or too slow. */
export function askerOf(store: Pick<Store, 'knex'>, log: Log): Ask {
	return async question => {
		const {knex} = store;
		if (knex === undefined) throw refusal('records_unavailable', 'The database of the records is not there yet.');
		try {
			return await question(knex);
		} catch (error) {
			if (GatewayError.is(error)) throw error;
			log.warn('records could not be read', describe(error));
			const slow = (error as {code?: unknown}).code === '57014';
			throw refusal(
				'records_unavailable',
				slow ? 'The records could not be searched in time.' : 'The database of the records is away.',
				{cause: error, headers: {'retry-after': '5'}},
			);
		}
	};
}

export function single(name: string, value: string | string[] | undefined): string {
	if (typeof value === 'string' && value !== '' && !value.includes('\0')) return value;
	throw wrong(name, 'one value');
}

export function moment(text: string, name: string): string {
	const date = new Date(text);
	if (/^\d{4}-\d\d-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:?\d\d)?)?$/.test(text) && !Number.isNaN(date.getTime()))
		return date.toISOString();
	throw wrong(name, 'a time in ISO 8601, such as 2026-01-31T12:00:00Z');
}

export function wrong(name: string, expected: string) {
	return refusal('invalid_parameter', `${name.slice(0, 64)}: expected ${expected}.`, {param: name.slice(0, 64)});
}
