/** Writes how much the model shall think, in the way that it can be told. */

import {
	type Conversation,
	type Effort,
	type JsonObject,
	type Loss,
	type ModelTraits,
	pathOf,
	type Reasoning,
} from '../../../core/index.js';

export interface EncodedReasoning {
	readonly thinking: JsonObject | undefined;
	readonly effort: string | undefined;
	readonly maxTokens: number;
	/** The model will think, which other parameters must respect. */
	readonly active: boolean;
}

/** What stands against thinking in this request; `undefined` when nothing does. @param budget it would be by a budget. */
export type Obstacle = (budget: boolean) => string | undefined;

/** The least budget that is accepted. */
const leastBudget = 1024;
/** What an answer gets beside its thinking when the client has set no limit. */
const fallbackTokens = 4096;

const budgets: Readonly<Record<Exclude<Effort, 'none'>, number>> = {
	minimal: leastBudget,
	low: leastBudget,
	medium: 4096,
	high: 16_384,
	xhigh: 24_576,
	max: 24_576,
};

/** Least first; the first two are not Anthropic's. */
const scale: readonly Effort[] = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'];

/**
 * @see https://platform.claude.com/docs/en/build-with-claude/extended-thinking
 * @see https://platform.claude.com/docs/en/build-with-claude/adaptive-thinking
 */
export function encodeReasoning(
	conversation: Conversation,
	traits: ModelTraits,
	obstacle: Obstacle,
	losses: Loss[],
): EncodedReasoning {
	const {reasoning} = conversation;
	const maxTokens = conversation.maxTokens ?? traits.defaultMaxTokens ?? fallbackTokens;
	const nothing = {thinking: undefined, effort: undefined, maxTokens, active: false};
	if (reasoning === undefined) return nothing;
	const path = pathOf(reasoning) ?? 'reasoning';
	const kind = traits.thinking ?? (reasoning.budgetTokens === undefined ? 'adaptive' : 'budget');
	const off = reasoning.mode === 'off' || reasoning.effort === 'none';
	const effort = encodeEffort(reasoning, traits, off);
	if (kind === 'none') {
		if (!off) losses.push({path, reason: 'this model does not think'});
		return nothing;
	}
	if (kind === 'effort') {
		if (off) losses.push({path, reason: 'this model cannot be kept from thinking'});
		return {thinking: undefined, effort: off ? 'low' : effort, maxTokens, active: false};
	}
	const kept = kind === 'adaptive' && reasoning.effort !== 'none' ? effort : undefined;
	if (off) return {thinking: {type: 'disabled'}, effort: kept, maxTokens, active: false};
	// In Anthropic's own words effort alone does not ask for thinking.
	if (reasoning.mode === undefined && pathOf(reasoning) === 'output_config.effort')
		return {thinking: undefined, effort: kept, maxTokens, active: false};
	const hindrance = obstacle(kind === 'budget');
	if (hindrance !== undefined) {
		losses.push({path, reason: hindrance});
		return {thinking: {type: 'disabled'}, effort: kept, maxTokens, active: false};
	}
	const shown = reasoning.display === undefined ? {} : {display: reasoning.display};
	if (kind === 'adaptive') return {thinking: {type: 'adaptive', ...shown}, effort, maxTokens, active: true};
	const fitted = fitBudget(reasoning, conversation.maxTokens, maxTokens, losses);
	const thinking = {type: 'enabled', budget_tokens: fitted.budget, ...shown};
	return {thinking, effort: undefined, maxTokens: fitted.maxTokens, active: true};
}

/** The nearest effort that the model knows; a budget says it too. */
function encodeEffort(reasoning: Reasoning, traits: ModelTraits, off: boolean): string | undefined {
	const asked = reasoning.effort ?? (off ? undefined : effortOf(reasoning.budgetTokens));
	if (asked === undefined) return undefined;
	const known = (traits.efforts ?? scale).filter(effort => scale.indexOf(effort) >= scale.indexOf('low'));
	const distance = (effort: Effort) => Math.abs(scale.indexOf(effort) - scale.indexOf(asked));
	return [...known].sort((a, b) => distance(a) - distance(b) || scale.indexOf(a) - scale.indexOf(b))[0];
}

function effortOf(budget: number | undefined): Effort | undefined {
	if (budget === undefined) return undefined;
	if (budget < budgets.medium) return 'low';
	return budget < budgets.high ? 'medium' : 'high';
}

/**
 * A budget is at least 1024 and less than the limit on output, which holds both. A client's limit is kept where it can be:
 * it is what the call may cost.
 */
function fitBudget(
	{budgetTokens, effort}: Reasoning,
	limit: number | undefined,
	maxTokens: number,
	losses: Loss[],
): {readonly budget: number; readonly maxTokens: number} {
	const asked = budgetTokens ?? budgets[effort === undefined || effort === 'none' ? 'medium' : effort];
	const wanted = Math.max(leastBudget, asked);
	if (wanted < maxTokens) return {budget: wanted, maxTokens};
	if (limit === undefined) return {budget: wanted, maxTokens: wanted + fallbackTokens};
	const budget = Math.max(leastBudget, Math.floor(limit / 2));
	if (budget < limit) return {budget, maxTokens: limit};
	losses.push({path: 'maxTokens', reason: `raised to ${budget + limit}: thinking takes ${budget} of it at least`});
	return {budget, maxTokens: budget + limit};
}
