/** A translating gateway before one provider of each format, and calls of every client to every one of them. */

import type {ExecutionContext} from 'ava';
import type {ClosedExchange, JsonObject, Plugin, StreamEvent} from 'tapgate';
import {anthropicCompatible, auth, openaiCompatible, routing, translate} from 'tapgate/plugins';
import {type StartedGateway, startGateway, type Upstream} from 'tapgate/testing';
import {eventsIn, type Reading, readStream} from '../../helpers/stream-grammar.js';
import {exchangeRecorder} from '../../helpers/whole-gateway.js';
import {type Speaking, schemaFaults, smallest} from '../../plugins/translate/support.js';
import {cutOff, provider, type Received, type Sent, send} from '../support.js';

export interface TranslatingRig {
	readonly gateway: StartedGateway;
	readonly upstream: Upstream;
	/** The next exchange that is over. */
	closed(): Promise<ClosedExchange>;
	/** Calls the model of one format as a client of another. */
	call(client: Speaking, target: Speaking, more?: JsonObject, headers?: Sent['headers']): Promise<Received>;
}

const openaiFormats = ['openai-chat', 'openai-responses', 'openai-completions'];
const anthropicFormats = ['anthropic-messages', 'anthropic-complete'];

/** Starts it; it stops with the test, which fails when a call had to be cut off for that. */
export async function translatingRig(
	t: ExecutionContext,
	options: NonNullable<Parameters<typeof translate>[0]> = {},
	plugins: readonly Plugin[] = [],
): Promise<TranslatingRig> {
	const upstream = await provider(t);
	const recorder = exchangeRecorder();
	const gateway = await startGateway({
		plugins: [
			auth({anonymous: true}),
			...openaiFormats.map(name => openaiCompatible({name, baseUrl: `${upstream.url}/v1`, dialects: [name]})),
			...anthropicFormats.map(name => anthropicCompatible({name, baseUrl: upstream.url, dialects: [name]})),
			routing(),
			translate(options),
			...plugins,
			recorder.plugin,
		],
		server: {drainSeconds: 5},
	});
	t.teardown(async () => {
		await gateway.stop();
		if (cutOff(gateway)) throw new Error('a call was still open when the test was over');
	});
	return {
		gateway,
		upstream,
		closed: () => recorder.next(),
		call(client, target, more = {}, headers = {}) {
			const body = Object.assign({}, smallest(client), {model: `${target.name}.m`}, more);
			const path = client.routes.find(({operation}) => operation === 'generate')?.path ?? '/';
			return send({gateway}, path, {body, headers});
		},
	};
}

/** What a client has read, held against order and schema of its format. */
export function readBy(client: Speaking, {body}: Received): Reading & {readonly events: readonly StreamEvent[]} {
	const events = eventsIn(body);
	const {faults, ending} = readStream(client.name, events);
	return {events, ending, faults: [...faults, ...schemaFaults(client, events)]};
}
