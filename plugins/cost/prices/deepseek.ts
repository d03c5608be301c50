/** What the models of deepseek cost; written by `tapgate prices update`. */

import type {PriceList} from '../price.js';

export const deepseek: PriceList = {
	vendor: 'deepseek',
	sources: ['https://api-docs.deepseek.com/quick_start/pricing'],
	collection: '@pydantic/genai-prices 0.1.8',
	date: '2026-11-26',
	urls: 'https://api\\.deepseek\\.com',
	resells: [],
	models: [
		{name: 'deepseek-chat', names: '^(?:deepseek-chat|deepseek-chat-v3-0324$)', prices: [{price: {input: 0.135, cacheRead: 0.035, output: 0.55}}, {between: ['00:30:00', '16:30:00'], price: {input: 0.27, cacheRead: 0.07, output: 1.1}}]},
		{name: 'deepseek-reasoner', names: '^(?:deepseek-reasoner$|deepseek-r1|deepseek-r1-0528$)', prices: [{price: {input: 0.135, cacheRead: 0.035, output: 0.55}}, {between: ['00:30:00', '16:30:00'], price: {input: 0.55, cacheRead: 0.14, output: 2.19}}]},
		{name: 'deepseek-v3.1-terminus', names: '^(?:deepseek-v3\\.1-terminus$)', prices: [{price: {input: 0.27, cacheRead: 0.13, output: 0.95}}]},
		{name: 'deepseek-v3.2', names: '^(?:deepseek-v3\\.2$)', prices: [{price: {input: 0.2288, output: 0.3432}}]},
		{name: 'deepseek-v3.2-exp', names: '^(?:deepseek-v3\\.2-exp$)', prices: [{price: {input: 0.27, output: 0.41}}]},
		{name: 'deepseek-v4-flash', names: '^(?:deepseek-v4-flash)', prices: [{price: {input: 0.14, cacheRead: 0.0028, output: 0.28}}, {from: '2026-08-17', price: {input: 0.22, cacheRead: 0.007, output: 0.66}}, {between: ['01:00:00', '04:00:00'], price: {input: 0.44, cacheRead: 0.014, output: 1.32}}, {between: ['06:00:00', '10:00:00'], price: {input: 0.44, cacheRead: 0.014, output: 1.32}}]},
		{name: 'deepseek-v4-pro', names: '^(?:deepseek-v4-pro)', prices: [{price: {input: 0.435, cacheRead: 0.003625, output: 0.87}}, {from: '2026-08-17', price: {input: 0.66, cacheRead: 0.022, output: 1.98}}, {between: ['01:00:00', '04:00:00'], price: {input: 1.32, cacheRead: 0.044, output: 3.96}}, {between: ['06:00:00', '10:00:00'], price: {input: 1.32, cacheRead: 0.044, output: 3.96}}]},
	],
};
