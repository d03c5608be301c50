/** What the models of zai cost; written by `tapgate prices update`. */

import type {PriceList} from '../price.js';

export const zai: PriceList = {
	vendor: 'zai',
	sources: ['https://docs.z.ai/guides/overview/pricing'],
	collection: '@pydantic/genai-prices 0.1.8',
	date: '2026-11-26',
	urls: 'https://api\\.z\\.ai',
	resells: [],
	models: [
		{name: 'GLM-5.2', names: '^(?:GLM-5\\.2$|glm-5\\.2$)', prices: [{price: {input: 1.4, cacheRead: 0.26, output: 4.4}}]},
		{name: 'GLM-5.3', names: '^(?:GLM-5\\.3$|glm-5\\.3$)', prices: [{price: {input: 1.4, cacheRead: 0.26, output: 4.4}}]},
		{name: 'GLM-5.3-Flash', names: '^(?:GLM-5\\.3-Flash$|glm-5\\.3-flash$)', prices: [{price: {input: 0.075, cacheRead: 0.015, output: 0.25}}]},
	],
};
