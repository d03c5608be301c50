/** How much a model shall think, between Chat Completions and the hub. */

import {
	type Effort,
	isObject,
	type JsonObject,
	type Loss,
	type ModelTraits,
	type Reasoning,
	tokenCount,
} from '../../../core/index.js';

const efforts: readonly Effort[] = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'];

/** Members that {@link decodeReasoning} reads; they are extras where it could make nothing of them. */
const modes: Readonly<Record<string, NonNullable<Reasoning['mode']>>> = {
	enabled: 'on',
	disabled: 'off',
	adaptive: 'adaptive',
	auto: 'adaptive',
};

/**
 * Reads `reasoning_effort`, and what others have in its place: `thinking` (Zhipu, DeepSeek, Moonshot) and `reasoning` (OpenRouter).
 * @see https://platform.openai.com/docs/guides/reasoning
 */
export function decodeReasoning(body: JsonObject): Reasoning | undefined {
	const thinking = object(body['thinking']);
	const router = object(body['reasoning']);
	const said = body['reasoning_effort'] ?? router['effort'];
	const effort = efforts.find(known => known === said);
	if (effort === 'none') return {mode: 'off'};
	const type = thinking['type'];
	const enabled = router['enabled'];
	const switched = enabled === true ? 'on' : enabled === false ? 'off' : undefined;
	const mode = typeof type === 'string' ? modes[type] : switched;
	const budgetTokens = tokenCount(thinking['budget_tokens'] ?? router['max_tokens']);
	if (mode === undefined && effort === undefined && budgetTokens === undefined) return undefined;
	return Object.assign(
		{},
		mode === undefined ? undefined : {mode},
		effort === undefined ? undefined : {effort},
		budgetTokens === undefined ? undefined : {budgetTokens},
	);
}

/** Writes what the model understands of it: `thinking`, `reasoning_effort`, both or nothing. */
export function encodeReasoning(reasoning: Reasoning, traits: ModelTraits, losses: Loss[]): JsonObject {
	const switched = traits.thinking === 'budget' || traits.thinking === 'adaptive';
	const off = reasoning.mode === 'off' || reasoning.effort === 'none';
	if (traits.thinking === 'none') {
		if (!off) losses.push({path: 'reasoning', reason: 'this model does not think'});
		return {};
	}
	if (switched) return off ? {thinking: {type: 'disabled'}} : switchedOn(reasoning, traits, losses);
	const wanted = off ? 'none' : (reasoning.effort ?? effortOf(reasoning));
	return wanted === undefined ? {} : {reasoning_effort: nearest(wanted, traits.efforts, losses)};
}

function switchedOn(reasoning: Reasoning, traits: ModelTraits, losses: Loss[]): JsonObject {
	const members: Record<string, unknown> = {};
	const {mode, effort, budgetTokens} = reasoning;
	if (traits.thinking === 'budget' && budgetTokens !== undefined) {
		members['thinking'] = {type: 'enabled', budget_tokens: budgetTokens};
	} else if (mode === 'on' || budgetTokens !== undefined) {
		members['thinking'] = {type: 'enabled'};
	}
	const wanted =
		effort ?? (traits.thinking === 'adaptive' && budgetTokens !== undefined ? effortOf(reasoning) : undefined);
	if (wanted === undefined) return members;
	if (traits.efforts !== undefined) members['reasoning_effort'] = nearest(wanted, traits.efforts, losses);
	else if (effort !== undefined) losses.push({path: 'reasoning', reason: 'this model knows no efforts'});
	return members;
}

/** What OpenAI's own models take for little, some and much thinking; nothing where the model is free to decide. */
function effortOf({mode, budgetTokens}: Reasoning): Effort | undefined {
	if (budgetTokens === undefined) return mode === 'on' ? 'medium' : undefined;
	if (budgetTokens < 4096) return 'low';
	return budgetTokens < 16_384 ? 'medium' : 'high';
}

/** The known effort that is closest, the higher of two. To be switched off is not an effort among others: only the lowest is as close. */
function nearest(wanted: Effort, known: readonly Effort[] | undefined, losses: Loss[]): Effort {
	if (known === undefined || known.length === 0 || known.includes(wanted)) return wanted;
	const rank = (effort: Effort) => efforts.indexOf(effort);
	const ranked = [...known].filter(effort => effort !== 'none').sort((a, b) => rank(b) - rank(a));
	const chosen = ranked.reduce(
		(best, effort) => (Math.abs(rank(effort) - rank(wanted)) < Math.abs(rank(best) - rank(wanted)) ? effort : best),
		ranked[0] ?? wanted,
	);
	losses.push({path: 'reasoning', reason: `effort "${wanted}" is told to this model as "${chosen}"`});
	return chosen;
}

function object(value: unknown): JsonObject {
	return isObject(value) ? value : {};
}
