import test from 'ava';
import {auth, openaiCompatible, routing} from 'tapgate/plugins';
import {basics, fakeExchange, reply, startGateway, startUpstream, tapped} from 'tapgate/testing';
import {seats} from '../../../docs/examples/seats.js';

const call = {model: 'mock.echo', messages: [{role: 'user', content: 'hello'}]};

test('a caller gets the seats that the config says, and no more', async t => {
	const {admit} = await tapped(seats({each: 2}));

	await admit.promise(await fakeExchange());
	await admit.promise(await fakeExchange());

	await t.throwsAsync(admit.promise(await fakeExchange()), {message: /test has 2 calls open/});
	await t.notThrowsAsync(admit.promise(await fakeExchange({caller: {name: 'somebody else'}})));
});

test('a seat is free again when its call is over, streamed or plain', async t => {
	const gateway = await startGateway({plugins: [...basics(), seats({each: 1})]});
	t.teardown(gateway.stop);

	for (const stream of [false, true, false]) {
		const answer = await gateway.post('/v1/chat/completions', {...call, stream});
		t.is(answer.status, 200);
		t.regex(await answer.text(), /hello/);
	}
});

test('a seat is free again when its client has left', async t => {
	const upstream = await startUpstream(reply.silence());
	t.teardown(upstream.stop);
	const gateway = await startGateway({
		plugins: [
			auth({anonymous: true}),
			openaiCompatible({name: 'slow', baseUrl: upstream.url}),
			routing(),
			seats({each: 1}),
		],
	});
	t.teardown(gateway.stop);
	const impatient = new AbortController();
	upstream.answer(() => impatient.abort(), reply.json({choices: []}));

	await t.throwsAsync(
		fetch(`${gateway.url}/v1/chat/completions`, {
			method: 'POST',
			body: JSON.stringify({...call, model: 'slow.model'}),
			signal: impatient.signal,
		}),
		{any: true},
	);
	await upstream.aborted();

	const answer = await gateway.post('/v1/chat/completions', {...call, model: 'slow.model'});
	t.is(answer.status, 200);
});

test('a client that is refused learns when to come again', async t => {
	const upstream = await startUpstream(reply.silence());
	t.teardown(upstream.stop);
	const gateway = await startGateway({
		plugins: [
			auth({anonymous: true}),
			openaiCompatible({name: 'slow', baseUrl: upstream.url}),
			routing(),
			seats({each: 1}),
		],
	});
	t.teardown(gateway.stop);
	let refused: Response | undefined;
	upstream.answer(async (_request, response) => {
		refused = await gateway.post('/v1/messages', {...call, model: 'slow.model', max_tokens: 1});
		response.end('{}');
	});

	await gateway.post('/v1/chat/completions', {...call, model: 'slow.model'});

	t.is(refused?.status, 429);
	t.is(refused?.headers.get('retry-after'), '1');
	t.like(await refused?.json(), {type: 'error', error: {type: 'rate_limit_error'}});
});
