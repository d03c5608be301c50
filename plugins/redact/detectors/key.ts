/** Credentials: keys of known vendors, private keys, and what stands where a credential stands. */

import {type Detector, type Matching, matches, type Span, union} from './detector.js';
import {vendorKeys} from './vendor-keys.js';

const vendors = new RegExp(`(?<![A-Za-z0-9])(?:${vendorKeys.map(({pattern}) => pattern).join('|')})`, 'g');

/** What a key stands in: most text has few of these. */
const token = /(?<![\w.:+/=-])[\w.:+/=-]{16,}/g;

/** Pictures are no keys: base64 from end to end, longer than any of them. */
const picture = /^[A-Za-z0-9+/]{1024,}={0,2}$/;

/** Where credentials stand; what tells that it is one stays. */
const places: readonly Matching[] = [
	{
		// https://www.rfc-editor.org/rfc/rfc6750#section-2.1, https://www.rfc-editor.org/rfc/rfc7617#section-2
		pattern: /(?<![A-Za-z0-9])(?:bearer|basic)[ \t]{1,4}(?=[\w.~+/=-]{0,60}\d)(?<value>[\w.~+/=-]{16,})/gi,
	},
	{
		// https://www.rfc-editor.org/rfc/rfc3986#section-3.2.1
		pattern: /:\/\/(?<value>[^\s/?#"'<>@:[\]]{0,128}:[^\s/?#"'<>@]{1,256})(?=@)/g,
		needs: '://',
	},
	{
		pattern:
			/[?&](?:api[_-]?key|key|(?:access_|auth_|id_|refresh_)?token|client_secret|secret|password|sig|signature|x-amz-signature)=(?<value>[^\s&#"'<>\\]{8,})/gi,
		needs: '=',
	},
	{
		// Forty characters of base64 are anything; they are this behind this name.
		pattern:
			/aws_?(?:secret_?)?(?:access_?)?key["']?[ \t]{0,3}[:=][ \t]{0,3}["']?(?<value>[A-Za-z0-9/+=]{40})(?![A-Za-z0-9/+=])/gi,
	},
	{
		// https://learn.microsoft.com/en-us/azure/storage/common/storage-configure-connection-string
		pattern: /(?:AccountKey|SharedAccessKey)=(?<value>[A-Za-z0-9+/=]{40,})/gi,
		needs: '=',
	},
	{
		// https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
		pattern: /hooks\.slack\.com\/services\/(?<value>T\w{6,}\/B\w{6,}\/\w{16,})/g,
		needs: 'hooks.slack.com',
	},
];

const begin = /-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----/g;
const end = /-----END [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----/g;

export const key: Detector = {
	kind: 'key',
	find(text) {
		const tokens = [...matches(text, {pattern: token})];
		const urls = text.includes('://') || text.includes('=');
		if (tokens.length === 0 && !urls) return privateKeys(text);
		return union(privateKeys(text), vendorKeysIn(text, tokens), ...places.map(place => matches(text, place)));
	},
};

function* vendorKeysIn(text: string, tokens: readonly Span[]): Generator<Span> {
	for (const [start, end] of tokens) {
		const value = text.slice(start, end);
		if (value.length > 1024 && picture.test(value)) continue;
		for (const [from, to] of matches(value, {pattern: vendors})) yield [start + from, start + to];
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
