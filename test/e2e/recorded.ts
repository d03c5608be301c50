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

/** A recorded call that was not streamed. */
export interface RecordedCall {
	readonly name: string;
	/** Without the version: `/chat/completions`. */
	readonly path: string;
	readonly request: JsonObject;
	readonly status: number;
	readonly body: Buffer;
}

interface Interaction {
	readonly request: {readonly url: string; readonly body: JsonObject};
	readonly response: {readonly status: number; readonly body_file: string};
}

/** The plain calls in folders of the recorded traffic; none when it is not at hand. */
export function exchanges(...folders: readonly string[]): readonly RecordedCall[] {
	return folders.flatMap(folder => {
		const found = sharedPath('fixtures', folder);
		if (found === undefined) return [];
		return fs.readdirSync(found).flatMap(name => {
			const file = path.join(found, name, 'exchange.json');
			if (!fs.existsSync(file)) return [];
			const {interactions} = JSON.parse(fs.readFileSync(file, 'utf8')) as {interactions: readonly Interaction[]};
			return interactions.flatMap(({request, response}, index) => {
				if (!response.body_file.endsWith('.json')) return [];
				return {
					name: `${folder}/${name}/${index + 1}`,
					path: /\/(chat\/completions|responses|messages).*$/.exec(request.url)?.[0] ?? '',
					request: request.body,
					status: response.status,
					body: fs.readFileSync(path.join(found, name, response.body_file)),
				};
			});
		});
	});
}

/** What a client hands out, without what only the client knows of it. */
export function asValue(value: unknown): unknown {
	return JSON.parse(JSON.stringify(value));
}

/** What came of a call: its value, or the error in the form that the recordings have for it. */
export async function settled(call: PromiseLike<unknown>): Promise<unknown> {
	try {
		return asValue(await call);
	} catch (thrown) {
		const failed = thrown as Error & {readonly status?: number; readonly error?: unknown};
		const {message, status, error} = failed;
		const name = failed.constructor.name;
		return {sdk_error: Object.assign({name, message}, status !== undefined && {status, error})};
	}
}
