/** The row of a call, as one line of JSON: the same text goes to the journal and to the database. */

import {type AttemptReport, type ClosedExchange, type Loss, tenthsText, timestamp} from '../../core/index.js';
import type {Redactor} from '../redact/keys.js';
import {type BodyRules, bodyText, fitsIntoLine, staysAsItIs, streamBodyText} from './body-text.js';
import type {Column} from './columns.js';
import type {Line, Quotable} from './journal/line.js';
import {type Names, storable} from './names.js';
import type {RowTexts} from './row-texts.js';

/** What is the same in every row of a process. */
export interface RowContext {
	readonly rules: BodyRules;
	readonly redactor: Redactor;
	readonly texts: RowTexts;
}

const mostLosses = 100;

/** Calls that begin in the same millisecond differ in their microseconds, so that a client may use an id twice. */
let sequence = 0;

/**
 * Makes the line; what is not known is left out, which the database reads as null. It is put together from texts that are at hand:
 * an object of so many members and its JSON would take twice as long.
 */
export function lineOf(exchange: ClosedExchange, context: RowContext): Line {
	const {request, caller, target, attempts, losses, firstByteMs} = exchange;
	const {names, given, members, attempt} = context.texts;
	// No character of an id needs an escape, whoever has made it.
	let line = `{"created_at":"${timeOf(exchange.startedAt)}","id":"${exchange.id}"`;
	line += `,"stream":${exchange.streamed},"status":${exchange.status}`;
	if (caller !== undefined)
		line += caller.tags.length === 0 ? ',"tags":[]' : `,"tags":[${caller.tags.map(given).join()}]`;
	line += `,"latency_ms":${tenthsText(exchange.latencyMs)}`;
	if (firstByteMs !== undefined) line += `,"ttft_ms":${tenthsText(firstByteMs)}`;
	line += overheadOf(exchange);
	line += countsOf(exchange);
	line += `,"attempts":[${attempts.map(report => attemptJson(report, attempt, names)).join()}]`;
	if (losses.length === 0) line += ',"losses":[]';
	else
		line += `,"losses":[${losses
			.slice(0, mostLosses)
			.map(loss => lossJson(loss, names))
			.join()}]`;
	const named = members(
		request.path,
		request.method,
		exchange.clientIp,
		caller?.name,
		caller?.team,
		exchange.dialect.name,
		exchange.askedModel,
		target?.provider,
		target?.model || undefined,
		exchange.outcome,
		exchange.error?.code,
	);
	return withBodies([line, named], exchange, context);
}

function lossJson({path, reason}: Loss, names: Names): string {
	return `{"path":${names(path)},"reason":${names(reason)}}`;
}

/** A plugin may have counted wrongly, and JSON has no word for what is no number. */
function number(column: Column, value: number | undefined): string {
	return Number.isFinite(value) ? `,"${column}":${value}` : '';
}

/** Until the first byte left: what the gateway took, providers left out. Never said of a call that asked nobody. */
function overheadOf({firstByteMs, attempts}: ClosedExchange): string {
	if (firstByteMs === undefined || attempts.length === 0) return '';
	let own = firstByteMs;
	for (const {ms} of attempts) own -= ms;
	return `,"overhead_ms":${tenthsText(Math.max(own, 0))}`;
}

/** Who is charged by an estimate is to see that it is one, also where some of it was reported. */
function countsOf({usage, cost}: ClosedExchange): string {
	const costed = cost === undefined ? '' : `,"cost_nano_usd":${cost.nanoUsd}`;
	const source = cost?.estimated === true ? 'estimated' : usage?.source;
	const sourced = source === undefined ? costed : `,"usage_source":"${source}"${costed}`;
	if (usage === undefined) return sourced;
	const {input, output} = usage;
	return (
		number('input_tokens', input.total) +
		number('cached_tokens', input.cacheRead) +
		number('cache_write_tokens', sum(input.cacheWrite5m, input.cacheWrite1h)) +
		number('output_tokens', output.total) +
		number('reasoning_tokens', output.reasoning) +
		sourced
	);
}

function attemptJson(
	{provider, model, status, ms, error}: AttemptReport,
	begin: RowTexts['attempt'],
	names: Names,
): string {
	const answered = status === undefined ? '' : `,"status":${status}`;
	const failed = error === undefined ? '' : `,"error":${names(error)}`;
	return `${begin(provider, model)}${answered},"ms":${tenthsText(ms)}${failed}}`;
}

/** What stands around bodies, as bytes: a string would be encoded for each line. */
const requestJson = Buffer.from(',"request_body":');
const requestText = Buffer.from(',"request_body":"');
const responseText = Buffer.from(',"response_body":"');
const [quote, brace] = [Buffer.from('"'), Buffer.from('}')];

/** Bodies are most of a line, and most of them stand in it as they came. */
function withBodies(
	line: (string | Uint8Array | Quotable)[],
	exchange: ClosedExchange,
	{rules, redactor}: RowContext,
): Line {
	if (rules.bodies === 'none') return [...line, brace];
	const {request, answer, streamed, dialect} = exchange;
	const {body, json} = request;
	if (!staysAsItIs(body, rules, redactor, exchange, json !== undefined))
		line.push(textMember('request_body', bodyText(body, rules, redactor, exchange)));
	else if (json !== undefined && fitsIntoLine(body)) line.push(requestJson, body);
	else line.push(requestText, {text: body}, quote);
	if (streamed) line.push(textMember('response_body', streamBodyText(answer, dialect, rules, redactor, exchange)));
	else if (answer === undefined || !staysAsItIs(answer, rules, redactor, exchange))
		line.push(textMember('response_body', bodyText(answer, rules, redactor, exchange)));
	else line.push(responseText, {text: answer}, quote);
	line.push(brace);
	return line;
}

function textMember(column: Column, text: string | undefined): string {
	return text === undefined ? '' : `,"${column}":${JSON.stringify(storable(text))}`;
}

function timeOf(milliseconds: number): string {
	sequence = (sequence + 1) % 1000;
	return timestamp(milliseconds, sequence);
}

function sum(one: number | undefined, other: number | undefined): number | undefined {
	return one === undefined && other === undefined ? undefined : (one ?? 0) + (other ?? 0);
}
