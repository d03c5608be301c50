/** What the access log tells of a call. */

import {type AttemptReport, type ClosedExchange, targetName, tenths, timestamp} from '../../core/index.js';
import type {Level} from './options.js';

/** One call. What is not known is absent, never 0; names and order of the rest never change. */
export interface Entry {
	/** When the answer was complete, ISO 8601 in UTC. */
	readonly time: string;
	readonly level: Level;
	readonly requestId: string;
	readonly clientIp: string;
	readonly method: string;
	/** Without the query, which may hold credentials. */
	readonly path: string;
	readonly status: number;
	readonly outcome: ClosedExchange['outcome'];
	readonly latencyMs: number;
	readonly firstByteMs: number | undefined;
	/** Name of the key. */
	readonly caller: string | undefined;
	readonly team: string | undefined;
	/** As it was asked for. */
	readonly model: string | undefined;
	/** `provider.model` that was called last. */
	readonly target: string | undefined;
	readonly provider: string | undefined;
	/** Answered as a stream of events. */
	readonly stream: boolean;
	/** How many. */
	readonly attempts: number;
	readonly inputTokens: number | undefined;
	/** The part of `inputTokens` that was read from a cache. */
	readonly cachedTokens: number | undefined;
	readonly outputTokens: number | undefined;
	/** The part of `outputTokens` that was reasoning. */
	readonly reasoningTokens: number | undefined;
	readonly costUsd: number | undefined;
	readonly errorCode: string | undefined;
	/** How many. */
	readonly losses: number;
	/** At the level `debug` only. */
	readonly attemptDetails: readonly AttemptReport[] | undefined;
	/** At the level `debug` only: `field: reason`. */
	readonly lossDetails: readonly string[] | undefined;
}

/** Text of a client's making is cut here; a path or a model name that is longer tells nothing more. */
const longestText = 256;
const mostDetails = 20;

/** How much a call matters to whoever reads the log. */
export function levelOf({status, outcome}: Pick<ClosedExchange, 'status' | 'outcome'>): Level {
	if (status >= 500) return 'error';
	return outcome === 'refused' || outcome === 'failed' ? 'warn' : 'info';
}

/**
 * @param names gives the told form of a text of a client's making: see {@link bounded}.
 * @param detailed whether attempts and losses are told one by one.
 */
export function entryOf(
	exchange: ClosedExchange,
	level: Level,
	names: (name: string) => string,
	detailed: boolean,
): Entry {
	const {request, askedModel, target, usage, cost, firstByteMs, caller} = exchange;
	return {
		time: timestamp(exchange.startedAt + exchange.latencyMs),
		level,
		requestId: exchange.id,
		clientIp: exchange.clientIp,
		method: request.method,
		path: names(request.path),
		status: exchange.status,
		outcome: exchange.outcome,
		latencyMs: tenths(exchange.latencyMs),
		firstByteMs: firstByteMs === undefined ? undefined : tenths(firstByteMs),
		caller: caller?.name,
		team: caller?.team,
		model: askedModel === undefined ? undefined : names(askedModel),
		target: target === undefined ? undefined : names(targetName(target)),
		provider: target?.provider,
		stream: exchange.streamed,
		attempts: exchange.attempts.length,
		inputTokens: usage?.input.total,
		cachedTokens: usage?.input.cacheRead,
		outputTokens: usage?.output.total,
		reasoningTokens: usage?.output.reasoning,
		// Below a million dollars the nearest number prints as the exact amount.
		costUsd: cost === undefined ? undefined : Number(cost.nanoUsd) / 1e9,
		errorCode: exchange.error?.code,
		losses: exchange.losses.length,
		attemptDetails: detailed ? exchange.attempts.slice(0, mostDetails).map(attempt => told(attempt, names)) : undefined,
		lossDetails: detailed
			? exchange.losses.slice(0, mostDetails).map(({path, reason}) => names(`${path}: ${reason}`))
			: undefined,
	};
}

function told({provider, model, status, ms, error}: AttemptReport, names: (name: string) => string): AttemptReport {
	return {
		provider,
		model: names(model),
		ms,
		...(status !== undefined && {status}),
		...(error !== undefined && {error}),
	};
}

/** As much of a text as is told. */
export function bounded(text: string): string {
	return text.length > longestText ? `${text.slice(0, longestText - 3)}...` : text;
}
