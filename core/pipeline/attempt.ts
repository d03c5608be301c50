/** Asks target after target until one has answered with its first event, or until nothing is left to try. */

import type {Dialect} from '../dialect.js';
import {GatewayError, refusal} from '../errors.js';
import type {Attempt, AttemptFailure, AttemptReport, Substitute, Translation} from '../exchange.js';
import type {Engine} from '../gateway.js';
import type {Splice} from '../json.js';
import {tenths} from '../milliseconds.js';
import type {Target} from '../provider.js';
import type {Headers} from '../request.js';
import type {Call} from './call.js';
import {providerOf} from './decide.js';
import {type Answered, receive} from './receive.js';
import {send} from './send.js';

/** An answer that the client will get: its head is known and, if it is a stream, its first event. */
export interface Answer {
	readonly attempt: Attempt;
	readonly translation: Translation | undefined;
	readonly status: number;
	readonly headers: Headers;
	readonly content: Answered['content'];
}

/** However plugins decide, a call does not go on for ever. */
const mostAttempts = 20;

/**
 * Runs attempts until one is good.
 * @returns the first good answer; or, when there is none, the last upstream error that the client can be given as it is.
 * @throws {GatewayError} when no target answered.
 */
export async function attemptTargets(engine: Engine, call: Call): Promise<Answer> {
	const targets = call.routed().targets;
	let next = 0;
	let previous: Failed | undefined;
	for (let number = 1; ; number++) {
		const target = targets[next] as Target;
		const began = performance.now();
		call.attempting = {target, began};
		call.target = target;
		let spoken: Spoken;
		try {
			spoken = await speak(engine, call.present(), target, number);
		} catch (error) {
			// A fallback that cannot be told this is no reason to hide why the first target failed, nor not to ask the next.
			if (previous === undefined || call.clientLeft || !GatewayError.is(error)) throw error;
			call.attempting = undefined;
			if (++next < targets.length) continue;
			return giveUp(call, previous);
		}
		const result = await attemptOnce(engine, call, spoken);
		const refused = 'failure' in result && result.failure.refused;
		if (refused) call.attempting = undefined;
		else call.attempted(report(target, result, performance.now() - began));
		if (!('failure' in result)) return result;
		// The refusal of a fallback is not what became of the call either.
		const told: Failed = refused && previous !== undefined ? previous : result;
		const {failure} = result;
		call.error = failure.error;
		const recovery =
			number < mostAttempts && !call.clientLeft && mayRepeat(call)
				? engine.hooks.recover.call(failure, call.routed())
				: 'give-up';
		if (recovery === 'next-target' && next + 1 < targets.length) next++;
		else if (recovery !== 'same-target') return giveUp(call, told);
		previous = letGo(call, told);
		call.error = undefined;
	}
}

/** What came of one attempt that did not succeed. */
interface Failed {
	readonly failure: AttemptFailure;
	/** The provider's own error, fit to be passed on. */
	readonly passable?: Answer;
}

/** Somebody else is asked: what is left of the answer is not waited for. */
function letGo(call: Call, failed: Failed): Failed {
	if (failed.passable?.content.kind !== 'events') return failed;
	call.cancel?.();
	return {failure: failed.failure};
}

function giveUp(call: Call, {failure, passable}: Failed): Answer {
	call.error = failure.error;
	call.target = failure.attempt.target;
	if (passable !== undefined) return passable;
	throw failure.error;
}

/** An upload that goes through unread can be sent once. */
function mayRepeat(call: Call): boolean {
	return call.request.upload === undefined;
}

/** An attempt in words that its target understands. */
interface Spoken {
	readonly attempt: Attempt;
	/** Absent when the target speaks the client's dialect. */
	readonly translated?: Translation | Substitute;
	/** What the client's own bytes must not hold for this target. */
	readonly changes?: readonly Splice[];
}

