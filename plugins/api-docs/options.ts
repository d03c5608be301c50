/** What may be written between the braces of `apiDocs({…})`. */

import type {OptionsSchema} from '../../core/index.js';

export interface ApiDocsOptions {
	/** Who may read the description: anybody, or who may call. */
	readonly access?: 'open' | 'caller';
}

export const apiDocsSchema: OptionsSchema<ApiDocsOptions> = {
	type: 'object',
	properties: {
		access: {
			type: 'string',
			enum: ['open', 'caller'],
			nullable: true,
			default: 'open',
			description:
				'who may read /openapi.json: open is anybody, caller is who may call; the page at /swagger/ then asks for a key',
		},
	},
	additionalProperties: false,
};
