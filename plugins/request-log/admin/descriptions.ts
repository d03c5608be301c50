/** What the API description says of the admin routes. */

import {pageParameters, pageSchema, type RouteDescription, type RouteParameter} from '../../../core/index.js';

const group = 'Administration';
const text = (name: string, description: string): RouteParameter => ({name, in: 'query', description});
const time = (name: string, description: string): RouteParameter => {
	return {name, in: 'query', description, schema: {type: 'string', format: 'date-time'}};
};
const number = (name: string, description: string): RouteParameter => {
	return {name, in: 'query', description, schema: {type: 'number', minimum: 0}};
};

const record = {
	type: 'object',
	description: 'A row of the table `request_log`, column by column; null for what is not known.',
};

export const listDescription: RouteDescription = {
	group,
	details:
		'Filters are joined by "and". A record appears some 100 milliseconds after its call; bodies are in the single record only.',
	parameters: [
		text('key', 'Name of the key.'),
		text('team', 'Team of the key.'),
		text('model', 'Model as it was asked for.'),
		text('provider', 'Provider that answered, or was asked last.'),
		text('target_model', 'Model at that provider.'),
		text('endpoint', 'Path that was called.'),
		text('deployment', 'Name of the deployment.'),
		text('config_hash', 'Config under which the call was made.'),
		text('error_code', 'Code of the error.'),
		text('client_ip', 'Address of the client.'),
		text('tag', 'One of the tags of the caller.'),
		{
			name: 'outcome',
			in: 'query',
			description: 'How the call ended.',
			schema: {type: 'string', enum: ['ok', 'refused', 'failed', 'aborted']},
		},
		text('status', 'A status such as `429`, or a class such as `5xx`.'),
		{name: 'stream', in: 'query', description: 'Whether the answer was streamed.', schema: {type: 'boolean'}},
		time('since', 'From this time on.'),
		time('until', 'Before this time.'),
		number('min_latency_ms', 'It took at least this long.'),
		number('max_latency_ms', 'It took at most this long.'),
		...pageParameters,
	],
	answers: {
		200: {
			description: 'A page, newest first.',
			schema: pageSchema(record),
		},
	},
};

export const recordDescription: RouteDescription = {
	group,
	details: 'Of several calls with the same id, the newest.',
	parameters: [
		{name: 'id', in: 'path', description: 'The request id, as in `x-request-id` of the answer.', required: true},
	],
	answers: {200: {description: 'The record with its bodies.', schema: record}},
};
