/** Streams and replies to hold the dialects against: small ones of our own, and recorded traffic where it is at hand. */

import fs from 'node:fs';
import path from 'node:path';
import type {Dialect, JsonObject, Usage} from '../../../core/index.js';
import {EventSplitter} from '../../../core/sse.js';
import {anthropicComplete} from '../../../plugins/dialects/anthropic-complete/index.js';
import {anthropicMessages} from '../../../plugins/dialects/anthropic-messages/index.js';
import {openaiChat} from '../../../plugins/dialects/openai-chat/index.js';
import {openaiCompletions} from '../../../plugins/dialects/openai-completions/index.js';
import {openaiEmbeddings} from '../../../plugins/dialects/openai-embeddings/index.js';
import {openaiResponses} from '../../../plugins/dialects/openai-responses/index.js';

export const all: readonly Dialect[] = [
	openaiChat,
	anthropicMessages,
	openaiResponses,
	openaiCompletions,
	openaiEmbeddings,
	anthropicComplete,
];

const root = path.resolve(import.meta.dirname, '../../../..');
const own = path.join(root, 'test/fixtures/dialects');

/** The recorded traffic beside the repository; not part of it. */
const shared = path.resolve(root, '../shared');

/** A file of the shared material; `undefined` when there is none. */
export function sharedPath(...parts: readonly string[]): string | undefined {
	const found = path.join(shared, ...parts);
	return fs.existsSync(found) ? found : undefined;
}

export interface RecordedStream {
	readonly name: string;
	readonly dialect: Dialect;
	readonly bytes: Buffer;
	/** What the stream says of usage, as somebody else has read it; `undefined` when nobody has, `null` when it says nothing. */
	readonly usage: unknown;
}

export interface RecordedReply {
	readonly name: string;
	readonly dialect: Dialect;
	readonly body: JsonObject;
}

export function ownStreams(): readonly RecordedStream[] {
	return all.flatMap(dialect => {
		const folder = path.join(own, dialect.name);
		if (!fs.existsSync(folder)) return [];
		const files = fs.readdirSync(folder).filter(file => file.endsWith('.sse'));
		return files.map(file => {
			const usage = path.join(folder, file.replace('.sse', '.usage.json'));
			return {
				name: `${dialect.name}/${file}`,
				dialect,
				bytes: fs.readFileSync(path.join(folder, file)),
				usage: fs.existsSync(usage) ? json(usage) : null,
			};
		});
	});
}

/** What the official clients made of each recorded stream lies beside it, as `golden.N.json`. */
export function sharedStreams(): readonly RecordedStream[] {
	return cases().flatMap(({name, folder, dialect}) =>
		fs
			.readdirSync(folder)
			.filter(file => /\.sse$|^response\.chunks\.jsonl$/.test(file))
			.map(file => {
				const golden = json(path.join(folder, `golden.${Number.parseInt(file, 10) || 1}.json`));
				const bytes = fs.readFileSync(path.join(folder, file));
				return {
					name: `${name}/${file}`,
					dialect,
					bytes: file.endsWith('.sse') ? bytes : framed(dialect, bytes.toString('utf8')),
					usage: golden['sdk_error'] === undefined ? (golden['usage'] ?? null) : undefined,
				};
			}),
	);
}

/** Recorded bodies, errors among them. */
export function sharedReplies(): readonly RecordedReply[] {
	return cases().flatMap(({name, folder, dialect}) =>
		fs
			.readdirSync(folder)
			.filter(file => file.endsWith('response.json'))
			.map(file => ({name: `${name}/${file}`, dialect, body: json(path.join(folder, file))})),
	);
}

function cases(): readonly {readonly name: string; readonly folder: string; readonly dialect: Dialect}[] {
	const fixtures = sharedPath('fixtures');
	if (fixtures === undefined) return [];
	return fs
		.readdirSync(fixtures, {withFileTypes: true})
		.filter(entry => entry.isDirectory() && entry.name !== 'gemini')
		.flatMap(({name: provider}) =>
			fs.readdirSync(path.join(fixtures, provider)).map(name => ({
				name: `${provider}/${name}`,
				folder: path.join(fixtures, provider, name),
				dialect: spoken(provider, name),
			})),
		);
}

function spoken(provider: string, name: string): Dialect {
	if (provider === 'anthropic-messages') return anthropicMessages;
	if (provider === 'openai-responses' || name.includes('responses')) return openaiResponses;
	if (name === 'embeddings') return openaiEmbeddings;
	if (name === 'completions-legacy') return openaiCompletions;
	return openaiChat;
}

/** Puts back the framing that was taken off a recording. */
function framed(dialect: Dialect, lines: string): Buffer {
	const payloads = lines.split('\n').filter(line => line !== '');
	if (dialect === openaiChat) return Buffer.from([...payloads, '[DONE]'].map(data => `data: ${data}\n\n`).join(''));
	const named = payloads.map(data => `event: ${(JSON.parse(data) as {type: string}).type}\ndata: ${data}\n\n`);
	return Buffer.from(named.join(''));
}

function json(file: string): JsonObject {
	return JSON.parse(fs.readFileSync(file, 'utf8')) as JsonObject;
}

/** The events of a stream as a watcher is given them. */
export function eventsOf(bytes: Buffer): readonly string[] {
	const splitter = new EventSplitter();
	const events = splitter.push(bytes);
	const rest = splitter.rest();
	return [...events, ...(rest.length > 0 ? [rest] : [])].map(event => event.toString('latin1'));
}

/** The counts that are known. */
export function counts(usage: Usage | undefined): unknown {
	return usage === undefined ? undefined : JSON.parse(JSON.stringify({input: usage.input, output: usage.output}));
}
