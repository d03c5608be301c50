/** A provider whose streams say one thing, and go on until the test lets them end. */

import type {ServerResponse} from 'node:http';
import type {ExecutionContext} from 'ava';
import {startUpstream} from '../../config/testing/index.js';

const chunk = {id: 'c', object: 'chat.completion.chunk', created: 1, model: 'model'};
const beginning = {...chunk, choices: [{index: 0, delta: {role: 'assistant', content: 'one'}, finish_reason: null}]};
const ending = {
	...chunk,
	choices: [{index: 0, delta: {}, finish_reason: 'stop'}],
	usage: {prompt_tokens: 7, completion_tokens: 5, total_tokens: 12},
};

/** What each stream reports to have used. */
export const heldUsage = {input: 7, output: 5};

export async function startHeldStream(t: ExecutionContext) {
	const open: ServerResponse[] = [];
	const upstream = await startUpstream((_request, response) => {
		response.writeHead(200, {'content-type': 'text/event-stream'});
		response.write(`data: ${JSON.stringify(beginning)}\n\n`);
		open.push(response);
	});
	t.teardown(upstream.stop);
	return {
		url: upstream.url,
		/** Lets the streams that are open end. */
		end(): void {
			for (const response of open.splice(0)) response.end(`data: ${JSON.stringify(ending)}\n\ndata: [DONE]\n\n`);
		},
	};
}
