/** What a plugin author must not be able to write. The compiler is the test; running it checks that it was compiled. */

import test from 'ava';
import {definePlugin, type Gateway, GatewayError, key, type StreamEvent} from 'tapgate';
import {accessLog, auth, routing} from 'tapgate/plugins';

/** Never called: the errors that it must have are errors of types. */
function misuse({hooks, providers, provide}: Gateway): void {
	// A hook is tapped, not fired, intercepted, emptied or looked into.
	// @ts-expect-error a plugin cannot fire a hook
	void hooks.admit.promise;
	// @ts-expect-error a plugin cannot intercept a hook
	void hooks.admit.intercept;
	// @ts-expect-error a plugin cannot see the other taps
	void hooks.admit.taps;
	// @ts-expect-error one way to tap: what is async is awaited anyway
	void hooks.admit.tapPromise;
	// @ts-expect-error the table is fixed
	hooks.admit = hooks.rewrite;
	// @ts-expect-error there is no such hook
	void hooks.admitted;
	// @ts-expect-error places are stages, not names of other plugins
	hooks.admit.tap({name: 'x', before: 'auth'}, () => {});
	// @ts-expect-error signing is per provider
	hooks.sign.tap('x', request => request);

	// The position in the lifecycle is in the type.
	hooks.authenticate.tap('x', exchange => {
		// @ts-expect-error nobody is known yet
		void exchange.caller;
		return undefined;
	});
	hooks.rewrite.tap('x', (request, exchange) => {
		// @ts-expect-error nothing is routed yet
		void exchange.targets;
		return request;
	});
	hooks.record.tap('x', exchange => {
		// @ts-expect-error a call may have been refused before its caller was known
		void exchange.caller.name;
	});

	// Plugins return; core assigns.
	hooks.admit.tap('x', exchange => {
		// @ts-expect-error the exchange is read-only
		exchange.caller = {name: 'me', tags: [], anonymous: false};
		// @ts-expect-error a request is changed by returning another one
		exchange.request.model = 'other';
		// @ts-expect-error a body is changed by returning another request
		if (exchange.request.json) exchange.request.json['model'] = 'other';
	});

	// The kind of a hook is its contract.
	// @ts-expect-error a synchronous hook is not tapped with an async function
	hooks.chunk.tap('x', async () => {});
	// @ts-expect-error a synchronous hook is not tapped with an async function
	hooks.stream.tap('x', async (events: AsyncIterable<StreamEvent>) => events);
	// @ts-expect-error a synchronous hook is not tapped with an async function
	hooks.recover.tap('x', async () => 'next-target' as const);
	// @ts-expect-error authenticate answers with a Caller
	hooks.authenticate.tap('x', () => true);
	// @ts-expect-error resolve answers with a list
	hooks.resolve.tap('x', () => ({provider: 'openai', model: 'gpt'}));
	// @ts-expect-error there is no such recovery
	hooks.recover.tap('x', () => 'retry');
	// @ts-expect-error costs are integers of nano-dollars
	hooks.price.tap('x', () => ({nanoUsd: 0.1}));
	// @ts-expect-error an unknown cost is undefined and not a number
	hooks.price.tap('x', () => 0);

	// Typed keys.
	const seen = key<number>('x.seen');
	hooks.admit.tap('x', exchange => {
		// @ts-expect-error the key holds a number
		exchange.set(seen, 'now');
		// @ts-expect-error it may not have been set
		const value: number = exchange.get(seen);
		void value;
	});
	// @ts-expect-error the service is a number
	provide(seen, 'one');
	// @ts-expect-error a provider is more than a name
	providers.add('x', {name: 'x'});
}

/** Never called: options are checked by the compiler too. */
function misuseOfOptions(): void {
	// @ts-expect-error unknown option
	accessLog({lvl: 'info'});
	// @ts-expect-error wrong type
	auth({anonymous: 'yes'});
	// @ts-expect-error wrong type
	routing({aliases: {fast: ['a', 'b']}});
	// @ts-expect-error a plugin without options has none
	definePlugin({name: 'x', apply() {}})({max: 1});
	definePlugin<{max: number}>({
		name: 'x',
		// @ts-expect-error the schema must describe the options
		options: {type: 'object', properties: {min: {type: 'integer'}}, required: ['min'], additionalProperties: false},
		apply() {},
	});
	// @ts-expect-error an error has a status
	new GatewayError('code', 'message');
}

test('misuse does not compile', t => {
	t.is(typeof misuse, 'function');
	t.is(typeof misuseOfOptions, 'function');
});
