/** The two forms of a line: one JSON object for machines, and one for people. */

import {oncePerNames, tenthsText} from '../../core/index.js';
import type {Entry} from './entry.js';

/** Makes the line of an entry, without a line break in it or after it. */
export type Form = (entry: Entry) => string;

const unusual = /[^ -~]/;
/** Moves the cursor, breaks or turns the line, or hides: C1 controls, format characters, line and paragraph separators. */
const hidden = /[\u007f-\u009f\u2028\u2029]|\p{Cf}/gu;

/** JSON escapes the control characters of ASCII; a terminal obeys more of them. */
function escaped(json: string): string {
	return unusual.test(json) ? json.replace(hidden, codeUnits) : json;
}

function codeUnits(character: string): string {
	let text = '';
	for (let index = 0; index < character.length; index++)
		text += `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`;
	return text;
}

/** Members of the line that are names, in a row: made once, since the same ones come again and again. */
function members<Of extends readonly (keyof Entry)[]>(...of: Of) {
	return oncePerNames((...names: {readonly [Index in keyof Of]: string | undefined}) =>
		names.map((name, index) => (name === undefined ? '' : `,"${of[index]}":${escaped(JSON.stringify(name))}`)).join(''),
	);
}

const comesFrom = members('clientIp', 'method', 'path');
const goesTo = members('caller', 'team', 'model', 'target', 'provider');
const failsWith = members('errorCode');

/** One JSON object. Put together by hand: `JSON.stringify` takes several times as long for a line of so many members. */
export const jsonForm: Form = entry => {
	const {firstByteMs, caller, team, model, target, provider, costUsd, errorCode, attemptDetails, lossDetails} = entry;
	// An id has no characters that JSON escapes.
	let line = `{"time":"${entry.time}","level":"${entry.level}","requestId":"${entry.requestId}"`;
	line += comesFrom(entry.clientIp, entry.method, entry.path);
	line += `,"status":${entry.status},"outcome":"${entry.outcome}","latencyMs":${tenthsText(entry.latencyMs)}`;
	if (firstByteMs !== undefined) line += `,"firstByteMs":${tenthsText(firstByteMs)}`;
	line += goesTo(caller, team, model, target, provider);
	line += `,"stream":${entry.stream},"attempts":${entry.attempts}${tokensOf(entry)}`;
	if (costUsd !== undefined) line += `,"costUsd":${costUsd}`;
	if (errorCode !== undefined) line += failsWith(errorCode);
	line += `,"losses":${entry.losses}`;
	if (attemptDetails !== undefined) line += `,"attemptDetails":${escaped(JSON.stringify(attemptDetails))}`;
	if (lossDetails !== undefined) line += `,"lossDetails":${escaped(JSON.stringify(lossDetails))}`;
	return `${line}}`;
};

/** A plugin may have counted wrongly, and JSON has no word for what is no number. */
function tokensOf({inputTokens, cachedTokens, outputTokens, reasoningTokens}: Entry): string {
	let text = '';
	if (Number.isFinite(inputTokens)) text += `,"inputTokens":${inputTokens}`;
	if (Number.isFinite(cachedTokens)) text += `,"cachedTokens":${cachedTokens}`;
	if (Number.isFinite(outputTokens)) text += `,"outputTokens":${outputTokens}`;
	if (Number.isFinite(reasoningTokens)) text += `,"reasoningTokens":${reasoningTokens}`;
	return text;
}

/** Text of a client's making: as it is when it is plain, else in quotes, so that it cannot be taken for more of the line. */
function quoted(text: string): string {
	return /^[!#-~]+$/.test(text) ? text : escaped(JSON.stringify(text));
}

const colors = {error: '\u001b[31m', warn: '\u001b[33m', info: '\u001b[32m', debug: '\u001b[32m'} as const;

/** A line for people. @param colored marks the level with terminal colors. */
export function prettyForm(colored: boolean): Form {
	return entry => {
		const {level, status, caller, team, model, target, firstByteMs, errorCode, attempts, losses, costUsd} = entry;
		const parts: (string | undefined)[] = [
			entry.time,
			colored ? `${colors[level]}${level.padEnd(5)} ${status}\u001b[0m` : `${level.padEnd(5)} ${status}`,
			entry.outcome,
			entry.method,
			quoted(entry.path),
			caller && quoted(team === undefined ? caller : `${caller}@${team}`),
			route(model, target),
			`${entry.latencyMs}ms`,
			firstByteMs === undefined ? undefined : `(first byte ${firstByteMs}ms)`,
			entry.stream ? 'stream' : undefined,
			tokens('in', entry.inputTokens, 'cached', entry.cachedTokens),
			tokens('out', entry.outputTokens, 'reasoning', entry.reasoningTokens),
			costUsd === undefined ? undefined : `$${dollars(costUsd)}`,
			attempts > 1 ? `${attempts} attempts` : undefined,
			losses > 0 ? `${losses} losses` : undefined,
			errorCode && quoted(errorCode),
			entry.clientIp,
			entry.requestId,
			entry.attemptDetails && escaped(JSON.stringify(entry.attemptDetails)),
			entry.lossDetails && entry.lossDetails.length > 0 ? escaped(JSON.stringify(entry.lossDetails)) : undefined,
		];
		return parts.filter(part => part !== undefined && part !== '').join(' ');
	};
}

function route(model: string | undefined, target: string | undefined): string | undefined {
	if (model === undefined || model === target) return target && quoted(target);
	return target === undefined ? quoted(model) : `${quoted(model)} > ${quoted(target)}`;
}

function tokens(
	name: string,
	count: number | undefined,
	partName: string,
	part: number | undefined,
): string | undefined {
	if (count === undefined) return undefined;
	return part === undefined || part === 0 ? `${name} ${count}` : `${name} ${count} (${part} ${partName})`;
}

function dollars(amount: number): string {
	return amount.toFixed(9).replace(/\.?0+$/, '');
}
