/** The tables of issued keys, step by step. A step that has been released is never changed. */

import type {Migration} from '../../../core/index.js';

export const table = 'issued_key';
export const versionTable = 'issued_key_change';

/**
 * The one row of the second table is what gateways ask for, again and again: it grows with every change. Whoever changes keys locks
 * it first, so versions are seen in the order of their numbers.
 */
export const migrations: Readonly<Record<string, Migration>> = {
	'auth 0001 create the tables of issued keys': {
		up: [
			`CREATE TABLE ${table} (
				id text PRIMARY KEY,
				name text NOT NULL,
				prefix text NOT NULL,
				hash text NOT NULL UNIQUE,
				caller jsonb NOT NULL,
				created_at timestamptz NOT NULL DEFAULT now(),
				created_by text NOT NULL,
				expires_at timestamptz,
				revoked_at timestamptz,
				version bigint NOT NULL
			)`,
			`CREATE INDEX ${table}_version ON ${table} (version)`,
			`CREATE INDEX ${table}_name ON ${table} (name)`,
			`CREATE TABLE ${versionTable} (version bigint NOT NULL)`,
			`INSERT INTO ${versionTable} VALUES (0)`,
		],
	},
};
