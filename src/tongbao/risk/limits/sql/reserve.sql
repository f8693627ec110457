-- Limits are judged and used up here and nowhere else, whole batches at a time.
--
-- A *line* is what one use of a limit comes to: this item uses this much of this counter, of which
-- there is that much at most. One item has a line for each rule that it meets.

-- The lines of a batch. Items are counted from 1. A rule that counts by something an item does not
-- have (a device, a counterparty) does not meet it. Amounts in another currency are converted at
-- the newest reference rate and rounded up; without a rate `amount` is NULL.
CREATE OR REPLACE FUNCTION limits_lines(
    p_operation text[], p_party uuid[], p_party_kind text[], p_level smallint[], p_product text[],
    p_channel text[], p_device text[], p_counterparty text[], p_currency text[], p_amount bigint[],
    p_at timestamptz, p_day date
) RETURNS TABLE (
    item integer, rule_code text, subject text, starts_on date, since timestamptz,
    amount bigint, maximum bigint
)
LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT u.item::integer, r.code,
           concat_ws('/',
               CASE WHEN 'party' = ANY (r.counted_by) THEN 'party=' || u.party END,
               CASE WHEN 'product' = ANY (r.counted_by) THEN 'product=' || u.product END,
               CASE WHEN 'channel' = ANY (r.counted_by) THEN 'channel=' || u.channel END,
               CASE WHEN 'device' = ANY (r.counted_by) THEN 'device=' || u.device END,
               CASE WHEN 'counterparty' = ANY (r.counted_by)
                    THEN 'counterparty=' || u.counterparty END),
           CASE r.time_window WHEN 'day' THEN p_day
                              WHEN 'month' THEN date_trunc('month', p_day)::date
                              WHEN 'year' THEN date_trunc('year', p_day)::date
                              WHEN 'rolling' THEN DATE '-infinity' END,
           CASE r.time_window WHEN 'rolling' THEN p_at - make_interval(hours => r.rolling_hours) END,
           CASE WHEN r.measure = 'count' THEN 1
                WHEN r.currency = u.currency THEN u.amount
                WHEN theirs.cny_per_unit * ours.cny_per_unit IS NOT NULL
                THEN least(9223372036854775807,
                           ceil(u.amount * theirs.cny_per_unit * 10::numeric ^ ours.scale
                                / (ours.cny_per_unit * 10::numeric ^ theirs.scale)))::bigint END,
           coalesce(own.raised, least(r.maximum, own.lowered))
      FROM unnest(p_operation, p_party, p_party_kind, p_level, p_product, p_channel, p_device,
                  p_counterparty, p_currency, p_amount) WITH ORDINALITY
           AS u(operation, party, party_kind, level, product, channel, device, counterparty,
                currency, amount, item)
      JOIN limits_rule r
        ON (r.operation IS NULL OR r.operation = u.operation)
       AND (r.party_kind IS NULL OR r.party_kind = u.party_kind)
       AND (r.level IS NULL OR r.level = u.level)
       AND (r.product IS NULL OR r.product = u.product)
       AND (r.channel IS NULL OR r.channel = u.channel)
       AND r.valid_from <= p_at AND (r.valid_until IS NULL OR p_at < r.valid_until)
       AND (u.product IS NOT NULL OR 'product' <> ALL (r.counted_by))
       AND (u.channel IS NOT NULL OR 'channel' <> ALL (r.counted_by))
       AND (u.device IS NOT NULL OR 'device' <> ALL (r.counted_by))
       AND (u.counterparty IS NOT NULL OR 'counterparty' <> ALL (r.counted_by))
      LEFT JOIN LATERAL (
          SELECT min(o.maximum) FILTER (WHERE o.kind = 'lowered') AS lowered,
                 max(o.maximum) FILTER (WHERE o.kind = 'raised') AS raised
            FROM limits_own o
           WHERE o.party_id = u.party AND o.rule_code = r.code
             AND o.valid_from <= p_at AND (o.valid_until IS NULL OR p_at < o.valid_until)
      ) own ON true
      LEFT JOIN LATERAL (
          SELECT q.cny_per_unit, q.scale FROM limits_reference_rate q
           WHERE q.currency = u.currency AND q.valid_from <= p_at
           ORDER BY q.valid_from DESC LIMIT 1
      ) theirs ON r.measure = 'amount' AND r.currency <> u.currency
      LEFT JOIN LATERAL (
          SELECT q.cny_per_unit, q.scale FROM limits_reference_rate q
           WHERE q.currency = r.currency AND q.valid_from <= p_at
           ORDER BY q.valid_from DESC LIMIT 1
      ) ours ON r.measure = 'amount' AND r.currency <> u.currency
$$;

-- What has been used of counters, at a moment; nothing is locked.
CREATE OR REPLACE FUNCTION limits_used(
    p_rule_code text, p_subject text, p_starts_on date, p_since timestamptz
) RETURNS bigint
LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT CASE WHEN p_since IS NULL THEN c.used
                ELSE coalesce((SELECT sum(x.amount)::bigint FROM limits_rolling x
                                WHERE x.counter_id = c.id AND x.used_at > p_since), 0) END
      FROM limits_counter c
     WHERE c.rule_code = p_rule_code AND c.subject = p_subject AND c.starts_on = p_starts_on
