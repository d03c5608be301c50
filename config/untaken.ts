/** Closes connections that were handed to a worker which died before it took them: their clients would wait for ever. */

import type {Worker} from 'node:cluster';
import {isObject} from '../core/index.js';

interface Handle {
	close(): void;
}

const againMs = 10;

/**
 * Watches what is handed to a worker. To be called when it has been forked.
 *
 * The primary accepts connections and sends them to its workers. What a worker has acknowledged the primary closes on its side; what a
 * worker that was killed has not, it keeps open for ever. These messages are Node's own: if they ever look different, nothing is closed here.
 * @see https://github.com/nodejs/node/blob/v20.19.0/lib/internal/cluster/round_robin_handle.js
 */
export function closeUntaken({process: child}: Worker): void {
	const handed = new Map<unknown, Handle>();
	const send = child.send;
	child.send = (...sent: readonly unknown[]): boolean => {
		const [message, handle] = sent;
		if (isOfCluster(message) && message['act'] === 'newconn' && isHandle(handle)) handed.set(message['seq'], handle);
		return Reflect.apply(send, child, sent);
	};
	child.on('internalMessage', (message: unknown) => {
		if (isOfCluster(message)) handed.delete(message['ack']);
	});
	const close = (): void => {
		// What it had still acknowledged is read first.
		if (child.connected) {
			setTimeout(close, againMs);
			return;
		}
		for (const handle of handed.values()) handle.close();
		handed.clear();
	};
	child.once('exit', close);
}

function isOfCluster(message: unknown): message is Readonly<Record<string, unknown>> {
	return isObject(message) && message['cmd'] === 'NODE_CLUSTER';
}

function isHandle(value: unknown): value is Handle {
	return typeof value === 'object' && value !== null && 'close' in value && typeof value.close === 'function';
}
