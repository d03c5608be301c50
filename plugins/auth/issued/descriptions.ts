/** What the API description says of `/admin/keys`. */

import {pageParameters, pageSchema, type RouteDescription} from '../../../core/index.js';

const shown = {
	type: 'object',
	properties: {
		id: {type: 'string'},
		name: {type: 'string', description: 'whose key it is; keys of one name are one caller'},
		prefix: {type: 'string', description: 'the first characters of the key'},
		team: {type: 'string'},
		tags: {type: 'array', items: {type: 'string'}},
		allow: {type: 'array', items: {type: 'string'}},
		limits: {type: 'object'},
		budget: {type: 'object'},
		created_at: {type: 'string', format: 'date-time'},
		created_by: {type: 'string'},
		expires_at: {type: ['string', 'null'], format: 'date-time'},
		revoked_at: {type: ['string', 'null'], format: 'date-time'},
	},
};

const example = {
	id: 'key_0b4c2f6e-9f0a-4f0e-8a53-3c1f2f9c7f10',
	name: 'ci',
	prefix: 'tapgate_3f9a1c2b',
	created_at: '2026-01-31T12:00:00.000Z',
	created_by: 'ops',
	expires_at: null,
	revoked_at: null,
	team: 'platform',
};

export const descriptions: Readonly<Record<'list' | 'create' | 'revoke', RouteDescription>> = {
	list: {
		group: 'Keys',
		parameters: [
			{name: 'name', in: 'query', description: 'keys of this name only'},
			{name: 'revoked', in: 'query', description: 'revoked ones too', schema: {type: 'boolean'}},
			...pageParameters,
		],
		answers: {
			200: {
				description: 'A page, newest first.',
				schema: pageSchema(shown),
				examples: {'One key': {object: 'list', data: [example], has_more: false, next_cursor: null}},
			},
		},
	},
	create: {
		group: 'Keys',
		details:
			'A key of a name that has keys already belongs to the same caller: leave everything but the name out, or give the same.',
		request: {
			schema: {
				type: 'object',
				properties: {
					name: {type: 'string'},
					team: {type: 'string'},
					tags: {type: 'array', items: {type: 'string'}},
					allow: {type: 'array', items: {type: 'string'}},
					limits: {type: 'object'},
					budget: {type: 'object'},
					expires: {type: 'string', description: 'a date, or a date-time with a zone'},
				},
				required: ['name'],
			},
			examples: {
				'A key for a team': {name: 'ci', team: 'platform', limits: {requestsPerMinute: 60}, expires: '2030-01-31'},
			},
		},
		answers: {
			201: {
				description: 'The key. It is shown this once: only its hash is kept.',
				schema: {type: 'object', properties: Object.assign({key: {type: 'string'}}, shown.properties)},
			},
		},
	},
	revoke: {
		group: 'Keys',
		answers: {200: {description: 'The key, revoked now or before.', schema: shown}},
	},
};
