/** Writes heads of answers: what several have to say, each over those before. */

import type {ServerResponse} from 'node:http';
import {type HeaderLayer, type HeaderList, isList, mergedHeaders} from '../header-list.js';

/**
 * Writes the head of a response, in one go: setting header by header costs Node a table of them, and an object of so many names of ours as well.
 * @param layers each over those before.
 */
export function writeHeaders(
	response: ServerResponse,
	status: number,
	layers: readonly (OwnHeaders | HeaderList)[],
): void {
	const flat = flatHeaders(layers);
	try {
		response.writeHead(status, flat as string[]);
	} catch {
		// One of them cannot be sent, such as a line break in what a plugin or a provider said.
		response.statusCode = status;
		setHeaders(response, mergedHeaders(layers as readonly HeaderLayer[]));
	}
}

type FlatHeaders = (string | number | readonly string[] | undefined)[];

/** Names and values in turn, in a list that is made as long as it may become: one that grows is copied twice. */
function flatHeaders(layers: readonly (OwnHeaders | HeaderList)[]): FlatHeaders {
	let most = 0;
	for (let index = 0; index < layers.length; index++) {
		const layer = layers[index] as OwnHeaders | HeaderList;
		if (isList(layer)) most += layer.length;
		else for (const _ in layer) most += 2;
	}
	const flat: FlatHeaders = new Array(most);
	let length = 0;
	for (let index = 0; index < layers.length; index++) {
		const layer = layers[index] as OwnHeaders | HeaderList;
		// Within a layer no name stands twice.
		const before = length;
		if (isList(layer))
			for (let at = 0; at < layer.length; at += 2)
				length = place(flat, length, before, layer[at] as string, layer[at + 1]);
		else for (const name in layer) length = place(flat, length, before, name, layer[name]);
	}
	if (length < most) flat.length = length;
	return flat;
}

/**
 * Puts a header where an earlier one of its name stands, or behind all others; one without a value leaves nothing in its place.
 * @param length how much of `flat` there is. @param before how much of it is of the layers before.
 * @returns how much there is then.
 */
function place(
	flat: FlatHeaders,
	length: number,
	before: number,
	name: string,
	value: string | number | readonly string[] | undefined,
): number {
	let index = 0;
	while (index < before && flat[index] !== name) index += 2;
	const known = index < before;
	if (value === undefined) {
		if (!known) return length;
		flat.copyWithin(index, index + 2, length);
		return length - 2;
	}
	if (!known) flat[length] = name;
	flat[known ? index + 1 : length + 1] = value;
	return known ? length : length + 2;
}

type OwnHeaders = Readonly<Record<string, string | number | readonly string[] | undefined>>;

/** Sets headers on a response, leaving out what Node would refuse to send rather than failing the call. */
export function setHeaders(response: ServerResponse, headers: OwnHeaders): void {
	for (const name in headers) {
		const value = headers[name];
		if (value === undefined) continue;
		try {
			response.setHeader(name, value as string | string[]);
		} catch {}
	}
}
