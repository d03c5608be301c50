/** Patterns of the config: compiled once, and refused when they cannot be used or would hang the gateway. */

import {ConfigError} from '../../core/index.js';
import {type Detector, matches} from './detectors/detector.js';
import type {OwnPattern} from './options.js';
import {ambiguity} from './pattern-check.js';
import {traits} from './traits/bits.js';

/**
 * Makes a detector of a pattern.
 * @throws {ConfigError} when it is no regular expression, matches nothing at all, or may take exponential time.
 */
export function ownPattern({name, pattern, flags = ''}: OwnPattern, index: number): Detector {
	const at = `patterns[${index}] ("${name}")`;
	let compiled: RegExp;
	try {
		compiled = new RegExp(pattern, `g${flags}`);
	} catch (error) {
		throw new ConfigError(`${at}: ${error instanceof Error ? error.message : String(error)}`);
	}
	const problem = ambiguity(pattern, flags);
	if (problem !== undefined) throw new ConfigError(`${at}: ${problem}`);
	if (new RegExp(pattern, flags).test(''))
		throw new ConfigError(`${at}: matches empty text; let it match one character or more`);
	const full: RegExp = compiled;
	return {
		kind: name,
		needs: traits.anything,
		*find(text) {
			for (const span of matches(text, {pattern: full})) if (span[0] < span[1]) yield span;
		},
	};
}
