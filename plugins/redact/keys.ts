/** What the redact plugin offers to other plugins. */

import {type Key, key} from '../../core/index.js';

/** Takes out of a text what shall not be kept. */
export interface Redactor {
	/** The text with everything that is confidential replaced. */
	text(value: string): string;
}

/** The redactor of records; absent when the config lists none. */
export const redactor: Key<Redactor> = key('redact.redactor');
