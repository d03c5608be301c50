import test from 'ava';
import {Engine, type Log, serverSettings} from '../../../core/index.js';
import {anthropicComplete} from '../../../plugins/dialects/anthropic-complete/index.js';
import {anthropicMessages} from '../../../plugins/dialects/anthropic-messages/index.js';
import {dialects} from '../../../plugins/dialects/index.js';
import {openaiChat} from '../../../plugins/dialects/openai-chat/index.js';
import {openaiCompletions} from '../../../plugins/dialects/openai-completions/index.js';
import {openaiEmbeddings} from '../../../plugins/dialects/openai-embeddings/index.js';
import {openaiResponses} from '../../../plugins/dialects/openai-responses/index.js';

const silent: Log = {debug() {}, info() {}, warn() {}, error() {}};

test('the plugin registers all dialects; the first of a family speaks for it', async t => {
	const engine = new Engine({deployment: 'test', server: serverSettings({}), log: silent});
	// The gateway refuses to start without deciders, which is of no interest here; what was registered stays.
	await t.throwsAsync(engine.assemble([dialects()]), {message: /no plugin taps/});
	const registered = [...engine.dialects];
	t.deepEqual(
		registered.map(({name}) => name),
		engine.dialects.names(),
	);
	t.is(registered.find(({family}) => family === 'openai')?.name, 'openai-chat');
	t.is(registered.find(({family}) => family === 'anthropic')?.name, 'anthropic-messages');
	const routes = registered.flatMap(({name, routes}) =>
		routes.map(({path, operation, upstreamPath = path}) => [path, name, operation, upstreamPath].join(' ')),
	);
	t.deepEqual(routes.sort(), [
		'/anthropic/complete anthropic-complete generate /v1/complete',
		'/anthropic/v1/complete anthropic-complete generate /v1/complete',
		'/anthropic/v1/messages anthropic-messages generate /v1/messages',
		'/anthropic/v1/messages/count_tokens anthropic-messages count /v1/messages/count_tokens',
		'/v1/chat/completions openai-chat generate /v1/chat/completions',
		'/v1/complete anthropic-complete generate /v1/complete',
		'/v1/completions openai-completions generate /v1/completions',
		'/v1/embeddings openai-embeddings embed /v1/embeddings',
		'/v1/messages anthropic-messages generate /v1/messages',
		'/v1/messages/count_tokens anthropic-messages count /v1/messages/count_tokens',
		'/v1/responses openai-responses generate /v1/responses',
		'/v1/responses/input_tokens openai-responses count /v1/responses/input_tokens',
	]);
	t.deepEqual(
		registered.filter(({common}) => common).map(({name}) => name),
		['openai-embeddings'],
	);
});

test('an option is refused: there are none', t => {
	t.throws(() => (dialects as (options: object) => unknown)({only: ['openai-chat']}), {message: /only/});
});

test('requests: each dialect has its own name for the limit on output', t => {
	const body = {model: 'm', stream: true, max_completion_tokens: 1, max_tokens: 2, max_output_tokens: 3};
	const limits = [openaiChat, openaiCompletions, anthropicMessages, openaiResponses].map(
		dialect => dialect.readRequest(body).maxTokens,
	);
	t.deepEqual(limits, [1, 2, 2, 3]);
	t.is(openaiChat.readRequest({max_tokens: 2}).maxTokens, 2);
	t.is(openaiChat.readRequest({max_completion_tokens: null, max_tokens: 2}).maxTokens, 2);
	t.is(anthropicMessages.readRequest({max_tokens: 0}).maxTokens, 0);
	t.is(anthropicComplete.readRequest({max_tokens_to_sample: 4, max_tokens: 5}).maxTokens, 4);
	t.deepEqual(openaiEmbeddings.readRequest(body), {model: 'm', stream: false, maxTokens: undefined});
});

test('requests: what has another type is not there', t => {
	const nothing = {model: undefined, stream: false, maxTokens: undefined};
	for (const dialect of [openaiChat, openaiResponses, anthropicMessages, anthropicComplete]) {
		t.deepEqual(dialect.readRequest({}), nothing);
		t.deepEqual(dialect.readRequest({model: 7, stream: 'true', max_tokens: '9', max_output_tokens: -1}), nothing);
		t.deepEqual(dialect.readRequest({model: ['m'], stream: 1, max_tokens: 1.5, max_output_tokens: null}), nothing);
	}
});

test('usage is asked for when the client has not, and the other stream options stay', t => {
	for (const dialect of [openaiChat, openaiCompletions]) {
		const asked = (body: object) => dialect.askForUsage?.({model: 'm', ...body});
		const plain = {name: 'stream_options', json: '{"include_usage":true}'};
		t.deepEqual(asked({}), plain);
		t.deepEqual(asked({stream_options: null}), plain);
		t.deepEqual(asked({stream_options: []}), plain);
		t.deepEqual(asked({stream_options: {include_usage: false, include_obfuscation: false}}), {
			name: 'stream_options',
			json: '{"include_usage":true,"include_obfuscation":false}',
		});
		t.is(asked({stream_options: {include_usage: true}}), undefined);
	}
	for (const dialect of [openaiResponses, anthropicMessages, anthropicComplete, openaiEmbeddings])
		t.is(dialect.askForUsage, undefined);
});

test('a count is not usage', t => {
	t.is(anthropicMessages.readUsage({input_tokens: 14}), undefined);
	t.is(openaiResponses.readUsage({object: 'response.input_tokens', input_tokens: 14}), undefined);
});
