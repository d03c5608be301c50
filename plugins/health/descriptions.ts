/** What the API description says of the health routes. */

import type {JsonObject, RouteDescription} from '../../core/index.js';

const group = 'Health';
const status: JsonObject = {enum: ['ok', 'degraded', 'down']};
const checks: JsonObject = {
	type: 'object',
	description: 'What plugins look at, by name.',
	additionalProperties: {type: 'object', properties: {status}, required: ['status']},
};

const whole: JsonObject = {
	type: 'object',
	properties: {
		status,
		deployment: {type: 'string'},
		uptimeSeconds: {type: 'integer'},
		checks,
		providers: {
			type: 'object',
			description: 'What the calls have shown, by provider.',
			additionalProperties: {
				type: 'object',
				properties: {status: {enum: ['ok', 'limited', 'failing', 'unknown']}},
			},
		},
		faults: {
			type: 'object',
			description: 'Failures of plugins that only watch, by plugin and hook.',
			additionalProperties: {type: 'integer'},
		},
	},
};

export const health: RouteDescription = {
	group,
	answers: {
		200: {description: 'The gateway serves; `degraded` says that not all is well.', schema: whole},
		503: {description: 'Calls should go elsewhere.', schema: whole},
	},
};

export const live: RouteDescription = {
	group,
	answers: {
		200: {
			description: 'It serves.',
			schema: {type: 'object', properties: {status: {const: 'ok'}}},
			examples: {Alive: {status: 'ok'}},
		},
	},
};

const readiness: JsonObject = {type: 'object', properties: {status, checks}};

export const ready: RouteDescription = {
	group,
	answers: {
		200: {description: 'Send calls.', schema: readiness, examples: {Ready: {status: 'ok', checks: {}}}},
		503: {
			description: 'Starting, stopping, or something that is needed is down.',
			schema: readiness,
			examples: {Down: {status: 'down', checks: {}}},
		},
	},
};
