/** Providers that accept a stream and then think for minutes: the client's connection must not look dead meanwhile. */

import test, {type ExecutionContext} from 'ava';
import {anthropicCompatible, auth, openaiCompatible, routing, translate} from 'tapgate/plugins';
import {type Answer, startGateway, startUpstream} from 'tapgate/testing';
import {handsOn} from './support.js';

// The gateway's patience passes at once; every other timer is as long as it is.
const patienceMs = 15_000;
const {setTimeout: wait, setInterval: repeat} = globalThis;
const shortened = (ms: number | undefined): number | undefined => (ms === patienceMs ? 1 : ms);
globalThis.setTimeout = ((act: () => void, ms?: number) => wait(act, shortened(ms))) as typeof wait;
globalThis.setInterval = ((act: () => void, ms?: number) => repeat(act, shortened(ms))) as typeof repeat;

const chunk = (choice: object): string =>
	`data: ${JSON.stringify({id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{index: 0, ...choice}]})}\n\n`;
const answer = `${chunk({delta: {role: 'assistant', content: 'Hi'}, finish_reason: null})}${chunk({delta: {}, finish_reason: 'stop'})}data: [DONE]\n\n`;
const failure = 'data: {"error":{"message":"Overloaded","type":"server_error","param":null,"code":null}}\n\n';

/** A provider that has answered with its head, and says the rest when it is told to. */
async function thinking(t: ExecutionContext, plugins: readonly ReturnType<typeof translate>[] = []) {
	let speak: (act: (response: Parameters<Answer>[1]) => void) => void = () => {};
	const told = new Promise<(response: Parameters<Answer>[1]) => void>(resolve => {
		speak = resolve;
	});
	const upstream = await startUpstream(async (_request, response) => {
		response.writeHead(200, {'content-type': 'text/event-stream'}).flushHeaders();
		(await told)(response);
	});
	const gateway = await startGateway({
		plugins: [
			auth({anonymous: true}),
			openaiCompatible({name: 'gpt', baseUrl: `${upstream.url}/v1`}),
			anthropicCompatible({name: 'claude', baseUrl: upstream.url}),
			routing(),
			translate(),
			...plugins,
		],
	});
	t.teardown(async () => {
		await gateway.stop();
		await upstream.stop();
	});
	const body = {model: 'gpt.m', max_tokens: 9, messages: [{role: 'user', content: 'hello'}], stream: true};
	return {
		speak,
		upstream,
		open: async (path: string) => reading(await gateway.post(path, body)),
	};
}

/** Reads an answer as far as a test wants to. */
function reading(response: Response) {
	const chunks = response.body?.pipeThrough(new TextDecoderStream()).getReader();
	if (chunks === undefined) throw new Error('an answer without a body');
	let text = '';
	return {
		response,
		async until(wanted: string): Promise<string> {
			while (!text.includes(wanted)) {
				const {done, value} = await chunks.read();
				if (done) return text;
				text += value;
			}
			return text;
		},
		close: () => chunks.cancel(),
	};
}

const ways = {
	translated: {path: '/v1/messages', plugins: [], end: 'event: message_stop', error: 'event: error'},
	native: {path: '/v1/chat/completions', plugins: [], end: '[DONE]', error: '"error":{'},
	tapped: {path: '/v1/chat/completions', plugins: [handsOn()], end: '[DONE]', error: '"error":{'},
} as const;

for (const [name, {path, plugins, end, error}] of Object.entries(ways)) {
	test(`${name}: comments tell a waiting client that somebody is there, and the answer follows whole`, async t => {
		const {open, speak} = await thinking(t, plugins);
		const {response, until} = await open(path);
		t.is(response.status, 200);
		t.regex(await until(': keep-alive\n\n: keep-alive\n\n'), /^(: keep-alive\n\n)+$/);
		speak(provider => void provider.end(answer));
		const text = await until('never');
		t.regex(text.replaceAll(': keep-alive\n\n', ''), /^(event: message_start|data: )/);
		t.regex(text, /"(text|content)":"Hi"/);
		t.true(text.includes(end));
	});

	test(`${name}: a failure behind the wait is the client's own error event, and no end`, async t => {
		for (const fail of [
			(provider: Parameters<Answer>[1]) => void provider.end(failure),
			(provider: Parameters<Answer>[1]) => void provider.end(),
			(provider: Parameters<Answer>[1]) => void provider.destroy(),
		]) {
			const {open, speak} = await thinking(t, plugins);
			const {until} = await open(path);
			await until(': keep-alive');
			speak(fail);
			const text = await until('never');
			t.is(text.split(error).length, 2, text);
			t.false(text.includes(end), text);
		}
	});
}

test('a client that leaves while it waits takes the provider along', async t => {
	const {open, upstream} = await thinking(t);
	const {until, close} = await open('/v1/messages');
	await until(': keep-alive');
	await close();
	await upstream.aborted();
	t.pass();
});
