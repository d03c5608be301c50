/** Personal data and secrets in what people ask and models answer: they are in no log line, no error and nothing that is kept. */

import {inspect} from 'node:util';
import test from 'ava';
import {type ClosedExchange, definePlugin, Engine, key, listen, type StreamDecoder, serverSettings} from 'tapgate';
import {
	anthropicCompatible,
	auth,
	dialects,
	health,
	openaiCompatible,
	redact,
	routing,
	translate,
} from 'tapgate/plugins';
import {memoryLog, reply, startUpstream} from 'tapgate/testing';
import {createAccessLog} from '../../plugins/access-log/index.js';
import {redactor} from '../../plugins/redact/keys.js';
import {MemorySink} from '../helpers/memory-sink.js';
import {everyVendorKey} from '../plugins/redact/samples.js';

/** The parts by which each would be recognised, whatever is around them. */
const canaries = {
	email: 'canary.bird@nest.example',
	card: '4242 4242 4242 4242',
	iban: 'DE89 3704 0044 0532 0130 00',
	phone: '+49 30 9018 2012',
	ip: '203.0.113.77',
	key: everyVendorKey['GitHub']?.[0] ?? '',
	jwt: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.c2lnbmF0dXJlLW9mLWNhbmFyeQ',
	own: 'CANARY-424242',
};
const everything = `They are ${Object.values(canaries).join(', ')}.`;

function heard(text: string): readonly string[] {
	return Object.entries(canaries).flatMap(([name, value]) =>
		text.includes(value) || text.includes(value.replaceAll(' ', '')) ? [name] : [],
	);
}

interface Kept {
	readonly decoder: StreamDecoder | undefined;
	text: string;
}
const keptKey = key<Kept>('canary.kept');

/** Keeps of every call what a request log would: the request, the answer's text put together, the error. */
function keeper(kept: string[], raw: string[]) {
	return definePlugin({
		name: 'keeper',
		apply({hooks, find, beforeListen}) {
			let clean = (text: string, _exchange: ClosedExchange): string => text;
			beforeListen(() => {
				const service = find(redactor);
				if (service !== undefined) clean = (text, exchange) => service.text(text, exchange);
			});
			hooks.reply.tap('keeper', ({body}, exchange) => {
				if (body !== undefined) exchange.set(keptKey, {decoder: undefined, text: JSON.stringify(body)});
				return undefined;
			});
			hooks.chunk.tap('keeper', (event, exchange) => {
				let stream = exchange.get(keptKey);
				if (stream === undefined) {
					stream = {decoder: exchange.dialect.codec?.decodeStream(), text: ''};
					exchange.set(keptKey, stream);
				}
				for (const step of stream.decoder?.push(event) ?? []) {
					if (step.type === 'part-delta' && 'text' in step.delta) stream.text += step.delta.text;
					if (step.type === 'error') stream.text += step.error.message;
				}
				return undefined;
			});
			hooks.record.tap('keeper', exchange => {
				const answer = exchange.get(keptKey)?.text ?? '';
				const {error, losses, attempts} = exchange;
				for (const text of [
					exchange.request.body.toString(),
					answer,
					error?.message ?? '',
					JSON.stringify({losses, attempts}),
				]) {
					raw.push(text);
					kept.push(clean(text, exchange));
				}
				throw new Error(`an observer broke on ${everything}`);
			});
		},
	});
}

/** What fails and says of what. */
const clumsy = definePlugin({
	name: 'clumsy',
	apply({hooks, log}) {
		hooks.admit.tap('clumsy', ({request}) => {
			if (request.headers['x-break'] === undefined) return;
			log.warn(`about to break on ${everything}`, {body: {text: [everything]}});
			throw new Error(`it broke on ${everything}`, {cause: new SyntaxError(everything)});
		});
	},
});

const calls: Readonly<Record<string, object>> = {
	'/v1/chat/completions': {model: 'open.m', messages: [{role: 'user', content: everything}]},
	'/v1/responses': {model: 'open.m', input: everything},
	'/v1/completions': {model: 'open.m', prompt: everything},
	'/v1/messages': {model: 'anthro.m', max_tokens: 9, messages: [{role: 'user', content: everything}]},
	'/v1/complete': {model: 'anthro.m', max_tokens_to_sample: 9, prompt: `\n\nHuman: ${everything}\n\nAssistant:`},
};