$$;

-- Reserve for a batch. Items are judged in order, each as if the accepted ones before it had been
-- reserved already; an item reserves all its lines or none. Counters are locked in one order until
-- the caller's transaction ends, so nobody ever gets past a maximum. An item reserved before is a
-- 'duplicate' and uses nothing.
CREATE OR REPLACE FUNCTION limits_reserve(
    p_use uuid[], p_operation text[], p_party uuid[], p_party_kind text[], p_level smallint[],
    p_product text[], p_channel text[], p_device text[], p_counterparty text[], p_currency text[],
    p_amount bigint[], p_at timestamptz, p_day date,
    -- per item: NULL (reserved), 'duplicate', 'exceeded' or 'no_rate'; the rule that refused, what
    -- had been used of it before, and its maximum
    OUT refusal text[], OUT rule_code text[], OUT used bigint[], OUT maximum bigint[]
)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    -- per line, in the order of items
    l_item integer[]; l_rule text[]; l_subject text[]; l_starts_on date[]; l_since timestamptz[];
    l_amount bigint[]; l_maximum bigint[];
    l_counter bigint[];   -- the counter's id; NULL where the rule looks at one item alone
    l_slot integer[];     -- the same counters, numbered from 1
    l_before bigint[];    -- what had been used of the counter before this batch
    spent bigint[];       -- by slot: what accepted items of this batch use of it
    line integer := 1;
    first_line integer;
    reached bigint;
    is_over boolean;
BEGIN
    SELECT array_agg(CASE WHEN r.use_id IS NOT NULL THEN 'duplicate' END ORDER BY x.n)
      INTO refusal
      FROM unnest(p_use) WITH ORDINALITY AS x(use_id, n)
      LEFT JOIN limits_reservation r ON r.use_id = x.use_id;
    rule_code := array_fill(NULL::text, ARRAY[cardinality(p_use)]);
    used := array_fill(NULL::bigint, ARRAY[cardinality(p_use)]);
    maximum := used;

    SELECT array_agg(l.item), array_agg(l.rule_code), array_agg(l.subject), array_agg(l.starts_on),
           array_agg(l.since), array_agg(l.amount), array_agg(l.maximum)
      INTO l_item, l_rule, l_subject, l_starts_on, l_since, l_amount, l_maximum
      FROM (SELECT l.* FROM limits_lines(p_operation, p_party, p_party_kind, p_level, p_product,
                                         p_channel, p_device, p_counterparty, p_currency, p_amount,
                                         p_at, p_day) AS l
             WHERE refusal[l.item] IS NULL
             ORDER BY l.item, l.rule_code) AS l;

    INSERT INTO limits_counter (subject, rule_code, starts_on)
    SELECT DISTINCT x.subject, x.rule_code, x.starts_on
      FROM unnest(l_subject, l_rule, l_starts_on) AS x(subject, rule_code, starts_on)
     WHERE x.starts_on IS NOT NULL
       AND NOT EXISTS (SELECT FROM limits_counter c WHERE (c.subject, c.rule_code, c.starts_on)
                                                        = (x.subject, x.rule_code, x.starts_on))
     ORDER BY 1, 2, 3
        ON CONFLICT DO NOTHING;

    WITH locked AS MATERIALIZED (
        SELECT c.id, c.rule_code, c.subject, c.starts_on, c.used
          FROM limits_counter c
         WHERE (c.subject, c.rule_code, c.starts_on) IN (
                   SELECT x.subject, x.rule_code, x.starts_on
                     FROM unnest(l_subject, l_rule, l_starts_on)
                          AS x(subject, rule_code, starts_on))
         ORDER BY c.id
           FOR UPDATE
    )
    SELECT array_agg(x.id ORDER BY x.n), array_agg(x.slot ORDER BY x.n),
           array_agg(x.used ORDER BY x.n)
      INTO l_counter, l_slot, l_before
      FROM (SELECT x.n, c.id,
                   CASE WHEN c.id IS NULL THEN 0
                        WHEN x.since IS NULL THEN c.used
                        ELSE (SELECT coalesce(sum(r.amount), 0)::bigint FROM limits_rolling r
                               WHERE r.counter_id = c.id AND r.used_at > x.since) END AS used,
                   CASE WHEN c.id IS NOT NULL THEN dense_rank() OVER (ORDER BY c.id)::integer END
                       AS slot
              FROM unnest(l_subject, l_rule, l_starts_on, l_since) WITH ORDINALITY
                   AS x(subject, rule_code, starts_on, since, n)
              LEFT JOIN locked c ON (c.subject, c.rule_code, c.starts_on)
                                  = (x.subject, x.rule_code, x.starts_on)) AS x;

    -- Usually nothing is refused, and one look at all running sums shows it.
    SELECT bool_or(x.amount IS NULL OR x.reached > x.maximum)
      INTO is_over
      FROM (SELECT x.amount, x.maximum,
                   x.before + CASE WHEN x.counter IS NULL THEN x.amount
                                   ELSE sum(x.amount) OVER (PARTITION BY x.counter ORDER BY x.n)
                              END AS reached
              FROM unnest(l_counter, l_before, l_amount, l_maximum) WITH ORDINALITY
                   AS x(counter, before, amount, maximum, n)) AS x;

    IF is_over THEN
        spent := array_fill(0::bigint, ARRAY[cardinality(l_item)]);
        FOR i IN 1 .. cardinality(p_use) LOOP
            first_line := line;
            WHILE line <= cardinality(l_item) AND l_item[line] = i LOOP
                reached := l_before[line] + coalesce(spent[l_slot[line]], 0);
                IF refusal[i] IS NULL
                   AND (l_amount[line] IS NULL OR l_amount[line] > l_maximum[line] - reached) THEN
                    refusal[i] := CASE WHEN l_amount[line] IS NULL THEN 'no_rate'
                                       ELSE 'exceeded' END;
                    rule_code[i] := l_rule[line];
                    used[i] := reached;
                    maximum[i] := l_maximum[line];
                END IF;
                line := line + 1;
            END LOOP;
            FOR accepted IN first_line .. line - 1 LOOP
                EXIT WHEN refusal[i] IS NOT NULL;
                IF l_slot[accepted] IS NOT NULL THEN
                    spent[l_slot[accepted]] := spent[l_slot[accepted]] + l_amount[accepted];
                END IF;
            END LOOP;
        END LOOP;
    END IF;

    UPDATE limits_counter c SET used = c.used + x.amount
      FROM (SELECT x.counter, sum(x.amount)::bigint AS amount
              FROM unnest(l_item, l_counter, l_amount, l_since) AS x(item, counter, amount, since)
             WHERE x.counter IS NOT NULL AND x.since IS NULL AND refusal[x.item] IS NULL
             GROUP BY x.counter) AS x
     WHERE c.id = x.counter;

    INSERT INTO limits_rolling (counter_id, used_at, amount, use_id)
    SELECT x.counter, p_at, x.amount, p_use[x.item]
      FROM unnest(l_item, l_counter, l_amount, l_since) AS x(item, counter, amount, since)
     WHERE x.since IS NOT NULL AND refusal[x.item] IS NULL;

    INSERT INTO limits_reservation (use_id, reserved_at, counter_ids, amounts)
    SELECT p_use[x.item], p_at, array_agg(x.counter), array_agg(x.amount)
      FROM unnest(l_item, l_counter, l_amount) AS x(item, counter, amount)
     WHERE x.counter IS NOT NULL AND refusal[x.item] IS NULL
     GROUP BY x.item;
