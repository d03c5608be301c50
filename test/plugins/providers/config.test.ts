import test, {type ExecutionContext} from 'ava';
import {startGateway} from '../../../config/testing/index.js';
import {ConfigError, type Plugin, Secret} from '../../../core/index.js';
import {anthropic, anthropicCompatible, auth, mock, openai, openaiCompatible, routing} from '../../../plugins/index.js';

/** What the start says to a config with these plugins. */
async function refused(t: ExecutionContext, make: () => Plugin | readonly Plugin[]): Promise<string> {
	const error = await t.throwsAsync(
		async () => {
			const made = make();
			const gateway = await startGateway({
				plugins: [auth({anonymous: true}), ...(Array.isArray(made) ? (made as Plugin[]) : [made as Plugin]), routing()],
			});
			await gateway.stop();
		},
		{instanceOf: ConfigError},
	);
	return error.message;
}

test('a base URL must be the plain http or https URL of a root', async t => {
	for (const baseUrl of [
		'api.example.com/v1',
		'ftp://example.com/v1',
		'file:///etc/passwd',
		'https://example.com/v1?api-version=1',
		'https://example.com/v1?',
		'https://example.com/v1#top',
		'',
	]) {
		const message = await refused(t, () => openaiCompatible({name: 'p', baseUrl}));
		t.regex(message, /^plugin "p": baseUrl: .*expected the http or https URL/, baseUrl);
	}
});

test('credentials in a base URL are refused and not repeated', async t => {
	const message = await refused(t, () => openaiCompatible({name: 'p', baseUrl: 'https://me:canary@example.com/v1'}));
	t.regex(message, /baseUrl: holds credentials/);
	t.notRegex(message, /canary/);
});

test('the compatible kinds must be told their base URL', async t => {
	const without = {name: 'p'} as {name: string; baseUrl: string};
	for (const kind of [openaiCompatible, anthropicCompatible])
		t.regex(await refused(t, () => kind(without)), /baseUrl: is missing/);
});

test('a name is lower case without dots', async t => {
	for (const name of ['Azure', 'my.azure', '', '-x', 'a b'])
		t.regex(await refused(t, () => openai({name})), /plugin "openai": name: expected/);
});

test('several of a kind need names of their own', async t => {
	t.regex(await refused(t, () => [openai(), openai()]), /"openai" is listed twice/);
	const gateway = await startGateway({
		plugins: [
			auth({anonymous: true}),
			openai(),
			openai({name: 'azure'}),
			anthropic(),
			anthropic({name: 'other'}),
			routing(),
		],
	});
	await gateway.stop();
	t.pass();
});

test('a dialect that nobody registered is refused with the name that was meant', async t => {
	const message = await refused(t, () =>
		openaiCompatible({name: 'p', baseUrl: 'http://h/v1', dialects: ['openai-chat', 'openai-respones']}),
	);
	t.regex(message, /^plugin "p": dialects\[1\]: no such dialect: "openai-respones", did you mean "openai-responses"\?/);
	t.regex(message, /known: .*anthropic-messages/);
});

test('what no header can carry is refused without repeating it', async t => {
	const base = {name: 'p', baseUrl: 'http://h/v1'};
	const cases: readonly [() => Plugin, RegExp][] = [
		[() => openaiCompatible({...base, apiKey: 'canary\n'}), /apiKey: holds white space/],
		[() => openaiCompatible({...base, apiKey: new Secret('KEY', 'canary key')}), /apiKey: holds white space/],
		[() => openaiCompatible({...base, apiKey: ''}), /apiKey: expected/],
		[() => openaiCompatible({...base, headers: {'x-a': 'canary\r\nx: y'}}), /headers\["x-a"\]: holds characters/],
		[() => openaiCompatible({...base, headers: {'x a': 'canary'}}), /"x a" is no header name/],
		[() => openaiCompatible({...base, headers: {Host: 'canary'}}), /headers\["Host"\]: belongs to the connection/],
		[
			() => openaiCompatible({...base, headers: {'x-a': 'canary', 'X-A': 'canary'}}),
			/headers\["X-A"\]: is given twice/,
		],
		[
			() => openaiCompatible({...base, apiKey: 'k', headers: {Authorization: 'canary'}}),
			/headers\["Authorization"\]: apiKey sets this header already/,
		],
		[
			() => anthropicCompatible({...base, apiKey: 'k', headers: {'x-api-key': 'canary'}}),
			/headers\["x-api-key"\]: apiKey sets this header already/,
		],
		[
			() => openaiCompatible({...base, headers: {authorization: ['canary'] as unknown as string}}),
			/headers.authorization: expected string, found a list/,
		],
	];
	for (const [make, expected] of cases) {
		const message = await refused(t, make);
		t.regex(message, expected);
		t.notRegex(message, /canary/);
	}
});

test('timeouts are whole milliseconds, and unknown keys are refused with the key that was meant', async t => {
	t.regex(await refused(t, () => openai({timeouts: {firstByteMs: -1}})), /timeouts.firstByteMs: expected/);
	t.regex(await refused(t, () => openai({timeouts: {idleMs: 1.5}})), /timeouts.idleMs: expected integer/);
	const typo = {timeouts: {firstByteMS: 5}} as object;
	t.regex(await refused(t, () => openai(typo)), /timeouts.firstByteMS: unknown key, did you mean "firstByteMs"/);
});

test('a mock model that is told two things at once is refused', async t => {
	const cases: readonly [Parameters<typeof mock>[0], RegExp][] = [
		[{models: {m: {text: 'a', chunks: ['b']}}}, /models.m: text and chunks exclude each other/],
		[{models: {m: {events: [{data: 'x'}], toolCall: {name: 'f', arguments: {}}}}}, /events and toolCall exclude/],
		[{models: {m: {events: [{data: 'x'}], usage: {input: 1, output: 1}}}}, /events and usage exclude/],
		[{models: {m: {failAfter: 1, errorAfter: 1}}}, /failAfter and errorAfter exclude/],
		[{models: {m: {text: 'a', error: {status: 500, message: 'no'}}}}, /text is never sent because error answers first/],
		[{models: {m: {error: {status: 200, message: 'no'}}}}, /models.m.error.status: expected/],
		[{models: {m: {toolCall: {name: 'no spaces', arguments: {}}}}}, /models.m.toolCall.name: expected/],
		[{models: {m: {delay: 5} as object}}, /models.m.delay: unknown key, did you mean "delayMs"/],
		[{name: 'Mock'}, /name: expected/],
	];
	for (const [options, expected] of cases) t.regex(await refused(t, () => mock(options)), expected);
});
