/** The row of a call, as one line of JSON: the same text goes to the journal and to the database. */

import {type ClosedExchange, targetName, timestamp} from '../../core/index.js';
import type {Redactor} from '../redact/keys.js';
import {type BodyRules, bodyText, type Redact, streamBodyText} from './body-text.js';
import {bounds, type Lines} from './journal/lines.js';
import {longestName, type Names} from './names.js';

/** What is the same in every row of a process. */
export interface RowContext {
	readonly deployment: string;
	readonly configHash: string | undefined;
	readonly rules: BodyRules;
	readonly redactor: Redactor | undefined;
	readonly names: Names;
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

/** Where the day stands in a line: `{"created_at":"2026-11-25T…`. */
const [dayFrom, dayTo] = [15, 25];

const mostLosses = 100;

/** Calls that begin in the same millisecond differ in their microseconds, so that a client may use an id twice. */
let sequence = 0;

/** Makes the line; what is not known is left out, which the database reads as null. */
export function lineOf(exchange: ClosedExchange, context: RowContext): string {
	const row = rowOf(exchange, context);
	let line = JSON.stringify(row);
	// Postgres takes neither NUL nor half a surrogate pair. Both are rare, and an escaped backslash before is no matter.
	if (/\\u(?:0000|d[89a-f])/.test(line)) {
		line = JSON.stringify(row, (_name, value: unknown) => (typeof value === 'string' ? storable(value) : value));
	}
	return `${line.slice(0, -1)}${bodiesOf(exchange, context)}}`;
}

/** The days of lines, `2026-11-25`. */
export function daysOf(pieces: readonly Lines[]): readonly string[] {
	const days = new Set<string>();
	for (const {bytes} of pieces) {
		for (const [start] of bounds(bytes)) days.add(bytes.toString('latin1', start + dayFrom, start + dayTo));
	}
	return [...days];
}

function rowOf(exchange: ClosedExchange, context: RowContext): Readonly<Partial<Record<Column, unknown>>> {
	const {request, caller, target, usage, cost, firstByteMs, attempts, losses} = exchange;
	const asked = attempts.reduce((sum, {ms}) => sum + ms, 0);
	const {names} = context;
	const name = (text: string | undefined): string | undefined => (text === undefined ? undefined : names(text));
	return {
		created_at: timeOf(exchange.startedAt),
		id: exchange.id,
		deployment: context.deployment,
		config_hash: context.configHash,
		endpoint: names(request.path),
		method: request.method,
		client_ip: exchange.clientIp,
		key_name: caller?.name.slice(0, longestName),
		team: caller?.team?.slice(0, longestName),
		dialect: exchange.dialect.name,
		model: name(exchange.askedModel),
		provider: target?.provider,
		target_model: target?.model === '' ? undefined : name(target?.model),
		stream: exchange.streamed,
		status: exchange.status,
		outcome: exchange.outcome,
		error_code: exchange.error?.code,
		latency_ms: tenths(exchange.latencyMs),
		ttft_ms: tenths(firstByteMs),
		// Until the first byte left: what the gateway took, providers left out. Never said of a call that asked nobody.
		overhead_ms:
			firstByteMs === undefined || attempts.length === 0 ? undefined : tenths(Math.max(firstByteMs - asked, 0)),
		input_tokens: usage?.input.total,
		cached_tokens: usage?.input.cacheRead,
		cache_write_tokens: sum(usage?.input.cacheWrite5m, usage?.input.cacheWrite1h),
		output_tokens: usage?.output.total,
		reasoning_tokens: usage?.output.reasoning,
		usage_source: usage?.source,
		cost_nano_usd: cost?.nanoUsd.toString(),
		attempts: attempts.map(({provider, model, status, ms, error}) => ({
			target: names(targetName({provider, model})),
			status,
			ms,
			error,
		})),
		losses: losses.slice(0, mostLosses).map(({path, reason}) => ({path: names(path), reason: names(reason)})),
		tags: caller?.tags,
	};
}

/** Most of a line, made apart: what is short is looked through for what cannot be stored. */
function bodiesOf(exchange: ClosedExchange, {rules, redactor}: RowContext): string {
	if (rules.bodies === 'none') return '';
	const redact: Redact = text => redactor?.text(text, exchange) ?? text;
	const {request, answer, streamed, dialect} = exchange;
	const asked = bodyText(request.body, rules, redact);
	const answered = streamed ? streamBodyText(answer, dialect, rules, redact) : bodyText(answer, rules, redact);
	return `${memberOf('request_body', asked)}${memberOf('response_body', answered)}`;
}

function memberOf(column: Column, text: string | undefined): string {
	return text === undefined ? '' : `,"${column}":${JSON.stringify(storable(text))}`;
}

function timeOf(milliseconds: number): string {
	sequence = (sequence + 1) % 1000;
	return `${timestamp(milliseconds).slice(0, -1)}${String(sequence).padStart(3, '0')}Z`;
}

function tenths(milliseconds: number | undefined): number | undefined {
	return milliseconds === undefined ? undefined : Math.round(milliseconds * 10) / 10;
}

function sum(one: number | undefined, other: number | undefined): number | undefined {
	return one === undefined && other === undefined ? undefined : (one ?? 0) + (other ?? 0);
}

function storable(text: string): string {
	return text.isWellFormed() && !text.includes('\0') ? text : text.replaceAll('\0', '\ufffd').toWellFormed();
}
