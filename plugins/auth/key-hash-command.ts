/** The command `tapgate key hash`: prints the hash of a key, to be written into a config in place of the key. */

import type {Readable} from 'node:stream';
import {text} from 'node:stream/consumers';
import type {Command} from '../../core/index.js';
import {digestOf} from './key-ring.js';
import {isKey, longestKey} from './options.js';

/** @param input read when no argument is given, so that the key stays out of the shell's history and the process list. */
export function keyHashCommand(input: Readable): Command {
	return {
		summary:
			'print the hash of a key for auth({keys: [{hash}]}); reads the key from standard input, or as the argument',
		async run(args, print) {
			const [argument, ...rest] = args;
			if (rest.length > 0) {
				print('expected one key, found several arguments; a key holds no blanks');
				return 1;
			}
			const key = argument ?? (await text(input)).replace(/\r?\n$/, '');
			if (!isKey(key)) {
				print(`expected a key of 1 to ${longestKey} visible ASCII characters without blanks and commas`);
				return 1;
			}
			print(`sha256:${digestOf(key)}`);
			return 0;
		},
	};
}
