/** An exchange without a connection: for trying one hook. */

import type {Caller} from '../caller.js';
import type {RoutedExchange} from '../exchange.js';
import {uuidV7} from '../http/request-id.js';
import type {Target} from '../provider.js';
import {ClientRequest, type Endpoint, type Headers} from '../request.js';
import {Call} from './call.js';

/** What the exchange is about. */
export interface ExchangeSketch {
	readonly endpoint: Extract<Endpoint, {kind: 'model'}>;
	readonly headers: Headers;
	readonly body: Buffer;
	readonly caller: Caller;
	readonly targets: readonly Target[];
	readonly clientIp: string;
}

/** Opens an exchange as it stands before `admit`. @throws {GatewayError} `invalid_body`. */
export function openExchange(sketch: ExchangeSketch): RoutedExchange {
	const {dialect, route} = sketch.endpoint;
	const parts = {method: route.method, path: route.path, query: '', headers: sketch.headers};
	const request = ClientRequest.parse(parts, sketch.body, dialect);
	const call = new Call({id: uuidV7(), endpoint: sketch.endpoint, request, clientIp: () => sketch.clientIp}, false);
	call.askedModel = request.model;
	call.caller = sketch.caller;
	call.targets = sketch.targets;
	return call.routed();
}
