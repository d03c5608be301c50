/** Credentials: keys of known vendors, private keys, and what stands where a credential stands. */

import {traits} from '../traits/bits.js';
import {type Detector, type Matching, matches, type Span, union} from './detector.js';
import {vendorKey} from './vendor-keys.js';

/** What a key stands in: most text has few of these. */
const token = /(?<![\w.:+/=~-])[\w.:+/=~-]{16,}/g;

/** Pictures are no keys: base64 from end to end, longer than any of them. */
const picture = /^[A-Za-z0-9+/]{1024,}={0,2}$/;

/** Where a credential stands; what tells that it is one stays. */
interface Place extends Matching {
	/** Text without this trait has none. */
	readonly trait: number;
}

const places: readonly Place[] = [
	{
		// https://www.rfc-editor.org/rfc/rfc3986#section-3.2.1
		pattern: /:\/\/(?<value>[^\s/?#"'<>@:[\]]{0,128}:[^\s/?#"'<>@]{1,256})(?=@)/g,
		trait: traits.scheme,
	},
	{
		pattern:
			/[?&](?:api[_-]?key|key|(?:access_|auth_|id_|refresh_)?token|client_secret|secret|password|sig|signature|x-amz-signature)=(?<value>[^\s&#"'<>\\]{8,})/gi,
		trait: traits.assignment,
	},
	{
		// Forty characters of base64 are anything; they are this behind this name.
		pattern:
			/aws_?(?:secret_?)?(?:access_?)?key["']?[ \t]{0,3}[:=][ \t]{0,3}["']?(?<value>[A-Za-z0-9/+=]{40})(?![A-Za-z0-9/+=])/gi,
		trait: traits.longToken,
	},
	{
		// https://learn.microsoft.com/en-us/azure/storage/common/storage-configure-connection-string
		pattern: /(?:AccountKey|SharedAccessKey)=(?<value>[A-Za-z0-9+/=]{40,})/gi,
		trait: traits.assignment,
	},
	{
		// https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
		pattern: /hooks\.slack\.com\/services\/(?<value>T\w{6,}\/B\w{6,}\/\w{16,})/g,
		trait: traits.longToken,
	},
];

/**
 * In front of a token that authenticates.
 * @see https://www.rfc-editor.org/rfc/rfc6750#section-2.1, https://www.rfc-editor.org/rfc/rfc7617#section-2
 */
const scheme = /(?<![A-Za-z0-9])(?:bearer|basic)[ \t]{1,4}$/i;
const longestScheme = 12;
const credential = /^(?=[\w.~+/=-]{0,60}\d)[\w.~+/=-]{16,}/;

const begin = /-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----/g;
const end = /-----END [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----/g;

export const key: Detector = {
	kind: 'key',
	needs: traits.token | traits.longToken | traits.scheme | traits.assignment | traits.dashes,
	find(text, has) {
		const tokens = has & traits.token ? [...matches(text, {pattern: token})] : [];
		return union(
			privateKeys(text),
			vendorKeysIn(text, tokens),
			credentialsIn(text, tokens),
			...places.map(place => (has & place.trait ? matches(text, place) : [])),
		);
	},
};

function* credentialsIn(text: string, tokens: readonly Span[]): Generator<Span> {
	for (const [start, end] of tokens) {
		if (!scheme.test(text.slice(Math.max(0, start - longestScheme), start))) continue;
		const [value] = credential.exec(text.slice(start, end)) ?? [];
		if (value !== undefined) yield [start, start + value.length];
	}
}

function* vendorKeysIn(text: string, tokens: readonly Span[]): Generator<Span> {
	for (const [start, end] of tokens) {
		const value = text.slice(start, end);
		if (value.length > 1024 && picture.test(value)) continue;
		for (const [from, to] of matches(value, {pattern: vendorKey})) yield [start + from, start + to];
	}
}

/** From its first line to its last, or to the end of a text that was cut. @see https://www.rfc-editor.org/rfc/rfc7468#section-10 */
function* privateKeys(text: string): Generator<Span> {
	if (!text.includes('-----BEGIN')) return;
	begin.lastIndex = 0;
	for (let match = begin.exec(text); match !== null; match = begin.exec(text)) {
		end.lastIndex = begin.lastIndex;
		const closing = end.exec(text);
		const stop = closing === null ? text.length : end.lastIndex;
		yield [match.index, stop];
		begin.lastIndex = stop;
	}
}
