/** Where the embedded database keeps its things below the data directory. */

import path from 'node:path';
import {ConfigError} from '../../../core/index.js';

/** The port in the name of the socket; nothing listens on a port. */
export const port = 5432;

/** What the kernel takes: 108 bytes with the closing NUL on Linux, 104 elsewhere. */
const longestSocket = process.platform === 'linux' ? 107 : 103;

export const clusterOf = (dataDir: string): string => path.join(dataDir, 'postgres');

export const socketOf = (dataDir: string): string => path.join(dataDir, `.s.PGSQL.${port}`);

/** @throws {ConfigError} when the path of the socket is longer than the system takes. */
export function requireShortSocket(dataDir: string): void {
	const length = Buffer.byteLength(socketOf(dataDir));
	if (length <= longestSocket) return;
	throw new ConfigError(
		`dataDir: the embedded database listens on the socket ${socketOf(dataDir)}, a path of ${length} bytes where the system ` +
			`takes ${longestSocket}; choose a dataDir with a shorter path, or one that is a symbolic link to this one`,
	);
}
