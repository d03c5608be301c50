import test from 'ava';
import fc from 'fast-check';
import {bounded, type Entry, entryOf, levelOf} from '../../../plugins/access-log/entry.js';
import {jsonForm, prettyForm} from '../../../plugins/access-log/forms.js';
import {closedExchange} from './closed-exchange.js';

/** Whatever moves a cursor, breaks or turns a line, hides, or is half a character. */
const dangerous = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u;

const hostileText = fc.oneof(
	fc.string({unit: 'binary'}),
	fc.string({
		unit: fc.constantFrom(
			'\n',
			'\r',
			'\u001b[2J',
			'\u009b31m',
			'\u202e',
			'\u2028',
			'\ud800',
			'"',
			'\\',
			' ',
			'\u0000',
			'x',
		),
	}),
);

const pretty = prettyForm(false);

function entry(changes: Parameters<typeof closedExchange>[0] = {}, detailed = false): Entry {
	const exchange = closedExchange(changes);
	return entryOf(exchange, levelOf(exchange), bounded, detailed);
}

test('the JSON form has stable names in a stable order and leaves out what is not known', t => {
	t.deepEqual(Object.keys(JSON.parse(jsonForm(entry()))), [
		'time',
		'level',
		'requestId',
		'clientIp',
		'method',
		'path',
		'status',
		'outcome',
		'latencyMs',
		'firstByteMs',
		'caller',
		'team',
		'model',
		'target',
		'provider',
		'stream',
		'attempts',
		'inputTokens',
		'cachedTokens',
		'outputTokens',
		'reasoningTokens',
		'costUsd',
		'losses',
	]);
	const refused = {caller: undefined, target: undefined, usage: undefined, cost: undefined, firstByteMs: undefined};
	const told = JSON.parse(jsonForm(entry(Object.assign({model: undefined, attempts: []}, refused))));
	t.deepEqual(Object.keys(told), [
		'time',
		'level',
		'requestId',
		'clientIp',
		'method',
		'path',
		'status',
		'outcome',
		'latencyMs',
		'stream',
		'attempts',
		'losses',
	]);
});

test('numbers: tenths of milliseconds, the exact cost in dollars', t => {
	const told = entry({latencyMs: 12.3456, firstByteMs: 9.97, cost: {nanoUsd: 1_234_567n}});
	t.like(told, {latencyMs: 12.3, firstByteMs: 10, costUsd: 0.001234567});
	t.regex(pretty(told), / 12\.3ms \(first byte 10ms\) .* \$0\.001234567 /);
	fc.assert(
		fc.property(fc.bigInt({min: 0n, max: 10n ** 15n}), nanoUsd => {
			const [whole, fraction = ''] =
				pretty(entry({cost: {nanoUsd}}))
					.split(' $')[1]
					?.split(' ')[0]
					?.split('.') ?? [];
			return BigInt(`${whole}${fraction.padEnd(9, '0')}`) === nanoUsd;
		}),
	);
});

test('what is no number, because a plugin has counted wrongly, is left out', t => {
	const usage = {input: {total: Number.NaN, cacheRead: 5}, output: {total: Number.POSITIVE_INFINITY}};
	const told = JSON.parse(jsonForm(entry({usage: Object.assign(usage, {source: 'reported' as const, raw: {}})})));
	t.like(told, {inputTokens: undefined, cachedTokens: 5, outputTokens: undefined});
});

test('a free call costs 0 and an unpriced one nothing that could be told', t => {
	t.is(entry({cost: {nanoUsd: 0n}}).costUsd, 0);
	t.regex(pretty(entry({cost: {nanoUsd: 0n}})), / \$0 /);
	t.is(entry({cost: undefined}).costUsd, undefined);
});

test('the level follows from status and outcome', t => {
	const cases = [
		[200, 'ok', 'info'],
		[499, 'aborted', 'info'],
		[401, 'refused', 'warn'],
		[429, 'failed', 'warn'],
		[200, 'failed', 'warn'],
		[500, 'failed', 'error'],
		[503, 'refused', 'error'],
	] as const;
	for (const [status, outcome, level] of cases) t.is(levelOf({status, outcome}), level, `${status} ${outcome}`);
});

test('a line for people', t => {
	t.is(
		pretty(entry()),
		'2026-01-02T03:04:05.123Z info  200 ok POST /v1/chat/completions ci@platform fast > mock.echo 123ms ' +
			'(first byte 50ms) in 12 (5 cached) out 34 (7 reasoning) $0.00012 203.0.113.7 request-1',
	);
	t.is(
		pretty(
			entry({
				status: 502,
				outcome: 'failed',
				streamed: true,
				model: 'mock.echo',
				usage: undefined,
				cost: undefined,
				losses: [{path: 'seed', reason: 'not known there'}],
				attempts: [
					{provider: 'mock', model: 'echo', ms: 1, error: 'upstream_timeout'},
					{provider: 'mock', model: 'echo', ms: 2, error: 'upstream_error', status: 502},
				],
				errorCode: 'upstream_error',
			}),
		),
		'2026-01-02T03:04:05.123Z error 502 failed POST /v1/chat/completions ci@platform mock.echo 123ms ' +
			'(first byte 50ms) stream 2 attempts 1 losses upstream_error 203.0.113.7 request-1',
	);
});

test('colors mark level and status only', t => {
	const line = prettyForm(true)(entry());
	t.is(line, pretty(entry()).replace('info  200', '\u001b[32minfo  200\u001b[0m'));
});

test('no text of a client forges lines, fields or terminal commands, and none is endless', t => {
	fc.assert(
		fc.property(hostileText, hostileText, hostileText, (model, path, name) => {
			const told = entry(
				{model, path, target: {provider: 'mock', model: name}, attempts: [{provider: 'mock', model: name, ms: 1}]},
				true,
			);
			const json = jsonForm(told);
			const line = pretty(told);
			if (dangerous.test(json) || dangerous.test(line)) return false;
			const read = JSON.parse(json) as Entry;
			return (
				json.length < 12_000 &&
				(model.length > 256 || read.model === model) &&
				(path.length > 256 || read.path === path)
			);
		}),
		{numRuns: 1000},
	);
	t.pass();
});

test('a blank in a name does not look like the next field', t => {
	const line = pretty(entry({model: 'x 200 ok', path: '/a b'}));
	t.regex(line, / POST "\/a b" ci@platform "x 200 ok" > mock\.echo /);
});

test('long text is cut', t => {
	const {model, path} = entry({model: 'm'.repeat(500), path: `/${'p'.repeat(20_000)}`});
	t.is(model, `${'m'.repeat(253)}...`);
	t.is(path?.length, 256);
});

test('debug tells attempts and losses one by one, within bounds', t => {
	const attempts = Array.from({length: 30}, () => ({provider: 'mock', model: 'm'.repeat(1000), ms: 1}));
	const losses = Array.from({length: 30}, () => ({path: 'p', reason: 'r'.repeat(1000)}));
	const told = entry({attempts, losses}, true);
	t.is(told.attempts, 30);
	t.is(told.attemptDetails?.length, 20);
	t.is(told.attemptDetails?.[0]?.model.length, 256);
	t.is(told.lossDetails?.length, 20);
	t.is(told.lossDetails?.[0]?.length, 256);
});
