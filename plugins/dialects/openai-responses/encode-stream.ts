/** Writes a stream of response events. */

import {
	type CompletionEvent,
	comment,
	type Finish,
	GatewayError,
	type JsonObject,
	type Part,
	type ReplyContext,
	type StreamEncoder,
	type StreamEvent,
	type Usage,
} from '../../../core/index.js';
import {errorObject} from '../openai.js';
import {convertUsage} from './convert-usage.js';
import {encodeFinish} from './map-stop-reason.js';
import {dialect} from './name.js';
import {phaseOfPart, replyMembers, responseId} from './output-items.js';
import {responseObject} from './response-object.js';
import {MessageOutput} from './stream-message.js';
import {CallOutput, NativeOutput, type PartOutput, ReasoningOutput} from './stream-output.js';
import {StreamWriter} from './stream-writer.js';
import {ToolTable} from './tool-names.js';

/**
 * Items are told apart by their place in the output, so parts that are open side by side pass as they come.
 * @see https://platform.openai.com/docs/api-reference/responses-streaming
 */
export class ResponseStreamEncoder implements StreamEncoder {
	readonly #context: ReplyContext;
	readonly #writer: StreamWriter;
	readonly #table: ToolTable;
	readonly #open = new Map<number, PartOutput>();
	#response: JsonObject | undefined;
	#message: MessageOutput | undefined;
	#members: JsonObject = {};
	#finish: Finish | undefined;
	#usage: Usage | undefined;
	#refused = false;
	#over = false;

	constructor(context: ReplyContext) {
		this.#context = context;
		this.#writer = new StreamWriter(context.newId);
		this.#table = new ToolTable(context.request['tools'], context.request['input']);
	}

	push(event: CompletionEvent): readonly StreamEvent[] {
		if (this.#over) return [];
		switch (event.type) {
			case 'start':
				this.#usage = event.usage;
				this.#members = replyMembers(event.extras);
				this.#begin(event.id, event.created);
				break;
			case 'part-start':
				// This format has one answer; the request for more has been refused.
				if ((event.candidate ?? 0) === 0) this.#start(event.index, event.part);
				break;
			case 'part-delta':
				this.#open.get(event.index)?.add(event.delta);
				break;
			case 'part-end':
				this.#open.get(event.index)?.end();
				this.#open.delete(event.index);
				break;
			case 'finish':
				if ((event.candidate ?? 0) === 0) this.#finish = event.finish;
				if (event.extras !== undefined) this.#members = Object.assign({}, this.#members, replyMembers(event.extras));
				break;
			case 'usage':
				this.#usage = event.usage;
				break;
			case 'ping':
				return [this.keepAlive()];
			case 'error': {
				const {status, code, message} = event.error;
				return this.#fail(new GatewayError(code ?? 'upstream_error', status, message), '');
			}
			case 'end':
				this.#end();
		}
		return this.#writer.take();
	}

	/** The terminal event has gone with `end`; without it the stream is cut off. */
	end(): readonly StreamEvent[] {
		return [];
	}

	fail(error: GatewayError, requestId: string): readonly StreamEvent[] {
		return this.#over ? [] : this.#fail(error, requestId);
	}

	keepAlive(): StreamEvent {
		return comment('keep-alive');
	}

	#begin(id: string, created: number | undefined): JsonObject {
		if (this.#response !== undefined) return this.#response;
		const at = created ?? Math.floor(Date.now() / 1000);
		const response = responseObject(responseId(id, this.#context.newId), at, this.#context);
		this.#response = response;
		const writer = this.#writer;
		writer.emit({type: 'response.created', sequence_number: writer.next(), response});
		writer.emit({type: 'response.in_progress', sequence_number: writer.next(), response});
		return response;
	}

	#start(index: number, part: Part): void {
		this.#begin('', undefined);
		const output = this.#outputOf(part);
		if (output !== undefined) this.#open.set(index, output);
	}

	#outputOf(part: Part): PartOutput | undefined {
		if (part.type === 'text' || part.type === 'refusal') {
			const phase = phaseOfPart(part);
			if (part.type === 'refusal') this.#refused = true;
			if (this.#message?.phase !== phase) this.#closeMessage();
			this.#message ??= new MessageOutput(phase, this.#writer);
			return this.#message.content(part);
		}
		switch (part.type) {
			case 'thinking':
			case 'redacted-thinking':
				this.#closeMessage();
				return new ReasoningOutput(part, this.#writer);
			case 'tool-call':
				this.#closeMessage();
				return new CallOutput(part, this.#writer, this.#table);
			case 'native':
				if (part.dialect !== dialect) return undefined;
				this.#closeMessage();
				return new NativeOutput(part, this.#writer);
			default:
				return undefined;
		}
	}

	#closeMessage(): void {
		this.#message?.close();
		this.#message = undefined;
	}

	#end(): void {
		const response = this.#begin('', undefined);
		const explanation = this.#finish?.reason === 'refusal' ? this.#finish.explanation : undefined;
		const explained = explanation !== undefined && !this.#refused;
		const ending = encodeFinish(this.#finish, this.#refused);
		if (explained) this.#outputOf({type: 'refusal', text: explanation})?.end();
		this.#message?.close(ending.status);
		this.#over = true;
		const writer = this.#writer;
		const whole = Object.assign({}, response, this.#members, ending, {
			completed_at: ending.status === 'completed' ? Math.floor(Date.now() / 1000) : null,
			output: writer.output,
			usage: convertUsage(this.#usage),
		});
		writer.emit({type: `response.${ending.status}`, sequence_number: writer.next(), response: whole});
	}

	/** As OpenAI itself does: the official clients throw because of `error`, Codex reads `response.failed`. */
	#fail(error: GatewayError, requestId: string): readonly StreamEvent[] {
		this.#over = true;
		const writer = this.#writer;
		const begun = this.#response ?? responseObject(`resp_${requestId}`, Math.floor(Date.now() / 1000), this.#context);
		writer.emit({type: 'error', sequence_number: writer.next(), error: errorObject(error)});
		const response = Object.assign({}, begun, {
			status: 'failed',
			error: {code: error.code, message: error.message},
			output: writer.output,
			usage: convertUsage(this.#usage),
		});
		writer.emit({type: 'response.failed', sequence_number: writer.next(), response});
		return writer.take();
	}
}
