/**
 * Tables and functions of the store in Postgres. They are made when the store is opened, because the store may be another
 * database than the one of the request log.
 */

import {callFunctions} from './call-functions.js';
import {holdingFunctions} from './holding-functions.js';
import {revokedKeys} from './revoked-keys.js';

/**
 * Ordinary tables, not unlogged ones: those are emptied after a crash, and a month's spending with them. Calls do not wait
 * for the disk though (`synchronous_commit`): a crash loses the last half second.
 */
const tables: readonly string[] = [
	`CREATE TABLE IF NOT EXISTS tapgate_holdings (
		key text COLLATE "C" PRIMARY KEY,
		state jsonb NOT NULL,
		gone_ms bigint NOT NULL
	) WITH (fillfactor = 70)`,
	`CREATE TABLE IF NOT EXISTS tapgate_seats (
		key text COLLATE "C" NOT NULL,
		grant_id text COLLATE "C" NOT NULL,
		gone_ms bigint NOT NULL,
		PRIMARY KEY (key, grant_id)
	)`,
	`CREATE TABLE IF NOT EXISTS tapgate_grants (
		id text COLLATE "C" PRIMARY KEY,
		record jsonb,
		gone_ms bigint NOT NULL
	)`,
	`CREATE OR REPLACE FUNCTION tapgate_now_ms() RETURNS bigint LANGUAGE sql VOLATILE AS $$
		SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint
	$$`,
];

/** A function that has changed gets another number, so that gateways of two versions can share a database. */
export const schema: readonly string[] = [...tables, ...holdingFunctions, ...callFunctions, ...revokedKeys];

/** Is there when all of {@link schema} is. */
export const lastFunction = 'tapgate_revoke_1(text[],bigint,integer)';
