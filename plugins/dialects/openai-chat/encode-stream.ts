/** Writes a stream of Chat Completions chunks. */

import {
	type CompletionEvent,
	comment,
	type Delta,
	type Finish,
	type GatewayError,
	type JsonObject,
	type Part,
	type ReplyContext,
	type StreamEncoder,
	type StreamEvent,
	type ToolCallPart,
	type Usage,
	wireEvent,
} from '../../../core/index.js';
import {encodeErrorEvent} from '../openai.js';
import {beginCall, type CallPlace, continueCall} from './call-deltas.js';
import {encodeUsage} from './convert-usage.js';
import {asGatewayError} from './decode-error.js';
import {asFreeText, encodeAnnotation, encodeImage, isWrapped, now, replyId} from './encode-reply.js';
import {encodeFinish} from './map-finish-reason.js';
import {isLegacy} from './map-tools.js';
import {detailOf} from './reasoning-details.js';

const dialect = 'openai-chat';

const nothing: readonly StreamEvent[] = [];
const done = wireEvent('data: [DONE]\n\n');
const patience = comment('keep-alive');

interface Signer {
	readonly signedBy?: string;
	readonly id?: string;
}

interface OpenPart {
	readonly part: Part;
	readonly choice: ChoiceState;
	/** Where it is written, if it is a call. */
	readonly call: CallPlace;
	/** Where its text begins within the content. */
	readonly start: number;
	/** The arguments are to be told as free text, which they must first be whole for. */
	readonly wrapped: boolean;
	/** What has come of thinking or of arguments. */
	text: string;
	signature: string;
	/** Who has signed thinking, and what it is called, as far as that was not known when it began. */
	signer: Signer;
}

interface ChoiceState {
	readonly index: number;
	calls: number;
	/** Length of the content so far, which citations count from. */
	length: number;
	/** The last thinking was unsigned: what is thought next is set apart from it. */
	thought: boolean;
	readonly details: JsonObject[];
	/** The model has said itself that it refuses. */
	refused: boolean;
}

/**
 * Every chunk has the same id, time and model, the role comes once, and the finish reason is held back until the stream is known
 * to be complete: a client that has seen one takes what it has for the whole.
 * @see https://platform.openai.com/docs/api-reference/chat/streaming
 */
export class ChunkEncoder implements StreamEncoder {
	readonly #context: ReplyContext;
	/** The client knows functions and no tools: one call, without an id. */
	readonly #legacy: boolean;
	readonly #choices: ChoiceState[] = [];
	readonly #finishes: (Finish | undefined)[] = [undefined];
	readonly #open = new Map<number, OpenPart>();
	/** All of a chunk before its choices, made once. */
	#head = '';
	/** All of it behind the last choice. */
	#tail = '}\n\n';
	#usage: Usage | undefined;
	#over = false;

	constructor(context: ReplyContext) {
		this.#context = context;
		this.#legacy = isLegacy(context.conversation);
	}

	push(event: CompletionEvent): readonly StreamEvent[] {
		if (this.#over) return nothing;
		switch (event.type) {
			case 'part-delta': {
				const open = this.#open.get(event.index);
				return open === undefined ? nothing : this.#writeDelta(open, event.delta);
			}
			case 'start':
				this.#begin(event);
				return nothing;
			case 'part-start':
				return this.#beginPart(event.index, event.part, event.candidate ?? 0);
			case 'part-end':
				return this.#endPart(event.index);
			case 'usage':
				this.#usage = event.usage;
				return nothing;
			case 'finish':
				this.#finishes[event.candidate ?? 0] = event.finish;
				return nothing;
			case 'ping':
				return [patience];
			case 'error':
				this.#over = true;
				return [wireEvent(encodeErrorEvent(asGatewayError(event.error)))];
			case 'end':
				return this.#complete();
		}
	}

	#begin({id, created, usage, extras = []}: Extract<CompletionEvent, {type: 'start'}>): void {
		const {conversation, model} = this.#context;
		const head: Record<string, unknown> = {
			id: replyId(id, this.#context),
			object: 'chat.completion.chunk',
			created: created ?? now(),
			model,
		};
		for (const extra of extras) if (extra.dialect === dialect) head[extra.path] = extra.value;
		this.#head = `data: ${JSON.stringify(head).slice(0, -1)},"choices":[`;
		if (conversation.streamUsage) this.#tail = ',"usage":null}\n\n';
		this.#usage = usage;
	}

	/** The state of a choice; its role is written when it is first asked for, as OpenAI does: without text before calls. */
	#choice(index: number, content: '""' | 'null', events: StreamEvent[]): ChoiceState {
		let choice = this.#choices[index];
		if (choice === undefined) {
			choice = {index, calls: 0, length: 0, thought: false, details: [], refused: false};
			this.#choices[index] = choice;
			events.push(this.#chunk(choice, `{"role":"assistant","content":${content}}`));
		}
		return choice;
	}

	/** @param delta as JSON text. @param end the other members of the choice, as JSON text. */
	#chunk(choice: ChoiceState, delta: string, end = ',"finish_reason":null'): StreamEvent {
		return wireEvent(`${this.#head}{"index":${choice.index},"delta":${delta}${end}}]${this.#tail}`);
	}

