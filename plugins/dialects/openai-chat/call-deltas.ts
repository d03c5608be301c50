/** The deltas of a streamed call: of a function, of a tool that takes free text, or of a legacy function. */

import type {ToolCallPart} from '../../../core/index.js';
import {encodeCall} from './encode-assistant.js';

/** Where a call is written. */
export interface CallPlace {
	/** Running number of the call within its choice. */
	readonly index: number;
	/** The client knows functions and no tools: one call, without an id. */
	readonly legacy: boolean;
}

/** A call that begins, as JSON text. */
export function beginCall(part: ToolCallPart, {index, legacy}: CallPlace): string {
	const {name, arguments: given} = part;
	if (legacy) return JSON.stringify({function_call: {name, arguments: given}});
	const target = part.custom === true ? {custom: {name, input: given}} : {function: {name, arguments: given}};
	return JSON.stringify({tool_calls: [Object.assign({index}, encodeCall(part), target)]});
}

/** More of its arguments, or of its text, as JSON text. */
export function continueCall(part: ToolCallPart, {index, legacy}: CallPlace, text: string): string {
	const json = JSON.stringify(text);
	if (legacy) return `{"function_call":{"arguments":${json}}}`;
	const member = part.custom === true ? '"custom":{"input"' : '"function":{"arguments"';
	return `{"tool_calls":[{"index":${index},${member}:${json}}}]}`;
}
