/** Traps of Responses that no other file of this folder is about. */

import test from 'ava';
import {chat, messages, responses} from '../../translate/support.js';

const question = {type: 'message', role: 'user', content: 'And now?'};

for (const {codec, name} of [chat, messages]) {
	for (const item of [
		{type: 'item_reference', id: 'msg_1'},
		{type: 'compaction', id: 'cmp_1', encrypted_content: 'gAAA'},
	]) {
		test(`row 118: history that only OpenAI has is not left out for ${name}: ${item.type}`, t => {
			const conversation = responses.codec.decodeRequest({model: 'm', input: [item, question]});

			t.throws(() => codec.encodeRequest(conversation, {}), {message: /"input\[0\]" means something/});
			t.deepEqual(responses.codec.encodeRequest(conversation, {}).body['input'], [item, question]);
		});
	}
}

test('rows 104 and 112: what a model takes only in part is a loss', t => {
	const asked = {model: 'm', messages: [{role: 'user', content: 'x'}], temperature: 1.8, reasoning_effort: 'max'};

	const {body, losses} = responses.codec.encodeRequest(chat.codec.decodeRequest(asked), {
		maxTemperature: 1,
		efforts: ['low', 'high'],
	});

	t.like(body, {temperature: 1, reasoning: {effort: 'high'}});
	t.deepEqual(losses.map(({path}) => path).sort(), ['reasoning', 'temperature']);
});
