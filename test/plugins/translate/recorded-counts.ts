/** Recorded requests whose providers said how many tokens they took. */

import fs from 'node:fs';
import path from 'node:path';
import type {Conversation, Dialect, Family, JsonObject} from '../../../core/index.js';
import {anthropicMessages} from '../../../plugins/dialects/anthropic-messages/index.js';
import {openaiChat} from '../../../plugins/dialects/openai-chat/index.js';
import {openaiResponses} from '../../../plugins/dialects/openai-responses/index.js';
import {sharedPath} from '../dialects/recordings.js';

export interface RecordedCount {
	readonly name: string;
	readonly conversation: Conversation;
	readonly family: Family;
	/** What the provider counted. */
	readonly tokens: number;
	/** What only the provider has seen is in its count: an image or a document by address, what its search found. */
	readonly unseen: boolean;
}

interface Interaction {
	readonly request: {readonly url: string; readonly body: JsonObject | string};
}

/** Every one that lies beside the repository; none when nothing does. */
export function recordedCounts(): readonly RecordedCount[] {
	const fixtures = sharedPath('fixtures');
	if (fixtures === undefined) return [];
	return names(fixtures).flatMap(provider => {
		if (provider === 'gemini') return [];
		return names(path.join(fixtures, provider)).flatMap(name => {
			const folder = path.join(fixtures, provider, name);
			const file = path.join(folder, 'exchange.json');
			if (!fs.existsSync(file)) return [];
			const {interactions} = read(file) as {interactions?: readonly Interaction[]};
			return (interactions ?? []).flatMap((interaction, index) =>
				counted(interaction, `${provider}/${name}/${index + 1}`, folder, index + 1),
			);
		});
	});
}

function names(folder: string): readonly string[] {
	const entries = fs.readdirSync(folder, {withFileTypes: true});
	return entries.flatMap(entry => (entry.isDirectory() ? [entry.name] : [])).sort();
}

function counted({request}: Interaction, name: string, folder: string, number: number): readonly RecordedCount[] {
	const dialect = dialectOf(request.url);
	const body = typeof request.body === 'string' ? (JSON.parse(request.body) as JsonObject) : request.body;
	const answer = [`${number}.response.json`, `golden.${number}.json`]
		.map(file => path.join(folder, file))
		.find(file => fs.existsSync(file));
	if (answer === undefined || dialect.codec === undefined) return [];
	const reply = read(answer);
	const tokens = dialect.readUsage(reply)?.input.total ?? reply['input_tokens'];
	if (typeof tokens !== 'number' || tokens === 0) return [];
	const conversation = dialect.codec.decodeRequest(body);
	return [{name, conversation, family: dialect.family, tokens, unseen: isUnseen(conversation)}];
}

function dialectOf(url: string): Dialect {
	if (url.includes('/messages')) return anthropicMessages;
	return url.includes('/responses') ? openaiResponses : openaiChat;
}

function isUnseen({turns, tools}: Conversation): boolean {
	if (tools.some(({type}) => type === 'native')) return true;
	const parts = turns.flatMap(turn => turn.parts);
	return parts.some(part => (part.type === 'image' || part.type === 'document') && part.source.kind === 'url');
}

function read(file: string): JsonObject {
	return JSON.parse(fs.readFileSync(file, 'utf8')) as JsonObject;
}
