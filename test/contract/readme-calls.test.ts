/** The README's calls, made as they are written against the repository's own gateway. */

import test from 'ava';
import {type ConfigDefinition, Engine, listen, serverSettings} from 'tapgate';
import {memoryLog} from 'tapgate/testing';
import {blocks, read} from './repository.js';

interface Call {
	readonly url: string;
	readonly headers: Readonly<Record<string, string>>;
	readonly body: string;
}

/** Reads a curl command: words, some in single quotes, over lines that end in a backslash. */
function readCurl(command: string): Call {
	const words = [...command.replaceAll('\\\n', ' ').matchAll(/'([^']*)'|(\S+)/g)].map(
		([, quoted, bare]) => quoted ?? bare ?? '',
	);
	const after = (flag: string) => words.flatMap((word, index) => (word === flag ? [words[index + 1] ?? ''] : []));
	const headers = after('-H').map(header => [
		header.slice(0, header.indexOf(':')),
		header.slice(header.indexOf(':') + 1).trim(),
	]);
	return {
		url: words.find(word => word.startsWith('localhost:')) ?? '',
		headers: Object.fromEntries(headers),
		body: after('-d')[0] ?? '',
	};
}

const commands = blocks('README.md', 'sh').flatMap(({code}) =>
	code.split(/\n(?=curl )/).filter(text => text.startsWith('curl ')),
);

test('plain and streamed calls of both families answer with the text of the README', async t => {
	for (const name of Object.keys(process.env))
		if (/_API_KEY$|_BACKEND$|^HOST$|^PORT$/.test(name)) delete process.env[name];
	const {default: definition} = (await import('../../gateway.config.js')) as {default: ConfigDefinition};
	const {server, plugins} = await definition.read({deployment: 'test'});
	t.like(server, {host: '127.0.0.1', port: 8000}, 'where the README calls');
	const engine = new Engine({deployment: 'test', server: serverSettings({...server, port: 0}), log: memoryLog()});
	await engine.assemble(plugins.filter(({name}) => name !== 'access-log' && name !== 'request-log'));
	const listening = await listen(engine);
	t.teardown(listening.stop);
	const kinds: string[] = [];

	t.is(commands.length, 4);
	t.regex(read('README.md'), /Each answers with `Hello`/);
	for (const command of commands) {
		const {url, headers, body} = readCurl(command);
		const path = url.replace('localhost:8000', '');
		const response = await fetch(listening.url + path, {method: 'POST', headers, body});
		const text = await response.text();
		t.is(response.status, 200, command);
		t.true(text.includes('Hello'), text);
		kinds.push(`${path} ${response.headers.get('content-type')?.split(';')[0]}`);
	}
	t.deepEqual(kinds, [
		'/v1/chat/completions application/json',
		'/v1/chat/completions text/event-stream',
		'/v1/messages application/json',
		'/v1/messages text/event-stream',
	]);
});
