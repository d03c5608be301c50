/** Finds `allow` patterns that no model can match: they are typing errors more often than not. */

import {closest, namePattern, type Provider} from '../../core/index.js';

/** What a pattern can speak of. */
export interface Names {
	readonly providers: readonly Pick<Provider, 'name' | 'kind'>[];
	readonly aliases: readonly string[];
}

/** Whether there is a model, served or not, that a pattern covers: an alias, or something behind a provider's prefix. */
export function canMatch(pattern: string, {providers, aliases}: Names): boolean {
	const regex = namePattern(pattern);
	return (
		aliases.some(alias => regex.test(alias)) ||
		providers.some(({name, kind}) => reaches(pattern, `${name}.`) || isLonger(pattern, `${kind}.${name}.`))
	);
}

/** Whether a pattern matches any text that begins with a prefix and goes on. */
function reaches(pattern: string, prefix: string): boolean {
	const star = pattern.indexOf('*');
	return isLonger(pattern, prefix) || (star !== -1 && prefix.startsWith(pattern.slice(0, star)));
}

function isLonger(pattern: string, prefix: string): boolean {
	return pattern.startsWith(prefix) && pattern.length > prefix.length;
}

/** What may have been meant by a pattern that can match nothing. */
export function closestPatterns(pattern: string, {providers, aliases}: Names): readonly string[] {
	const [first = '', second = ''] = pattern.split('.');
	const names = providers.map(({name}) => name);
	const kinds = new Set<string>(providers.map(({kind}) => kind));
	const provider = closest(kinds.has(first) ? second : first, names, 2).map(name => `${name}.*`);
	return [...provider, ...closest(pattern, aliases, 2)];
}
