/** Which plugin taps which hook, read from the hooks themselves. */

import {HookMap} from 'tapable';
import type {Engine} from 'tapgate';

/** Hook → plugins in the order of their taps; a plugin once, however many taps it has. `sign[openai]` for a hook per provider. */
export function tapOrder(engine: Engine): ReadonlyMap<string, readonly string[]> {
	const order = new Map<string, readonly string[]>();
	for (const [name, hook] of Object.entries(engine.hooks)) {
		if (hook instanceof HookMap) {
			for (const provider of engine.providers.names()) order.set(`${name}[${provider}]`, tapping(hook.get(provider)));
		} else order.set(name, tapping(hook));
	}
	return order;
}

function tapping(hook: unknown): readonly string[] {
	const taps = (hook as {readonly taps?: readonly {readonly plugin: string}[]} | undefined)?.taps ?? [];
	return [...new Set(taps.map(({plugin}) => plugin))];
}
