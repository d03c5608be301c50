import test from 'ava';
import {basics, startGateway} from 'tapgate/testing';
import {speedometer} from '../../../docs/examples/speedometer.js';
import {asking, eventsOf} from './calls.js';

test('every stream is measured, and nothing else', async t => {
	const gateway = await startGateway({plugins: [...basics(), speedometer()]});
	t.teardown(gateway.stop);

	const chat = await eventsOf(await gateway.post('/v1/chat/completions', {...asking('one two three'), stream: true}));
	const messages = await eventsOf(await gateway.post('/v1/messages', {...asking('one two three'), stream: true}));
	await (await gateway.post('/v1/chat/completions', asking('one two three'))).text();
	await gateway.stop();

	const measured = gateway.log.lines.filter(({message}) => message === 'stream measured');
	t.deepEqual(
		measured.map(({fields}) => fields['events']),
		[chat.length, messages.length],
	);
	for (const {fields} of measured) t.true(Number(fields['eventsPerSecond']) > 0);
	const total = gateway.log.lines.find(({message}) => message === 'streams measured');
	t.deepEqual(total?.fields, {streams: 2, events: chat.length + messages.length});
});

test('streams that run at the same time are counted apart', async t => {
	const gateway = await startGateway({plugins: [...basics(), speedometer()]});
	t.teardown(gateway.stop);
	const texts = ['one', 'one two', 'one two three four'];
	const answers = texts.map(async text =>
		eventsOf(await gateway.post('/v1/chat/completions', {...asking(text), stream: true})),
	);

	const counts = (await Promise.all(answers)).map(events => events.length);
	await gateway.stop();

	const measured = gateway.log.lines.filter(({message}) => message === 'stream measured');
	t.deepEqual(measured.map(({fields}) => fields['events']).sort(), counts);
	t.is(new Set(counts).size, 3);
});
