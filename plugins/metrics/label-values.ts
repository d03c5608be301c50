/** Keeps the number of series bounded, whatever clients send. */

import {type Gateway, namePattern, type Target, targetName} from '../../core/index.js';

/** What everything else is told as. */
export const other = 'other';

/** As many different values of a label as are told apart. */
export const mostValues = 200;

/** A longer name is no name that anybody gave to a model or a caller. */
const longestValue = 120;

/** The first values are told apart, all later ones are `other`. */
export class LabelValues {
	readonly #values = new Set<string>();

	of(value: string): string {
		if (this.#values.has(value)) return value;
		if (this.#values.size >= mostValues || value.length > longestValue) return other;
		this.#values.add(value);
		return value;
	}
}

/** Models by name, where the config names them; a client may send any other name and often does. */
export class ModelLabels {
	readonly #gateway: Gateway;
	readonly #patterns: readonly RegExp[];
	readonly #values = new LabelValues();
	/** Those that the config names: `provider.model`. */
	#named: Set<string> | undefined;

	/** @param patterns of further ones: `provider.model`, with `*` for any run of characters. */
	constructor(gateway: Gateway, patterns: readonly string[]) {
		this.#gateway = gateway;
		this.#patterns = patterns.map(namePattern);
	}

	/** @param targets of the call; all but the first are fallbacks, which come from the config and not from the client. */
	of(provider: string, model: string, targets: readonly Target[] = []): string {
		if (model === '') return '';
		const name = targetName({provider, model});
		const known =
			this.#names().has(name) ||
			this.#patterns.some(pattern => pattern.test(name)) ||
			targets.some((target, index) => index > 0 && target.provider === provider && target.model === model);
		return known ? this.#values.of(model) : other;
	}

	/** Aliases are settled when all plugins have had their turn: looked up at the first call. */
	#names(): ReadonlySet<string> {
		if (this.#named !== undefined) return this.#named;
		const {providers, aliases} = this.#gateway;
		this.#named = new Set([
			...providers.all().flatMap(({name, models}) => models.map(model => `${name}.${model}`)),
			...aliases.all().map(({provider, model}) => `${provider}.${model}`),
		]);
		return this.#named;
	}
}
