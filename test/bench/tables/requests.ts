import type {Codec, JsonObject} from 'tapgate';
import {anthropicMessages} from '../../../plugins/dialects/anthropic-messages/index.js';
import {openaiChat} from '../../../plugins/dialects/openai-chat/index.js';
import {openaiResponses} from '../../../plugins/dialects/openai-responses/index.js';
import {percentile} from '../statistics.js';
import type {Table} from './table.js';

const rounds = 41;
/** Not counted: a gateway that has been up for a minute runs compiled code. */
const warmUp = 60;
const limit = 3;
const codecs: Readonly<Record<string, Codec | undefined>> = {
	'openai-chat': openaiChat.codec,
	'openai-responses': openaiResponses.codec,
	'anthropic-messages': anthropicMessages.codec,
};

/** A long agent session, 1 MB: instructions, tools, and turns with calls and their results. */
function session(): JsonObject {
	const messages: JsonObject[] = [{role: 'system', content: 'You are a careful engineer. '.repeat(100)}];
	for (let turn = 0; JSON.stringify(messages).length < 1_000_000; turn++) {
		messages.push({role: 'user', content: `Look at file ${turn} and tell what it does. `.repeat(10)});
		messages.push({
			role: 'assistant',
			content: null,
			tool_calls: [
				{id: `call_${turn}`, type: 'function', function: {name: 'read', arguments: `{"path":"src/${turn}.ts"}`}},
			],
		});
		messages.push({role: 'tool', tool_call_id: `call_${turn}`, content: `export const line${turn} = 1;\n`.repeat(150)});
		messages.push({role: 'assistant', content: `It exports line ${turn} many times. `.repeat(20)});
	}
	const parameters = {type: 'object', properties: {path: {type: 'string'}}, required: ['path']};
	return {
		model: 'm',
		max_completion_tokens: 1000,
		messages,
		tools: [{type: 'function', function: {name: 'read', description: 'Reads a file.', parameters}}],
	};
}

/** Milliseconds, the median of many runs. */
function median(run: () => unknown): number {
	for (let round = 0; round < warmUp; round++) run();
	const times: number[] = [];
	for (let round = 0; round < rounds; round++) {
		const began = performance.now();
		run();
		times.push(performance.now() - began);
	}
	return percentile(times, 0.5);
}

/** What translating a request costs beside reading and writing it: a table of every pair. */
export function requests(): Table {
	const chat = session();
	const rows: string[] = [];
	let met = true;
	for (const [from, source] of Object.entries(codecs)) {
		const native = source?.encodeRequest(codecs['openai-chat']?.decodeRequest(chat) ?? raise(), {}).body ?? raise();
		const text = JSON.stringify(native);
		for (const [to, target] of Object.entries(codecs)) {
			if (to === from) continue;
			// Measured beside each other: the machine is not equally quiet all the time.
			const base = median(() => JSON.stringify(JSON.parse(text)));
			const cost = median(() => {
				const decoded = source?.decodeRequest(JSON.parse(text) as JsonObject) ?? raise();
				return JSON.stringify(target?.encodeRequest(decoded, {}).body);
			});
			const ratio = cost / base;
			met &&= ratio <= limit;
			rows.push(
				`| ${from} → ${to} | ${cost.toFixed(1)} | ${base.toFixed(1)} | ${ratio.toFixed(2)} | ${ratio <= limit ? 'met' : '**missed**'} |`,
			);
		}
	}
	const head = `| | ms | parse + stringify, ms | ratio | bar: at most ${limit} |\n|---|--:|--:|--:|---|`;
	return {text: `### Requests: translating 1 MB\n\n${head}\n${rows.join('\n')}\n`, met};
}

function raise(): never {
	throw new Error('a dialect without a codec');
}
