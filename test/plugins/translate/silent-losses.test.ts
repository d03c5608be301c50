/**
 * Nothing of a request gets lost without a word: whatever member is taken out of it, the translation is another one, or the
 * member stood among the losses, or docs/formats.md says that it goes without a word.
 */

import test from 'ava';
import type {JsonObject} from '../../../core/index.js';
import {CallNames} from '../../../plugins/translate/names.js';
import {fullRequests} from '../../helpers/full-requests.js';
import {modern, type Speaking, schemaOf} from './support.js';

type Path = readonly (string | number)[];

/** What goes without a word from anywhere: what says how a request is built, and what every model does unless told otherwise. */
const unsaid: readonly RegExp[] = [
	/(^|\.)type$/,
	/^model$/,
	/\.(input|arguments|parameters|input_schema)$/,
	/\.additionalProperties$/,
	/\.tool_call_id$/,
];

/** By source, as docs/formats.md lists them. */
const silent: Readonly<Record<string, readonly RegExp[]>> = {
	'openai-chat': [
		/^(metadata|n|store|stream_options|prompt_cache_key|prompt_cache_retention)$/,
		/^response_format\.json_schema\.(name|strict)$/,
		/\.prompt_cache_breakpoint\.mode$/,
		/\.grammar\.syntax$/,
	],
	'openai-responses': [
		/^(client_metadata|include|metadata|store|stream_options|prompt_cache_key|user)$/,
		/^text\.format\.(name|strict)$/,
		/\.prompt_cache_breakpoint\.mode$/,
		/\.format\.syntax$/,
		/^input\[\d+\]\.(id|status|phase)$/,
		/\.logprobs$/,
		/^tools\[\d+\]\.strict$/,
	],
	'anthropic-messages': [
		/^cache_control$/,
		/\.cache_control(\.ttl)?$/,
		/^(temperature|thinking)$/,
		/^tools\[\d+\]\.(allowed_callers|defer_loading|eager_input_streaming|name)$/,
		/\.source\.media_type$/,
		// Of a search result, which is told as text.
		/^messages\[0\]\.content\[6\]\.citations$/,
	],
};

for (const from of modern) {
	const request = fullRequests[from.name] ?? {};

	test(`the full request of ${from.name} is a valid one`, t => {
		t.deepEqual(schemaOf(from).request(request), null);
	});

	for (const to of modern.filter(dialect => dialect !== from)) {
		test(`${from.name} → ${to.name}: valid, and nothing is lost without a word`, t => {
			const whole = translate(request, from, to);
			t.deepEqual(schemaOf(to).request(whole.body), null);
			const same = JSON.stringify(whole);
			const missed: string[] = [];
			for (const path of pathsOf(request)) {
				const name = nameOf(path);
				if (whole.losses.some(loss => isWithin(name, loss)) || missed.some(outer => isWithin(name, outer))) continue;
				if (unsaid.some(pattern => pattern.test(name)) || isSilent(path, silent[from.name] ?? [])) continue;
				if (outcome(without(request, path), from, to) === same) missed.push(name);
			}
			t.deepEqual(missed, []);
		});
	}
}

function translate(
	request: JsonObject,
	from: Speaking,
	to: Speaking,
): {readonly body: JsonObject; readonly losses: readonly string[]} {
	const conversation = from.codec.decodeRequest(request);
	const names = new CallNames(conversation, from.codec, to.codec);
	const {body, losses} = to.codec.encodeRequest(names.request(conversation), {
		systemTurns: 'in-place',
		cacheBreakpoints: true,
	});
	const named = losses.map(({path}) => from.codec.fields[path as keyof typeof from.codec.fields] ?? path);
	return {body: JSON.parse(JSON.stringify(body)), losses: named};
}

/** With what goes without a word go its members. */
function isSilent(path: Path, patterns: readonly RegExp[]): boolean {
	return path.some((_, index) => patterns.some(pattern => pattern.test(nameOf(path.slice(0, index + 1)))));
}

/** A translation or a refusal, as text. */
function outcome(request: JsonObject, from: Speaking, to: Speaking): string {
	try {
		return JSON.stringify(translate(request, from, to));
	} catch (error) {
		return String(error);
	}
}

function isWithin(name: string, outer: string): boolean {
	return name === outer || name.startsWith(`${outer}.`) || name.startsWith(`${outer}[`);
}

function* pathsOf(value: unknown, at: Path = []): Generator<Path> {
	if (at.length > 0) yield at;
	if (typeof value !== 'object' || value === null) return;
	for (const [name, member] of Object.entries(value))
		yield* pathsOf(member, [...at, Array.isArray(value) ? Number(name) : name]);
}

function nameOf(path: Path): string {
	return path
		.map(step => (typeof step === 'number' ? `[${step}]` : `.${step}`))
		.join('')
		.slice(1);
}

function without(request: JsonObject, path: Path): JsonObject {
	const copy = structuredClone(request);
	const last = path.at(-1) ?? '';
	let holder = copy as Record<string | number, unknown>;
	for (const step of path.slice(0, -1)) holder = holder[step] as Record<string | number, unknown>;
	if (Array.isArray(holder)) holder.splice(Number(last), 1);
	else delete holder[last];
	return copy;
}
