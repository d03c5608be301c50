/** The row of a call, as one line of JSON: the same text goes to the journal and to the database. */

import {type AttemptReport, type ClosedExchange, targetName, timestamp} from '../../core/index.js';
import type {Redactor} from '../redact/keys.js';
import {type BodyRules, bodyText, type Redact, standsAsJson, streamBodyText} from './body-text.js';
import type {Line} from './journal/line.js';
import {type Names, storable} from './names.js';

/** What is the same in every row of a process. */
export interface RowContext {
	readonly deployment: string;
	readonly configHash: string | undefined;
	readonly rules: BodyRules;
	readonly redactor: Redactor | undefined;
	/** Of a client's making, or a provider's. */
	readonly names: Names;
	/** Of the config, a program or a standard. */
	readonly given: Names;
}

/** Columns in the order of the table. `created_at` comes first in a line: a day is read off without parsing. */
export const columns = [
	'created_at',
	'id',
	'deployment',
	'config_hash',
	'endpoint',
	'method',
	'client_ip',
	'key_name',
	'team',
	'dialect',
	'model',
	'provider',
	'target_model',
	'stream',
	'status',
	'outcome',
	'error_code',
	'latency_ms',
	'ttft_ms',
	'overhead_ms',
	'input_tokens',
	'cached_tokens',
	'cache_write_tokens',
	'output_tokens',
	'reasoning_tokens',
	'usage_source',
	'cost_nano_usd',
	'attempts',
	'losses',
	'request_body',
	'response_body',
	'tags',
] as const;

export type Column = (typeof columns)[number];

const mostLosses = 100;

/** Calls that begin in the same millisecond differ in their microseconds, so that a client may use an id twice. */
let sequence = 0;

/**
 * Makes the line; what is not known is left out, which the database reads as null. It is put together from texts that are at hand:
 * an object of so many members and its JSON would take twice as long.
 */
export function lineOf(exchange: ClosedExchange, context: RowContext): Line {
	const {request, caller, target, attempts, losses} = exchange;
	const {names, given} = context;
	// No character of an id needs an escape, whoever has made it.
	const call =
		`{"created_at":"${timeOf(exchange.startedAt)}","id":"${exchange.id}","deployment":${given(context.deployment)}` +
		member('config_hash', context.configHash, given) +
		`,"endpoint":${names(request.path)},"method":${given(request.method)},"client_ip":${given(exchange.clientIp)}` +
		member('key_name', caller?.name, given) +
		member('team', caller?.team, given) +
		`,"dialect":${given(exchange.dialect.name)}` +
		member('model', exchange.askedModel, names) +
		member('provider', target?.provider, given) +
		member('target_model', target?.model === '' ? undefined : target?.model, names);
	const end =
		`,"stream":${exchange.streamed},"status":${exchange.status},"outcome":${given(exchange.outcome)}` +
		member('error_code', exchange.error?.code, given) +
		`,"latency_ms":${tenths(exchange.latencyMs)}` +
		number('ttft_ms', exchange.firstByteMs === undefined ? undefined : tenths(exchange.firstByteMs)) +
		number('overhead_ms', overheadOf(exchange)) +
		countsOf(exchange) +
		`,"attempts":[${attempts.map(attempt => attemptJson(attempt, names)).join()}]` +
		`,"losses":[${losses
			.slice(0, mostLosses)
			.map(({path, reason}) => `{"path":${names(path)},"reason":${names(reason)}}`)
			.join()}]` +
		(caller === undefined ? '' : `,"tags":[${caller.tags.map(given).join()}]`);
	return withBodies(call + end, exchange, context);
}

function member(column: Column, value: string | undefined, names: Names): string {
	return value === undefined ? '' : `,"${column}":${names(value)}`;
}

function number(column: Column, value: number | undefined): string {
	return value === undefined ? '' : `,"${column}":${value}`;
}

/** Until the first byte left: what the gateway took, providers left out. Never said of a call that asked nobody. */
function overheadOf({firstByteMs, attempts}: ClosedExchange): number | undefined {
	if (firstByteMs === undefined || attempts.length === 0) return undefined;
	return tenths(Math.max(firstByteMs - attempts.reduce((sum, {ms}) => sum + ms, 0), 0));
}

function countsOf({usage, cost}: ClosedExchange): string {
	const costed = cost === undefined ? '' : `,"cost_nano_usd":${cost.nanoUsd}`;
	if (usage === undefined) return costed;
	const {input, output, source} = usage;
	return (
		number('input_tokens', input.total) +
		number('cached_tokens', input.cacheRead) +
		number('cache_write_tokens', sum(input.cacheWrite5m, input.cacheWrite1h)) +
		number('output_tokens', output.total) +
		number('reasoning_tokens', output.reasoning) +
		`,"usage_source":"${source}"${costed}`
	);
}

function attemptJson({provider, model, status, ms, error}: AttemptReport, names: Names): string {
	const answered = status === undefined ? '' : `,"status":${status}`;
	const failed = error === undefined ? '' : `,"error":${names(error)}`;
	return `{"target":${names(targetName({provider, model}))}${answered},"ms":${ms}${failed}}`;
}

/** Bodies are most of a line, and most of them stand in it as they came. */
function withBodies(text: string, exchange: ClosedExchange, {rules, redactor}: RowContext): Line {
	if (rules.bodies === 'none') return [`${text}}`];
	const redact: Redact = {
		text: value => redactor?.text(value, exchange) ?? value,
		passes: bytes => redactor?.passes(bytes, exchange) ?? true,
	};
	const {request, answer, streamed, dialect} = exchange;
	const answered = streamed ? streamBodyText(answer, dialect, rules, redact) : bodyText(answer, rules, redact);
	const end = `${textMember('response_body', answered)}}`;
	if (request.json !== undefined && standsAsJson(request.body, rules, redact))
		return [`${text},"request_body":`, request.body, end];
	return [text + textMember('request_body', bodyText(request.body, rules, redact)) + end];
}

function textMember(column: Column, text: string | undefined): string {
	return text === undefined ? '' : `,"${column}":${JSON.stringify(storable(text))}`;
}

function timeOf(milliseconds: number): string {
	sequence = (sequence + 1) % 1000;
	return `${timestamp(milliseconds).slice(0, -1)}${String(sequence).padStart(3, '0')}Z`;
}

function tenths(milliseconds: number): number {
	return Math.round(milliseconds * 10) / 10;
}

function sum(one: number | undefined, other: number | undefined): number | undefined {
	return one === undefined && other === undefined ? undefined : (one ?? 0) + (other ?? 0);
}