	#beginPart(index: number, part: Part, candidate: number): readonly StreamEvent[] {
		const events: StreamEvent[] = [];
		const choice = this.#choice(candidate, part.type === 'tool-call' ? 'null' : '""', events);
		if (part.type === 'tool-call') {
			this.#beginCall(index, part, choice, events);
			return events;
		}
		const open = this.#openPart(index, part, choice, false);
		if (part.type === 'image') {
			events.push(this.#chunk(choice, JSON.stringify({images: encodeImage(part)})));
		} else if (part.type === 'text' || part.type === 'thinking' || part.type === 'refusal') {
			if (part.type === 'thinking' && part.signature !== undefined) open.signature = part.signature;
			if (part.type === 'thinking' && choice.thought)
				events.push(this.#chunk(choice, '{"reasoning_content":"\\n\\n"}'));
			if (part.text !== '') events.push(...this.#writeDelta(open, {type: part.type, text: part.text}));
			if (part.type === 'text')
				for (const citation of part.citations ?? [])
					events.push(...this.#writeDelta(open, {type: 'citation', citation}));
		}
		return events;
	}

	#openPart(index: number, part: Part, choice: ChoiceState, wrapped: boolean): OpenPart {
		const call = {index: choice.calls, legacy: this.#legacy};
		const open: OpenPart = {part, choice, call, start: choice.length, text: '', signature: '', signer: {}, wrapped};
		this.#open.set(index, open);
		return open;
	}

	#beginCall(index: number, part: ToolCallPart, choice: ChoiceState, events: StreamEvent[]): void {
		const wrapped = isWrapped(part, this.#context);
		const begun = wrapped ? asFreeText(part, '') : part;
		// The legacy form has one call.
		if (!this.#legacy || choice.calls === 0) {
			const open = this.#openPart(index, begun, choice, wrapped);
			open.text = part.arguments;
			events.push(this.#chunk(choice, beginCall(begun, open.call)));
		}
		choice.calls++;
	}

	#writeDelta(open: OpenPart, delta: Delta): readonly StreamEvent[] {
		const {choice, part} = open;
		switch (delta.type) {
			case 'text': {
				choice.length += delta.text.length;
				const json = `{"content":${JSON.stringify(delta.text)}}`;
				const logprobs = delta.extras?.find(extra => extra.dialect === dialect && extra.path === 'logprobs');
				if (logprobs === undefined) return [this.#chunk(choice, json)];
				return [this.#chunk(choice, json, `,"logprobs":${JSON.stringify(logprobs.value)},"finish_reason":null`)];
			}
			case 'thinking':
				open.text += delta.text;
				choice.thought = true;
				return [this.#chunk(choice, `{"reasoning_content":${JSON.stringify(delta.text)}}`)];
			case 'arguments': {
				open.text += delta.text;
				if (open.wrapped || part.type !== 'tool-call') return nothing;
				return [this.#chunk(choice, continueCall(part, open.call, delta.text))];
			}
			case 'refusal':
				choice.refused = true;
				return [this.#chunk(choice, `{"refusal":${JSON.stringify(delta.text)}}`)];
			case 'signature':
				open.signature = delta.text;
				open.signer = signerOf(delta);
				return nothing;
			case 'citation': {
				const annotation = encodeAnnotation(delta.citation, open.start, choice.length - open.start);
				return annotation === undefined ? nothing : [this.#chunk(choice, JSON.stringify({annotations: [annotation]}))];
			}
			case 'native':
				if (delta.dialect !== dialect || part.type !== 'native') return nothing;
				return [this.#chunk(choice, JSON.stringify({[part.name]: delta.value}))];
		}
	}

	#endPart(index: number): readonly StreamEvent[] {
		const open = this.#open.get(index);
		if (open === undefined) return nothing;
		this.#open.delete(index);
		const {part, choice} = open;
		if (part.type === 'tool-call' && open.wrapped) {
			const {arguments: input} = asFreeText(part, open.text);
			return [this.#chunk(choice, continueCall(part, open.call, input))];
		}
		// A call without arguments is the empty object to strict readers; said once nothing can follow.
		if (part.type === 'tool-call' && part.custom !== true && open.text.trim() === '') {
			return this.#writeDelta(open, {type: 'arguments', text: '{}'});
		}
		const signed = part.type === 'thinking' && open.signature !== '';
		const whole = signed ? Object.assign({}, part, {text: open.text, signature: open.signature}, open.signer) : part;
		const detail = signed || part.type === 'redacted-thinking' ? detailOf(whole, choice.details.length) : undefined;
		if (detail === undefined) return nothing;
		// With those before it: clients keep what came last.
		choice.details.push(detail);
		choice.thought = false;
		return [this.#chunk(choice, JSON.stringify({reasoning_details: choice.details}))];
	}

	#complete(): readonly StreamEvent[] {
		this.#over = true;
		const events: StreamEvent[] = [];
		for (const [index, finish] of this.#finishes.entries()) {
			const choice = this.#choice(index, '""', events);
			const reason = JSON.stringify(encodeFinish(finish, choice.calls > 0, this.#legacy));
			events.push(this.#chunk(choice, lastDelta(finish, choice.refused), `,"finish_reason":${reason}`));
		}
		if (this.#context.conversation.streamUsage && this.#usage !== undefined) {
			events.push(wireEvent(`${this.#head}],"usage":${JSON.stringify(encodeUsage(this.#usage))}}\n\n`));
		}
		events.push(done);
		return events;
	}

	/** All that is complete has been written when its end came. */
	end(): readonly StreamEvent[] {
		return nothing;
	}

	fail(error: GatewayError): readonly StreamEvent[] {
		if (this.#over) return nothing;
		this.#over = true;
		return [wireEvent(encodeErrorEvent(error))];
	}

	keepAlive(): StreamEvent {
		return patience;
	}
}

function signerOf({signedBy, id}: Signer): Signer {
	return Object.assign({}, signedBy === undefined ? undefined : {signedBy}, id === undefined ? undefined : {id});
}

/** Why it was refused, where the model itself has not said it. */
function lastDelta(finish: Finish | undefined, refused: boolean): string {
	if (refused || finish?.reason !== 'refusal' || finish.explanation === undefined) return '{}';
	return JSON.stringify({refusal: finish.explanation});
}
