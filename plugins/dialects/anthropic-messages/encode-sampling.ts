/** Writes sampling parameters, as far as the model takes them. */

import {createHash} from 'node:crypto';
import type {Conversation, JsonObject, Loss, ModelTraits} from '../../../core/index.js';
import {isBlank} from './encode-part.js';

/** @param thinking the model will think, which fixes the temperature. */
export function encodeSampling(
	conversation: Conversation,
	traits: ModelTraits,
	thinking: boolean,
	losses: Loss[],
): JsonObject {
	const {temperature, topP, topK} = conversation;
	const sampled: {temperature?: number; top_p?: number; top_k?: number} = {};
	if (temperature !== undefined) {
		const highest = Math.min(traits.maxTemperature ?? 1, 1);
		const hindrance = temperature === 1 && traits.sampling !== 'none' ? undefined : fixed(traits, thinking);
		const within = Math.min(Math.max(temperature, 0), highest);
		if (hindrance === undefined) sampled.temperature = within;
		// 1 is what it is fixed to.
		if (hindrance === undefined ? within !== temperature : temperature !== 1)
			losses.push({path: 'temperature', reason: hindrance ?? `clamped to ${within}`});
	}
	if (topP !== undefined) {
		const reason = hindranceOfTopP(topP, traits, thinking, sampled.temperature !== undefined);
		const within = Math.min(Math.max(topP, 0), 1);
		if (reason === undefined) sampled.top_p = within;
		if (reason !== undefined || within !== topP) losses.push({path: 'topP', reason: reason ?? `clamped to ${within}`});
	}
	if (topK !== undefined) {
		const reason = fixed(traits, thinking);
		if (reason === undefined) sampled.top_k = topK;
		else losses.push({path: 'topK', reason});
	}
	return sampled;
}

const notTaken = 'is not taken by this model';

function fixed({sampling}: ModelTraits, thinking: boolean): string | undefined {
	if (sampling === 'none') return notTaken;
	return thinking ? 'is not taken while the model thinks' : undefined;
}

function hindranceOfTopP(
	topP: number,
	{sampling}: ModelTraits,
	thinking: boolean,
	temperature: boolean,
): string | undefined {
	if (sampling === 'none') return notTaken;
	if (sampling === 'one' && temperature) return 'this model takes either temperature or top_p';
	return thinking && topP < 0.95 ? 'may not be below 0.95 while the model thinks' : undefined;
}

/** Sequences of white space are refused. */
export function encodeStop(conversation: Conversation, traits: ModelTraits, losses: Loss[]): JsonObject {
	const asked = (conversation.stop ?? []).filter(sequence => sequence !== '');
	if (asked.length === 0) return {};
	if (traits.stopSequences === false) {
		losses.push({path: 'stop', reason: 'this model takes no stop sequences'});
		return {};
	}
	const kept = asked.filter(sequence => !isBlank(sequence));
	if (kept.length < asked.length) losses.push({path: 'stop', reason: 'a sequence of white space is not accepted'});
	return kept.length === 0 ? {} : {stop_sequences: kept};
}

const longestUser = 512;

/** Who the end user is. What looks like an e-mail address or a phone number is refused, and goes as a hash. */
export function encodeUser(user: string | undefined): JsonObject {
	if (user === undefined || user === '') return {};
	const personal = user.includes('@') || /^\+?[\d\s()./-]{7,}$/.test(user);
	if (!personal && user.length <= longestUser) return {metadata: {user_id: user}};
	return {metadata: {user_id: createHash('sha256').update(user).digest('hex')}};
}
