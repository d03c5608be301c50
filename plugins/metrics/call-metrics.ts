/** Counts what became of calls, when they are over. */

import {type ClosedExchange, type Endpoint, oncePerNames, type Usage} from '../../core/index.js';
import {LabelValues, type ModelLabels} from './label-values.js';
import {type Counter, CounterFamily, type Histogram, HistogramFamily, type Snapshot} from './series.js';

/** Seconds. A small model answers in tenths of one, a long answer of a thinking model takes minutes. */
const durationBounds = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 60, 120, 300, 600];
const firstTokenBounds = [0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1, 1.5, 2.5, 5, 10, 20, 40, 60, 120];

/** The series that a call of the same kind counts in. */
interface CallSeries {
	readonly requests: Counter;
	readonly duration: Histogram;
	firstToken: Histogram | undefined;
	/** Counts the attempt of a call that needed only one. */
	answered: Counter | undefined;
	reported: TokenSeries | undefined;
	estimated: TokenSeries | undefined;
}

interface TokenSeries {
	readonly input: Counter;
	readonly cached: Counter;
	readonly cacheWrite: Counter;
	readonly output: Counter;
	readonly reasoning: Counter;
}

/** What a call is counted under. */
interface Labels {
	readonly provider: string;
	readonly model: string;
	readonly caller: string;
}

