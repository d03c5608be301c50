/** Any legal stream, whole, broken off and patient, in the order that each format prescribes. */

import assert from 'node:assert/strict';
import test from 'ava';
import fc from 'fast-check';
import {type CompletionEvent, GatewayError} from '../../../core/index.js';
import {completionEvents} from '../../../plugins/translate/completion-events.js';
import {assemble, eventStreams} from '../../helpers/conversations.js';
import {meaningOfAnswer} from '../../helpers/meaning.js';
import {readStream} from '../../helpers/stream-grammar.js';
import {contextFor, decoded, encoded, every, legacy, schemaFaults} from './support.js';

for (const dialect of every) {
	const all = legacy.includes(dialect) ? {tools: false, thinking: false} : {};
	test(`any legal stream keeps the order of ${dialect.name}, and adds up to the plain answer`, t => {
		fc.assert(
			fc.property(eventStreams(all), ({completion, events}) => {
				const native = encoded(dialect, events);
				assert.deepEqual(readStream(dialect.name, native), {faults: [], ending: 'complete'});
				assert.deepEqual(schemaFaults(dialect, native), []);
				const plain = encoded(dialect, completionEvents(completion));
				assert.deepEqual(readStream(dialect.name, plain), {faults: [], ending: 'complete'});
				assert.deepEqual(
					meaningOfAnswer(assemble(decoded(dialect, native))),
					meaningOfAnswer(assemble(decoded(dialect, plain))),
				);
			}),
			{numRuns: 100, includeErrorInReport: true},
		);
		t.pass();
	});

	test(`a stream of ${dialect.name} that breaks off ends in its error, wherever it breaks`, t => {
		fc.assert(
			fc.property(eventStreams(all), fc.nat(), ({events}, place) => {
				const cut = events.slice(0, place % events.length);
				const said = new GatewayError('upstream_invalid', 502, 'It broke off.');
				const broken = dialect.codec.encodeStream(contextFor(dialect));
				const before = [...cut.flatMap(event => broken.push(event)), ...broken.end()];
				assert.equal(readStream(dialect.name, before).ending, 'cut');
				const native = [...before, ...broken.fail(said, 'request-1')];
				assert.deepEqual(readStream(dialect.name, native), {faults: [], ending: 'error'});
				assert.deepEqual(schemaFaults(dialect, native), []);
				assert.deepEqual(broken.fail(said, 'request-1'), []);
				const failed = dialect.codec.encodeStream(contextFor(dialect));
				const error: CompletionEvent = {type: 'error', error: {status: 529, message: 'Overloaded.'}};
				const told = [...[...cut, error].flatMap(event => failed.push(event)), ...failed.end()];
				assert.deepEqual(readStream(dialect.name, told), {faults: [], ending: 'error'});
				assert.deepEqual(schemaFaults(dialect, told), []);
				assert.ok(told.at(-1)?.data.includes('Overloaded.'));
			}),
			{numRuns: 100, includeErrorInReport: true},
		);
		t.pass();
	});

	test(`keep-alives mean nothing in ${dialect.name}, wherever they come`, t => {
		fc.assert(
			fc.property(eventStreams(all), ({completion}) => {
				const events = completionEvents(completion);
				const encoder = dialect.codec.encodeStream(contextFor(dialect));
				const spoken = events.flatMap(event => [...encoder.push(event), encoder.keepAlive()]);
				assert.deepEqual(readStream(dialect.name, [...spoken, ...encoder.end()]), {faults: [], ending: 'complete'});
				assert.deepEqual(
					meaningOfAnswer(assemble(decoded(dialect, spoken))),
					meaningOfAnswer(assemble(decoded(dialect, encoded(dialect, events)))),
				);
			}),
			{numRuns: 100, includeErrorInReport: true},
		);
		t.pass();
	});
}
