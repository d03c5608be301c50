/**
 * The sums of each day, kept by the database itself while records are inserted: a day of a million records is read in
 * milliseconds. A trigger and not the writer, so that records that are imported or replayed are counted, and those that are there
 * already are not. Rows that move into the partition of their day do not pass it.
 */

import type {Migration} from '../../../core/index.js';

export const usageTable = 'request_usage';

/** What sums are kept by. A value that is not known is an empty text: a key of a table holds no nulls. */
export const dimensions = {
	day: "(created_at AT TIME ZONE 'UTC')::date",
	key_name: "coalesce(key_name, '')",
	team: "coalesce(team, '')",
	provider: "coalesce(provider, '')",
	model: "coalesce(target_model, '')",
} as const;

/** What is summed up, as numerics: a sum that grows too large for its column would have records refused. */
export const sums = {
	requests: 'count(*)',
	failed_requests: "count(*) FILTER (WHERE outcome <> 'ok')",
	priced_requests: 'count(cost_nano_usd)',
	input_tokens: 'coalesce(sum(input_tokens), 0)',
	cached_tokens: 'coalesce(sum(cached_tokens), 0)',
	cache_write_tokens: 'coalesce(sum(cache_write_tokens), 0)',
	output_tokens: 'coalesce(sum(output_tokens), 0)',
	reasoning_tokens: 'coalesce(sum(reasoning_tokens), 0)',
	cost_nano_usd: 'coalesce(sum(cost_nano_usd), 0)',
} as const;

const keys = Object.keys(dimensions).join(', ');
const places = Object.keys(dimensions)
	.map((_, index) => index + 1)
	.join(', ');
const counts = Object.keys(sums);

/** In the order of the key, so that two gateways never wait for each other's rows crosswise. */
const addUp = (source: string): string => `
	INSERT INTO ${usageTable} AS u (${keys}, ${counts.join(', ')})
	SELECT ${[...Object.values(dimensions), ...Object.values(sums)].join(', ')}
	FROM ${source} GROUP BY ${places} ORDER BY ${places}
	ON CONFLICT (${keys}) DO UPDATE SET ${counts.map(name => `${name} = u.${name} + excluded.${name}`).join(', ')}`;

/** @param table the records. */
export function usageMigrations(table: string): Readonly<Record<string, Migration>> {
	return {
		'request-log 0002 keep sums of usage': {
			up: [
				`CREATE TABLE ${usageTable} (
					day date NOT NULL,
					key_name text NOT NULL,
					team text NOT NULL,
					provider text NOT NULL,
					model text NOT NULL,
					${counts.map(name => `${name} numeric NOT NULL`).join(', ')},
					PRIMARY KEY (${keys})
				)`,
				`CREATE INDEX ${usageTable}_key ON ${usageTable} (key_name, day)`,
				`CREATE FUNCTION ${usageTable}_add() RETURNS trigger LANGUAGE plpgsql AS $$
				BEGIN ${addUp('inserted')}; RETURN NULL; END $$`,
				// Making the trigger locks out inserts until the step is done, so nothing is counted twice or missed.
				`CREATE TRIGGER ${usageTable}_add AFTER INSERT ON ${table}
				REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION ${usageTable}_add()`,
				addUp(table),
			],
		},
	};
}
