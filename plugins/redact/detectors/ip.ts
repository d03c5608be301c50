/** IP addresses of both versions, but for those that say nothing about anybody. */

import {isIPv6} from 'node:net';
import {traits} from '../traits/bits.js';
import {type Detector, matches, union} from './detector.js';

/** Four octets; not a part of a longer dotted number, nor a version as in `Chrome/120.0.0.0` or `v1.2.3.4`. */
const octet = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const v4 = new RegExp(
	`(?<![A-Za-z0-9_.-]|[A-Za-z0-9_]/|\\d,)${octet}(?:\\.${octet}){3}(?![A-Za-z0-9_]|\\.\\d|-\\d)`,
	'g',
);

/** Groups of hexadecimal digits and colons; `isIPv6` judges. */
const v6 =
	/(?<![A-Za-z0-9_:.])(?:[0-9a-f]{0,4}:){2,7}(?:[0-9a-f]{1,4}|\d{1,3}(?:\.\d{1,3}){3})?(?![A-Za-z0-9_:]|\.\d)/gi;

export const ip: Detector = {
	kind: 'ip',
	needs: traits.dotted | traits.colons,
	/** An IPv4 address at the end of an IPv6 address is part of it. */
	find: (text, has) =>
		union(
			has & traits.colons ? matches(text, {pattern: v6, accepts: isAddress}) : [],
			has & traits.dotted ? matches(text, {pattern: v4, accepts: tells}) : [],
		),
};

/** Loopback, "any" and broadcast are the same everywhere. */
function tells(value: string): boolean {
	return !/^(?:127\.|0\.0\.0\.0$|255\.255\.255\.)/.test(value);
}

/**
 * `std::vec` and `add::bed` are code: an abbreviated address begins with a group as they are given out, with a digit in it.
 * @see https://www.iana.org/assignments/ipv6-address-space
 */
function isAddress(value: string): boolean {
	if (!isIPv6(value)) return false;
	return !value.includes('::') || /^(?=[a-f]*\d)[23f][0-9a-f]{3}:/i.test(value) || /^::ffff:\d+\./i.test(value);
}
