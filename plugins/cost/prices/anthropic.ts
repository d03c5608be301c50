/** What the models of anthropic cost; written by `tapgate prices update`. */

import type {PriceList} from '../price.js';

export const anthropic: PriceList = {
	vendor: 'anthropic',
	sources: ['https://www.anthropic.com/pricing#api'],
	collection: '@pydantic/genai-prices 0.1.8',
	date: '2026-11-26',
	urls: 'https://api\\.anthropic\\.com',
	resells: [],
	models: [
		{name: 'claude-2', names: '^(?:claude-2|.*claude-v2)', prices: [{price: {input: 8, output: 24}}]},
		{name: 'claude-3-5-haiku-latest', names: '^(?:claude-3-5-haiku|claude-3\\.5-haiku)', prices: [{price: {input: 0.8, cacheRead: 0.08, cacheWrite5m: 1, cacheWrite1h: 1.6, output: 4, webSearch: 0.01}}]},
		{name: 'claude-3-5-sonnet', names: '^(?:claude-3-5-sonnet|claude-3\\.5-sonnet)', prices: [{price: {input: 3, cacheRead: 0.3, cacheWrite5m: 3.75, cacheWrite1h: 6, output: 15, webSearch: 0.01}}]},
		{name: 'claude-3-7-sonnet-latest', names: '^(?:claude-3-7-sonnet|claude-3\\.7-sonnet|claude-sonnet-3\\.7|claude-sonnet-3-7)', prices: [{price: {input: 3, cacheRead: 0.3, cacheWrite5m: 3.75, cacheWrite1h: 6, output: 15, webSearch: 0.01}}]},
		{name: 'claude-3-haiku', names: '^(?:claude-3-haiku)', prices: [{price: {input: 0.25, cacheRead: 0.03, cacheWrite5m: 0.3, cacheWrite1h: 0.5, output: 1.25}}]},
		{name: 'claude-3-opus-latest', names: '^(?:claude-3-opus)', prices: [{price: {input: 15, cacheRead: 1.5, cacheWrite5m: 18.75, cacheWrite1h: 30, output: 75}}]},
		{name: 'claude-3-sonnet', names: '^(?:claude-3-sonnet)', prices: [{price: {input: 3, cacheRead: 0.3, cacheWrite5m: 3.75, cacheWrite1h: 6, output: 15}}]},
		{name: 'claude-fable-5', names: '^(?:claude-fable-5$|(?:claude-fable-5-\\d{8}$))', prices: [{price: {input: 10, cacheRead: 1, cacheWrite5m: 12.5, cacheWrite1h: 20, output: 50, webSearch: 0.01}}]},
		{name: 'claude-fable-5-1', names: '^(?:claude-fable-5-1$|(?:claude-fable-5-1-\\d{8}$))', prices: [{price: {input: 10, cacheRead: 0.25, cacheWrite5m: 12.5, cacheWrite1h: 20, output: 50, webSearch: 0.01}}]},
		{name: 'claude-haiku-4-5', names: '^(?:claude-haiku-4-5|claude-haiku-4\\.5|claude-4-5-haiku|claude-4\\.5-haiku)', prices: [{price: {input: 1, cacheRead: 0.1, cacheWrite5m: 1.25, cacheWrite1h: 2, output: 5, webSearch: 0.01}}]},
		{name: 'claude-opus-4-0', names: '^(?:claude-opus-4-0|claude-4-opus|claude-opus-4$|claude-opus-4-20250514$)', prices: [{price: {input: 15, cacheRead: 1.5, cacheWrite5m: 18.75, cacheWrite1h: 30, output: 75, webSearch: 0.01}}]},
		{name: 'claude-opus-4-1', names: '^(?:claude-opus-4-1|claude-opus-4\\.1)', prices: [{price: {input: 15, cacheRead: 1.5, cacheWrite5m: 18.75, cacheWrite1h: 30, output: 75, webSearch: 0.01}}]},
		{name: 'claude-opus-4-5', names: '^(?:claude-opus-4-5|claude-opus-4\\.5|claude-4-5-opus|claude-4\\.5-opus)', prices: [{price: {input: 5, cacheRead: 0.5, cacheWrite5m: 6.25, cacheWrite1h: 10, output: 25, webSearch: 0.01}}]},
		{name: 'claude-opus-4-6', names: '^(?:claude-opus-4-6|claude-opus-4\\.6|claude-4-6-opus|claude-4\\.6-opus)', prices: [{price: {input: 5, cacheRead: 0.5, cacheWrite5m: 6.25, cacheWrite1h: 10, output: 25, webSearch: 0.01, tiers: [{aboveInputTokens: 200000, input: 10, cacheRead: 1, cacheWrite5m: 12.5, cacheWrite1h: 20, output: 37.5}]}}, {from: '2026-03-13', price: {input: 5, cacheRead: 0.5, cacheWrite5m: 6.25, cacheWrite1h: 10, output: 25, webSearch: 0.01}}]},
		{name: 'claude-opus-4-7', names: '^(?:claude-opus-4-7|claude-opus-4\\.7|claude-4-7-opus|claude-4\\.7-opus)', prices: [{price: {input: 5, cacheRead: 0.5, cacheWrite5m: 6.25, cacheWrite1h: 10, output: 25, webSearch: 0.01}}]},
		{name: 'claude-opus-4-8', names: '^(?:claude-opus-4-8|claude-opus-4\\.8|claude-4-8-opus|claude-4\\.8-opus)', prices: [{price: {input: 5, cacheRead: 0.5, cacheWrite5m: 6.25, cacheWrite1h: 10, output: 25, webSearch: 0.01}}]},
		{name: 'claude-opus-5', names: '^(?:claude-opus-5$|(?:claude-opus-5-\\d{8}$)|claude-opus-5\\.0|claude-5-opus|claude-5\\.0-opus)', prices: [{price: {input: 5, cacheRead: 0.5, cacheWrite5m: 6.25, cacheWrite1h: 10, output: 25, webSearch: 0.01}}]},
		{name: 'claude-opus-5-5', names: '^(?:claude-opus-5-5$|(?:claude-opus-5-5-\\d{8}$)|claude-opus-5\\.5|claude-5-5-opus|claude-5\\.5-opus)', prices: [{price: {input: 4, cacheRead: 0.2, cacheWrite5m: 5, cacheWrite1h: 8, output: 20, webSearch: 0.01}}]},
		{name: 'claude-sonnet-4-0', names: '^(?:claude-sonnet-4-2025|claude-sonnet-4-0|claude-sonnet-4@|claude-sonnet-4$|claude-4-sonnet)', prices: [{price: {input: 3, cacheRead: 0.3, cacheWrite5m: 3.75, cacheWrite1h: 6, output: 15, webSearch: 0.01}}]},
		{name: 'claude-sonnet-4-5', names: '^(?:claude-sonnet-4-5|claude-sonnet-4\\.5)', prices: [{price: {input: 3, cacheRead: 0.3, cacheWrite5m: 3.75, cacheWrite1h: 6, output: 15, webSearch: 0.01, tiers: [{aboveInputTokens: 200000, input: 6, cacheRead: 0.6, cacheWrite5m: 7.5, cacheWrite1h: 12, output: 22.5}]}}]},
		{name: 'claude-sonnet-4-6', names: '^(?:claude-sonnet-4-6|claude-sonnet-4\\.6)', prices: [{price: {input: 3, cacheRead: 0.3, cacheWrite5m: 3.75, cacheWrite1h: 6, output: 15, webSearch: 0.01, tiers: [{aboveInputTokens: 200000, input: 6, cacheRead: 0.6, cacheWrite5m: 7.5, cacheWrite1h: 12, output: 22.5}]}}, {from: '2026-03-13', price: {input: 3, cacheRead: 0.3, cacheWrite5m: 3.75, cacheWrite1h: 6, output: 15, webSearch: 0.01}}]},
		{name: 'claude-sonnet-5', names: '^(?:claude-sonnet-5|claude-sonnet-5\\.0|claude-5-sonnet|claude-5\\.0-sonnet)', prices: [{price: {input: 2, cacheRead: 0.2, cacheWrite5m: 2.5, cacheWrite1h: 4, output: 10, webSearch: 0.01}}]},
		{name: 'claude-v1', names: '^(?:claude-v1$)', prices: [{price: {input: 8, output: 24}}]},
	],
};
