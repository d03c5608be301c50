/** What the models of azure cost; written by `tapgate prices update`. */

import type {PriceList} from '../price.js';

export const azure: PriceList = {
	vendor: 'azure',
	sources: ['https://azure.microsoft.com/en-us/pricing/details/cognitive-services/openai-service/#pricing'],
	collection: '@pydantic/genai-prices 0.1.8',
	date: '2026-11-26',
	urls: '(https?://)?([^.]*\\.)?(?:openai\\.azure\\.com|azure-api\\.net|cognitiveservices\\.azure\\.com|services\\.ai\\.azure\\.com)',
	resells: ['openai', 'anthropic', 'deepseek', 'x-ai'],
	models: [
		{name: 'ada', names: '^(?:ada$|text-embedding-ada$|text-embedding-ada-002$|text-embedding-ada-002-v2$)', prices: [{price: {input: 0.1}}]},
		{name: 'babbage', names: '^(?:babbage$|babbage-002$)', prices: [{price: {input: 0.4}}]},
		{name: 'curie', names: '^(?:curie$|text-curie$|text-curie-001$)', prices: [{price: {input: 2}}]},
		{name: 'davinci', names: '^(?:davinci$|davinci-002$|text-davinci$|text-davinci-002$)', prices: [{price: {input: 2}}]},
		{name: 'o1', names: '^(?:o1$|o1-2024-12-17$)', prices: [{price: {input: 15, cacheRead: 7.5, output: 60}}]},
		{name: 'o1-mini', names: '^(?:o1-mini$|o1-mini-2024-09-12$)', prices: [{price: {input: 1.1, cacheRead: 0.55, output: 4.4}}]},
		{name: 'o1-preview', names: '^(?:o1-preview$|o1-preview-2024-09-12$)', prices: [{price: {input: 15, cacheRead: 7.5, output: 60}}]},
		{name: 'o3-2025-04-16', names: '^(?:o3$|o3-2025-04-16$)', prices: [{price: {input: 2, cacheRead: 0.5, output: 8}}]},
		{name: 'o3-mini', names: '^(?:o3-mini$|o3-mini-2025-01-31$)', prices: [{price: {input: 1.1, cacheRead: 0.55, output: 4.4}}]},
		{name: 'o4-mini', names: '^(?:.*o4-mini|.*o4-mini-2025-04-16)', prices: [{price: {input: 1.1, cacheRead: 0.28, output: 4.4}}]},
		{name: 'phi-3-medium-128k-instruct', names: '^(?:phi-3-medium-128k-instruct$)', prices: [{price: {input: 1, output: 1}}]},
		{name: 'phi-3-mini-128k-instruct', names: '^(?:phi-3-mini-128k-instruct$)', prices: [{price: {input: 0.1, output: 0.1}}]},
		{name: 'phi-3.5-mini-128k-instruct', names: '^(?:phi-3\\.5-mini-128k-instruct$)', prices: [{price: {input: 0.1, output: 0.1}}]},
		{name: 'phi-4', names: '^(?:phi-4$)', prices: [{price: {input: 0.07, output: 0.14}}]},
		{name: 'phi-4-mini-instruct', names: '^(?:phi-4-mini-instruct$)', prices: [{price: {input: 0.08, output: 0.35}}]},
		{name: 'phi-4-multimodal-instruct', names: '^(?:phi-4-multimodal-instruct$)', prices: [{price: {input: 0.05, output: 0.1}}]},
		{name: 'phi-4-reasoning-plus', names: '^(?:phi-4-reasoning-plus$)', prices: [{price: {input: 0.07, output: 0.35}}]},
		{name: 'text-embedding-3-large', names: '^(?:text-embedding-3-large$)', prices: [{price: {input: 0.13}}]},
		{name: 'text-embedding-3-small', names: '^(?:text-embedding-3-small$)', prices: [{price: {input: 0.02}}]},
		{name: 'wizardlm-2-8x22b', names: '^(?:wizardlm-2-8x22b$)', prices: [{price: {input: 0.48, output: 0.48}}]},
	],
};
