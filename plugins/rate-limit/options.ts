/** What may be written between the braces of `rateLimit({…})`. */

import type {OptionsSchema, Secret} from '../../core/index.js';
import type {Degraded} from '../stores/keys.js';
import {type LimitName, limitKinds, limitNames} from './limit-kinds.js';

export const subjectKinds = ['key', 'team', 'tag', 'ip', 'model', 'provider', 'route', 'global'] as const;

/** What has a limit of its own under a rule. */
export type By = (typeof subjectKinds)[number];

/** One rule; several apply to a call at once. */
export interface RuleOptions extends Readonly<Partial<Record<LimitName, number>>> {
	readonly by: By;
	/** A pattern of the names that the rule is for; absent means all. */
	readonly match?: string;
	/** How many requests may come at once; `requestsPerMinute` unless said. */
	readonly burst?: number;
	/** The rule counts and refuses nothing. */
	readonly shadow?: boolean;
}

export interface RateLimitOptions {
	/** `redis://…`, or a connection string of Postgres in either form; absent: the memory of the process. */
	readonly store?: string | Secret;
	/** Default `local`. */
	readonly degraded?: Degraded;
	/** How long a call waits for the store, in milliseconds. Default 50. */
	readonly deadlineMs?: number;
	/** All rules are on trial: they count and refuse nothing. */
	readonly shadow?: boolean;
	/** What a call is expected to answer with when it sets no limit of its own, in tokens. Default 1024. */
	readonly assumeOutputTokens?: number;
	readonly rules?: readonly RuleOptions[];
}

const most = 1_000_000_000_000;

const numbers = Object.fromEntries(
	limitNames.map(name => [
		name,
		{type: 'integer', minimum: 1, maximum: most, nullable: true, description: `most ${limitKinds[name].words}`},
	]),
);

export const rateLimitSchema = {
	type: 'object',
	properties: {
		store: {
			type: 'string',
			nullable: true,
			minLength: 1,
			description:
				'where limits are kept: redis://…, rediss://…, postgres://… or host=… user=…; the memory of the process unless said',
		},
		degraded: {
			type: 'string',
			enum: ['local', 'allow', 'refuse'],
			nullable: true,
			description:
				'while the store is away: local counts in each process alone (the default), allow lets everything through, refuse answers 503',
		},
		deadlineMs: {
			type: 'integer',
			minimum: 1,
			maximum: 5000,
			nullable: true,
			description: 'how long a call waits for the store, in milliseconds; default 50',
		},
		shadow: {
			type: 'boolean',
			nullable: true,
			description: 'all rules are on trial: they count, and refuse nothing',
		},
		assumeOutputTokens: {
			type: 'integer',
			minimum: 1,
			maximum: most,
			nullable: true,
			description: 'tokens that are taken for the answer to a call that does not limit it; default 1024',
		},
		rules: {
			type: 'array',
			nullable: true,
			description: 'the limits; every rule that is for a call applies to it',
			items: {
				type: 'object',
				properties: {
					by: {
						type: 'string',
						enum: subjectKinds,
						description:
							'what has a limit of its own: each key, team, tag, ip, model, provider or route; global: all calls together',
					},
					match: {
						type: 'string',
						minLength: 1,
						maxLength: 200,
						nullable: true,
						description: 'a pattern of the names that the rule is for, such as openai.*; all unless said',
					},
					...numbers,
					burst: {
						type: 'integer',
						minimum: 1,
						maximum: most,
						nullable: true,
						description: 'how many requests may come at once; requestsPerMinute unless said',
					},
					shadow: {
						type: 'boolean',
						nullable: true,
						description: 'the rule is on trial: it counts, and refuses nothing',
					},
				},
				required: ['by'],
				additionalProperties: false,
			},
		},
	},
	additionalProperties: false,
} as unknown as OptionsSchema<RateLimitOptions>;
