/** What Postgres is asked: each is one statement, and reads its clock when all locks are held. */

export const callFunctions: readonly string[] = [
	// Locks holdings one by one in the order of their keys, so that no two calls wait for each other.
	`CREATE OR REPLACE FUNCTION tapgate_lock_1(holdings jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
	DECLARE
		name text;
		kept jsonb;
		seen jsonb := '{}';
	BEGIN
		FOR name IN SELECT value->>'key' FROM jsonb_array_elements(holdings) ORDER BY (value->>'key') COLLATE "C" LOOP
			LOOP
				SELECT state INTO kept FROM tapgate_holdings WHERE key = name FOR UPDATE;
				EXIT WHEN FOUND;
				INSERT INTO tapgate_holdings VALUES (name, '{}', 0) ON CONFLICT DO NOTHING;
			END LOOP;
			seen := seen || jsonb_build_object(name, kept);
		END LOOP;
		RETURN seen;
	END $$`,
	`CREATE OR REPLACE FUNCTION tapgate_take_1(grant_name text, holdings jsonb, grant_ms bigint, seat_ms bigint)
	RETURNS jsonb LANGUAGE plpgsql AS $$
	DECLARE
		kept jsonb;
		now_ms bigint;
		h jsonb;
		seen jsonb[] := '{}';
		is_short boolean[] := '{}';
		taken jsonb := '[]';
		figures jsonb := '[]';
		slot bigint;
		granted boolean := true;
	BEGIN
		PERFORM set_config('synchronous_commit', 'off', true);
		INSERT INTO tapgate_grants VALUES (grant_name, NULL, 0) ON CONFLICT DO NOTHING;
		IF NOT FOUND THEN RETURN jsonb_build_object('word', 'void', 'now', tapgate_now_ms()); END IF;
		kept := tapgate_lock_1(holdings);
		now_ms := tapgate_now_ms();
		FOR h IN SELECT value FROM jsonb_array_elements(holdings) LOOP
			seen := array_append(seen, tapgate_read_1(h, kept->(h->>'key'), now_ms));
			IF seen[cardinality(seen)] IS NULL THEN
				DELETE FROM tapgate_grants WHERE id = grant_name;
				RETURN jsonb_build_object('word', 'clock', 'now', now_ms);
			END IF;
			is_short := array_append(is_short, tapgate_short_1(h, seen[cardinality(seen)], (h->>'amount')::bigint));
			IF is_short[cardinality(is_short)] AND (h->>'enforced')::boolean THEN granted := false; END IF;
		END LOOP;
		FOR i IN 1 .. cardinality(seen) LOOP
			h := holdings->(i - 1);
			IF granted THEN
				slot := CASE h->>'kind'
					WHEN 'calendar' THEN (seen[i]->>'start')::bigint
					WHEN 'rolling' THEN greatest(coalesce((seen[i]->>'newest')::bigint, 0), now_ms - now_ms % (h->>'slot')::bigint)
					ELSE 0 END;
				taken := taken || jsonb_build_array(jsonb_build_array(h->'amount', slot));
				IF (h->>'amount')::bigint = 0 THEN
					NULL;
				ELSIF h->>'kind' = 'seats' THEN
					INSERT INTO tapgate_seats VALUES (h->>'key', grant_name, now_ms + seat_ms);
					UPDATE tapgate_holdings SET gone_ms = greatest(gone_ms, now_ms + seat_ms) WHERE key = h->>'key';
					seen[i] := jsonb_build_object('value', (seen[i]->>'value')::bigint + 1);
				ELSE
					seen[i] := tapgate_add_1(h, seen[i], (h->>'amount')::bigint, slot, now_ms);
				END IF;
			END IF;
			figures := figures
				|| jsonb_build_array(tapgate_figures_1(h, seen[i], (h->>'amount')::bigint, is_short[i], now_ms));
		END LOOP;
		IF granted THEN
			UPDATE tapgate_grants SET record = taken, gone_ms = now_ms + grant_ms WHERE id = grant_name;
		ELSE
			DELETE FROM tapgate_grants WHERE id = grant_name;
		END IF;
		RETURN jsonb_build_object(
			'word', CASE WHEN granted THEN 'granted' ELSE 'refused' END, 'now', now_ms, 'figures', figures);
	END $$`,
	// A holding without an amount is settled later; what is settled is null in the record.
	`CREATE OR REPLACE FUNCTION tapgate_settle_2(grant_name text, holdings jsonb, void_ms bigint)
	RETURNS jsonb LANGUAGE plpgsql AS $$
	DECLARE
		taken jsonb;
		kept jsonb;
		now_ms bigint;
		h jsonb;
		seen jsonb[] := '{}';
		figures jsonb := '[]';
		difference bigint;
		slot bigint;
		is_left boolean := false;
	BEGIN
		PERFORM set_config('synchronous_commit', 'off', true);
		LOOP
			-- Locked first, as in a take, and removed last: an answer "clock" leaves it as it is.
			SELECT record INTO taken FROM tapgate_grants WHERE id = grant_name FOR UPDATE;
			EXIT WHEN FOUND;
			INSERT INTO tapgate_grants VALUES (grant_name, NULL, tapgate_now_ms() + void_ms) ON CONFLICT DO NOTHING;
			EXIT WHEN FOUND;
		END LOOP;
		kept := tapgate_lock_1(holdings);
		now_ms := tapgate_now_ms();
		FOR h IN SELECT value FROM jsonb_array_elements(holdings) LOOP
			seen := array_append(seen, tapgate_read_1(h, kept->(h->>'key'), now_ms));
			IF seen[cardinality(seen)] IS NULL THEN RETURN jsonb_build_object('word', 'clock', 'now', now_ms); END IF;
		END LOOP;
		FOR i IN 1 .. cardinality(seen) LOOP
			h := holdings->(i - 1);
			IF taken->(i - 1)->>0 IS NOT NULL AND h->>'amount' IS NOT NULL THEN
				difference := (h->>'amount')::bigint - (taken->(i - 1)->>0)::bigint;
				slot := (taken->(i - 1)->>1)::bigint;
				IF h->>'kind' = 'seats' THEN
					DELETE FROM tapgate_seats WHERE key = h->>'key' AND grant_id = grant_name;
					seen[i] := tapgate_read_1(h, NULL, now_ms);
				ELSIF difference <> 0 AND (CASE h->>'kind'
					WHEN 'calendar' THEN slot = (seen[i]->>'start')::bigint
					WHEN 'rolling' THEN slot + (h->>'counts')::bigint > now_ms
					ELSE true END) THEN
					seen[i] := tapgate_add_1(h, seen[i], difference, slot, now_ms);
				END IF;
				taken := jsonb_set(taken, ARRAY[(i - 1)::text], 'null');
			END IF;
			is_left := is_left OR coalesce(taken->(i - 1) <> 'null', false);
			figures := figures || jsonb_build_array(tapgate_figures_1(h, seen[i], 0, tapgate_short_1(h, seen[i], 0), now_ms));
		END LOOP;
		IF is_left THEN
			UPDATE tapgate_grants SET record = taken WHERE id = grant_name;
		ELSIF taken IS NOT NULL THEN
			DELETE FROM tapgate_grants WHERE id = grant_name;
		END IF;
		RETURN jsonb_build_object('word', 'settled', 'now', now_ms, 'figures', figures);
	END $$`,
	// Takes and settlements of a process that go together, in their order. What they hold is locked first, as one of them would do it.
	`CREATE OR REPLACE FUNCTION tapgate_calls_1(calls jsonb, grant_ms bigint, seat_ms bigint, void_ms bigint)
	RETURNS jsonb LANGUAGE plpgsql AS $$
	DECLARE
		c jsonb;
		replies jsonb := '[]';
	BEGIN
		PERFORM set_config('synchronous_commit', 'off', true);
		PERFORM tapgate_lock_1((
			SELECT jsonb_agg(DISTINCT jsonb_build_object('key', h->'key'))
			FROM jsonb_array_elements(calls) AS one, jsonb_array_elements(one->'holdings') AS h));
		FOR c IN SELECT value FROM jsonb_array_elements(calls) LOOP
			replies := replies || jsonb_build_array(CASE c->>'action'
				WHEN 'take' THEN tapgate_take_1(c->>'grant', c->'holdings', grant_ms, seat_ms)
				ELSE tapgate_settle_2(c->>'grant', c->'holdings', void_ms) END);
		END LOOP;
		RETURN replies;
	END $$`,
	`CREATE OR REPLACE FUNCTION tapgate_look_1(holdings jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
	DECLARE
		now_ms bigint := tapgate_now_ms();
		h jsonb;
		seen jsonb;
		figures jsonb := '[]';
	BEGIN
		FOR h IN SELECT value FROM jsonb_array_elements(holdings) LOOP
			seen := tapgate_read_1(h, coalesce((SELECT state FROM tapgate_holdings WHERE key = h->>'key'), '{}'), now_ms);
			IF seen IS NULL THEN RETURN jsonb_build_object('word', 'clock', 'now', now_ms); END IF;
			figures := figures || jsonb_build_array(tapgate_figures_1(h, seen, 0, tapgate_short_1(h, seen, 0), now_ms));
		END LOOP;
		RETURN jsonb_build_object('word', 'look', 'now', now_ms, 'figures', figures);
	END $$`,
	`CREATE OR REPLACE FUNCTION tapgate_renew_1(keys text[], grants text[], seat_ms bigint) RETURNS void LANGUAGE plpgsql AS $$
	BEGIN
		PERFORM set_config('synchronous_commit', 'off', true);
		PERFORM tapgate_lock_1((SELECT jsonb_agg(DISTINCT jsonb_build_object('key', k)) FROM unnest(keys) k));
		INSERT INTO tapgate_seats SELECT k, g, tapgate_now_ms() + seat_ms FROM unnest(keys, grants) AS u(k, g)
			ON CONFLICT (key, grant_id) DO UPDATE SET gone_ms = excluded.gone_ms;
		UPDATE tapgate_holdings SET gone_ms = greatest(gone_ms, tapgate_now_ms() + seat_ms) WHERE key = ANY (keys);
	END $$`,
	// What somebody holds is left for the next time.
	`CREATE OR REPLACE FUNCTION tapgate_sweep_1() RETURNS void LANGUAGE plpgsql AS $$
	BEGIN
		DELETE FROM tapgate_seats WHERE (key, grant_id) IN
			(SELECT key, grant_id FROM tapgate_seats WHERE gone_ms <= tapgate_now_ms() LIMIT 10000 FOR UPDATE SKIP LOCKED);
		DELETE FROM tapgate_grants WHERE id IN
			(SELECT id FROM tapgate_grants WHERE gone_ms <= tapgate_now_ms() LIMIT 10000 FOR UPDATE SKIP LOCKED);
		DELETE FROM tapgate_holdings WHERE key IN
			(SELECT key FROM tapgate_holdings WHERE gone_ms <= tapgate_now_ms() LIMIT 10000 FOR UPDATE SKIP LOCKED);
	END $$`,
];
