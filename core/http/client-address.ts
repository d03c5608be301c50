/** Where a call came from, when proxies stand in between. */

import type {IncomingMessage} from 'node:http';
import ipaddr from 'ipaddr.js';
import {ConfigError} from '../errors.js';

/** Works out the client's address of a request. */
export type AddressReader = (request: IncomingMessage) => string;

/**
 * Reads who the proxies are, once.
 * @param trusted addresses and CIDRs whose word on the client's address is believed.
 * @throws {ConfigError} when one of them is neither.
 */
export function addressReader(trusted: readonly string[]): AddressReader {
	const ranges = trusted.map(parseRange);
	const isTrusted = (address: string): boolean => {
		if (!ipaddr.isValid(address)) return false;
		const parsed = ipaddr.process(address);
		return ranges.some(([network, bits]) => network.kind() === parsed.kind() && parsed.match([network, bits] as never));
	};
	// From the right: each trusted proxy wrote down who spoke to it, the first stranger is the client. Left of a word that is no
	// address stands what anybody may have written.
	const believed = (hops: readonly string[], peer: string): string => {
		let client = peer;
		for (const hop of hops.toReversed()) {
			if (!ipaddr.isValid(hop)) break;
			client = hop;
			if (!isTrusted(hop)) break;
		}
		return client;
	};
	return request => {
		const peer = plain(request.socket.remoteAddress ?? '');
		if (ranges.length === 0 || !isTrusted(peer)) return peer;
		const hops = String(request.headers['x-forwarded-for'] ?? '')
			.split(',')
			.map(hop => plain(hop.trim()))
			.filter(hop => hop !== '');
		if (hops.length > 0) return believed(hops, peer);
		const real = plain(String(request.headers['x-real-ip'] ?? '').trim());
		return ipaddr.isValid(real) ? real : peer;
	};
}

/** An IPv4 address that came over an IPv6 socket, as people write it; without the port that some proxies add. */
function plain(address: string): string {
	if (!address.includes(':')) return address;
	const withoutPort = address.replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, '$1').replace(/^\[([^\]]+)\](:\d+)?$/, '$1');
	return withoutPort.startsWith('::ffff:') && withoutPort.includes('.') ? withoutPort.slice(7) : withoutPort;
}

function parseRange(text: string): [ipaddr.IPv4 | ipaddr.IPv6, number] {
	try {
		if (text.includes('/')) return ipaddr.parseCIDR(text);
		const address = ipaddr.process(text);
		return [address, address.kind() === 'ipv4' ? 32 : 128];
	} catch {
		throw new ConfigError(`server: trustedProxies: expected an address or a CIDR, found ${JSON.stringify(text)}`);
	}
}
