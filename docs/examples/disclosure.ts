/**
 * Ends every answer of a model with a notice that an AI wrote it, streamed or not, for OpenAI chats and Anthropic messages.
 *
 * In `gateway.config.ts`: `plugins: [auth({…}), mock(), routing(), disclosure({notice: '— written by an AI'})]`.
 */

import {definePlugin, isObject, type JsonObject, type RoutedExchange, type StreamEvent, streamEvent} from 'tapgate';

/** How a notice is put into one API format. */
interface Format {
	reply(body: JsonObject, notice: string): JsonObject | undefined;
	stream(events: AsyncIterable<StreamEvent>, notice: string): AsyncIterable<StreamEvent>;
}

/** Tells every reader that an AI wrote what they read. */
export const disclosure = definePlugin<{notice: string}>({
	name: 'disclosure',
	options: {
		type: 'object',
		properties: {notice: {type: 'string', minLength: 1, description: 'what is added to every answer'}},
		required: ['notice'],
		additionalProperties: false,
	},
	apply({hooks}, {notice}) {
		const text = `\n\n${notice}`;

		hooks.reply.tap('disclosure', ({status, headers, body}, exchange) => {
			const changed = body && formatOf(exchange)?.reply(body, text);
			return changed && {status, headers, body: changed};
		});

		hooks.stream.tap('disclosure', (events, exchange) => formatOf(exchange)?.stream(events, text));
	},
});

const formats: Readonly<Record<string, Format>> = {
	'openai-chat': {
		reply(body, notice) {
			const {choices} = body;
			if (!Array.isArray(choices)) return undefined;
			return Object.assign({}, body, {
				choices: choices.map((choice: JsonObject) => {
					const {message, finish_reason: reason} = choice;
					if (!isObject(message) || !isAnswer(reason)) return choice;
					return Object.assign({}, choice, {message: appended(message, notice)});
				}),
			});
		},

		async *stream(events, notice) {
			for await (const event of events) {
				const choices = list(event.json, 'choices').filter(({finish_reason: reason}) => isAnswer(reason));
				if (choices.length > 0) {
					const added = choices.map(({index}) => ({index, delta: {content: notice}, finish_reason: null}));
					yield streamEvent({json: Object.assign({}, event.json, {choices: added, usage: undefined})});
				}
				yield event;
			}
		},
	},

	'anthropic-messages': {
		reply(body, notice) {
			if (!Array.isArray(body['content']) || !isAnswer(body['stop_reason'])) return undefined;
			return Object.assign({}, body, {content: [...body['content'], {type: 'text', text: notice}]});
		},

		async *stream(events, notice) {
			let index = 0;
			for await (const event of events) {
				if (event.event === 'content_block_start') index++;
				if (event.event === 'message_delta' && isObject(event.json) && isObject(event.json['delta'])) {
					if (isAnswer(event.json['delta']['stop_reason'])) yield* block(index, notice);
				}
				yield event;
			}
		},
	},
};

/** A block of text of its own: whoever shows the answer shows it last. */
function* block(index: number, text: string): Generator<StreamEvent> {
	const event = (type: string, more: JsonObject) =>
		streamEvent({event: type, json: Object.assign({type, index}, more)});
	yield event('content_block_start', {content_block: {type: 'text', text: ''}});
	yield event('content_block_delta', {delta: {type: 'text_delta', text}});
	yield event('content_block_stop', {});
}

/** The model has ended its answer: it neither calls a tool nor was filtered. */
function isAnswer(reason: unknown): boolean {
	return ['stop', 'length', 'end_turn', 'max_tokens', 'stop_sequence'].includes(String(reason));
}

/** An answer that a program will parse is left as it is. */
function formatOf({dialect, request}: RoutedExchange): Format | undefined {
	const {response_format: format, output_config: output} = request.json ?? {};
	const parsed =
		(isObject(format) && format['type'] !== 'text') || (isObject(output) && output['format'] !== undefined);
	return parsed ? undefined : formats[dialect.name];
}

function appended(message: JsonObject, notice: string): JsonObject {
	return Object.assign({}, message, {content: `${message['content'] ?? ''}${notice}`});
}

function list(json: unknown, name: string): readonly JsonObject[] {
	const found = isObject(json) ? json[name] : undefined;
	return Array.isArray(found) ? found.filter(isObject) : [];
}
