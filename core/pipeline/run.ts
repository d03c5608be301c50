/** The way of one model call, top to bottom: docs/lifecycle.md draws this function. */

import type {ServerResponse} from 'node:http';
import type {Engine} from '../gateway.js';
import type {ClientRequest} from '../request.js';
import {attemptTargets} from './attempt.js';
import type {Call} from './call.js';
import {admit, authenticate, resolve, rewrite} from './decide.js';
import {deliver} from './deliver.js';
import {fail} from './fail.js';

/**
 * Runs a call through every phase. Never rejects: whatever goes wrong is told to the client in its own envelope.
 * @param readRequest reads the body; called once the caller is known, so that strangers cannot fill the memory.
 */
export async function run(
	engine: Engine,
	call: Call,
	response: ServerResponse,
	readRequest: () => Promise<ClientRequest>,
): Promise<void> {
	try {
		// once per exchange
		await authenticate(engine, call);
		call.present();
		call.request = await readRequest();
		call.askedModel = call.request.model;
		await rewrite(engine, call.present());
		await resolve(engine, call.present());
		await admit(engine, call.present());
		// once per attempt, until the first event is in hand; from then on no failover
		const answer = await attemptTargets(engine, call);
		await deliver(engine, call.present(), answer, response);
	} catch (error) {
		fail(engine, call, error, response);
	}
}
