/** Reads off a token's claims who its caller is. */

import {type Caller, ConfigError, isObject, type JsonObject} from '../../../core/index.js';
import {type CallerOptions, callerReader, makeCaller} from '../caller-options.js';
import type {ClaimNames} from './options.js';

/** What a token may be without: a caller without a team or tags can do less, one without `allow` could do more. */
const dispensable = ['team', 'tags'] as const;
const indispensable = ['allow', 'limits', 'budget'] as const;

const read = callerReader('the token');

/**
 * Makes the caller.
 * @throws {ConfigError} says which claim is missing, or what is wrong with it.
 */
export function callerOfClaims(claims: JsonObject, names: ClaimNames, defaults: CallerOptions): Caller {
	const nameClaim = names.name ?? 'sub';
	const given: Record<string, unknown> = {name: valueAt(claims, nameClaim)};
	if (given['name'] === undefined) throw new ConfigError(`the token has no claim "${nameClaim}"`);
	for (const trait of dispensable) given[trait] = claimed(claims, names[trait]) ?? defaults[trait];
	for (const trait of indispensable) {
		const value = claimed(claims, names[trait]) ?? defaults[trait];
		if (value === undefined && names[trait] !== undefined) {
			throw new ConfigError(`the token has no claim "${names[trait]}", which says the ${trait} of its caller`);
		}
		given[trait] = value;
	}
	if (typeof given['tags'] === 'string') given['tags'] = given['tags'].split(' ').filter(tag => tag !== '');
	const {name, ...traits} = read(given);
	return makeCaller(name, traits);
}

function claimed(claims: JsonObject, name: string | undefined): unknown {
	return name === undefined ? undefined : (valueAt(claims, name) ?? undefined);
}

/** A claim by its name; dots may be a part of it (`https://example.com/team`) or lead into a claim (`realm_access.roles`). */
function valueAt(claims: JsonObject, name: string): unknown {
	if (Object.hasOwn(claims, name)) return claims[name];
	let value: unknown = claims;
	for (const step of name.split('.')) {
		if (!isObject(value) || !Object.hasOwn(value, step)) return undefined;
		value = value[step];
	}
	return value;
}
