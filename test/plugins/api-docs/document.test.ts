import {Validator} from '@seriousme/openapi-schema-validator';
import {Ajv2020, type ValidateFunction} from 'ajv/dist/2020.js';
import test, {type ExecutionContext} from 'ava';
import {definePlugin, errorTable, isObject, type JsonObject, type Plugin} from 'tapgate';
import {apiDocs, auth, health, mock, openai, openaiCompatible, routing} from 'tapgate/plugins';
import {basics, type StartedGateway, startGateway} from 'tapgate/testing';

interface Media {
	readonly schema?: unknown;
	readonly example?: unknown;
	readonly examples?: Readonly<Record<string, {readonly value: unknown}>>;
}

interface Operation {
	readonly operationId: string;
	readonly summary: string;
	readonly tags: readonly string[];
	readonly security?: readonly unknown[];
	readonly parameters?: readonly JsonObject[];
	readonly requestBody?: {readonly content: Readonly<Record<string, Media>>};
	readonly responses: Readonly<Record<string, {readonly content?: Readonly<Record<string, Media>>}>>;
}

interface Document {
	readonly openapi: string;
	readonly info: JsonObject;
	readonly servers: readonly {readonly url: string}[];
	readonly security: readonly JsonObject[];
	readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
	readonly components: {
		readonly schemas: Readonly<Record<string, JsonObject>>;
		readonly responses: Readonly<Record<string, {readonly content: Readonly<Record<string, Media>>}>>;
		readonly securitySchemes?: JsonObject;
	};
}

async function started(t: ExecutionContext, plugins: readonly Plugin[]): Promise<StartedGateway> {
	const gateway = await startGateway({plugins});
	t.teardown(gateway.stop);
	return gateway;
}

async function described(t: ExecutionContext, plugins: readonly Plugin[], headers = {}): Promise<Document> {
	const gateway = await started(t, plugins);
	return (await (await gateway.get('/openapi.json', headers)).json()) as Document;
}

/** Everything that a gateway may have at once. */
const everything: readonly Plugin[] = [
	apiDocs(),
	health(),
	auth({anonymous: true}),
	mock(),
	openaiCompatible({name: 'local', baseUrl: 'http://127.0.0.1:9', models: ['small/one']}),
	routing({aliases: {fast: 'local.small/one'}, paths: {'/v1/audio': 'local'}}),
	definePlugin({
		name: 'things',
		apply({routes}) {
			routes.add('thing', {
				method: 'PUT',
				path: '/things/:id',
				summary: 'Keeps a thing.',
				description: {
					group: 'Things',
					details: 'Kept until it is thrown away.',
					parameters: [{name: 'soft', in: 'query', description: 'Gently.', schema: {type: 'boolean'}}],
					request: {schema: {type: 'object'}, examples: {One: {size: 1}}},
					answers: {200: {description: 'The thing.', schema: {type: 'object'}}},
				},
				access: 'caller',
				handle: ctx => ctx.set('x-thing', 'kept'),
			});
			routes.add('bare', {
				method: 'GET',
				path: '/bare',
				summary: 'Says nothing of itself.',
				access: 'open',
				handle: ctx => ctx.set('x-thing', 'bare'),
			});
		},
	})(),
];

test('the document is OpenAPI 3.1', async t => {
	const document = await described(t, everything);
	const found = await new Validator().validate(document as unknown as Record<string, unknown>);
	t.deepEqual(found.errors ?? [], []);
	t.true(found.valid);
	t.is(document.openapi, '3.1.0');
});

test('everything that is served is described, and nothing else', async t => {
	const {paths} = await described(t, everything);
	const listed = Object.entries(paths).flatMap(([path, item]) => Object.keys(item).map(method => `${method} ${path}`));
	const passed = ['get', 'post', 'delete'].flatMap(method =>
		['/v1/{path}', '/anthropic/v1/{path}', '/v1/audio', '/v1/audio/{path}'].map(path => `${method} ${path}`),
	);
	t.deepEqual(
		listed.sort(),
		[
			'post /v1/chat/completions',
			'post /v1/responses',
			'post /v1/responses/input_tokens',
			'post /v1/completions',
			'post /v1/embeddings',
			'post /v1/messages',
			'post /v1/messages/count_tokens',
			'post /v1/complete',
			'post /anthropic/v1/messages',
			'post /anthropic/v1/messages/count_tokens',
			'post /anthropic/v1/complete',
			'post /anthropic/complete',
			'get /v1/models',
			'get /v1/models/{id}',
			'get /anthropic/v1/models',
			'get /anthropic/v1/models/{id}',
			'get /v1/providers',
			'get /health',
			'get /health/live',
			'get /health/ready',
			'get /openapi.json',
			'get /swagger/',
			'put /things/{id}',
			'get /bare',
			...passed,
		].sort(),
	);
	const ids = Object.values(paths).flatMap(item => Object.values(item).map(({operationId}) => operationId));
	t.is(new Set(ids).size, ids.length);
});

