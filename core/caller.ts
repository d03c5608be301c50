/** Who sent a call, and what that caller may use. */

import type {Provider, Target} from './provider.js';

/** The limits of one caller: a count per window, calls at the same time, and how much of a window may come at once. */
export type CallerLimits = Readonly<
	Partial<
		Record<
			| 'requestsPerMinute'
			| 'requestsPerHour'
			| 'requestsPerDay'
			| 'tokensPerMinute'
			| 'tokensPerHour'
			| 'tokensPerDay'
			| 'inputTokensPerMinute'
			| 'inputTokensPerHour'
			| 'inputTokensPerDay'
			| 'outputTokensPerMinute'
			| 'outputTokensPerHour'
			| 'outputTokensPerDay'
			| 'concurrency'
			| 'burst',
			number
		>
	>
>;

/** The budget of one caller, in US dollars. */
export interface CallerBudget {
	readonly hourlyUsd?: number;
	readonly dailyUsd?: number;
	readonly weeklyUsd?: number;
	readonly monthlyUsd?: number;
}

/** Who a call is from; what `authenticate` answers with. */
export interface Caller {
	/** Name of the key; never the key. */
	readonly name: string;
	readonly team?: string;
	readonly tags: readonly string[];
	/** Patterns of models that this caller may use (`openai.*`, an alias); absent means all. */
	readonly allow?: readonly string[];
	/** How much this caller may ask for; who counts is a plugin. */
	readonly limits?: CallerLimits;
	/** How much money this caller may spend; who counts is a plugin. */
	readonly budget?: CallerBudget;
	/** Did not authenticate. Only then may the client's own credential travel on to a provider that has none. */
	readonly anonymous: boolean;
}

/** Patterns of issued keys and of tokens come and go; so many are known at most. */
const mostCompiled = 2000;
const compiled = new Map<string, RegExp>();

/** A pattern of names: `*` stands for any run of characters, everything else for itself. */
export function namePattern(pattern: string): RegExp {
	let regex = compiled.get(pattern);
	if (regex === undefined) {
		const source = pattern.split('*').map(part => part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'));
		regex = new RegExp(`^${source.join('.*')}$`, 's');
		if (compiled.size >= mostCompiled) compiled.clear();
		compiled.set(pattern, regex);
	}
	return regex;
}

/**
 * Tells whether a caller may use a target. A pattern may speak of `provider.model`, of `kind.provider.model` or of the
 * alias that led there; a target without a model is covered only by a pattern that covers every model of the provider.
 * Many providers are of the kind `openai`: a pattern speaks of a kind only when it names the provider too, so that
 * `openai.*` is the provider openai and nobody else.
 */
export function allows(caller: Caller, target: Target, provider: Pick<Provider, 'kind'>): boolean {
	if (caller.allow === undefined) return true;
	const full = `${target.provider}.${target.model === '' ? '*' : target.model}`;
	return caller.allow.some(pattern => {
		const regex = namePattern(pattern);
		return (
			regex.test(full) ||
			(pattern.startsWith(`${provider.kind}.${target.provider}.`) && regex.test(`${provider.kind}.${full}`)) ||
			(target.alias !== undefined && regex.test(target.alias))
		);
	});
}
