/** What a caller can be given beside a name, wherever it is written: in the config, with an issued key, in a token. */

import {
	type Caller,
	type CallerBudget,
	type CallerLimits,
	isObject,
	type OptionsSchema,
	optionsReader,
} from '../../core/index.js';

/** The same for keys of the config and issued ones. */
export interface CallerOptions {
	readonly team?: string;
	readonly tags?: readonly string[];
	/** Patterns of models that the caller may use (`openai.*`, an alias); absent means all. */
	readonly allow?: readonly string[];
	readonly limits?: CallerLimits;
	readonly budget?: CallerBudget;
}

const printable = '^[^\\u0000-\\u001f\\u007f-\\u009f]+$';

/** A name or label that fits into records, logs and metrics. */
export const labelSchema = {type: 'string', minLength: 1, maxLength: 100, pattern: printable} as const;

const count = (description: string) => ({type: 'integer', nullable: true, minimum: 1, description}) as const;
const dollars = (description: string) =>
	({type: 'number', nullable: true, exclusiveMinimum: 0, maximum: 1_000_000_000, description}) as const;

/** JSON schemas of the properties of {@link CallerOptions}. */
export const callerProperties = {
	team: {...labelSchema, nullable: true, description: 'the team that the caller belongs to'},
	tags: {
		type: 'array',
		nullable: true,
		maxItems: 100,
		items: labelSchema,
		description: 'labels that go with every call of the caller; admin opens the /admin routes',
	},
	allow: {
		type: 'array',
		nullable: true,
		maxItems: 1000,
		items: {type: 'string', minLength: 1, maxLength: 512, pattern: printable},
		description: 'patterns of models that the caller may use, such as openai.* or an alias; when absent all',
	},
	limits: {
		type: 'object',
		nullable: true,
		description: "the caller's own limits, for the plugin that counts them",
		properties: {
			requestsPerMinute: count('calls in a minute'),
			requestsPerHour: count('calls in an hour'),
			requestsPerDay: count('calls in a day'),
			tokensPerMinute: count('tokens of requests and answers in a minute'),
			tokensPerHour: count('tokens of requests and answers in an hour'),
			tokensPerDay: count('tokens of requests and answers in a day'),
			inputTokensPerMinute: count('tokens of requests in a minute'),
			inputTokensPerHour: count('tokens of requests in an hour'),
			inputTokensPerDay: count('tokens of requests in a day'),
			outputTokensPerMinute: count('tokens of answers in a minute'),
			outputTokensPerHour: count('tokens of answers in an hour'),
			outputTokensPerDay: count('tokens of answers in a day'),
			concurrency: count('calls that are open at the same time'),
			burst: count('how much of a limit may be taken at once'),
		},
		required: [],
		additionalProperties: false,
	},
	budget: {
		type: 'object',
		nullable: true,
		description: "the caller's own budget in US dollars, for the plugin that counts costs",
		properties: {
			hourlyUsd: dollars('US dollars in an hour'),
			dailyUsd: dollars('US dollars in a day'),
			weeklyUsd: dollars('US dollars in a week'),
			monthlyUsd: dollars('US dollars in a month'),
		},
		required: [],
		additionalProperties: false,
	},
} as const;

/** The properties in which two keys of one name must agree. */
export const callerTraits = ['team', 'tags', 'allow', 'limits', 'budget'] as const;

/** What is checked of a caller that does not come from the config: out of a token, a request or the database. */
export interface NamedCaller extends CallerOptions {
	readonly name: string;
}

/**
 * Makes a reader of a caller's name and traits out of JSON.
 * @param what where they stand, for the errors.
 * @returns a function that throws a ConfigError which says what is wrong.
 */
export function callerReader(what: string): (value: unknown) => NamedCaller {
	const schema = {
		type: 'object',
		properties: Object.assign({name: labelSchema}, callerProperties),
		required: ['name'],
		additionalProperties: false,
	};
	return optionsReader<NamedCaller>(what, schema as unknown as OptionsSchema<NamedCaller>);
}

/** Makes a caller that nobody can change. */
export function makeCaller(name: string, {team, tags, allow, limits, budget}: CallerOptions): Caller {
	return Object.freeze<Caller>({
		name,
		tags: Object.freeze([...(tags ?? [])]),
		anonymous: false,
		...(team !== undefined && {team}),
		...(allow !== undefined && {allow: Object.freeze([...allow])}),
		...(limits !== undefined && {limits: Object.freeze(Object.assign({}, limits))}),
		...(budget !== undefined && {budget: Object.freeze(Object.assign({}, budget))}),
	});
}

/** The first trait in which two callers differ. */
export function difference(one: Caller, other: Caller): (typeof callerTraits)[number] | undefined {
	return callerTraits.find(trait => canonical(one[trait]) !== canonical(other[trait]));
}

/** Written the same whatever the order of an object's properties. */
function canonical(value: unknown): string | undefined {
	return JSON.stringify(isObject(value) ? Object.entries(value).sort() : value);
}
