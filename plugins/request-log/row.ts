/** The row of a call, as one line of JSON: the same text goes to the journal and to the database. */

import {
	type AttemptReport,
	type ClosedExchange,
	type Loss,
	targetName,
	tenthsText,
	timestamp,
} from '../../core/index.js';
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
	const {request, caller, target, attempts, losses, error, askedModel, firstByteMs} = exchange;
	const {texts} = context;
	const {names, given} = texts;
	// No character of an id needs an escape, whoever has made it.
	let line = `{"created_at":"${timeOf(exchange.startedAt)}","id":"${exchange.id}"`;
	line +=
		texts.process + texts.endpoint(request.path) + texts.method(request.method) + texts.clientIp(exchange.clientIp);
	if (caller !== undefined) {
		line += texts.keyName(caller.name);
		if (caller.team !== undefined) line += texts.team(caller.team);
		line += caller.tags.length === 0 ? ',"tags":[]' : `,"tags":[${caller.tags.map(given).join()}]`;
	}
	line += texts.dialect(exchange.dialect.name);
	if (askedModel !== undefined) line += texts.model(askedModel);
	if (target !== undefined) {
		line += texts.provider(target.provider);
		if (target.model !== '') line += texts.targetModel(target.model);
	}
	line += `,"stream":${exchange.streamed},"status":${exchange.status}${texts.outcome(exchange.outcome)}`;
	if (error !== undefined) line += texts.errorCode(error.code);
	line += `,"latency_ms":${tenthsText(exchange.latencyMs)}`;
	if (firstByteMs !== undefined) line += `,"ttft_ms":${tenthsText(firstByteMs)}`;
	line += overheadOf(exchange);
	line += countsOf(exchange);
	line += `,"attempts":[${attempts.map(attempt => attemptJson(attempt, names)).join()}]`;
	if (losses.length === 0) line += ',"losses":[]';
	else
		line += `,"losses":[${losses
			.slice(0, mostLosses)
			.map(loss => lossJson(loss, names))
			.join()}]`;
	return withBodies(line, exchange, context);
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
	return `{"target":${names(targetName({provider, model}))}${answered},"ms":${tenthsText(ms)}${failed}}`;
}

/** Bodies are most of a line, and most of them stand in it as they came. */
function withBodies(text: string, exchange: ClosedExchange, {rules, redactor}: RowContext): Line {
	if (rules.bodies === 'none') return [`${text}}`];
	const {request, answer, streamed, dialect} = exchange;
	const {body, json} = request;
	const line: (string | Buffer | Quotable)[] = [];
	let open = text;
	if (staysAsItIs(body, rules, redactor, exchange, json !== undefined)) {
		const fits = json !== undefined && fitsIntoLine(body);
		line.push(`${open},"request_body":${fits ? '' : '"'}`, fits ? body : {text: body});
		open = fits ? '' : '"';
	} else open += textMember('request_body', bodyText(body, rules, redactor, exchange));
	if (!streamed && answer !== undefined && staysAsItIs(answer, rules, redactor, exchange)) {
		line.push(`${open},"response_body":"`, {text: answer});
		open = '"';
	} else {
		const told = streamed
			? streamBodyText(answer, dialect, rules, redactor, exchange)
			: bodyText(answer, rules, redactor, exchange);
		open += textMember('response_body', told);
	}
	line.push(`${open}}`);
	return line;
}

function textMember(column: Column, text: string | undefined): string {
	return text === undefined ? '' : `,"${column}":${JSON.stringify(storable(text))}`;
}

function timeOf(milliseconds: number): string {
	sequence = (sequence + 1) % 1000;
	return `${timestamp(milliseconds).slice(0, -1)}${String(sequence).padStart(3, '0')}Z`;
}

function sum(one: number | undefined, other: number | undefined): number | undefined {
	return one === undefined && other === undefined ? undefined : (one ?? 0) + (other ?? 0);
}
