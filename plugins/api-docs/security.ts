/** Which credential a call needs, in the words of OpenAPI. */

import type {JsonObject, Provider} from '../../core/index.js';
import type {Admission} from '../auth/keys.js';

/** `nothing`: a credential would mean nothing to anybody. `choice`: it means something, and calls without it are let in. */
export type Needs = 'key' | 'choice' | 'nothing';

/**
 * Tells what a call needs.
 * @param admission what `auth` says; without it, another plugin decides, and nobody knows whom it lets in.
 */
export function admissionNeeds(admission: Admission | undefined, providers: readonly Provider[]): Needs {
	if (admission === undefined) return 'choice';
	if (!admission.anonymous) return 'key';
	// An anonymous caller's own credential goes on to providers that have none.
	return admission.keys || providers.some(({signs}) => !signs) ? 'choice' : 'nothing';
}

/** Says so, for the whole document. */
export function securityOf(needs: Needs): {schemes?: JsonObject; security: readonly JsonObject[]} {
	if (needs === 'nothing') return {security: []};
	const schemes = {
		bearer: {type: 'http', scheme: 'bearer', description: 'As OpenAI clients show a key.'},
		apiKey: {type: 'apiKey', in: 'header', name: 'x-api-key', description: 'As Anthropic clients show a key.'},
	};
	const either = [{bearer: []}, {apiKey: []}];
	return {schemes, security: needs === 'key' ? either : [...either, {}]};
}
