/** What `auth` tells other plugins. */

import {key} from '../../core/index.js';

/** Who is let in. */
export interface Admission {
	/** Who shows no key of this gateway is let in. */
	readonly anonymous: boolean;
	/** There are keys of this gateway. */
	readonly keys: boolean;
}

export const admission = key<Admission>('auth.admission');
