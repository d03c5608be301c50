/** What stores grant: it can be settled part by part, and each part once. */

import type {Grant, Standing, Take, Used} from './keys.js';

/** What came of settling: see {@link Grant.settle}. */
export type Settled = ReturnType<Grant['settle']>;

export abstract class PartGrant implements Grant {
	readonly granted = true;
	readonly takes: readonly Take[];
	readonly standings: readonly Standing[];
	#said: Used | undefined;

	/** @param takes what it has taken. @param standings after it. */
	constructor(takes: readonly Take[], standings: readonly Standing[]) {
		this.takes = takes;
		this.standings = standings;
	}

	settle(used: Used, tells = true): Settled {
		const said = this.#said;
		if (said === undefined) {
			if (this.takes.length > 0 && isNothing(used)) return undefined;
			this.#said = used;
			return this.tell(used, used, tells);
		}
		const fresh = used.map((one, index) => (said[index] === undefined ? one : undefined));
		if (isNothing(fresh)) return undefined;
		const all = this.takes.map((_, index) => said[index] ?? fresh[index]);
		this.#said = all;
		return this.tell(all, fresh, tells);
	}

	/**
	 * Is called when something new is said.
	 * @param all what has been said by then. @param fresh what is new of it.
	 * @param tells whether anybody wants to know how the holdings stand then.
	 */
	protected abstract tell(all: Used, fresh: Used, tells: boolean): Settled;
}

function isNothing(used: Used): boolean {
	for (let index = 0; index < used.length; index++) if (used[index] !== undefined) return false;
	return true;
}

/** One whose store is told by a function. */
export class ToldGrant extends PartGrant {
	readonly #tell: (all: Used, fresh: Used) => Settled;

	/** @param tell see {@link PartGrant.tell}. */
	constructor(takes: readonly Take[], standings: readonly Standing[], tell: (all: Used, fresh: Used) => Settled) {
		super(takes, standings);
		this.#tell = tell;
	}

	protected tell(all: Used, fresh: Used): Settled {
		return this.#tell(all, fresh);
	}
}
