/** Headers of an answer that are only handed on, from who says them to the client. */

import type {Headers} from './request.js';

/** Names in lower case, each once, and their values in turn: where headers are only handed on, a list costs less to make and to go through than an object. */
export type HeaderList = readonly (string | readonly string[])[];

/** Headers that are laid over others. */
export type HeaderLayer = Headers | HeaderList;

/** What layers of headers come to, as one object for who reads them by name. @param layers each over those before. */
export function mergedHeaders(layers: readonly HeaderLayer[]): Headers {
	const merged: Record<string, string | readonly string[] | undefined> = {};
	for (const layer of layers) {
		if (isList(layer)) for (let at = 0; at < layer.length; at += 2) merged[layer[at] as string] = layer[at + 1];
		else Object.assign(merged, layer);
	}
	return merged;
}

export function isList(layer: unknown): layer is HeaderList {
	return Array.isArray(layer);
}
