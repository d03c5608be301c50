/** The table of records, step by step. A step that has been released is never changed. */

import type {Migration} from '../../core/index.js';
import {usageMigrations} from './usage/schema.js';

export const table = 'request_log';

const questions = ['model', 'team', 'status'];
/** What a key has used is added up without looking at rows, which are large. */
const used = 'input_tokens, output_tokens, cost_nano_usd';

/** Partitioned by day: what is old is dropped in one piece. The default partition catches what belongs to no day that is there. */
export const migrations: Readonly<Record<string, Migration>> = {
	'request-log 0001 create the table': {
		up: [
			`CREATE TABLE ${table} (
				id text NOT NULL,
				created_at timestamptz NOT NULL,
				deployment text NOT NULL,
				config_hash text,
				endpoint text NOT NULL,
				method text NOT NULL,
				client_ip text,
				key_name text,
				team text,
				dialect text,
				model text,
				provider text,
				target_model text,
				stream boolean NOT NULL,
				status integer NOT NULL,
				outcome text NOT NULL,
				error_code text,
				latency_ms real NOT NULL,
				ttft_ms real,
				overhead_ms real,
				input_tokens bigint,
				cached_tokens bigint,
				cache_write_tokens bigint,
				output_tokens bigint,
				reasoning_tokens bigint,
				usage_source text,
				cost_nano_usd bigint,
				attempts jsonb,
				losses jsonb,
				request_body text,
				response_body text,
				tags jsonb,
				PRIMARY KEY (id, created_at)
			) PARTITION BY RANGE (created_at)`,
			`CREATE TABLE ${table}_default PARTITION OF ${table} DEFAULT`,
			`CREATE INDEX ${table}_time ON ${table} (created_at DESC, id DESC)`,
			`CREATE INDEX ${table}_key_name ON ${table} (key_name, created_at DESC, id DESC) INCLUDE (${used})`,
			...questions.map(column => `CREATE INDEX ${table}_${column} ON ${table} (${column}, created_at DESC, id DESC)`),
		],
	},
	...usageMigrations(table),
};
