/** Recorded requests in every other format, for models of many kinds: nothing is sent that the vendor's description does not allow. */

import fs from 'node:fs';
import path from 'node:path';
import test from 'ava';
import type {Conversation, JsonObject} from '../../../core/index.js';
import {ModelTable} from '../../../plugins/translate/model-table.js';
import {CallNames} from '../../../plugins/translate/names.js';
import {sharedPath} from '../dialects/recordings.js';
import {chat, legacy, messages, modern, responses, type Speaking, schemaOf} from './support.js';

interface Recorded {
	readonly name: string;
	readonly origin: Speaking;
	readonly body: JsonObject;
}

interface Interaction {
	readonly request: {readonly url: string; readonly body: JsonObject | string};
}

const origins: readonly (readonly [path: RegExp, Speaking])[] = [
	[/\/chat\/completions/, chat],
	[/\/responses$/, responses],
	[/\/messages(\?|$)/, messages],
];

function recordedRequests(): readonly Recorded[] {
	const fixtures = sharedPath('fixtures');
	if (fixtures === undefined) return [];
	return fs.readdirSync(fixtures, {recursive: true, encoding: 'utf8'}).flatMap(file => {
		if (!file.endsWith('exchange.json')) return [];
		const {interactions} = JSON.parse(fs.readFileSync(path.join(fixtures, file), 'utf8')) as {
			readonly interactions: readonly Interaction[];
		};
		return interactions.flatMap(({request: {url, body}}, index) => {
			const origin = origins.find(([path]) => path.test(url))?.[1];
			if (origin === undefined) return [];
			const read = typeof body === 'string' ? (JSON.parse(body) as JsonObject) : body;
			return [{name: `${path.dirname(file)}/${index + 1}`, origin, body: read}];
		});
	});
}

const models: readonly (readonly [provider: string, model: string, targets: readonly Speaking[]])[] = [
	['openai', 'gpt-4o', [chat, responses]],
	['openai', 'gpt-5', [chat, responses]],
	['openai', 'o3', [chat, responses]],
	['anthropic', 'claude-sonnet-4-5', [messages]],
	['anthropic', 'claude-opus-4-8', [messages]],
	['anthropic', 'claude-3-haiku-20240307', [messages]],
	['deepseek', 'deepseek-chat', [chat, messages]],
	['glm', 'glm-4.6', [chat, messages]],
];

const table = new ModelTable({});

/** All that somebody has said, and what tools are called. */
function said({system, turns, tools}: Conversation): readonly string[] {
	const parts = [...system, ...turns.flatMap(turn => turn.parts)];
	return [
		...parts.flatMap(part => (part.type === 'text' ? [part.text] : part.type === 'tool-call' ? [part.name] : [])),
		...parts
			.flatMap(part => (part.type === 'tool-result' ? part.content : []))
			.flatMap(part => (part.type === 'text' ? [part.text] : [])),
		...tools.flatMap(tool => (tool.type === 'function' ? [tool.name] : [])),
	];
}

function hasImages({turns}: Conversation): boolean {
	const parts = turns.flatMap(turn => turn.parts);
	return [...parts, ...parts.flatMap(part => (part.type === 'tool-result' ? part.content : []))].some(
		part => part.type === 'image',
	);
}

for (const {name, origin, body} of recordedRequests()) {
	for (const [provider, model, targets] of models) {
		for (const target of targets) {
			if (target === origin) continue;
			test(`${name} → ${target.name} for ${model}`, t => {
				const conversation = origin.codec.decodeRequest(body);
				const names = new CallNames(conversation, origin.codec, target.codec);
				const asked = Object.assign({}, names.request(conversation), {model});
				const traits = table.traits(provider, model);
				if (traits.modalities?.images === false && hasImages(conversation)) {
					const error = t.throws(() => target.codec.encodeRequest(asked, traits));
					t.like(error, {status: 400, code: 'invalid_body'});
					t.regex(error.message, /takes no images/);
					return;
				}
				const encoded = target.codec.encodeRequest(asked, traits);
				// A value out of range is for the provider to refuse.
				if (schemaOf(origin).request(body) === null) t.deepEqual(schemaOf(target).request(encoded.body), null);
				t.is(encoded.body['model'], model);
				const sent = JSON.stringify(encoded.body);
				for (const text of said(conversation)) {
					// A provider's billing header is nobody else's business.
					if (text.trim() === '' || text.startsWith('x-anthropic-billing-header')) continue;
					t.true(sent.includes(JSON.stringify(text.trim()).slice(1, -1)), text);
				}
				for (const {path: where, reason} of encoded.losses) {
					t.regex(where, /^[a-z_]/i);
					t.regex(reason, /^[^A-Z].{5,}/);
				}
				// What is read back is what was meant.
				const back = target.codec.decodeRequest(encoded.body);
				t.is(back.stream, conversation.stream);
				const known = back.tools.filter(tool => tool.type === 'function' && tool.name !== 'tapgate_output');
				const wanted = asked.tools.filter(tool => tool.type === 'function');
				t.deepEqual(
					known.map(tool => tool.name),
					wanted.map(tool => tool.name),
				);
			});
		}
	}
	for (const target of legacy) {
		test(`${name} → ${target.name}`, t => {
			const conversation = origin.codec.decodeRequest(body);
			try {
				const {body: sent} = target.codec.encodeRequest(conversation, {});
				t.is(typeof sent['prompt'], 'string');
				t.deepEqual(schemaOf(target).request(sent), null);
			} catch (error) {
				t.is((error as {status?: unknown}).status, 400, String(error));
			}
		});
	}
}

test('every modern format is among the recordings', t => {
	const found = recordedRequests();
	if (found.length === 0) {
		t.log('no recordings at hand');
		t.pass();
		return;
	}
	for (const dialect of modern) t.true(found.some(({origin}) => origin === dialect));
});
