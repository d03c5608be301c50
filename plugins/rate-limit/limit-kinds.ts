/** The limits that a rule can set: what each counts, and over what time. */

/** What a limit counts. `calls` are those that are open now. */
export type Counts = 'requests' | 'tokens' | 'input-tokens' | 'output-tokens' | 'calls';

interface LimitKind {
	readonly counts: Counts;
	/** The time in which as many come back as the limit says; 0 for what is given back by hand. */
	readonly seconds: number;
	/** As people say it behind the number. */
	readonly words: string;
}

const minute = 60;
const hour = 3600;
const day = 86_400;

export const limitKinds = {
	requestsPerMinute: {counts: 'requests', seconds: minute, words: 'requests per minute'},
	requestsPerHour: {counts: 'requests', seconds: hour, words: 'requests per hour'},
	requestsPerDay: {counts: 'requests', seconds: day, words: 'requests per day'},
	tokensPerMinute: {counts: 'tokens', seconds: minute, words: 'tokens per minute'},
	tokensPerHour: {counts: 'tokens', seconds: hour, words: 'tokens per hour'},
	tokensPerDay: {counts: 'tokens', seconds: day, words: 'tokens per day'},
	inputTokensPerMinute: {counts: 'input-tokens', seconds: minute, words: 'input tokens per minute'},
	inputTokensPerHour: {counts: 'input-tokens', seconds: hour, words: 'input tokens per hour'},
	inputTokensPerDay: {counts: 'input-tokens', seconds: day, words: 'input tokens per day'},
	outputTokensPerMinute: {counts: 'output-tokens', seconds: minute, words: 'output tokens per minute'},
	outputTokensPerHour: {counts: 'output-tokens', seconds: hour, words: 'output tokens per hour'},
	outputTokensPerDay: {counts: 'output-tokens', seconds: day, words: 'output tokens per day'},
	concurrency: {counts: 'calls', seconds: 0, words: 'calls at the same time'},
} as const satisfies Readonly<Record<string, LimitKind>>;

/** How a limit is called in the config. */
export type LimitName = keyof typeof limitKinds;

export const limitNames = Object.keys(limitKinds) as readonly LimitName[];
