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