END $$;

-- Give back what was reserved: for uses that came to nothing. One that was given back before, or
-- never reserved, is left alone. Returns the uses given back.
CREATE OR REPLACE FUNCTION limits_release(p_use uuid[], p_at timestamptz) RETURNS SETOF uuid
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    released uuid[];
BEGIN
    WITH locked AS MATERIALIZED (
        SELECT r.use_id FROM limits_reservation r
         WHERE r.use_id = ANY (p_use) AND r.released_at IS NULL
         ORDER BY r.use_id
           FOR UPDATE
    ), changed AS (
        UPDATE limits_reservation r SET released_at = p_at
          FROM locked WHERE r.use_id = locked.use_id
        RETURNING r.use_id)
    SELECT array_agg(use_id) INTO released FROM changed;

    PERFORM FROM limits_counter c
      WHERE c.id IN (SELECT unnest(r.counter_ids) FROM limits_reservation r
                      WHERE r.use_id = ANY (released))
      ORDER BY c.id
        FOR UPDATE;
    UPDATE limits_counter c SET used = c.used - x.amount
      FROM (SELECT x.counter, sum(x.amount)::bigint AS amount
              FROM limits_reservation r, unnest(r.counter_ids, r.amounts) AS x(counter, amount)
             WHERE r.use_id = ANY (released)
             GROUP BY x.counter) AS x
     WHERE c.id = x.counter AND c.starts_on <> '-infinity';
    DELETE FROM limits_rolling WHERE use_id = ANY (released);
    RETURN QUERY SELECT unnest(released);
END $$;

-- Only these functions change what is used; whoever could write a counter could lift every limit.
REVOKE ALL ON limits_counter, limits_reservation, limits_rolling FROM tongbao_app;
GRANT SELECT ON limits_counter, limits_reservation, limits_rolling TO tongbao_app;
REVOKE ALL ON FUNCTION limits_reserve, limits_release FROM PUBLIC;
GRANT EXECUTE ON FUNCTION limits_reserve, limits_release TO tongbao_app;

-- A counter is changed far more often than it is made: room on its page keeps indexes out of it.
ALTER TABLE limits_counter SET (fillfactor = 70);
