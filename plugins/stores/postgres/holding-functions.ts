/** What Postgres does with one holding: `h` is the holding with its amount, `seen` is how it stands. */

export const holdingFunctions: readonly string[] = [
	// How one holding stands: its state as of now, in the terms of the caller. `NULL` when no span holds the time.
	`CREATE OR REPLACE FUNCTION tapgate_read_1(h jsonb, kept jsonb, now_ms bigint) RETURNS jsonb LANGUAGE plpgsql AS $$
	DECLARE
		span jsonb;
		used bigint;
		newest bigint;
		slots jsonb;
	BEGIN
		CASE h->>'kind'
		WHEN 'bucket' THEN
			IF kept->'level' IS NULL THEN
				RETURN jsonb_build_object('value', (h->>'limit')::float8, 'at', now_ms);
			END IF;
			RETURN jsonb_build_object(
				'value', least((h->>'limit')::float8, (kept->>'level')::float8
					+ (greatest(0, now_ms - (kept->>'at')::bigint)::float8 * (h->>'rate')::float8) / 1000),
				'at', greatest(now_ms, (kept->>'at')::bigint));
		WHEN 'calendar' THEN
			IF now_ms < (kept->>'finish')::bigint THEN
				RETURN jsonb_build_object('value', kept->'used', 'start', kept->'start', 'finish', kept->'finish');
			END IF;
			FOR span IN SELECT value FROM jsonb_array_elements(h->'spans') LOOP
				IF (span->>0)::bigint <= now_ms AND now_ms < (span->>1)::bigint THEN
					RETURN jsonb_build_object('value', 0, 'start', span->0, 'finish', span->1);
				END IF;
			END LOOP;
			RETURN NULL;
		WHEN 'rolling' THEN
			SELECT coalesce(sum(e.value::bigint), 0), max(e.key::bigint), coalesce(jsonb_object_agg(e.key, e.value::bigint), '{}')
				INTO used, newest, slots
				FROM jsonb_each_text(coalesce(kept->'slots', '{}')) e
				WHERE e.key::bigint + (h->>'counts')::bigint > now_ms;
			RETURN jsonb_build_object('value', used, 'newest', newest, 'slots', slots);
		ELSE
			SELECT count(*) INTO used FROM tapgate_seats s WHERE s.key = h->>'key' AND s.gone_ms > now_ms;
			RETURN jsonb_build_object('value', used);
		END CASE;
	END $$`,
	`CREATE OR REPLACE FUNCTION tapgate_short_1(h jsonb, seen jsonb, amount bigint) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
		SELECT CASE h->>'kind'
			WHEN 'bucket' THEN amount > (seen->>'value')::float8 + 1e-6
			ELSE (seen->>'value')::bigint + amount > (h->>'limit')::bigint
		END
	$$`,
	// Short, value, reset, wait.
	`CREATE OR REPLACE FUNCTION tapgate_figures_1(h jsonb, seen jsonb, amount bigint, is_short boolean, now_ms bigint)
	RETURNS jsonb LANGUAGE plpgsql AS $$
	DECLARE
		reset bigint := 0;
		wait bigint := 0;
		left_over bigint;
		slot record;
	BEGIN
		IF h->>'kind' = 'calendar' THEN
			reset := (seen->>'finish')::bigint - now_ms;
			wait := reset;
		ELSIF h->>'kind' = 'rolling' THEN
			reset := coalesce((seen->>'newest')::bigint + (h->>'counts')::bigint - now_ms, 0);
			left_over := (seen->>'value')::bigint;
			FOR slot IN SELECT e.key::bigint AS start, e.value::bigint AS amount
				FROM jsonb_each_text(seen->'slots') e ORDER BY 1 LOOP
				EXIT WHEN left_over + amount <= (h->>'limit')::bigint;
				left_over := left_over - slot.amount;
				wait := slot.start + (h->>'counts')::bigint - now_ms;
			END LOOP;
		END IF;
		RETURN jsonb_build_array(is_short, seen->'value', reset, wait);
	END $$`,
	// Adds to what was seen of a holding and writes it. For rolling sums `slot` is where to.
	`CREATE OR REPLACE FUNCTION tapgate_add_1(h jsonb, seen jsonb, amount bigint, slot bigint, now_ms bigint)
	RETURNS jsonb LANGUAGE plpgsql AS $$
	DECLARE
		level float8;
		written jsonb;
		gone bigint;
		longest bigint := 400 * 24 * 3600 * 1000::bigint;
	BEGIN
		CASE h->>'kind'
		WHEN 'bucket' THEN
			level := least((h->>'limit')::float8, (seen->>'value')::float8 - amount);
			seen := jsonb_build_object('value', level, 'at', seen->'at');
			written := jsonb_build_object('level', level, 'at', seen->'at');
			gone := now_ms + CASE WHEN (h->>'rate')::float8 > 0
				THEN least(longest::float8, ceil(((h->>'limit')::float8 - level) / (h->>'rate')::float8 * 1000) + 1)::bigint
				ELSE longest END;
		WHEN 'calendar' THEN
			seen := seen || jsonb_build_object('value', (seen->>'value')::bigint + amount);
			written := jsonb_build_object('used', seen->'value', 'start', seen->'start', 'finish', seen->'finish');
			gone := (seen->>'finish')::bigint;
		WHEN 'rolling' THEN
			written := seen->'slots';
			IF coalesce((written->>slot::text)::bigint, 0) + amount = 0 THEN
				written := written - slot::text;
			ELSE
				written := written || jsonb_build_object(slot::text, coalesce((written->>slot::text)::bigint, 0) + amount);
			END IF;
			written := jsonb_build_object('slots', written);
			seen := tapgate_read_1(h, written, now_ms);
			gone := coalesce((seen->>'newest')::bigint + (h->>'counts')::bigint, now_ms);
		END CASE;
		UPDATE tapgate_holdings SET state = written, gone_ms = gone WHERE key = h->>'key';
		RETURN seen;
	END $$`,
];
