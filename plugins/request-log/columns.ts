/** The columns of the table. */

/** Who asked for what, and who was asked: names, all of them. */
export const asked = [
	'endpoint',
	'method',
	'client_ip',
	'key_name',
	'team',
	'dialect',
	'model',
	'provider',
	'target_model',
] as const;

/** Columns in the order of the table. `created_at` comes first in a line: a day is read off without parsing. */
export const columns = [
	'created_at',
	'id',
	'deployment',
	'config_hash',
	...asked,
	'stream',
	'status',
	'outcome',
	'error_code',
	'latency_ms',
	'ttft_ms',
	'overhead_ms',
	'input_tokens',
	'cached_tokens',
	'cache_write_tokens',
	'output_tokens',
	'reasoning_tokens',
	'usage_source',
	'cost_nano_usd',
	'attempts',
	'losses',
	'request_body',
	'response_body',
	'tags',
] as const;

export type Column = (typeof columns)[number];
