/** How much the model shall think: an effort by name, and whether it sums up what it thought. */

import {
	type Effort,
	type Extra,
	isObject,
	type JsonObject,
	type Loss,
	type ModelTraits,
	type Reasoning,
} from '../../../core/index.js';
import {dialect} from './name.js';

const efforts: readonly Effort[] = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'];

function isEffort(value: unknown): value is Effort {
	return efforts.some(effort => effort === value);
}

/** @see https://platform.openai.com/docs/api-reference/responses/create#responses-create-reasoning */
export function decodeReasoningOptions(options: unknown): Reasoning | undefined {
	if (!isObject(options)) return undefined;
	const {effort} = options;
	const summary = options['summary'] ?? options['generate_summary'];
	const known = isEffort(effort) ? effort : undefined;
	if (known === undefined && typeof summary !== 'string') return undefined;
	return {
		...(known === 'none' ? {mode: 'off' as const} : {}),
		...(known === undefined || known === 'none' ? {} : {effort: known}),
		...(typeof summary === 'string' ? {display: 'summarized' as const} : {}),
	};
}

/** What of the options the hub has no word for: `summary` beyond yes or no, and what is newer than this. */
export function reasoningExtras(options: unknown): readonly Extra[] {
	if (!isObject(options)) return [];
	return Object.entries(options)
		.filter(([name, value]) => value !== null && name !== 'effort' && !(name === 'summary' && value === 'auto'))
		.map(([name, value]) => ({dialect, path: `reasoning.${name}`, value}));
}

/** The `reasoning` member; `undefined` leaves it to the model. */
export function encodeReasoning(
	reasoning: Reasoning | undefined,
	traits: ModelTraits,
	losses: Loss[],
): JsonObject | undefined {
	if (reasoning === undefined) return undefined;
	const wanted = effortOf(reasoning);
	if (traits.thinking === 'none') {
		if (wanted !== 'none') losses.push({path: 'reasoning', reason: 'the model does not think'});
		return undefined;
	}
	const effort = wanted === undefined ? undefined : nearest(wanted, traits.efforts, losses);
	// Who asks for thinking by a budget is shown it; here it has to be asked for by name.
	const summed = reasoning.display === 'summarized' || (reasoning.mode === 'on' && reasoning.display === undefined);
	if (effort === undefined && !summed) return undefined;
	return {...(effort === undefined ? {} : {effort}), ...(summed ? {summary: 'auto'} : {})};
}

/** Budgets are numbers, efforts are words: what OpenAI's models spend on each decides. */
function effortOf({mode, effort, budgetTokens}: Reasoning): Effort | undefined {
	if (mode === 'off') return 'none';
	if (effort !== undefined || budgetTokens === undefined) return effort;
	if (budgetTokens < 4096) return 'low';
	return budgetTokens < 16_384 ? 'medium' : 'high';
}

/** The effort of those that the model knows which is closest to the one wanted, the higher of two. Off is no effort among others. */
function nearest(wanted: Effort, known: readonly Effort[] | undefined, losses: Loss[]): Effort {
	if (known === undefined || known.length === 0 || known.includes(wanted)) return wanted;
	const rank = (effort: Effort) => efforts.indexOf(effort);
	const distance = (effort: Effort) => Math.abs(rank(effort) - rank(wanted));
	const ranked = known.filter(effort => effort !== 'none').sort((a, b) => rank(b) - rank(a));
	const chosen = ranked.reduce(
		(best, effort) => (distance(effort) < distance(best) ? effort : best),
		ranked[0] ?? wanted,
	);
	losses.push({path: 'reasoning', reason: `effort "${wanted}" is told to this model as "${chosen}"`});
	return chosen;
}
