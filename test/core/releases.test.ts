/** What was deferred is let go of in order, each isolated from the others, and none is waited for without end. */

import test from 'ava';
import {definePlugin} from 'tapgate';
import {basics, startGateway} from 'tapgate/testing';
import {chat, exchangeRecorder} from '../helpers/whole-gateway.js';

/** The ten seconds of a deadline pass at once. */
function hurry(): () => void {
	const {setTimeout} = globalThis;
	const hurried = (act: () => void, milliseconds?: number) =>
		setTimeout(act, milliseconds === 10_000 ? 1 : milliseconds);
	globalThis.setTimeout = hurried as typeof setTimeout;
	return () => {
		globalThis.setTimeout = setTimeout;
	};
}

const never = (): Promise<void> => new Promise(() => {});

test.serial('a release that never settles keeps neither its call open nor the gateway from stopping', async t => {
	t.teardown(hurry());
	const released: string[] = [];
	const forgetful = definePlugin({
		name: 'forgetful',
		apply({hooks, defer}) {
			defer(() => void released.push('gateway, first'));
			defer(never);
			defer(async () => void released.push('gateway, last'));
			hooks.admit.tap('forgetful', exchange => {
				exchange.defer(() => released.push('call, first') as never);
				exchange.defer(never);
				exchange.defer(async () => void released.push('call, last'));
			});
		},
	});
	const recorder = exchangeRecorder();
	const gateway = await startGateway({plugins: [...basics(), forgetful(), recorder.plugin]});
	await (await chat(gateway.url)).text();
	t.is((await recorder.next()).outcome, 'ok');
	t.deepEqual(released.splice(0), ['call, last', 'call, first']);
	await gateway.stop();
	t.deepEqual(released, ['gateway, last', 'gateway, first']);
	const told = gateway.log.lines.filter(({level}) => level === 'error');
	t.deepEqual(
		told.map(({message}) => message),
		['a deferred release failed', 'closing failed'],
	);
	for (const {fields} of told) t.regex(JSON.stringify(fields), /took longer than 10000 ms/);
});

test('a release knows what the call has used and cost, also when it is deferred as the call is over', async t => {
	const seen: unknown[] = [];
	const settling = definePlugin({
		name: 'settling',
		apply({hooks}) {
			hooks.admit.tap('settling', exchange => {
				exchange.defer(({outcome, usage, cost}) => void seen.push([outcome, usage?.output.total, cost?.nanoUsd]));
			});
			hooks.price.tap('settling', () => ({nanoUsd: 7n}));
			hooks.record.tap('settling', exchange => exchange.defer(({cost}) => void seen.push(cost?.nanoUsd)));
		},
	});
	const recorder = exchangeRecorder();
	const gateway = await startGateway({plugins: [...basics(), settling(), recorder.plugin]});
	t.teardown(gateway.stop);
	await (await chat(gateway.url)).text();
	const {usage, sentBytes} = await recorder.next();
	t.deepEqual(seen, [['ok', usage?.output.total, 7n], 7n]);
	t.true(usage !== undefined && sentBytes > 100);
});

test('what is deferred while the gateway stops is let go of next', async t => {
	const released: string[] = [];
	const taking = definePlugin({
		name: 'taking',
		apply({defer}) {
			defer(() => void released.push('first'));
			defer(async () => {
				released.push('last');
				defer(() => void released.push('taken in between'));
			});
		},
	});
	const gateway = await startGateway({plugins: [...basics(), taking()]});
	await gateway.stop();
	t.deepEqual(released, ['last', 'taken in between', 'first']);
});