for (const where of ['records', 'traffic'] as const) {
	test(`${where}: nothing that is written down or logged holds a canary`, async t => {
		const upstream = await startUpstream();
		t.teardown(upstream.stop);
		const log = memoryLog();
		const sink = new MemorySink();
		const kept: string[] = [];
		const raw: string[] = [];
		const engine = new Engine({deployment: 'test', server: serverSettings({port: 0}), log});
		await engine.assemble([
			dialects(),
			redact({where: [where], patterns: [{name: 'canary', pattern: 'CANARY-\\d{6}'}]}),
			createAccessLog(sink)({level: 'debug', console: 'json'}),
			health(),
			auth({anonymous: true}),
			openaiCompatible({name: 'open', baseUrl: `${upstream.url}/v1`}),
			anthropicCompatible({name: 'anthro', baseUrl: upstream.url}),
			routing(),
			translate(),
			clumsy(),
			keeper(kept, raw)(),
		]);
		const {url, stop} = await listen(engine);
		t.teardown(stop);
		const call = async (path: string, body: object, headers: Readonly<Record<string, string>> = {}) => {
			const response = await fetch(url + path, {method: 'POST', headers, body: JSON.stringify(body)});
			return {status: response.status, text: await response.text().catch(String)};
		};

		// The provider repeats what it was sent: in an answer, a stream cut into single characters, and errors.
		upstream.answer((request, response, incoming) => {
			const sent = request.body.toString();
			const said = String(/They are [^\\"]*/.exec(sent)?.[0]);
			const {stream, messages} = request.json() as {stream?: boolean; messages?: unknown};
			const fails = incoming.headers['user-agent'] ?? '';
			if (fails === 'fail')
				return reply.json({error: {type: 'invalid_request_error', message: `no: ${said}`}}, 400)(
					request,
					response,
					incoming,
				);
			if (fails === 'html')
				return reply.bytes(`<h1>${said}</h1>`, {'content-type': 'text/html'}, 502)(request, response, incoming);
			if (messages === undefined || request.url.startsWith('/v1/messages'))
				return reply.json({error: {type: 'invalid_request_error', message: `only chats: ${said}`}, type: 'error'}, 400)(
					request,
					response,
					incoming,
				);
			const pieces = [...said].map(content => ({choices: [{index: 0, delta: {content}}]}));
			const end = {choices: [{index: 0, delta: {}, finish_reason: 'stop'}]};
			const events = fails === 'midway' ? [...pieces, {error: {message: said}}] : [...pieces, end, '[DONE]'];
			const plain = {choices: [{index: 0, message: {role: 'assistant', content: said}, finish_reason: 'stop'}]};
			return (stream === true ? reply.events(events) : reply.json(plain))(request, response, incoming);
		});
		let answered = 0;
		for (const [path, body] of Object.entries(calls)) {
			for (const stream of [false, true]) {
				for (const agent of ['well', 'fail', 'html', 'midway']) {
					for (const model of ['open.m', 'anthro.m']) {
						const answer = await call(path, {...body, model, stream}, {'user-agent': agent});
						if (answer.status === 200) answered++;
					}
				}
				const broken = await call(path, {...body, stream}, {'x-break': 'yes'});
				t.is(broken.status, 500);
				t.deepEqual(heard(broken.text), [], 'the client is told nothing of what broke');
			}
		}
		t.is(
			(await call('/v1/chat/completions', {...calls['/v1/chat/completions'], model: `none.${canaries.own}`})).status,
			404,
		);
		await stop();

		t.true(answered >= 15, `${answered} were answered`);
		t.true(kept.length > 200 && log.lines.length > 50 && sink.lines.length > 80, 'there is something to look at');
		t.is(heard(raw.join('\n')).length, Object.keys(canaries).length, 'without redaction they sing');
		for (const text of kept) t.deepEqual(heard(text), [], text);
		for (const line of log.lines) {
			const heardIn = heard(inspect(line, {depth: 9, maxStringLength: null}) + JSON.stringify(line));
			// The log of whoever runs a gateway names addresses.
			t.deepEqual(
				heardIn.filter(name => name !== 'ip'),
				[],
				JSON.stringify(line),
			);
		}
		const accessLog = sink.text.split('\n').filter(line => !line.includes(`none.${canaries.own}`));
		t.deepEqual(heard(accessLog.join('\n')), []);
		if (where === 'traffic') for (const {body} of upstream.requests) t.deepEqual(heard(body.toString()), []);
		t.is(
			upstream.requests.some(({body}) => heard(body.toString()).length > 0),
			where === 'records',
		);
	});
}
