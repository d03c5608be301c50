/** Recorded traffic as a provider would send it and as the official clients have read it. */

import fs from 'node:fs';
import path from 'node:path';
import type {JsonObject} from 'tapgate';
import {ownStreams, type RecordedStream, sharedPath, sharedStreams} from '../plugins/dialects/recordings.js';

export type {RecordedStream};

/** Small streams of our own, and recorded ones where they are at hand. */
export const streams: readonly RecordedStream[] = [...ownStreams(), ...sharedStreams()];

/** Whether the provider itself reports an error in the stream. */
export function endsInError({name}: RecordedStream): boolean {
	return /stream-error|error-stream/.test(name);
}

/** Of each API the shortest stream that ends well. */
export const shortest: readonly RecordedStream[] = [...new Set(streams.map(({dialect}) => dialect))].flatMap(dialect =>
	streams
		.filter(stream => stream.dialect === dialect && !endsInError(stream))
		.sort((a, b) => a.bytes.length - b.bytes.length)
		.slice(0, 1),
);

/** Where the streams of a dialect are asked for, with the least that asks for one. */
export function streamCall({dialect}: RecordedStream): {readonly path: string; readonly body: JsonObject} {
	const asked = {stream: true, messages: [{role: 'user', content: 'hello'}]};
	switch (dialect.name) {
		case 'anthropic-messages':
			return {path: '/v1/messages', body: {model: 'anthropic.m', max_tokens: 10, ...asked}};
		case 'anthropic-complete':
			return {
				path: '/v1/complete',
				body: {model: 'anthropic.m', max_tokens_to_sample: 10, prompt: 'hello', stream: true},
			};
		case 'openai-responses':
			return {path: '/v1/responses', body: {model: 'openai.m', input: 'hello', stream: true}};
		case 'openai-completions':
			return {
				path: '/v1/completions',
				body: {model: 'openai.m', prompt: 'hello', stream: true, stream_options: {include_usage: true}},
			};
		default:
			return {
				path: '/v1/chat/completions',
				body: {model: 'openai.m', ...asked, stream_options: {include_usage: true}},
			};
	}
}

/** What the official client made of a recorded stream, or how it failed; `undefined` for streams of our own. */
export function golden({name}: RecordedStream): JsonObject | undefined {
	const {dir, base} = path.parse(name);
	const file = sharedPath('fixtures', dir, `golden.${Number.parseInt(base, 10) || 1}.json`);
	return file === undefined ? undefined : (JSON.parse(fs.readFileSync(file, 'utf8')) as JsonObject);
}

/** A recorded body as it came over the wire; `undefined` when the recordings are not at hand. */
export function recordedBody(name: string): Buffer | undefined {
	const file = sharedPath('fixtures', name);
	return file === undefined ? undefined : fs.readFileSync(file);
}
