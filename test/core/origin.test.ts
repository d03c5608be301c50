import test from 'ava';
import {originOf, pathOf, remember, withPathOf} from '../../core/index.js';

test('a value knows what it was read from, and nothing of that shows', t => {
	const native = {type: 'input_text', text: 'hi'};
	const part = remember({type: 'text', text: 'hi'}, 'openai-responses', native, 'input[0]');
	t.is(originOf(part, 'openai-responses'), native);
	t.is(originOf(part, 'openai-chat'), undefined);
	t.is(pathOf(part), 'input[0]');
	t.deepEqual(Reflect.ownKeys(part), ['type', 'text']);
	t.is(JSON.stringify(part), '{"type":"text","text":"hi"}');
});

test('a changed copy is another value: it is written anew', t => {
	const part = remember({type: 'text', text: 'hi'}, 'openai-chat', {}, 'messages[0]');
	for (const copy of [{...part}, Object.assign({}, part, {text: 'ho'}), structuredClone(part)]) {
		t.is(originOf(copy, 'openai-chat'), undefined);
		t.is(pathOf(copy), undefined);
	}
	const changed = withPathOf({...part}, part);
	t.is(pathOf(changed), 'messages[0]');
	t.is(originOf(changed, 'openai-chat'), undefined);
});

test('what was noted last holds, and a frozen value can be noted too', t => {
	const part = Object.freeze({type: 'text', text: 'hi'});
	remember(part, 'openai-chat', 'first', 'messages[0]');
	remember(part, 'anthropic-messages', 'second', 'messages[1]');
	t.is(originOf(part, 'openai-chat'), undefined);
	t.is(originOf(part, 'anthropic-messages'), 'second');
});
