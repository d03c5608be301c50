import {inspect} from 'node:util';
import test from 'ava';
import {Engine, Secret, serverSettings} from '../../../core/index.js';
import {createAccessLog} from '../../../plugins/access-log/index.js';
import {auth} from '../../../plugins/auth/index.js';
import {dialects} from '../../../plugins/dialects/index.js';
import {health} from '../../../plugins/health/index.js';
import {mock} from '../../../plugins/providers/index.js';
import {routing} from '../../../plugins/routing/index.js';
import {MemorySink} from '../../helpers/memory-sink.js';
import {chat, memoryLog, startGateway} from '../../helpers/whole-gateway.js';

const rightKey = 'kanarienvogel-right-5b2f';
const secretKey = 'kanarienvogel-secret-77aa';
const expiredKey = 'kanarienvogel-expired-90ce';
const wrongKey = 'kanarienvogel-wrong-1d3e';

test('keys, right, wrong and expired, show nowhere', async t => {
	const sink = new MemorySink();
	const keys = [
		{name: 'plain', key: rightKey},
		{name: 'secret', key: new Secret('CI_KEY', secretKey)},
		{name: 'gone', key: expiredKey, expires: '2020-01-01'},
	];
	const plugin = auth({keys, anonymous: false});
	const accessLog = createAccessLog(sink)({level: 'debug', console: 'json'});
	const {url, log, engine, stop} = await startGateway(t, [accessLog, health(), plugin, mock(), routing()]);

	let seen = '';
	let answered = 0;
	for (const key of [rightKey, secretKey, expiredKey, wrongKey, `${rightKey} ${wrongKey}`, `${rightKey},${wrongKey}`]) {
		for (const headers of [{authorization: `Bearer ${key}`}, {'x-api-key': key}, {'api-key': key}]) {
			const call = headers as unknown as Record<string, string>;
			for (const response of [
				await chat(url, call),
				await fetch(`${url}/v1/messages`, {method: 'POST', headers: call}),
			]) {
				seen += inspect(response.headers, {depth: 5}) + (await response.text());
				if (response.status === 200) answered++;
			}
		}
	}
	t.is(answered, 6);
	seen += await (await fetch(`${url}/health`)).text();
	await stop();

	t.is(sink.lines.length, 36);
	seen += sink.text;
	seen += inspect(log.lines, {depth: 20});
	seen += inspect(plugin, {depth: 20, showHidden: true, getters: true}) + JSON.stringify(plugin);
	seen += inspect(engine, {depth: 20, showHidden: true});
	t.false(/kanarienvogel/.test(seen), /.{0,80}kanarienvogel.{0,80}/.exec(seen)?.[0]);
	t.regex(seen, /"caller":"plain"/);
});

test('keys that stop the start do not show in the error', async t => {
	for (const keys of [
		[
			{name: 'a', key: rightKey},
			{name: 'b', key: new Secret('B', rightKey)},
		],
		[{name: 'a', key: `${rightKey} `}],
		[{name: 'a', key: rightKey, hash: rightKey}],
		[{name: 'a', key: rightKey, expires: 'never'}],
	]) {
		const log = memoryLog();
		const engine = new Engine({deployment: 'test', server: serverSettings({port: 0}), log});
		const error = await t.throwsAsync(async () => engine.assemble([dialects(), auth({keys}), mock(), routing()]));
		const told = inspect(error, {depth: 20, showHidden: true}) + inspect(log.lines, {depth: 20});
		t.false(/kanarienvogel/.test(told), told);
	}
});
