/** The API formats that the gateway serves. */

import {definePlugin} from '../../core/index.js';
import {anthropicComplete} from './anthropic-complete/index.js';
import {anthropicMessages} from './anthropic-messages/index.js';
import {openaiChat} from './openai-chat/index.js';
import {openaiCompletions} from './openai-completions/index.js';
import {openaiEmbeddings} from './openai-embeddings/index.js';
import {openaiResponses} from './openai-responses/index.js';

/** The first of a family also speaks for the family where the route is nobody's. */
const all = [openaiChat, anthropicMessages, openaiResponses, openaiCompletions, openaiEmbeddings, anthropicComplete];

/** Registers all dialects, and with them their routes. */
export const dialects = definePlugin({
	name: 'dialects',
	apply(gateway) {
		for (const dialect of all) gateway.dialects.add(dialect.name, dialect);
	},
});
