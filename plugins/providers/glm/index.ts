/** GLM, of Zhipu AI (Z.ai). */

import {ConfigError} from '../../../core/index.js';
import {defineProvider} from '../provider.js';
import {readError} from './errors.js';
import {tokenHeaders} from './token.js';

/** Where GLM is served: in China or abroad, each with a plan for coding tools of its own. */
const endpoints = {
	bigmodel: 'https://open.bigmodel.cn/api/paas/v4',
	zai: 'https://api.z.ai/api/paas/v4',
	'bigmodel-coding': 'https://open.bigmodel.cn/api/coding/paas/v4',
	'zai-coding': 'https://api.z.ai/api/coding/paas/v4',
} as const;

/** What only GLM has. */
export interface GlmOptions {
	/** Which of its servers; `bigmodel` unless said. */
	readonly endpoint?: keyof typeof endpoints;
	/** Show the key itself, or short-lived tokens that are signed with it. */
	readonly auth?: 'bearer' | 'jwt';
}

/**
 * GLM at bigmodel.cn or z.ai. Keys look like `id.secret`.
 * @see https://docs.bigmodel.cn
 * @see https://docs.z.ai/api-reference/introduction
 */
export const glm = defineProvider<GlmOptions>({
	name: 'glm',
	kind: 'openai',
	baseUrl: endpoints.bigmodel,
	dialects: ['openai-chat'],
	auth: 'bearer',
	// https://docs.z.ai/guides (models and pricing), 2026-07; 5.3 from genai-prices 0.1.8, 2026-11.
	models: [
		'glm-5.3',
		'glm-5.3-flash',
		'glm-5.2',
		'glm-5.1',
		'glm-5-turbo',
		'glm-5',
		'glm-4.7',
		'glm-4.7-flash',
		'glm-4.6',
		'glm-4.5',
		'glm-4.5-air',
		'glm-4.5-flash',
	],
	countsTokens: false,
	readError,
	options: {
		endpoint: {
			type: 'string',
			enum: Object.keys(endpoints),
			description:
				'which of its servers: bigmodel unless said; those with -coding are for subscribers of the coding plan',
		},
		auth: {
			type: 'string',
			enum: ['bearer', 'jwt'],
			default: 'bearer',
			description: 'show the key itself, or short-lived tokens that are signed with it',
		},
	},
	adapt({endpoint, auth, baseUrl, apiKey}) {
		if (endpoint !== undefined && baseUrl !== undefined) throw new ConfigError('give one of endpoint and baseUrl');
		if (auth === 'jwt' && apiKey === undefined)
			throw new ConfigError("auth: 'jwt' needs an apiKey to sign tokens with");
		return {baseUrl: endpoints[endpoint ?? 'bigmodel'], auth: auth === 'jwt' ? tokenHeaders : 'bearer'};
	},
});
