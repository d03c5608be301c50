import crypto from 'node:crypto';
import {syncBuiltinESMExports} from 'node:module';
import test from 'ava';
import {Secret} from '../../../core/index.js';
import {digestOf, KeyRing} from '../../../plugins/auth/key-ring.js';
import {loadKeys} from '../../../plugins/auth/load-keys.js';
import {memoryLog} from '../../helpers/whole-gateway.js';

const caller = Object.freeze({name: 'ci', tags: [], anonymous: false});

/** Puts something else in the place of `timingSafeEqual` for one test. */
function replaceComparison(comparison: typeof crypto.timingSafeEqual): () => void {
	const original = crypto.timingSafeEqual;
	const put = (value: typeof crypto.timingSafeEqual): void => {
		crypto.timingSafeEqual = value;
		syncBuiltinESMExports();
	};
	put(comparison);
	return () => put(original);
}

test('a digest is the SHA-256 that other tools print', t => {
	t.is(digestOf('abc'), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});

test.serial('the last word is a comparison of digests in constant time; no key is ever compared', t => {
	const ring = new KeyRing();
	ring.add(digestOf('the-key'), {caller, expiresAt: Number.POSITIVE_INFINITY});
	const compared: string[] = [];
	const original = crypto.timingSafeEqual;
	t.teardown(
		replaceComparison((a, b) => {
			compared.push(Buffer.from(a as Buffer).toString('latin1'), Buffer.from(b as Buffer).toString('latin1'));
			return original(a, b);
		}),
	);
	t.is(ring.find('the-key')?.caller, caller);
	t.is(ring.find('the-kez'), undefined);
	t.deepEqual(compared, [digestOf('the-key'), digestOf('the-key')]);
});

test.serial('a key whose digest does not compare equal is unknown', t => {
	const ring = new KeyRing();
	ring.add(digestOf('the-key'), {caller, expiresAt: Number.POSITIVE_INFINITY});
	t.teardown(replaceComparison(() => false));
	t.is(ring.find('the-key'), undefined);
});

test('a text longer than any key is unknown', t => {
	const ring = new KeyRing();
	const long = 'k'.repeat(513);
	ring.add(digestOf(long), {caller, expiresAt: Number.POSITIVE_INFINITY});
	t.is(ring.find(long), undefined);
});

test('what is loaded holds hashes and no keys', t => {
	const entries = [
		{name: 'plain', key: 'canary-plain'},
		{name: 'secret', key: new Secret('CI_KEY', 'canary-secret')},
	];
	const ring = loadKeys(entries, memoryLog());
	t.deepEqual(entries as unknown[], [
		{name: 'plain', hash: `sha256:${digestOf('canary-plain')}`},
		{name: 'secret', hash: `sha256:${digestOf('canary-secret')}`},
	]);
	t.is(ring.find('canary-plain')?.caller.name, 'plain');
	t.is(loadKeys(entries, memoryLog()).find('canary-secret')?.caller.name, 'secret');
});

test('entries that share a name are one caller, made once and frozen', t => {
	const shared = {name: 'ci', team: 'platform', tags: ['a'], allow: ['openai.*']};
	const ring = loadKeys([Object.assign({key: 'old'}, shared), Object.assign({key: 'new'}, shared)], memoryLog());
	const found = ring.find('old')?.caller;
	t.deepEqual(found, Object.assign({anonymous: false}, shared));
	t.is(ring.find('new')?.caller, found);
	t.true(Object.isFrozen(found) && Object.isFrozen(found?.tags) && Object.isFrozen(found?.allow));
});
