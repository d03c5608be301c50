/** A store in Postgres is reached by whatever connection string libpq takes, encrypted when it says so. */

import test, {type ExecutionContext} from 'ava';
import {cost, rateLimit} from 'tapgate/plugins';
import {basics, startGateway} from 'tapgate/testing';
import {startPostgres} from '../../helpers/postgres.js';
import {tlsPostgres} from '../request-log/tls-postgres.js';

/** Calls twice where one call is allowed, by both plugins that have a store. */
async function passed(t: ExecutionContext, store: string): Promise<readonly number[]> {
	const statuses: number[] = [];
	const options = {store, degraded: 'refuse', deadlineMs: 5000} as const;
	for (const plugin of [
		rateLimit({...options, rules: [{by: 'global', requestsPerDay: 1}]}),
		cost({...options, prices: {'mock.*': {request: 1, input: 0, output: 0}}, budgets: [{by: 'key', dailyUsd: 1}]}),
	]) {
		const gateway = await startGateway({plugins: [...basics(), plugin]});
		t.teardown(gateway.stop);
		for (let call = 0; call < 2; call++) {
			const body = {model: 'mock.echo', max_tokens: 5, messages: [{role: 'user', content: 'hello'}]};
			statuses.push((await gateway.post('/v1/chat/completions', body)).status);
		}
	}
	return statuses;
}

test('keywords of libpq lead to the same store as a URL', async t => {
	const server = await startPostgres('fsync=off');
	t.teardown(() => server.remove());
	const keywords = `host=127.0.0.1 port=${server.port} user=postgres dbname=postgres connect_timeout=3`;
	t.deepEqual(await passed(t, keywords), [200, 429, 200, 402]);
	t.deepEqual(await passed(t, server.url()), [429, 429, 402, 402]);
});

test('a store is reached over TLS, and the server is checked', async t => {
	const {port, certificateFile} = await tlsPostgres(t);
	const store = `host=localhost port=${port} dbname=postgres user=postgres password='pa ss\\'@' sslmode=verify-full sslrootcert=${certificateFile}`;
	t.deepEqual(await passed(t, store), [200, 429, 200, 402]);
	t.deepEqual(await passed(t, store.replace(/ sslrootcert=.*/, '')), [503, 503, 503, 503], 'an unknown authority');
});
