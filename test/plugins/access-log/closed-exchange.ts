/** A closed exchange to log, with all that an access log may tell. */

import {
	type AttemptReport,
	type ClosedExchange,
	type Cost,
	refusal,
	type Target,
	type Usage,
} from '../../../core/index.js';

interface Changes {
	readonly model?: string | undefined;
	readonly path?: string;
	readonly status?: number;
	readonly outcome?: ClosedExchange['outcome'];
	readonly latencyMs?: number;
	readonly firstByteMs?: number | undefined;
	readonly caller?: undefined;
	readonly target?: Target | undefined;
	readonly usage?: Usage | undefined;
	readonly cost?: Cost | undefined;
	readonly streamed?: boolean;
	readonly attempts?: readonly AttemptReport[];
	readonly losses?: ClosedExchange['losses'];
	readonly errorCode?: 'upstream_error';
}

export function closedExchange(changes: Changes = {}): ClosedExchange {
	const {model, path, errorCode, ...rest} = Object.assign(
		{model: 'fast', path: '/v1/chat/completions', errorCode: undefined},
		changes,
	);
	const exchange = {
		id: 'request-1',
		startedAt: Date.UTC(2026, 0, 2, 3, 4, 5),
		clientIp: '203.0.113.7',
		askedModel: model,
		request: {method: 'POST', path, model},
		status: 200,
		outcome: 'ok',
		latencyMs: 123,
		firstByteMs: 50,
		caller: {name: 'ci', team: 'platform', tags: [], anonymous: false},
		target: {provider: 'mock', model: 'echo'},
		streamed: false,
		attempts: [{provider: 'mock', model: 'echo', status: 200, ms: 100}],
		usage: {input: {total: 12, cacheRead: 5}, output: {total: 34, reasoning: 7}, source: 'reported', raw: {}},
		cost: {nanoUsd: 120_000n},
		losses: [],
		...(errorCode !== undefined && {error: refusal(errorCode, 'no')}),
	};
	return Object.assign(exchange, rest) as unknown as ClosedExchange;
}
