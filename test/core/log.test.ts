/** What goes through the filters of a log. */

import test from 'ava';
import {memoryLog} from 'tapgate/testing';
import {FilteredLog} from '../../core/log.js';

test('every text of a line goes through the filters, in order; everything else stays', t => {
	const kept = memoryLog();
	const log = new FilteredLog(kept);
	const error = new Error('a');

	log.info('a before', {a: 'a'});
	log.add(text => text.replaceAll('a', 'b'));
	log.add(text => text.replaceAll('b', 'c'));
	log.error('a', {text: 'xax', list: ['a', {deep: 'a'}], count: 1, none: null, error});
	log.warn('a');
	log.debug('a', {});

	t.deepEqual(
		kept.lines.map(({level, message, fields}) => [level, message, fields]),
		[
			['info', 'a before', {a: 'a'}],
			['error', 'c', {text: 'xcx', list: ['c', {deep: 'c'}], count: 1, none: null, error}],
			['warn', 'c', {}],
			['debug', 'c', {}],
		],
	);
});

test('a field that holds itself ends', t => {
	const kept = memoryLog();
	const log = new FilteredLog(kept);
	log.add(text => text.toUpperCase());
	const loop: Record<string, unknown> = {name: 'a'};
	loop['self'] = loop;

	log.info('x', {loop});

	t.like(kept.lines[0]?.fields, {loop: {name: 'A', self: {name: 'A'}}});
});
