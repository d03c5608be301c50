/** The phases that decide about a call, once each: who is it, what is asked, where can it go, any objection. */

import type {Caller} from '../caller.js';
import {type GatewayError, refusal} from '../errors.js';
import type {Engine} from '../gateway.js';
import type {Target} from '../provider.js';
import type {Call} from './call.js';
import {mayUse, wholeProvider} from './passed-through.js';

/** @throws {GatewayError} `not_authenticated` when no tap knows the caller. */
export async function authenticate(engine: Engine, call: Call): Promise<void> {
	try {
		const answer = engine.hooks.authenticate.call(call);
		call.caller = answer instanceof Promise ? await answer : answer;
	} finally {
		call.hideCredentials();
	}
	if (call.caller === undefined) throw refusal('not_authenticated', 'No key of this gateway was sent.');
}

/** Has plugins change the request. */
export async function rewrite(engine: Engine, call: Call): Promise<void> {
	const {rewrite} = engine.hooks;
	if (rewrite.taps.length > 0) call.request = await rewrite.call(call.request, call.known());
}

/** @throws {GatewayError} `model_not_found` when no tap knows a target, `model_not_allowed` when the caller may use none. */
export async function resolve(engine: Engine, call: Call): Promise<void> {
	checkModel(call);
	const exchange = call.known();
	const answer = engine.hooks.resolve.call(call.request, exchange);
	const found = answer instanceof Promise ? await answer : answer;
	if (found === undefined || found.length === 0) {
		throw refusal('model_not_found', `The model ${shown(call.request.model)} is not served here.`, {param: 'model'});
	}
	const {caller} = exchange;
	const targets = found.filter(target => mayUse(engine, call, caller, target, providerOf(engine, target)));
	const first = found[0] as Target;
	if (targets[0] !== first) throw notAllowed(engine, call, caller, first);
	call.targets = targets;
}

function notAllowed(engine: Engine, call: Call, {name}: Caller, {provider}: Target): GatewayError {
	if (wholeProvider(engine, call)) {
		return refusal(
			'model_not_allowed',
			`The key "${name}" may use some models only, and what this call uses cannot be told: it takes a key that may use "${provider}.*".`,
		);
	}
	return refusal('model_not_allowed', `The key "${name}" may not use ${shown(call.request.model)}.`, {param: 'model'});
}

/** A model's name goes into headers, logs and URLs: what cannot be a name is refused before anybody looks at it. */
function checkModel({endpoint, request}: Call): void {
	const {model} = request;
	if (model === undefined) {
		if (endpoint.kind !== 'model') return;
		const fault = request.json?.['model'] === undefined ? 'is missing' : 'must be a string';
		throw refusal('invalid_model', `\`model\` ${fault}.`, {param: 'model'});
	}
	// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
	if (model === '' || model.length > 512 || /[\x00-\x1f\x7f\u2028\u2029]/.test(model) || !model.isWellFormed()) {
		throw refusal('invalid_model', '`model` must be 1 to 512 printable characters.', {param: 'model'});
	}
}

/** Has plugins object, take and reserve. */
export async function admit(engine: Engine, call: Call): Promise<void> {
	if (engine.hooks.admit.taps.length === 0) return;
	const admitted = engine.hooks.admit.call(call.routed());
	if (admitted instanceof Promise) await admitted;
}

/** The provider of a target. @throws when a plugin named one that does not exist. */
export function providerOf(engine: Engine, target: Target) {
	const provider = engine.providers.get(target.provider);
	if (provider === undefined)
		throw new Error(`a target names the provider "${target.provider}", which is not registered`);
	return provider;
}

/** A name as it can stand in a message: short, one line. */
function shown(name: string | undefined): string {
	if (name === undefined) return 'of this call';
	return `"${name.length > 100 ? `${name.slice(0, 100)}…` : name}"`;
}
