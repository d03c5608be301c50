import test from 'ava';
import fc from 'fast-check';
import {allows} from '../../../core/index.js';
import {canMatch, closestPatterns} from '../../../plugins/auth/allow-patterns.js';

const names = {
	providers: [
		{name: 'openai', kind: 'openai'},
		{name: 'a.b', kind: 'anthropic'},
	],
	aliases: ['fast', 'smart-one'],
} as const;

for (const pattern of [
	'openai.*',
	'openai.gpt-4.1',
	'*',
	'open*',
	'*.gpt-4',
	'openai.openai.*',
	'a.b.*',
	'anthropic.a.b.x',
	'fast',
	'f*',
	'*-one',
]) {
	test(`${pattern} can match`, t => {
		t.true(canMatch(pattern, names));
	});
}

for (const pattern of [
	'opnai.*',
	'openai',
	'openai.',
	'gpt-4',
	'anthropic.*z.y'.replace('*z', 'c'),
	'openai-*',
	'slow',
	'fast.*',
	'a.c*',
]) {
	test(`${pattern} cannot match`, t => {
		t.false(canMatch(pattern, names));
	});
}

test('a pattern that covers some model of a provider is never called a mistake', t => {
	const own = {
		providers: [
			{name: 'o', kind: 'anthropic'},
			{name: 'a.b', kind: 'openai'},
		],
		aliases: [],
	} as const;
	const patterns = fc.tuple(
		fc.constantFrom('', 'o', 'o.', 'a.b.', 'anthropic.o.', 'anthropic.', 'openai.'),
		fc.string({unit: fc.constantFrom('o', 'a', '.', 'b', '*'), maxLength: 6}),
	);
	const models = fc.string({unit: fc.constantFrom('o', 'a', '.', 'b'), minLength: 1, maxLength: 4});
	let covered = 0;
	fc.assert(
		fc.property(patterns, models, fc.constantFrom(...own.providers), ([head, tail], model, provider) => {
			const pattern = head + tail;
			const caller = {name: 'c', tags: [], anonymous: false, allow: [pattern]};
			if (!allows(caller, {provider: provider.name, model}, provider)) return true;
			covered++;
			return canMatch(pattern, own);
		}),
		{numRuns: 5000},
	);
	t.true(covered > 50);
});

test('a pattern speaks of a kind only when it names a provider of the kind', t => {
	const may = (pattern: string) =>
		allows(
			{name: 'c', tags: [], anonymous: false, allow: [pattern]},
			{provider: 'groq', model: 'llama'},
			{kind: 'openai'},
		);
	t.true(may('openai.groq.*') && may('openai.groq.llama') && may('groq.*') && may('*'));
	t.false(may('openai.*') || may('openai.llama') || may('openai.groq') || may('openai.g*'));
});

test('what may have been meant is named as it would be written', t => {
	t.deepEqual(closestPatterns('opnai.gpt-4', names), ['openai.*']);
	t.deepEqual(closestPatterns('fsat', names), ['fast']);
	t.deepEqual(closestPatterns('openai.opena.gpt-4', names), ['openai.*']);
	t.deepEqual(closestPatterns('something-else-entirely', names), []);
});
