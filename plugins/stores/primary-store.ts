/** The memory of the primary process, as a worker sees it: one for all workers, so that limits are exact with any number of them. */

import {ToldGrant} from './grants.js';
import type {Grant, Holding, Shortage, Standing, Store, Take, Used} from './keys.js';
import type {PrimaryAnswers, PrimaryQuestion} from './primary-memory.js';
import {checkNames} from './revoked-keys.js';
import {checkTakes} from './takes.js';

/** Asks the primary; JSON goes there and comes back. */
type Ask = (question: PrimaryQuestion) => Promise<unknown>;

export class PrimaryStore implements Store {
	readonly kind = 'memory';
	readonly waits = true;
	readonly #ask: Ask;
	#grants = 0;

	constructor(ask: Ask) {
		this.#ask = ask;
	}

	async take(takes: readonly Take[]): Promise<Grant | Shortage> {
		checkTakes(takes);
		const grant = ++this.#grants;
		const answer = (await this.#ask({kind: 'take', grant, takes: takes.map(bare)})) as PrimaryAnswers['take'];
		const standings = answer.standings.map(withEnds);
		if (!answer.granted) return Object.assign({}, answer, {standings, retryMs: answer.retryMs ?? Infinity});
		return new ToldGrant(takes, standings, all => this.#settle(grant, all));
	}

	async look(holdings: readonly Holding[]): Promise<readonly Standing[]> {
		const standings = (await this.#ask({kind: 'look', holdings})) as PrimaryAnswers['look'];
		return standings.map(withEnds);
	}

	async revoke(names: readonly string[]): Promise<void> {
		checkNames(names);
		await this.#ask({kind: 'revoke', names});
	}

	async revoked(withinMs: number): Promise<readonly string[]> {
		return (await this.#ask({kind: 'revoked', withinMs})) as PrimaryAnswers['revoked'];
	}

	/** Never rejects: without its primary a worker ends, and then the primary settles. */
	async #settle(grant: number, used: Used): Promise<readonly Standing[] | undefined> {
		const answer = await this.#ask({kind: 'settle', grant, used}).catch(() => undefined);
		return (answer as PrimaryAnswers['settle'])?.map(withEnds);
	}
}

/** Those who take may have written more on it: that is no business of the primary. */
function bare({holding, amount, enforced}: Take): Take {
	return {holding, amount, enforced};
}

/** JSON has no word for Infinity. */
function withEnds(standing: Standing): Standing {
	return Object.assign({}, standing, {resetMs: standing.resetMs ?? Infinity});
}
