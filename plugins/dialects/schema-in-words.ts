/** A schema of the answer, for models of OpenAI's formats that can only be told it. */

import type {JsonObject} from '../../core/index.js';

export const schemaReason = 'this model knows no schemas: it is told the schema in words';

export function schemaInWords(schema: JsonObject): string {
	return `Answer with nothing but JSON that follows this JSON schema:\n${JSON.stringify(schema)}`;
}
