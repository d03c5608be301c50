/** Revoked keys in Postgres. */

export const revokedKeys: readonly string[] = [
	`CREATE TABLE IF NOT EXISTS tapgate_revoked (
		name text COLLATE "C" PRIMARY KEY,
		at_ms bigint NOT NULL
	)`,
	'CREATE INDEX IF NOT EXISTS tapgate_revoked_at ON tapgate_revoked (at_ms)',
	`CREATE OR REPLACE FUNCTION tapgate_revoked_1(within_ms bigint) RETURNS text[] LANGUAGE plpgsql AS $$
	DECLARE
		from_ms bigint := tapgate_now_ms() - within_ms;
	BEGIN
		RETURN (SELECT coalesce(array_agg(name), '{}') FROM tapgate_revoked WHERE at_ms >= from_ms);
	END $$`,
	// One at a time: nobody waits for this, and rows that two want to remove cannot stop either.
	`CREATE OR REPLACE FUNCTION tapgate_revoke_1(names text[], kept_ms bigint, most integer) RETURNS void LANGUAGE plpgsql AS $$
	BEGIN
		LOCK TABLE tapgate_revoked IN SHARE ROW EXCLUSIVE MODE;
		INSERT INTO tapgate_revoked SELECT DISTINCT n, tapgate_now_ms() FROM unnest(names) n
			ON CONFLICT (name) DO UPDATE SET at_ms = excluded.at_ms;
		DELETE FROM tapgate_revoked WHERE at_ms < tapgate_now_ms() - kept_ms;
		DELETE FROM tapgate_revoked WHERE name IN (SELECT name FROM tapgate_revoked ORDER BY at_ms DESC, name OFFSET most);
	END $$`,
];
