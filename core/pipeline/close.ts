/** The one place where an exchange ends, whether it was answered, refused, broke off or was left by the client. */

import type {IncomingMessage, ServerResponse} from 'node:http';
import {refusal} from '../errors.js';
import type {Engine} from '../gateway.js';
import {describe} from '../log.js';
import {releaseAll} from '../release.js';
import type {Call} from './call.js';

/** Watches a response; `closed` is called once, when everything of the call is over. */
export function closeWith(engine: Engine, call: Call, response: ServerResponse, closed: () => void): void {
	// A response that waits for its turn has no socket yet; what came before it on the connection is not its own.
	const {socket} = response;
	const before = socket?.bytesWritten ?? 0;
	response.once('close', () => {
		if (socket !== null) call.sentBytes = socket.bytesWritten - before;
		if (!response.req.complete) linger(response.req);
		close(engine, call, response, closed);
	});
	if (response.socket === null) closeWithConnection(response);
}

/** An answer that waits for an earlier one on the same connection has no socket yet, and Node does not tell it when the connection closes. */
function closeWithConnection(response: ServerResponse): void {
	const {socket} = response.req;
	const lost = (): void => {
		if (response.socket !== null) return;
		response.destroy();
		response.emit('close');
	};
	socket.setMaxListeners(0).once('close', lost);
	response.once('close', () => socket.off('close', lost));
}

const lingerMs = 5000;

/**
 * A client that is still sending would see a reset instead of its answer if the connection were closed on it, so the rest of the body is
 * read and dropped, for a while. The rest may be nothing: an answer can be out before Node has noted that its request is whole.
 */
function linger(request: IncomingMessage): void {
	const timer = setTimeout(() => {
		if (!request.complete) request.destroy();
	}, lingerMs);
	request.once('close', () => clearTimeout(timer)).once('end', () => clearTimeout(timer));
	request.resume();
}

function close(engine: Engine, call: Call, response: ServerResponse, closed: () => void): void {
	call.latencyMs = performance.now() - call.began;
	if (!response.writableFinished) {
		call.leave();
		call.error ??= refusal('client_closed', 'The client left before the answer was complete.');
		if (!response.headersSent) call.status = call.error.status;
	}
	// What is over holds nothing: records may keep the exchange, and chains of dead calls are dear to collect.
	call.cancel = undefined;
	call.outcome = outcome(call);
	const exchange = call.closed();
	const {price} = engine.hooks;
	if (price.taps.length > 0) call.cost = price.call(exchange);
	const failed = (error: unknown): void =>
		engine.log.error('a deferred release failed', {requestId: call.id, ...describe(error)});
	const releases = call.takeReleases(late => void releaseAll({release: late, before: undefined}, exchange, failed));
	const record = (): void => engine.records.add({exchange, recorded: closed});
	const releasing = releaseAll(releases, exchange, failed);
	if (releasing === undefined) record();
	else void releasing.then(record);
}

function outcome(call: Call): Call['outcome'] {
	if (call.error === undefined) return 'ok';
	if (call.error.code === 'client_closed') return 'aborted';
	return call.attempts.length === 0 && call.error.status < 500 ? 'refused' : 'failed';
}
