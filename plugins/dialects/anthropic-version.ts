/** The header that says which version of Anthropic's API a client speaks. */

import type {RouteParameter} from '../../core/index.js';

/** @see https://platform.claude.com/docs/en/api/versioning */
export const version: RouteParameter = {
	name: 'anthropic-version',
	in: 'header',
	description: 'Version of the API; `2023-06-01` when absent.',
	example: '2023-06-01',
};
