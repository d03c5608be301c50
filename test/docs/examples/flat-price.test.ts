import test from 'ava';
import {type Cost, definePlugin} from 'tapgate';
import {auth, mock, routing} from 'tapgate/plugins';
import {startGateway} from 'tapgate/testing';
import {flatPrice} from '../../../docs/examples/flat-price.js';
import {asking} from './calls.js';

/** Keeps what every call cost. */
function till() {
	const costs: (Cost | undefined)[] = [];
	const plugin = definePlugin({
		name: 'till',
		apply: ({hooks}) => hooks.record.tap('till', ({cost}) => void costs.push(cost)),
	});
	return {costs, plugin: plugin()};
}

test('streamed and plain calls of every API cost the same', async t => {
	const {costs, plugin} = till();
	const models = {fixed: {text: 'two words', usage: {input: 1000, output: 10}}};
	const gateway = await startGateway({
		plugins: [auth({anonymous: true}), mock({models}), routing(), flatPrice({input: 150, output: 600}), plugin],
	});
	t.teardown(gateway.stop);

	for (const stream of [false, true]) {
		await (await gateway.post('/v1/chat/completions', {...asking('hi', 'mock.fixed'), stream})).text();
		await (await gateway.post('/v1/messages', {...asking('hi', 'mock.fixed'), stream})).text();
		await (await gateway.post('/v1/responses', {model: 'mock.fixed', input: 'hi', stream})).text();
		await (await gateway.post('/v1/completions', {model: 'mock.fixed', prompt: 'hi', stream})).text();
	}
	await gateway.stop();

	t.deepEqual(costs, Array(8).fill({nanoUsd: 156_000n, basis: 'flat-price, reported usage'}));
});

test('embeddings cost their input; what nobody counted has no price', async t => {
	const {costs, plugin} = till();
	const models = {fixed: {usage: {input: 100, output: 0}}, broken: {error: {status: 500, message: 'no'}}};
	const gateway = await startGateway({
		plugins: [auth({anonymous: true}), mock({models}), routing(), flatPrice({input: 150, output: 600}), plugin],
	});
	t.teardown(gateway.stop);

	await (await gateway.post('/v1/embeddings', {model: 'mock.fixed', input: 'hi'})).text();
	await (await gateway.post('/v1/chat/completions', asking('hi', 'mock.broken'))).text();
	await (await gateway.post('/v1/complete', {model: 'mock.fixed', prompt: 'hi', max_tokens_to_sample: 1})).text();
	await gateway.stop();

	t.deepEqual(
		costs.map(cost => cost?.nanoUsd),
		[15_000n, undefined, undefined],
	);
});
