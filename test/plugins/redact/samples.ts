/** Values of every kind that open nothing: keys in the shapes that vendors give out, and random values for property tests. */

import fc from 'fast-check';

/** Put together at run time, so that no scanner takes this file for a leak. */
const made = (...pieces: readonly string[]): string => pieces.join('');
const random = 'aB3dE5fG7hJ9kL1mN2pQ4rS6tU8vW0xYzAbC';
const hex = '0123456789abcdef0123456789abcdef';

/** By vendor, as the table of vendor keys names them. */
export const everyVendorKey: Readonly<Record<string, readonly string[]>> = {
	'OpenAI, Anthropic, DeepSeek, OpenRouter': [
		made('sk', '-', random),
		made('sk', '-proj-', random, '_', random, '-', random),
		made('sk', '-ant-api03-', random, '-', random, 'AA'),
		made('sk', '-', hex),
		made('sk', '-or-v1-', hex, hex),
	],
	AWS: [made('AKIA', 'IOSFODNN7EXAMPLE'), made('ASIA', 'IOSFODNN7EXAMPLE')],
	Google: [made('AIza', random.slice(0, 35))],
	'Google OAuth': [made('ya29', '.', random), made('GOCSPX', '-', random)],
	GitHub: [made('ghp', '_', random), made('ghs', '_', random), made('github', '_pat_', random)],
	GitLab: [made('glpat', '-', random)],
	Slack: [made('xoxb', '-123456789012-', random), made('xapp', '-1-', random)],
	Stripe: [made('sk', '_live_', random), made('rk', '_test_', random), made('whsec', '_', random)],
	Groq: [made('gsk', '_', random)],
	xAI: [made('xai', '-', random)],
	'Hugging Face': [made('hf', '_', random)],
	GLM: [made(hex, '.', random.slice(0, 16))],
	Perplexity: [made('pplx', '-', random)],
	NVIDIA: [made('nvapi', '-', random)],
	Replicate: [made('r8', '_', random)],
	Fireworks: [made('fw', '_', random)],
	Cerebras: [made('csk', '-', hex)],
	'Tavily, Firecrawl': [made('tvly', '-dev-', random), made('fc', '-', hex)],
	'LangSmith, Langfuse': [
		made('lsv2', '_pt_', hex, '_0123456789'),
		made('sk', '-lf-550e8400-e29b-41d4-a716-446655440000'),
	],
	'npm, PyPI': [made('npm', '_', random), made('pypi', '-AgE', random)],
	SendGrid: [made('SG', '.', random.slice(0, 22), '.', random, random.slice(0, 7))],
	Twilio: [made('SK', hex), made('AC', hex)],
	DigitalOcean: [made('dop', '_v1_', hex, hex)],
	Shopify: [made('shpat', '_', hex)],
	Telegram: [made('123456789', ':AA', random.slice(0, 33))],
	'Databricks, HashiCorp': [made('dapi', hex), made('hvs', '.', random)],
};

const digits = (length: number): fc.Arbitrary<string> =>
	fc.array(fc.integer({min: 0, max: 9}), {minLength: length, maxLength: length}).map(list => list.join(''));

const word = fc.string({unit: fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz0123456789'), minLength: 1, maxLength: 12});

function luhnDigit(digits: string): string {
	const sum = [...digits].reverse().reduce((total, digit, at) => {
		const value = Number(digit) * (at % 2 === 0 ? 2 : 1);
		return total + (value > 9 ? value - 9 : value);
	}, 0);
	return String((10 - (sum % 10)) % 10);
}

function ibanOf(country: string, bban: string): string {
	const numbers = [...`${bban}${country}00`].map(character => Number.parseInt(character, 36)).join('');
	return `${country}${String(98n - (BigInt(numbers) % 97n)).padStart(2, '0')}${bban}`;
}

/** A random value with its kind. */
export const value: fc.Arbitrary<{readonly kind: string; readonly value: string}> = fc.oneof(
	fc.tuple(word, word, fc.constantFrom('com', 'de', 'co.uk', 'example')).map(([name, host, top]) => ({
		kind: 'email',
		value: `${name}@${host}.${top}`,
	})),
	digits(14).map(rest => ({kind: 'card', value: `4${rest}${luhnDigit(`4${rest}`)}`})),
	digits(14).map(rest => {
		const whole = `4${rest}${luhnDigit(`4${rest}`)}`;
		return {kind: 'card', value: (whole.match(/.{4}/g) ?? []).join(' ')};
	}),
	digits(18).map(bban => ({kind: 'iban', value: ibanOf('DE', bban)})),
	digits(18).map(bban => ({kind: 'iban', value: (ibanOf('DE', bban).match(/.{1,4}/g) ?? []).join(' ')})),
	fc
		.tuple(fc.integer({min: 20, max: 49}), digits(9))
		.map(([code, rest]) => ({kind: 'phone', value: `+${code} ${rest}`})),
	fc
		.ipV4()
		.filter(address => !/^(?:127|255|0)\./.test(address))
		.map(address => ({kind: 'ip', value: address})),
	fc.constantFrom(...Object.values(everyVendorKey).flat()).map(key => ({kind: 'key', value: key})),
	fc.constant({kind: 'jwt', value: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N'}),
);

/** Text around values: words, scripts, quotes, line breaks; nothing that goes on where a value ends. */
export const around: fc.Arbitrary<string> = fc.oneof(
	fc.lorem({maxCount: 4}),
	fc.string({unit: 'grapheme', maxLength: 20}),
	fc.constantFrom(
		'{"a":"b"}',
		'\\',
		'\\n',
		'C:\\temp\\new',
		'"',
		'你好',
		'[EMAIL_9]',
		'[email]',
		'<b>',
		'[',
		'[EMA',
		'\n\n',
		'&amp;',
	),
);

/** Text with values in it, each between blanks. */
export const textWithValues: fc.Arbitrary<{readonly text: string; readonly values: readonly string[]}> = fc
	.array(fc.tuple(around, value), {minLength: 1, maxLength: 5})
	.map(pieces => ({
		text: pieces.map(([before, {value: held}]) => `${before} "${held}" `).join(''),
		values: pieces.map(([, {value: held}]) => held),
	}));
