/** A whole gateway that records into a real Postgres. */

import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import type {ExecutionContext} from 'ava';
import type {Plugin} from 'tapgate';
import {auth, health, mock, requestLog, routing} from 'tapgate/plugins';
import {type StartedGateway, startGateway} from 'tapgate/testing';
import type {Postgres} from '../../helpers/postgres.js';

export type Options = NonNullable<Parameters<typeof requestLog>[0]>;

export const adminKey = 'key-of-the-admin';
export const callerKey = 'key-of-a-caller';

/** A folder that is gone after the test. */
export async function temporary(t: ExecutionContext): Promise<string> {
	const folder = await mkdtemp(path.join(tmpdir(), 'tapgate-records-'));
	t.teardown(() => rm(folder, {recursive: true, force: true}));
	return folder;
}

let databases = 0;

/** An empty database. */
export function database(postgres: Postgres): Promise<string> {
	databases++;
	return postgres.create(`records_${databases}`);
}

export interface Recorded extends StartedGateway {
	readonly dataDir: string;
	/** A small chat call. */
	chat(body?: object, headers?: Readonly<Record<string, string>>): Promise<Response>;
	admin(path: string): Promise<Response>;
}

/** Starts it; it stops with the test. */
export async function recording(
	t: ExecutionContext,
	options: Options,
	plugins: readonly Plugin[] = [],
): Promise<Recorded> {
	const dataDir = options.dataDir ?? (await temporary(t));
	const gateway = await startGateway({
		plugins: [
			health(),
			auth({
				keys: [
					{name: 'admin', key: adminKey, tags: ['admin']},
					{name: 'ci', key: callerKey, team: 'platform', tags: ['nightly'], allow: ['mock.*']},
				],
			}),
			mock({
				models: {
					broken: {error: {status: 503, message: 'out of order'}},
					cut: {chunks: ['a', 'b', 'c'], failAfter: 2},
				},
			}),
			...plugins,
			routing({fallbacks: {'mock.broken': ['mock.echo']}}),
			requestLog(Object.assign({dataDir}, options)),
		],
	});
	t.teardown(gateway.stop);
	return Object.assign(gateway, {
		dataDir,
		chat: (body: object = {}, headers: Readonly<Record<string, string>> = {}) =>
			gateway.post(
				'/v1/chat/completions',
				Object.assign({model: 'mock.echo', messages: [{role: 'user', content: 'hello'}]}, body),
				Object.assign({authorization: `Bearer ${callerKey}`}, headers),
			),
		admin: (at: string) => gateway.get(at, {authorization: `Bearer ${adminKey}`}),
	});
}

/** Asks again and again until the answer is good; a record is on its way for a moment. */
export async function until<Value>(ask: () => Promise<Value>, good: (value: Value) => boolean): Promise<Value> {
	for (;;) {
		const value = await ask();
		if (good(value)) return value;
		await new Promise(resolve => setTimeout(resolve, 20));
	}
}
