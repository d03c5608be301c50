/** What the gateway and the process of its embedded database tell each other. */

import type {Owner} from './lock.js';

/** From the process of the database, once. */
export type Report =
	| {readonly kind: 'ready'}
	/** There is a cluster now. A new process is to open it: making one takes hundreds of megabytes that are not given back. */
	| {readonly kind: 'created'}
	/** A process of the same gateway, or of another one, has the data directory. */
	| {readonly kind: 'sibling' | 'taken'; readonly owner: Owner};

/** To the process of the database. */
export const stopMessage = 'stop';
