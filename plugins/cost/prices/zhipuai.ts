/** What the models of zhipuai cost; written by `tapgate prices update`. */

import type {PriceList} from '../price.js';

export const zhipuai: PriceList = {
	vendor: 'zhipuai',
	sources: ['https://open.bigmodel.cn/pricing', 'https://docs.bigmodel.cn/cn/guide/start/model-overview'],
	collection: '@pydantic/genai-prices 0.1.8',
	date: '2026-11-26',
	urls: 'https://open\\.bigmodel\\.cn',
	resells: [],
	models: [
		{name: 'GLM-4-Air', names: '^(?:GLM-4-Air$|glm-4-air$)', prices: [{price: {input: 0.069, cacheRead: 0.034, output: 0.069}}]},
		{name: 'GLM-4-AirX', names: '^(?:GLM-4-AirX$|glm-4-airx$)', prices: [{price: {input: 1.379, output: 1.379}}]},
		{name: 'GLM-4-Assistant', names: '^(?:GLM-4-Assistant$|glm-4-assistant$)', prices: [{price: {input: 0.69, output: 0.69}}]},
		{name: 'GLM-4-FlashX-250414', names: '^(?:GLM-4-FlashX-250414$|glm-4-flashx-250414$)', prices: [{price: {input: 0.014, cacheRead: 0.007, output: 0.014}}]},
		{name: 'GLM-4-Long', names: '^(?:GLM-4-Long$|glm-4-long$)', prices: [{price: {input: 0.138, cacheRead: 0.069, output: 0.138}}]},
		{name: 'GLM-4-Plus', names: '^(?:GLM-4-Plus$|glm-4-plus$)', prices: [{price: {input: 0.69, cacheRead: 0.345, output: 0.69}}]},
		{name: 'GLM-4.5-Air', names: '^(?:GLM-4\\.5-Air$|glm-4\\.5-air$)', prices: [{price: {input: 0.11, cacheRead: 0.022, output: 0.276}}]},
		{name: 'GLM-4.7', names: '^(?:GLM-4\\.7$|glm-4\\.7$)', prices: [{price: {input: 0.276, cacheRead: 0.055, output: 1.103}}]},
		{name: 'GLM-4.7-FlashX', names: '^(?:GLM-4\\.7-FlashX$|glm-4\\.7-flashx$)', prices: [{price: {input: 0.069, cacheRead: 0.014, output: 0.414}}]},
		{name: 'GLM-5', names: '^(?:GLM-5$|glm-5$)', prices: [{price: {input: 0.552, cacheRead: 0.138, output: 2.483}}]},
		{name: 'GLM-5-Turbo', names: '^(?:GLM-5-Turbo$|glm-5-turbo$)', prices: [{price: {input: 0.69, cacheRead: 0.166, output: 3.034}}]},
		{name: 'GLM-5.1', names: '^(?:GLM-5\\.1$|glm-5\\.1$|GLM-5\\.1-20260406$|glm-5\\.1-20260406$)', prices: [{price: {input: 0.828, cacheRead: 0.179, output: 3.31}}]},
		{name: 'GLM-5.2', names: '^(?:GLM-5\\.2$|glm-5\\.2$)', prices: [{price: {input: 1.103, cacheRead: 0.276, output: 3.862}}]},
		{name: 'GLM-5.3', names: '^(?:GLM-5\\.3$|glm-5\\.3$)', prices: [{price: {input: 1.103, cacheRead: 0.276, output: 3.862}}]},
		{name: 'GLM-5.3-Flash', names: '^(?:GLM-5\\.3-Flash$|glm-5\\.3-flash$)', prices: [{price: {input: 0.055, cacheRead: 0.016, output: 0.193}}]},
	],
};
