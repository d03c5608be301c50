/** How a stream of response events ends that has failed. */

import type {GatewayError} from '../../../core/index.js';
import {errorObject} from '../openai.js';

/** Behind every number that the events before can have had, and still a 32-bit integer, which is what some clients read. */
const lastSequenceNumber = 2 ** 31 - 1;

/**
 * Two events, as OpenAI itself sends them. `error` has its error nested, unlike in the specification, and the official
 * clients throw because of it; Codex passes over `error` and reads the reason from `response.failed`, without which it takes
 * the stream for a broken connection.
 */
export function encodeErrorEvent(error: GatewayError, requestId: string): string {
	return named({type: 'error', sequence_number: lastSequenceNumber - 1, error: errorObject(error)}).concat(
		named({
			type: 'response.failed',
			sequence_number: lastSequenceNumber,
			response: {
				id: `resp_${requestId}`,
				object: 'response',
				created_at: Math.floor(Date.now() / 1000),
				status: 'failed',
				error: {code: error.code, message: error.message},
				incomplete_details: null,
				instructions: null,
				metadata: {},
				// The call's model and settings are in the events that went before; the schema wants the members to be there.
				model: '',
				output: [],
				parallel_tool_calls: true,
				temperature: null,
				tool_choice: 'auto',
				tools: [],
				top_p: null,
				usage: null,
			},
		}),
	);
}

function named(event: {readonly type: string; readonly [name: string]: unknown}): string {
	return `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}
