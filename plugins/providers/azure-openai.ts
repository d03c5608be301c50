/** Azure OpenAI: OpenAI's models as deployments in a resource of one's own. */

import {ConfigError, refusal} from '../../core/index.js';
import {joinPath} from './base-url.js';
import type {Place} from './form.js';
import {defineProvider} from './provider.js';

/** What only Azure has. */
export interface AzureOptions {
	/** Name of the resource, the first part of `….openai.azure.com`; or give `baseUrl`. */
	readonly resource?: string;
	/** Dated version of the API under `/openai/deployments`, or `v1` to call everything under `/openai/v1`. */
	readonly apiVersion?: string;
}

/**
 * A resource of Azure OpenAI. Models are named as the deployments are: `azure-openai.my-deployment`.
 * @see https://learn.microsoft.com/azure/ai-services/openai/reference
 */
export const azureOpenai = defineProvider<AzureOptions>({
	name: 'azure-openai',
	kind: 'openai',
	dialects: ['openai-chat', 'openai-responses', 'openai-completions', 'openai-embeddings'],
	auth: 'api-key',
	models: [],
	countsTokens: false,
	options: {
		resource: {
			type: 'string',
			pattern: '^[A-Za-z0-9][A-Za-z0-9-]*$',
			description: 'name of the resource, the first part of its ….openai.azure.com; or give baseUrl',
		},
		apiVersion: {
			type: 'string',
			pattern: '^(v1|\\d{4}-\\d{2}-\\d{2}(-preview)?)$',
			// The last dated version that is no preview, as of 2026-08.
			default: '2024-10-21',
			description: 'dated version of the API under /openai/deployments; v1 calls everything under /openai/v1',
		},
	},
	adapt({resource, baseUrl, apiVersion = 'v1'}) {
		if ((resource === undefined) === (baseUrl === undefined))
			throw new ConfigError('give one of resource and baseUrl (https://….openai.azure.com)');
		if (baseUrl !== undefined && /\/openai(\/|$)/.test(baseUrl))
			throw new ConfigError('baseUrl: ends before /openai, which is part of every path: https://….openai.azure.com');
		return {
			...(resource !== undefined && {baseUrl: `https://${resource}.openai.azure.com`}),
			locate: place => locate(place, apiVersion),
		};
	},
});

/** The paths of which each deployment has its own; whatever else there is stands under `/openai/v1`. */
const ofDeployment = /^\/v1(\/(?:chat\/completions|completions|embeddings|audio\/\w+|images\/\w+))$/;

function locate({baseUrl, path, model}: Place, apiVersion: string): URL {
	const rest = ofDeployment.exec(path)?.[1];
	if (rest === undefined || model === '' || apiVersion === 'v1')
		return joinPath(`${baseUrl}/openai/v1`, 'openai', path);
	// Dots are not encoded, and would lead out of the deployments.
	if (/^\.{1,2}$/.test(model)) throw refusal('invalid_model', '`model` is no name of a deployment.', {param: 'model'});
	const url = new URL(`${baseUrl}/openai/deployments/${encodeURIComponent(model)}${rest}`);
	url.searchParams.set('api-version', apiVersion);
	return url;
}
