/** Dockerfile and compose.yaml say what is true of the repository, and hold no password. */

import {existsSync} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {read, root} from './repository.js';

const dockerfile = read('Dockerfile');
const compose = read('compose.yaml');

/** The services of compose.yaml with their text. */
function services(): ReadonlyMap<string, string> {
	const section = /^services:\n([\s\S]*?)^\w/m.exec(compose)?.[1] ?? '';
	const parts = section.split(/^ {2}(?=\w)/m).slice(1);
	return new Map(parts.map(part => [part.slice(0, part.indexOf(':')), part]));
}

test('the image copies files that the build leaves, and nothing is missing for the start', t => {
	const copied = [...dockerfile.matchAll(/^COPY --from=build (.+) \S+$/gm)].flatMap(([, names]) =>
		(names ?? '').split(' ').map(name => name.replace('/app/', '')),
	);
	for (const name of copied) t.true(existsSync(path.join(root, name)), name);
	const {files} = JSON.parse(read('package.json')) as {files: readonly string[]};
	for (const folder of files.filter(name => name.startsWith('dist/'))) t.true(copied.includes(folder), folder);
	const command = /"(dist\/[^"]+)", "serve"/.exec(dockerfile)?.[1] ?? '';
	t.true(existsSync(path.join(root, command)), command);
});

test('the image runs as nobody special, with a data folder that this user owns', t => {
	const user = dockerfile.indexOf('\nUSER node');
	const owned = dockerfile.indexOf('chown node:node .tapgate');
	const volume = dockerfile.indexOf('\nVOLUME /app/.tapgate');
	// What is done to a volume after it was declared is lost.
	t.true(owned > 0 && owned < volume && volume < user);
	t.regex(compose, /- tapgate:\/app\/\.tapgate/);
});

test('every service is looked after', t => {
	const all = services();
	t.deepEqual([...all.keys()], ['gateway', 'postgres', 'redis']);
	for (const [name, text] of all) {
		t.true(name === 'gateway' ? /^HEALTHCHECK /m.test(dockerfile) : text.includes('healthcheck:'), name);
		t.regex(text, /restart: unless-stopped/, name);
		t.regex(text, /volumes:/, name);
		t.regex(text, /stop_grace_period:/, name);
	}
});

test('no password is written down, and none is a default', t => {
	const passwords = compose.split('\n').filter(line => /password/i.test(line) && !line.trim().startsWith('#'));
	t.true(passwords.length >= 2);
	for (const line of passwords) t.regex(line, /\$\{\w+:\?[^}]+\}/, line);
	t.notRegex(compose, /\$\{\w+:-/);
	t.regex(read('.env.example'), /^POSTGRES_PASSWORD=$/m);
});

test('nothing but the gateway can be reached from outside, and that from the host alone', t => {
	const published = [...services()].filter(([, text]) => text.includes('ports:'));
	t.deepEqual(
		published.map(([name]) => name),
		['gateway'],
	);
	t.deepEqual(
		[...compose.matchAll(/- "([^"]+):\d+:\d+"/g)].map(([, address]) => address),
		['127.0.0.1'],
	);
	t.regex(compose, /stores:\n {4}internal: true/);
});
