/** Takes personal data and secrets out of what is kept of calls and, when asked to, out of what is sent upstream. */

import {definePlugin} from '../../core/index.js';
import {detectors, kinds} from './detectors/index.js';
import {redactor} from './keys.js';
import {type RedactOptions, redactSchema} from './options.js';
import {ownPattern} from './own-pattern.js';
import {Scanner} from './scanner.js';
import {redactTraffic, vaultOf} from './traffic.js';

export type {RedactOptions} from './options.js';

export const redact = definePlugin<RedactOptions>({
	name: 'redact',
	options: redactSchema,
	apply(gateway, {what = kinds, patterns = [], where = ['records']}) {
		const own = patterns.map(ownPattern);
		const known = kinds.filter(kind => what.includes(kind));
		const scanner = new Scanner([...own, ...known.map(kind => detectors[kind])]);
		const kept = (kind: string): string => `[${kind}]`;

		gateway.provide(redactor, {
			text(value, exchange) {
				const vault = exchange === undefined ? undefined : vaultOf(exchange);
				return scanner.replace(value, kept, vault?.hidden);
			},
			passes: (bytes, exchange) => (exchange === undefined || vaultOf(exchange) === undefined) && scanner.passes(bytes),
		});

		// Whoever runs a gateway must read in its log which address did not answer.
		const logged = new Scanner([...own, ...known.filter(kind => kind !== 'ip').map(kind => detectors[kind])]);
		gateway.filterLog(text => logged.replace(text, kept));

		if (where.includes('traffic')) redactTraffic(gateway, scanner);
	},
});