test('a route that a mapped path hides is not described', async t => {
	const {paths} = await described(t, [
		apiDocs(),
		auth({anonymous: true}),
		mock(),
		routing({paths: {'/v1/embeddings': 'mock'}}),
	]);
	t.deepEqual(paths['/v1/embeddings']?.['post']?.tags, ['Passed through']);
});

test('a route of a plugin is told as the plugin describes it', async t => {
	const {paths} = await described(t, everything);
	const put = paths['/things/{id}']?.['put'];
	t.like(put, {summary: 'Keeps a thing.', tags: ['Things'], description: 'Kept until it is thrown away.'});
	t.deepEqual(
		put?.parameters?.map(({name, in: place, required}) => [name, place, required]),
		[
			['id', 'path', true],
			['soft', 'query', false],
		],
	);
	t.deepEqual(put?.requestBody?.content['application/json']?.examples?.['One']?.value, {size: 1});
	t.deepEqual(Object.keys(put?.responses ?? {}), ['200', '4XX', '5XX']);
	t.deepEqual(paths['/bare']?.['get']?.security, []);
	t.deepEqual(Object.keys(paths['/bare']?.['get']?.responses ?? {}), ['200']);
});

/** Compiles schemas of a document, references and all. */
function compiler(document: Document): (schema: unknown) => ValidateFunction {
	const ajv = new Ajv2020({strict: true, allowUnionTypes: true, validateFormats: false});
	ajv.addKeyword('components');
	const whole = JSON.parse(JSON.stringify(document).replaceAll('"#/components', '"document#/components')) as Document;
	ajv.addSchema({$id: 'document', components: whole.components} as never, undefined, undefined, false);
	return schema =>
		ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/components', '"document#/components')) as JsonObject);
}

test('every example keeps to its schema', async t => {
	const document = await described(t, everything);
	const compile = compiler(document);
	let looked = 0;
	const look = (at: string, media: Media) => {
		const validate = compile(media.schema ?? {});
		for (const [title, {value}] of Object.entries(media.examples ?? {})) {
			t.true(validate(value), `${at}, ${title}: ${JSON.stringify(validate.errors)}`);
			looked++;
		}
	};
	for (const item of Object.values(document.paths)) {
		for (const {operationId, requestBody, responses} of Object.values(item)) {
			for (const media of Object.values(requestBody?.content ?? {})) look(`${operationId} request`, media);
			for (const [status, {content}] of Object.entries(responses)) {
				for (const media of Object.values(content ?? {})) look(`${operationId} ${status}`, media);
			}
		}
	}
	for (const [name, {content}] of Object.entries(document.components.responses)) {
		for (const media of Object.values(content)) look(name, media);
	}
	t.true(looked > 30);
});

test('every example of a call is answered as its description says', async t => {
	const gateway = await started(t, [...basics(), apiDocs(), health()]);
	const document = (await (await gateway.get('/openapi.json')).json()) as Document;
	const compile = compiler(document);
	let called = 0;
	for (const [path, item] of Object.entries(document.paths)) {
		for (const [title, {value}] of Object.entries(
			item['post']?.requestBody?.content['application/json']?.examples ?? {},
		)) {
			const answer = await gateway.post(path, value);
			t.is(answer.status, 200, `${path}, ${title}`);
			const type = answer.headers.get('content-type')?.split(';')[0] ?? '';
			t.is(type, isObject(value) && value['stream'] === true ? 'text/event-stream' : 'application/json');
			const media = item['post']?.responses['200']?.content?.[type];
			t.truthy(media, `${path}, ${title}: ${type} is described`);
			const text = await answer.text();
			const validate = compile(media?.schema ?? {});
			t.true(validate(type === 'application/json' ? JSON.parse(text) : text), `${path}, ${title}`);
			called++;
		}
	}
	t.true(called > 20);
	for (const path of [
		'/v1/models',
		'/v1/models/mock.echo',
		'/v1/providers',
		'/health',
		'/health/live',
		'/health/ready',
	]) {
		const template = path.replace('mock.echo', '{id}');
		const schema = document.paths[template]?.['get']?.responses['200']?.content?.['application/json']?.schema;
		for (const headers of [{}, {'anthropic-version': '2023-06-01'}]) {
			const validate = compile(schema);
			t.true(validate(await (await gateway.get(path, headers)).json()), `${path}: ${JSON.stringify(validate.errors)}`);
		}
	}
});

