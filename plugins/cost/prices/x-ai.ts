/** What the models of x-ai cost; written by `tapgate prices update`. */

import type {PriceList} from '../price.js';

export const xAi: PriceList = {
	vendor: 'x-ai',
	sources: ['https://docs.x.ai/docs/models'],
	collection: '@pydantic/genai-prices 0.1.8',
	date: '2026-11-26',
	urls: 'https://api\\.x\\.ai',
	resells: [],
	models: [
		{name: 'grok-2-1212', names: '^(?:grok-2-1212$|grok-2$|grok-2-latest$)', prices: [{price: {input: 2, output: 10}}]},
		{name: 'grok-2-vision-1212', names: '^(?:grok-2-vision-1212$|grok-2-vision$|grok-2-vision-latest$)', prices: [{price: {input: 2, output: 10}}]},
		{name: 'grok-3', names: '^(?:grok-3$|grok-3-latest$|grok-3-beta$)', prices: [{price: {input: 3, cacheRead: 0.75, output: 15}}]},
		{name: 'grok-3-fast', names: '^(?:grok-3-fast$|grok-3-fast-latest$|grok-3-fast-beta$)', prices: [{price: {input: 5, cacheRead: 1.25, output: 25}}]},
		{name: 'grok-3-mini', names: '^(?:grok-3-mini$|grok-3-mini-beta$|grok-3-mini-latest$)', prices: [{price: {input: 0.3, cacheRead: 0.075, output: 0.5}}]},
		{name: 'grok-3-mini-fast', names: '^(?:grok-3-mini-fast$|grok-3-mini-fast-beta$|grok-3-mini-fast-latest$)', prices: [{price: {input: 0.6, cacheRead: 0.15, output: 4}}]},
		{name: 'grok-4-0709', names: '^(?:grok-4-0709$|grok-4$|grok-4-latest$)', prices: [{price: {input: 3, cacheRead: 0.75, output: 15}}]},
		{name: 'grok-4-1-fast-non-reasoning', names: '^(?:grok-4-1-fast-non-reasoning$|grok-4-1-fast-non-reasoning-latest$)', prices: [{price: {input: 0.2, cacheRead: 0.05, output: 0.5}}]},
		{name: 'grok-4-1-fast-reasoning', names: '^(?:grok-4-1-fast$|grok-4-1-fast-reasoning$|grok-4-1-fast-reasoning-latest$)', prices: [{price: {input: 0.2, cacheRead: 0.05, output: 0.5}}]},
		{name: 'grok-4-fast-non-reasoning', names: '^(?:grok-4-fast-non-reasoning$|grok-4-fast-non-reasoning-latest$)', prices: [{price: {input: 0.2, cacheRead: 0.05, output: 0.5}}]},
		{name: 'grok-4-fast-reasoning', names: '^(?:grok-4-fast$|grok-4-fast-reasoning$|grok-4-fast-reasoning-latest$)', prices: [{price: {input: 0.2, cacheRead: 0.05, output: 0.5}}]},
		{name: 'grok-4.20', names: '^(?:grok-4\\.20$)', prices: [{price: {input: 1.25, cacheRead: 0.2, output: 2.5, tiers: [{aboveInputTokens: 199999, input: 2.5, cacheRead: 0.4, output: 5}]}}]},
		{name: 'grok-4.20-multi-agent', names: '^(?:grok-4\\.20-multi-agent$)', prices: [{price: {input: 2, cacheRead: 0.2, output: 6}}]},
		{name: 'grok-4.3', names: '^(?:grok-4\\.3$|(?:grok-4\\.3-\\d{8}$)|x-ai/grok-4\\.3$|(?:x-ai/grok-4\\.3-\\d{8}$)|grok-4\\.3-latest$)', prices: [{price: {input: 1.25, cacheRead: 0.2, output: 2.5, tiers: [{aboveInputTokens: 199999, input: 2.5, cacheRead: 0.4, output: 5}]}}]},
		{name: 'grok-4.5', names: '^(?:grok-4\\.5$|(?:grok-4\\.5-\\d{8}$)|x-ai/grok-4\\.5$|(?:x-ai/grok-4\\.5-\\d{8}$)|grok-4\\.5-latest$|grok-latest$)', prices: [{price: {input: 2, cacheRead: 0.3, output: 6, tiers: [{aboveInputTokens: 199999, input: 4, cacheRead: 0.6, output: 12}]}}]},
		{name: 'grok-4.6', names: '^(?:grok-4\\.6$|(?:grok-4\\.6-\\d{8}$)|x-ai/grok-4\\.6$|(?:x-ai/grok-4\\.6-\\d{8}$)|grok-4\\.6-latest$)', prices: [{price: {input: 2, cacheRead: 0.5, output: 6, tiers: [{aboveInputTokens: 199999, input: 4, cacheRead: 1, output: 12}]}}]},
		{name: 'grok-build-0.1', names: '^(?:grok-build-0\\.1$)', prices: [{price: {input: 1, cacheRead: 0.2, output: 2, tiers: [{aboveInputTokens: 199999, input: 2, cacheRead: 0.4, output: 4}]}}]},
		{name: 'grok-code-fast-1', names: '^(?:grok-code-fast$|grok-code-fast-1$|grok-code-fast-1-0825$)', prices: [{price: {input: 0.2, cacheRead: 0.02, output: 1.5}}]},
	],
};
