/** What a request shows of itself when somebody prints it. */

import {Readable} from 'node:stream';
import {inspect} from 'node:util';
import test from 'ava';
import {ClientRequest, UpstreamRequest} from '../../core/index.js';

const parts = {method: 'POST', path: '/v1/files', query: '', headers: {}};
/** As the client's own request, which has the headers with its key. */
const upload = Object.assign(Readable.from(['data']), {rawHeaders: ['authorization', 'Bearer the-key']});

test('a request that is passed through unread does not print the connection that it comes from', t => {
	const request = ClientRequest.unread(parts, upload);
	t.is(request.upload, upload);
	t.notRegex(inspect(request, {depth: 9}), /the-key/);
	t.notRegex(JSON.stringify(request), /the-key/);
});

test('nor does the upstream request that is made of it', t => {
	const request = new UpstreamRequest('POST', new URL('http://127.0.0.1/'), {}, upload);
	t.is(request.withHeaders({a: 'b'}).body, upload);
	t.notRegex(inspect(request, {depth: 9}), /the-key/);
	t.notRegex(JSON.stringify(request), /the-key/);
});