test('what is refused and what fails is described in both envelopes, with the codes of the table', async t => {
	const gateway = await started(t, [...basics(), apiDocs()]);
	const document = (await (await gateway.get('/openapi.json')).json()) as Document;
	const compile = compiler(document);
	for (const [path, schema] of [
		['/v1/chat/completions', 'OpenAIError'],
		['/v1/messages', 'AnthropicError'],
	] as const) {
		const answer = await gateway.post(path, {model: 'nobody.knows'});
		t.is(answer.status, 404);
		t.true(compile({$ref: `#/components/schemas/${schema}`})(await answer.json()), path);
	}
	const text = JSON.stringify(document.components);
	for (const code of Object.keys(errorTable)) if (code !== 'client_closed') t.true(text.includes(`"${code}"`), code);
});

test('the server is where the document came from, and the version is that of the package', async t => {
	const {servers, info} = await described(t, everything);
	t.deepEqual(
		servers.map(({url}) => new URL(url, 'https://example.com/gateway/openapi.json').href),
		['https://example.com/gateway/'],
	);
	t.regex(String(info['version']), /^\d+\.\d+\.\d+/);
});

const keyed = auth({keys: [{name: 'ci', key: 'opens-this-gateway'}]});
const ownAuth = definePlugin({
	name: 'own-auth',
	apply: ({hooks}) => hooks.authenticate.tap('own-auth', () => ({name: 'all', tags: [], anonymous: false})),
});
const admissions: readonly (readonly [string, Plugin, readonly Plugin[], number, boolean])[] = [
	['a gateway with keys needs one', keyed, [mock()], 2, true],
	['a gateway that lets anybody in names no credential', auth({anonymous: true}), [mock()], 0, false],
	[
		'where a key is a choice, so the description says',
		auth({anonymous: true, keys: [{name: 'ci', key: 'opens-this-gateway'}]}),
		[mock()],
		3,
		true,
	],
	[
		"a provider that takes the client's own credential has one named",
		auth({anonymous: true}),
		[openaiCompatible({baseUrl: 'http://127.0.0.1:9'})],
		3,
		true,
	],
	['a plugin of your own decides: a key is a choice', ownAuth(), [mock()], 3, true],
];
for (const [title, plugin, providers, ways, schemes] of admissions) {
	test(title, async t => {
		const document = await described(t, [apiDocs(), plugin, ...providers, routing()]);
		t.is(document.security.length, ways);
		t.is(document.components.securitySchemes !== undefined, schemes);
		t.is(document.paths['/v1/chat/completions']?.['post']?.security, undefined);
		t.deepEqual(document.paths['/openapi.json']?.['get']?.security, []);
	});
}

const model = (document: Document) => document.components.schemas['Model']?.['examples'];
const called = (document: Document) => {
	const media = document.paths['/v1/messages']?.['post']?.requestBody?.content['application/json'];
	const {value} = media?.examples?.['Plain'] ?? {};
	return isObject(value) ? value['model'] : undefined;
};
const served = [
	openai({apiKey: 'opens-nothing', models: ['gpt-5']}),
	routing({aliases: {fast: 'openai.gpt-5'}, paths: {'/v1/audio': 'openai'}}),
];

test('models are told with their aliases, and the examples call the first', async t => {
	const document = await described(t, [apiDocs(), auth({anonymous: true}), ...served]);
	t.deepEqual(model(document), ['fast', 'openai.gpt-5']);
	t.is(called(document), 'fast');
	const withMock = await described(t, [apiDocs(), auth({anonymous: true}), mock(), ...served]);
	t.is(called(withMock), 'mock.echo');
});

test('an open description of a gateway with keys tells no names but the one of its examples', async t => {
	const document = await described(t, [apiDocs(), keyed, ...served]);
	t.deepEqual(model(document), ['fast']);
	t.false(JSON.stringify(document).includes('gpt-5'));
	t.is(document.paths['/v1/audio']?.['get']?.summary, 'Passed through to one provider.');
});

test('a description for callers wants a key and tells all names', async t => {
	const gateway = await started(t, [apiDocs({access: 'caller'}), keyed, ...served]);
	const refused = await gateway.get('/openapi.json');
	t.is(refused.status, 401);
	t.is((await gateway.get('/swagger/')).status, 200);
	const answer = await gateway.get('/openapi.json', {'x-api-key': 'opens-this-gateway'});
	t.deepEqual(model((await answer.json()) as Document), ['fast', 'openai.gpt-5']);
});

test('who has the document is not sent it again', async t => {
	const gateway = await started(t, [...basics(), apiDocs()]);
	const first = await gateway.get('/openapi.json');
	t.is(first.headers.get('content-type'), 'application/json; charset=utf-8');
	const etag = first.headers.get('etag') ?? '';
	const again = await gateway.get('/openapi.json', {'if-none-match': etag});
	t.is(again.status, 304);
	t.is((await again.text()).length, 0);
	t.is((await gateway.get('/openapi.json', {'if-none-match': 'W/"other"'})).status, 200);
	const plain = await gateway.get('/openapi.json', {'accept-encoding': 'identity'});
	t.is(plain.headers.get('content-encoding'), null);
	t.is(await plain.text(), await first.text());
});
