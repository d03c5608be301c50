/** Tells the client that its call failed, in its own envelope, when nothing has been sent yet. */

import type {ServerResponse} from 'node:http';
import {GatewayError, PluginError, tellable} from '../errors.js';
import type {Engine} from '../gateway.js';
import {mergedHeaders} from '../header-list.js';
import {describe} from '../log.js';
import type {Call} from './call.js';
import {gatewayHeaders} from './headers.js';
import {setHeaders} from './write-headers.js';

/** Notes the error on the call, logs it when it is nobody's refusal, and answers unless the answer has begun. */
export function fail(engine: Engine, call: Call, error: unknown, response: ServerResponse): void {
	call.cancel?.();
	if (call.clientLeft) return;
	const told = tellable(error, call.id);
	call.error = told;
	if (!GatewayError.is(error)) logFailure(engine, call, error);
	if (response.headersSent) {
		// Nothing can be told any more; an answer that breaks off must not look complete.
		response.destroy();
		return;
	}
	const body = Buffer.from(JSON.stringify(call.dialect.encodeError(told, call.id)));
	call.status = told.status;
	response.statusCode = told.status;
	setHeaders(response, mergedHeaders([told.headers, gatewayHeaders(call)]));
	response.setHeader('content-type', 'application/json; charset=utf-8');
	response.setHeader('content-length', body.length);
	if (told.code === 'slow_body') response.setHeader('connection', 'close');
	call.keep(body);
	response.end(body);
}

/** An opaque 500 for the client is a full line for whoever runs the gateway. */
export function logFailure(engine: Engine, call: Call, error: unknown): void {
	const blame = PluginError.is(error)
		? {plugin: error.plugin, hook: error.hook, ...describe(error.cause)}
		: describe(error);
	engine.log.error('a call failed in the gateway', {requestId: call.id, ...blame});
}