export class CallMetrics {
	readonly #requests: CounterFamily;
	readonly #duration = new HistogramFamily(
		'tapgate_request_duration_seconds',
		'From the headers of the request to the end of the response.',
		['endpoint', 'provider', 'model', 'outcome'],
		durationBounds,
	);
	readonly #firstToken = new HistogramFamily(
		'tapgate_time_to_first_token_seconds',
		'From the headers of the request to the first event of a streamed answer.',
		['endpoint', 'provider', 'model'],
		firstTokenBounds,
	);
	readonly #tokens: CounterFamily;
	readonly #errors = new CounterFamily(
		'tapgate_errors_total',
		'Calls that failed in the gateway or upstream, by the code of the error.',
		['code', 'provider'],
	);
	readonly #refusals = new CounterFamily(
		'tapgate_refusals_total',
		'Calls that the gateway refused, by the code of the error.',
		['code'],
	);
	readonly #attempts = new CounterFamily(
		'tapgate_attempts_total',
		'Attempts to have a target answer; the result is ok or the code of the error.',
		['provider', 'model', 'result'],
	);
	readonly #fallbacks = new CounterFamily(
		'tapgate_fallbacks_total',
		'Attempts at another target after one that failed.',
		['from', 'to'],
	);
	readonly #models: ModelLabels;
	readonly #callers: LabelValues | undefined;
	readonly #codes = new LabelValues();
	readonly #series = new Map<string, CallSeries>();
	readonly #attemptSeries = new Map<string, Counter>();

	/** @param callers whether requests and tokens tell who called. */
	constructor(models: ModelLabels, callers: boolean) {
		this.#models = models;
		this.#callers = callers ? new LabelValues() : undefined;
		const caller = callers ? ['caller'] : [];
		this.#requests = new CounterFamily('tapgate_requests_total', 'Calls that are over.', [
			'endpoint',
			'dialect',
			'provider',
			'model',
			'status',
			'outcome',
			...caller,
		]);
		this.#tokens = new CounterFamily(
			'tapgate_tokens_total',
			'Tokens of calls; cached and cache_write are parts of input, reasoning of output.',
			['provider', 'model', 'kind', 'source', ...caller],
		);
	}

	snapshots(): readonly Snapshot[] {
		const families = [
			this.#requests,
			this.#duration,
			this.#firstToken,
			this.#tokens,
			this.#errors,
			this.#refusals,
			this.#attempts,
			this.#fallbacks,
		];
		return families.map(family => family.snapshot());
	}

	count(exchange: ClosedExchange): void {
		const {attempts, error, outcome, usage, firstByteMs} = exchange;
		const last = attempts.length === 0 ? undefined : attempts[attempts.length - 1];
		const {provider, model} = exchange.target ?? last ?? nowhere;
		const labels = {
			provider,
			model: this.#models.of(provider, model, exchange.targets),
			caller: this.#callers === undefined ? '' : this.#callers.of(exchange.caller?.name ?? ''),
		};
		const series = this.#seriesOf(exchange, labels);
		series.requests.value++;
		series.duration.observe(exchange.latencyMs / 1000);
		if (exchange.streamed && firstByteMs !== undefined) {
			series.firstToken ??= this.#firstToken.of(endpointLabel(exchange.endpoint), provider, labels.model);
			series.firstToken.observe(firstByteMs / 1000);
		}
		if (usage !== undefined) this.#countTokens(usage, series, labels);
		if (attempts.length === 1 && last?.error === undefined) {
			series.answered ??= this.#attempts.of(provider, labels.model, 'ok');
			series.answered.value++;
		} else if (attempts.length > 0) this.#countAttempts(exchange);
		if (error === undefined) return;
		if (outcome === 'refused') this.#refusals.of(this.#codes.of(error.code)).value++;
		else if (outcome === 'failed') this.#errors.of(this.#codes.of(error.code), provider).value++;
	}

	/** One look-up per call: everything that hangs on these labels hangs on the entry. */
	#seriesOf({endpoint, status, outcome}: ClosedExchange, {provider, model, caller}: Labels): CallSeries {
		const label = endpointLabel(endpoint);
		const dialect = endpoint.kind === 'model' ? endpoint.dialect.name : '';
		return this.#seriesFor(
			label,
			dialect,
			provider,
			model,
			statusClasses[Math.floor(status / 100)] ?? '',
			outcome,
			caller,
		);
	}

	readonly #seriesFor = oncePerNames(
		(
			label: string,
			dialect: string,
			provider: string,
			model: string,
			status: string,
			outcome: string,
			caller: string,
		) => {
			const key = [label, provider, model, status, outcome, caller].join('\n');
			const series = this.#series.get(key) ?? {
				requests: this.#requests.of(label, dialect, provider, model, status, outcome, caller),
				duration: this.#duration.of(label, provider, model, outcome),
				firstToken: undefined,
				answered: undefined,
				reported: undefined,
				estimated: undefined,
			};
			this.#series.set(key, series);
			return series;
		},
	);

	#countTokens({input, output, source}: Usage, series: CallSeries, labels: Labels): void {
		series[source] ??= this.#tokenSeries(labels, source);
		const tokens = series[source];
		tokens.input.value += counted(input.total);
		tokens.cached.value += counted(input.cacheRead);
		tokens.cacheWrite.value += counted(input.cacheWrite5m) + counted(input.cacheWrite1h);
		tokens.output.value += counted(output.total);
		tokens.reasoning.value += counted(output.reasoning);
	}

	#tokenSeries({provider, model, caller}: Labels, source: Usage['source']): TokenSeries {
		const of = (kind: string) => this.#tokens.of(provider, model, kind, source, caller);
		return {
			input: of('input'),
			cached: of('cached'),
			cacheWrite: of('cache_write'),
			output: of('output'),
			reasoning: of('reasoning'),
		};
	}

	#countAttempts({attempts, targets}: ClosedExchange): void {
		for (let index = 0; index < attempts.length; index++) {
			const attempt = attempts[index];
			if (attempt === undefined) continue;
			const {provider, error} = attempt;
			const model = this.#models.of(provider, attempt.model, targets);
			const result = error === undefined ? 'ok' : this.#codes.of(error);
			const key = `${provider}\n${model}\n${result}`;
			let counter = this.#attemptSeries.get(key);
			if (counter === undefined) {
				counter = this.#attempts.of(provider, model, result);
				this.#attemptSeries.set(key, counter);
			}
			counter.value++;
			const before = index === 0 ? undefined : attempts[index - 1];
			if (before !== undefined && (before.provider !== provider || before.model !== attempt.model))
				this.#fallbacks.of(before.provider, provider).value++;
		}
	}
}

/** A dialect from outside may have counted wrongly, and a sum that has once become no number stays none. */
function counted(tokens: number | undefined): number {
	return tokens !== undefined && Number.isFinite(tokens) ? tokens : 0;
}

/** As they are told; 0 when no answer was sent. */
const statusClasses = Array.from({length: 10}, (_, digit) => `${digit}xx`);

const nowhere = {provider: '', model: ''};

/** Paths of other calls are of the client's making. */
function endpointLabel(endpoint: Endpoint): string {
	return endpoint.kind === 'model' ? endpoint.route.path : endpoint.kind;
}
