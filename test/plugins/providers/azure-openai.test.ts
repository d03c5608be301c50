/** Where calls to a deployment go. */

import test from 'ava';
import {auth, azureOpenai, routing} from 'tapgate/plugins';
import {reply, startGateway, startUpstream} from 'tapgate/testing';

for (const name of ['.', '..']) {
	test(`a deployment named "${name}" is refused: it would lead out of the deployments`, async t => {
		const upstream = await startUpstream(reply.json({}));
		t.teardown(() => upstream.stop());
		const gateway = await startGateway({
			plugins: [auth({anonymous: true}), azureOpenai({baseUrl: upstream.url, apiKey: 'azure-key'}), routing()],
		});
		t.teardown(() => gateway.stop());
		const response = await gateway.post('/v1/chat/completions', {model: `azure-openai.${name}`, messages: []});
		t.is(response.status, 400);
		t.deepEqual(upstream.requests, []);
	});
}
