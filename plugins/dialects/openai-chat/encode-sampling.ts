/** How tokens are drawn and for whom, as OpenAI's formats write it. */

import {createHash} from 'node:crypto';
import type {Conversation, Loss, ModelTraits} from '../../../core/index.js';

/** The longest name of an end user that OpenAI takes. */
const maxUserLength = 64;
const maxStops = 4;

/** Writes temperature, top_p and stop sequences as far as the model takes them. */
export function writeSampling(
	body: Record<string, unknown>,
	conversation: Conversation,
	traits: ModelTraits,
	losses: Loss[],
): void {
	const {temperature, topP, topK, stop} = conversation;
	const lose = (path: string, reason: string) => losses.push({path, reason});
	if (traits.sampling === 'none') {
		if (temperature !== undefined && temperature !== 1)
			lose('temperature', 'this model does not let its sampling be set');
		if (topP !== undefined && topP !== 1) lose('topP', 'this model does not let its sampling be set');
	} else {
		const limit = traits.maxTemperature ?? 2;
		if (temperature !== undefined) body['temperature'] = Math.min(temperature, limit);
		if (temperature !== undefined && temperature > limit)
			lose('temperature', `the highest that this model takes is ${limit}`);
		const both = traits.sampling === 'one' && temperature !== undefined && topP !== undefined;
		if (both) lose('topP', 'this model takes temperature or top_p, not both');
		else if (topP !== undefined) body['top_p'] = topP;
	}
	if (topK !== undefined) lose('topK', 'has no counterpart in the format of this model');
	if (stop === undefined || stop.length === 0) return;
	if (traits.stopSequences === false) {
		lose('stop', 'this model takes no stop sequences');
		return;
	}
	body['stop'] = stop.slice(0, maxStops);
	if (stop.length > maxStops) lose('stop', `the format of this model takes ${maxStops} stop sequences at most`);
}

/** Writes it as it is, for a model that the client itself has asked in this format. */
export function keepSampling(
	body: Record<string, unknown>,
	{temperature, topP, topK, stop}: Conversation,
	losses: Loss[],
): void {
	if (temperature !== undefined) body['temperature'] = temperature;
	if (topP !== undefined) body['top_p'] = topP;
	if (topK !== undefined) losses.push({path: 'topK', reason: 'the format has no such parameter'});
	if (stop !== undefined && stop.length > 0) body['stop'] = stop;
}

/** Writes who the end user is; a name that is too long is told by its hash: still the same for the same user. */
export function writeUser(body: Record<string, unknown>, user: string | undefined, member = 'user'): void {
	if (user === undefined) return;
	body[member] = user.length <= maxUserLength ? user : createHash('sha256').update(user).digest('hex');
}
