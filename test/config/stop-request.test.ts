import test from 'ava';
import {StopRequest} from '../../config/stop-request.js';
import {memoryLog} from '../../config/testing/index.js';

test('a signal that comes twice at once, as from a terminal through npm, is one wish', async t => {
	const log = memoryLog();
	let urgent = 0;
	const stop = new StopRequest(log, () => {
		urgent++;
	});
	process.emit('SIGINT');
	process.emit('SIGINT');
	await stop.asked;
	t.is(urgent, 0);
	t.is(stop.exitCode, 0);
	t.deepEqual(
		log.lines.map(({message, fields}) => [message, fields]),
		[['stopping: open calls may end', {signal: 'SIGINT'}]],
	);
});