/** @throws {GatewayError} when the call cannot be put into the target's words. */
async function speak(engine: Engine, call: Call, target: Target, number: number): Promise<Spoken> {
	const exchange = call.routed();
	const provider = providerOf(engine, target);
	const attempt: Attempt = {exchange, target, provider, number, dialect: call.dialect};
	call.losses = [];
	if (call.endpoint.kind !== 'model') return {attempt};
	if (speaks(attempt, call.dialect)) return native(call, attempt);
	const translated = await translate(engine, call, attempt);
	call.losses = translated.losses;
	if ('answer' in translated) return {attempt, translated};
	return {attempt: {exchange, target, provider, number, dialect: translated.dialect}, translated};
}

/** Bytes as they came, but for what the gateway itself has put there, in an earlier turn, for another model's provider. */
function native(call: Call, attempt: Attempt): Spoken {
	const {json, losses} = call.request;
	call.losses = losses;
	const cleaned = json === undefined ? undefined : call.dialect.codec?.withoutForeign?.(json);
	if (cleaned === undefined) return {attempt};
	call.losses = [...losses, ...cleaned.losses];
	return {attempt, changes: cleaned.changes};
}

async function attemptOnce(
	engine: Engine,
	call: Call,
	{attempt, translated, changes}: Spoken,
): Promise<Answer | Failed> {
	if (translated !== undefined && 'answer' in translated) return substituted(attempt, translated);
	const translation = translated;
	let answered: Answered;
	try {
		answered = await receive(call, attempt, await send(engine, call, attempt, translation, changes), translation);
	} catch (error) {
		call.cancel?.();
		if (call.clientLeft) return failed(attempt, gone(error));
		if (!GatewayError.is(error)) throw error;
		return failed(attempt, error, !upstreamCodes.has(error.code));
	}
	const {status, headers, content} = answered;
	const answer = {attempt, translation, status, headers, content};
	if (answered.error === undefined) return answer;
	const failure: AttemptFailure = {
		attempt,
		status,
		headers,
		error: answered.error,
		staleConnection: false,
		refused: false,
	};
	return answered.passable && translation === undefined ? {failure, passable: answer} : {failure};
}

/** @param refused by a tap, before the provider was asked. */
function failed(attempt: Attempt, error: GatewayError, refused = false): Failed {
	const staleConnection = (error.cause as {reusedSocket?: unknown} | undefined)?.reusedSocket === true;
	return {failure: {attempt, headers: {}, error, staleConnection, refused}};
}

/** Nobody need be asked: the answer is there. */
function substituted(attempt: Attempt, {answer, headers}: Substitute): Answer {
	const body = Buffer.from(JSON.stringify(answer));
	return {
		attempt,
		translation: undefined,
		status: 200,
		headers: Object.assign({'content-type': 'application/json'}, headers),
		content: {kind: 'whole', body},
	};
}

/** Whatever broke when the client left broke because it left: nothing of it is the provider's fault. */
function gone(cause: unknown): GatewayError {
	return refusal('client_closed', 'The client left before the provider had answered.', {cause});
}

const upstreamCodes = new Set(['upstream_unreachable', 'upstream_timeout', 'upstream_invalid']);

function speaks({exchange, provider}: Attempt, dialect: Dialect): boolean {
	const {endpoint} = exchange;
	if (endpoint.kind === 'model' && endpoint.route.operation === 'count' && provider.countsTokens === false)
		return false;
	return provider.dialects.includes(dialect.name) || (dialect.common === true && provider.kind === dialect.family);
}

async function translate(engine: Engine, call: Call, attempt: Attempt): Promise<Translation | Substitute> {
	const translation = await engine.hooks.translate.call(call.request, attempt);
	if (translation !== undefined) return translation;
	const {provider} = attempt;
	if (provider.dialects.includes(call.dialect.name))
		throw refusal('format_not_spoken', `${provider.name} does not count tokens, and no plugin does it instead.`, {
			param: 'model',
		});
	throw refusal(
		'format_not_spoken',
		`${provider.name} speaks ${provider.dialects.join(', ')} and not ${call.dialect.name}, and no plugin translates between them.`,
		{param: 'model'},
	);
}

function report(target: Target, result: Answer | Failed, milliseconds: number): AttemptReport {
	const ms = tenths(milliseconds);
	if (!('failure' in result)) return {provider: target.provider, model: target.model, status: result.status, ms};
	const {status, error} = result.failure;
	return {provider: target.provider, model: target.model, ms, error: error.code, ...(status !== undefined && {status})};
}
