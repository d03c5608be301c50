/** What may be written between the braces of `cost({…})`. */

import type {OptionsSchema, Secret} from '../../core/index.js';
import type {Degraded} from '../stores/keys.js';
import type {Price} from './price.js';

/** Whose money a budget counts. */
export type BudgetSubject = 'key' | 'team' | 'tag' | 'model' | 'provider' | 'ip' | 'route' | 'global';

/** What may be spent, for each that it speaks of. */
export interface BudgetOptions {
	readonly by: BudgetSubject;
	/** Pattern of names that it speaks of; absent means all, each with a budget of its own. */
	readonly match?: string;
	readonly hourlyUsd?: number;
	readonly dailyUsd?: number;
	readonly weeklyUsd?: number;
	readonly monthlyUsd?: number;
	/** Warn and refuse nothing. */
	readonly soft?: boolean;
	/** The time that ends now, in place of the calendar's hour, day, week or month. */
	readonly rolling?: boolean;
}

/** What calls cost, and what may be spent. */
export interface CostOptions {
	/** Prices by target name (`provider.model`, with `*` for any run of characters); they go before the built-in ones. */
	readonly prices?: Readonly<Record<string, Price>>;
	readonly budgets?: readonly BudgetOptions[];
	/** What becomes of a call whose price is not known and to which a budget applies. */
	readonly unpriced?: 'allow' | 'refuse';
	/** `redis://…`, or a connection string of Postgres in either form; absent: the memory of the process. */
	readonly store?: string | Secret;
	readonly degraded?: Degraded;
	readonly deadlineMs?: number;
	/** IANA name. */
	readonly zone?: string;
	/** Reserved for a call that sets no limit to its output. */
	readonly assumeOutputTokens?: number;
	/** URL that is told of thresholds. */
	readonly webhook?: string | Secret;
}

/** Billionths of a dollar are exact up to here. */
const mostUsd = 9_000_000;
const mostPerMillion = 1_000_000;

const usdPerMillion = (description: string) =>
	({
		type: 'number',
		nullable: true,
		minimum: 0,
		maximum: mostPerMillion,
		description: `US dollars per million tokens: ${description}`,
	}) as const;

const rates = {
	input: usdPerMillion('input that did not come from a cache'),
	cacheRead: usdPerMillion('input that came from a cache; when absent as input'),
	cacheWrite5m: usdPerMillion('input written to a cache for five minutes; when absent as input'),
	cacheWrite1h: usdPerMillion('input written to a cache for an hour; when absent as cacheWrite5m'),
	output: usdPerMillion('output'),
	reasoning: usdPerMillion('reasoning; when absent as output'),
	inputAudio: usdPerMillion('sound in the input; when absent as input'),
	inputImage: usdPerMillion('pictures in the input; when absent as input'),
	outputAudio: usdPerMillion('sound in the output; when absent as output'),
	outputImage: usdPerMillion('pictures in the output; when absent as output'),
	request: {type: 'number', nullable: true, minimum: 0, maximum: 1000, description: 'US dollars per call'},
	webSearch: {
		type: 'number',
		nullable: true,
		minimum: 0,
		maximum: 1000,
		description: 'US dollars per search that the provider makes',
	},
} as const;

const limit = (period: string) =>
	({
		type: 'number',
		nullable: true,
		exclusiveMinimum: 0,
		maximum: mostUsd,
		description: `US dollars that may be spent in ${period}`,
	}) as const;

export const costSchema: OptionsSchema<CostOptions> = {
	type: 'object',
	properties: {
		prices: {
			type: 'object',
			nullable: true,
			description: 'prices by target name, such as openai.gpt-5 or local.*; they go before the built-in ones',
			required: [],
			additionalProperties: {
				type: 'object',
				properties: {
					...rates,
					tiers: {
						type: 'array',
						nullable: true,
						description: 'rates of longer calls; all of such a call is charged so',
						items: {
							type: 'object',
							properties: {
								...rates,
								aboveInputTokens: {
									type: 'integer',
									minimum: 0,
									description: 'the call has more input tokens than this',
								},
							},
							required: ['aboveInputTokens'],
							additionalProperties: false,
						},
					},
				},
				required: [],
				additionalProperties: false,
			},
		},
		budgets: {
			type: 'array',
			nullable: true,
			description: 'what may be spent; all that apply to a call hold',
			items: {
				type: 'object',
				properties: {
					by: {
						type: 'string',
						enum: ['key', 'team', 'tag', 'model', 'provider', 'ip', 'route', 'global'],
						description: 'whose money it counts; each key, team … has a budget of its own',
					},
					match: {
						type: 'string',
						nullable: true,
						minLength: 1,
						description: 'pattern of the names that it speaks of, with * for any run of characters; when absent all',
					},
					hourlyUsd: limit('an hour'),
					dailyUsd: limit('a day'),
					weeklyUsd: limit('a week, which begins on Monday'),
					monthlyUsd: limit('a month'),
					soft: {type: 'boolean', nullable: true, description: 'warn and refuse nothing; default false'},
					rolling: {
						type: 'boolean',
						nullable: true,
						description:
							'count the time that ends now (30 days for a month) and not that of the calendar; default false',
					},
				},
				required: ['by'],
				additionalProperties: false,
			},
		},
		unpriced: {
			type: 'string',
			nullable: true,
			enum: ['allow', 'refuse'],
			description: 'what becomes of a call whose price is not known and to which a budget applies; default allow',
		},
		store: {
			type: 'string',
			nullable: true,
			minLength: 1,
			description:
				'where budgets are kept: redis://…, rediss://…, postgres://… or host=… user=…; the memory of the process unless said',
		},
		degraded: {
			type: 'string',
			nullable: true,
			enum: ['local', 'allow', 'refuse'],
			description:
				'what is done while the store cannot be asked: count in each process alone, let through, or refuse; default local',
		},
		deadlineMs: {
			type: 'integer',
			nullable: true,
			minimum: 1,
			maximum: 5000,
			description: 'milliseconds that a call waits for the store; default 50',
		},
		zone: {
			type: 'string',
			nullable: true,
			minLength: 1,
			description: 'IANA name of the time zone whose calendar budgets follow, such as Europe/Berlin; default UTC',
		},
		assumeOutputTokens: {
			type: 'integer',
			nullable: true,
			minimum: 0,
			maximum: 10_000_000,
			description: 'output tokens that are reserved for a call that sets no limit; default 1024',
		},
		webhook: {
			type: 'string',
			nullable: true,
			minLength: 1,
			description: 'http or https URL that is told when a budget has reached 50, 80 and 100 percent',
		},
	},
	additionalProperties: false,
};
