/** Takes reasoning out of a native request that another provider has signed: OpenAI would refuse the call for it. */

import {type Cleaned, isObject, type JsonObject, type Loss} from '../../../core/index.js';
import {foreignReason, isEnvelope} from '../signature-envelope.js';

/** Items go as a whole: their ids mean nothing to OpenAI either. */
export function withoutForeign({input}: JsonObject): Cleaned | undefined {
	if (!Array.isArray(input) || !input.some(isForeignItem)) return undefined;
	const losses: Loss[] = [];
	const kept = input.filter((item, index) => {
		if (!isForeignItem(item)) return true;
		losses.push({path: `input[${index}]`, reason: foreignReason});
		return false;
	});
	return {changes: [{name: 'input', json: JSON.stringify(kept)}], losses};
}

function isForeignItem(item: unknown): boolean {
	return isObject(item) && item['type'] === 'reasoning' && isEnvelope(item['encrypted_content']);
}
