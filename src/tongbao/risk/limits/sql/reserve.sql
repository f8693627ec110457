-- Limits are judged and used up here and nowhere else, whole batches at a time.
--
-- Uses of the same kind meet the same rules: a *class* is what the conditions of rules look at, and
-- a *bound* is a rule that a class meets. What has been used is kept by *tally*: one counter for
-- each subject, with the sums of its newest day, month and year. A *take* is what one item adds to
-- one counter; a *slot* is the place of a counter in the batch.

-- The rule's maximum as it is for one party: a raise beats what the party set for itself, and
-- reaches no further than the rule lets anybody be raised now.
CREATE OR REPLACE FUNCTION limits_effective(
    p_maximum bigint, p_ceiling bigint, p_lowered bigint, p_raised bigint
) RETURNS bigint
LANGUAGE sql IMMUTABLE
AS $$
    SELECT greatest(least(p_maximum, p_lowered),
                    CASE WHEN p_raised IS NOT NULL THEN least(p_ceiling, p_raised) END)
$$;

-- Whose counter of a tally it is: the party itself, or the digest of everything it is counted by.
CREATE OR REPLACE FUNCTION limits_subject(
    p_counted_by text[], p_party uuid, p_product text, p_channel text, p_device text,
    p_counterparty text
) RETURNS uuid
LANGUAGE sql IMMUTABLE
AS $$
    SELECT CASE WHEN p_counted_by = '{party}' THEN p_party
    ELSE encode(substr(sha256(convert_to(concat_ws('/',
        CASE WHEN 'party' = ANY (p_counted_by) THEN 'party=' || p_party END,
        CASE WHEN 'product' = ANY (p_counted_by) THEN 'product=' || p_product END,
        CASE WHEN 'channel' = ANY (p_counted_by) THEN 'channel=' || p_channel END,
        CASE WHEN 'device' = ANY (p_counted_by) THEN 'device=' || p_device END,
        CASE WHEN 'counterparty' = ANY (p_counted_by) THEN 'counterparty=' || p_counterparty END
    ), 'UTF8')), 1, 16), 'hex')::uuid END
$$;

-- What a minor unit of a currency is worth, in 10^-16 yuan; NULL without a rate.
CREATE OR REPLACE FUNCTION limits_worth(p_currency text, p_at timestamptz) RETURNS numeric
LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT CASE WHEN coalesce(p_at < newest.valid_until, true)
                THEN trunc(newest.cny_per_unit * 10::numeric ^ (16 - newest.scale)) END
      FROM (SELECT q.cny_per_unit, q.scale, q.valid_until FROM limits_reference_rate q
             WHERE q.currency = p_currency AND q.valid_from <= p_at
             ORDER BY q.valid_from DESC LIMIT 1) AS newest
$$;

-- The bounds of classes, which are counted from 1; `grp` numbers the pairs of class and tally. An
-- operation is that of the rule or below it (`payments` is met by `payments.transfer`). A rule that
-- counts by something a class lacks (a device, a counterparty) does not meet it.
-- A minor unit of the class's currency is `num / den` of the rule's; NULL is the one without a rate.
CREATE OR REPLACE FUNCTION limits_bounds(
    p_operation text[], p_party_kind text[], p_level smallint[], p_product text[],
    p_channel text[], p_has_device boolean[], p_has_counterparty boolean[], p_currency text[],
    p_reviewed boolean[], p_at timestamptz
) RETURNS TABLE (
    class integer, grp integer, tally text, rule_code text, counted_by text[], measure text,
    num numeric, den numeric, time_window text, rolling_hours smallint, period text,
    maximum bigint, ceiling bigint, place integer
)
LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT k.class::integer, dense_rank() OVER (ORDER BY k.class, r.tally)::integer, r.tally,
           r.code, r.counted_by, r.measure,
           CASE WHEN r.currency <> k.currency THEN limits_worth(k.currency, p_at) ELSE 1 END,
           CASE WHEN r.currency <> k.currency THEN limits_worth(r.currency, p_at) ELSE 1 END,
           r.time_window, r.rolling_hours, coalesce(r.rolling_hours || 'h', r.time_window),
           CASE WHEN r.beyond = 'review' AND k.reviewed THEN 1000000000000000000
                ELSE r.maximum END,
           coalesce(r.raise_maximum, r.maximum),
           array_position(ARRAY['transaction', 'day', 'month', 'year', 'rolling'], r.time_window)
      FROM unnest(p_operation, p_party_kind, p_level, p_product, p_channel, p_has_device,
                  p_has_counterparty, p_currency, p_reviewed) WITH ORDINALITY
           AS k(operation, party_kind, level, product, channel, has_device, has_counterparty,
                currency, reviewed, class)
      JOIN limits_rule r
        ON (r.operation IS NULL OR k.operation = r.operation
            OR starts_with(k.operation, r.operation || '.'))
       AND (r.party_kind IS NULL OR r.party_kind = k.party_kind)
       AND (r.level IS NULL OR r.level = k.level)
       AND (r.product IS NULL OR r.product = k.product)
       AND (r.channel IS NULL OR r.channel = k.channel)
       AND r.valid_from <= p_at AND (r.valid_until IS NULL OR p_at < r.valid_until)
       AND (k.product IS NOT NULL OR 'product' <> ALL (r.counted_by))
       AND (k.channel IS NOT NULL OR 'channel' <> ALL (r.counted_by))
       AND (k.has_device OR 'device' <> ALL (r.counted_by))
       AND (k.has_counterparty OR 'counterparty' <> ALL (r.counted_by))
$$;

-- What an amount adds to a counter; amounts in another currency are rounded up, exactly. NULL where
-- there is no rate. What no counter could hold becomes the most that it could.
CREATE OR REPLACE FUNCTION limits_taken(
    p_measure text, p_amount bigint, p_num numeric, p_den numeric
) RETURNS bigint
LANGUAGE sql IMMUTABLE
AS $$
    SELECT CASE WHEN p_measure = 'count' THEN 1
                WHEN p_num = p_den THEN p_amount
                WHEN p_num * p_den IS NOT NULL
                THEN least(9223372036854775807,
                           div(p_amount * p_num + p_den - 1, p_den))::bigint END
$$;

-- What has been used of a counter in the last so many hours.
CREATE OR REPLACE FUNCTION limits_rolled(p_counter bigint, p_at timestamptz, p_hours smallint)
RETURNS bigint
LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT coalesce(sum(r.amount), 0)::bigint FROM limits_reservation r
     WHERE r.counter_id = p_counter AND r.rolling AND r.released_at IS NULL
       AND r.reserved_at > p_at - make_interval(hours => p_hours)
$$;

-- What is left of every bound for one use; nothing is locked or taken.
CREATE OR REPLACE FUNCTION limits_left(
    p_operation text, p_party uuid, p_party_kind text, p_level smallint, p_product text,
    p_channel text, p_device text, p_counterparty text, p_currency text, p_amount bigint,
    p_reviewed boolean, p_at timestamptz, p_day date
) RETURNS TABLE (
    rule_code text, period text, maximum bigint, used bigint, amount bigint, lowered bigint,
    raised bigint, raised_until timestamptz
)
LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT b.rule_code, b.period,
           limits_effective(b.maximum, b.ceiling, own.lowered, own.raised),
           coalesce(CASE b.time_window
               WHEN 'transaction' THEN 0
               WHEN 'day' THEN CASE WHEN c.last_day >= p_day THEN c.used_day END
               WHEN 'month' THEN CASE WHEN c.last_day >= date_trunc('month', p_day)
                                      THEN c.used_month END
               WHEN 'year' THEN CASE WHEN c.last_day >= date_trunc('year', p_day)
                                     THEN c.used_year END
               ELSE limits_rolled(c.id, p_at, b.rolling_hours)
           END, 0),
           limits_taken(b.measure, p_amount, b.num, b.den), own.lowered, own.raised,
           own.raised_until
      FROM limits_bounds(ARRAY[p_operation], ARRAY[p_party_kind], ARRAY[p_level],
                         ARRAY[p_product], ARRAY[p_channel], ARRAY[p_device IS NOT NULL],
                         ARRAY[p_counterparty IS NOT NULL], ARRAY[p_currency], ARRAY[p_reviewed],
                         p_at) AS b
      LEFT JOIN limits_counter c
        ON c.subject = limits_subject(b.counted_by, p_party, p_product, p_channel, p_device,
                                      p_counterparty)
       AND c.tally = b.tally
      LEFT JOIN LATERAL (
          SELECT min(o.maximum) FILTER (WHERE o.kind = 'lowered') AS lowered,
                 max(o.maximum) FILTER (WHERE o.kind = 'raised') AS raised,
                 max(o.valid_until) FILTER (WHERE o.kind = 'raised') AS raised_until
            FROM limits_own o
           WHERE o.party_id = p_party AND o.tally = b.tally AND o.period = b.period
             AND o.valid_from <= p_at AND (o.valid_until IS NULL OR p_at < o.valid_until)
      ) own ON true
     ORDER BY b.place, b.rolling_hours, b.rule_code
$$;

-- Reserve for a batch. Items are judged in order, each as if the accepted ones before it had been
-- reserved already; an item takes of all its tallies or of none. Counters are locked in one order
-- until the caller's transaction ends, so nobody ever gets past a maximum. An item reserved before
-- is a 'duplicate' and takes nothing.
--
-- Usually everything fits, which one look at all sums shows; then all four results are NULL.
-- Otherwise the items are looked at one by one.
--
-- A counter's windows only go forward: what comes late counts in the newest one.
--
-- A session keeps its plans, and those it made while there were few counters would read all of them
-- for each use when there are many: so no plan may read a table whole that has an index, and no
-- look-up is a join that another could be made of (hence LIMIT, and = ANY (ARRAY[...])).
CREATE OR REPLACE FUNCTION limits_reserve(
    -- by item
    p_use uuid[], p_class integer[], p_party uuid[], p_device text[], p_counterparty text[],
    p_amount bigint[],
    -- by class
    p_operation text[], p_party_kind text[], p_level smallint[], p_product text[],
    p_channel text[], p_has_device boolean[], p_has_counterparty boolean[], p_currency text[],
    p_reviewed boolean[],
    p_at timestamptz, p_day date,
    -- per item: NULL (reserved), 'duplicate', 'exceeded' or 'no_rate'; the rule that refused, what
    -- had been used of it before, and its maximum
    OUT refusal text[], OUT rule_code text[], OUT used bigint[], OUT maximum bigint[]
)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
SET enable_seqscan = off
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
DECLARE
    p_month CONSTANT date := date_trunc('month', p_day);
    p_year CONSTANT date := date_trunc('year', p_day);
    b_class integer[]; b_grp integer[]; b_tally text[]; b_code text[]; b_counted_by text[];
    b_measure text[]; b_num numeric[]; b_den numeric[]; b_window text[]; b_hours smallint[];
    b_period text[]; b_maximum bigint[]; b_ceiling bigint[]; b_place integer[];
    o_party uuid[]; o_tally text[]; o_period text[]; o_lowered bigint[]; o_raised bigint[];
    t_item integer[]; t_grp integer[]; t_amount bigint[]; t_rolling boolean[];
    t_slot integer[];  -- NULL where no rule counts
    t_subject uuid[]; t_tally text[];
    s_subject uuid[]; s_tally text[]; s_total bigint[];
    s_id bigint[]; s_last date[]; s_day bigint[]; s_month bigint[]; s_year bigint[];
    l_item integer[]; l_slot integer[]; l_code text[]; l_amount bigint[]; l_before bigint[];
    l_maximum bigint[];
    spent bigint[];  -- by slot: what accepted items of this batch take
    d_use uuid[];    -- those reserved before
    is_plain boolean := false;
    reached bigint;
    line integer := 1;
    take integer := 1;
BEGIN
    SELECT array_agg(b.class), array_agg(b.grp), array_agg(b.tally), array_agg(b.rule_code),
           array_agg(b.counted_by::text), array_agg(b.measure), array_agg(b.num),
           array_agg(b.den), array_agg(b.time_window), array_agg(b.rolling_hours),
           array_agg(b.period), array_agg(b.maximum), array_agg(b.ceiling), array_agg(b.place)
      INTO b_class, b_grp, b_tally, b_code, b_counted_by, b_measure, b_num, b_den, b_window,
           b_hours, b_period, b_maximum, b_ceiling, b_place
      FROM limits_bounds(p_operation, p_party_kind, p_level, p_product, p_channel, p_has_device,
                         p_has_counterparty, p_currency, p_reviewed, p_at) AS b;
    IF b_grp IS NULL THEN
        RETURN;
    END IF;

    SELECT array_agg(o.party_id), array_agg(o.tally), array_agg(o.period), array_agg(o.lowered),
           array_agg(o.raised)
      INTO o_party, o_tally, o_period, o_lowered, o_raised
      FROM (SELECT o.party_id, o.tally, o.period,
                   min(o.maximum) FILTER (WHERE o.kind = 'lowered') AS lowered,
                   max(o.maximum) FILTER (WHERE o.kind = 'raised') AS raised
              FROM limits_own o
             WHERE o.party_id = ANY (p_party)
               AND o.valid_from <= p_at AND (o.valid_until IS NULL OR p_at < o.valid_until)
             GROUP BY o.party_id, o.tally, o.period) AS o;

    SELECT array_agg(t.item), array_agg(t.grp), array_agg(t.amount), array_agg(t.rolling),
           array_agg(t.slot), array_agg(t.subject), array_agg(t.tally)
      INTO t_item, t_grp, t_amount, t_rolling, t_slot, t_subject, t_tally
      FROM (SELECT u.item::integer AS item, u.grp, u.tally, u.rolling, u.subject,
                   limits_taken(u.measure, u.amount, u.num, u.den) AS amount,
                   CASE WHEN u.counts
                        THEN dense_rank() OVER (PARTITION BY u.counts
                                                ORDER BY u.subject, u.tally COLLATE "C") END AS slot
              FROM (SELECT x.item, x.amount, g.*,
                           CASE WHEN g.by_party THEN x.party
                           ELSE limits_subject(g.counted_by, x.party, p_product[g.class],
                                               p_channel[g.class], x.device, x.counterparty)
                           END AS subject
                      FROM (SELECT unnest(p_class) AS class, unnest(p_party) AS party,
                                   unnest(p_device) AS device, unnest(p_counterparty) AS counterparty,
                                   unnest(p_amount) AS amount,
                                   generate_series(1, cardinality(p_class)) AS item) AS x
                      JOIN (SELECT b.class, b.grp, b.tally, b.counted_by::text[] AS counted_by,
                                   b.measure, b.num, b.den,
                                   b.counted_by = '{party}' AS by_party,
                                   bool_or(b.time_window <> 'transaction') AS counts,
                                   bool_or(b.time_window = 'rolling') AS rolling
                              FROM unnest(b_class, b_grp, b_tally, b_counted_by, b_measure,
                                          b_num, b_den, b_window)
                                   AS b(class, grp, tally, counted_by, measure, num, den,
                                        time_window)
                             GROUP BY b.class, b.grp, b.tally, b.counted_by, b.measure, b.num,
                                      b.den) AS g ON g.class = x.class) AS u
             ORDER BY u.item, u.grp) AS t;

    SELECT array_agg(s.subject), array_agg(s.tally), array_agg(s.total)
      INTO s_subject, s_tally, s_total
      FROM (SELECT t.slot, t.subject, t.tally,
                   least(sum(t.amount), 4611686018427387903)::bigint AS total
              FROM (SELECT unnest(t_slot) AS slot, unnest(t_subject) AS subject,
                           unnest(t_tally) AS tally, unnest(t_amount) AS amount) AS t
             WHERE t.slot IS NOT NULL
             GROUP BY t.slot, t.subject, t.tally
             ORDER BY t.slot) AS s;

    -- Usually everything fits: the counters are raised, and one look at them shows it. Otherwise that
    -- is undone, and all are judged one after the other. In either way counters are made and locked in
    -- one order. Whoever reserved the same use a moment ago held the same counters.
    BEGIN
        IF array_position(t_amount, NULL) IS NOT NULL THEN
            RAISE check_violation;
        END IF;
        WITH raised AS (
            INSERT INTO limits_counter AS c
                   (subject, tally, used_day, used_month, used_year, last_day)
            SELECT s.subject, s.tally, s.total, s.total, s.total, p_day
              FROM (SELECT unnest(s_subject) AS subject, unnest(s_tally) AS tally,
                           unnest(s_total) AS total) AS s
                ON CONFLICT (subject, tally) DO UPDATE
               SET used_day = CASE WHEN c.last_day >= p_day THEN c.used_day ELSE 0 END
                              + excluded.used_day,
                   used_month = CASE WHEN c.last_day >= p_month THEN c.used_month ELSE 0 END
                                + excluded.used_month,
                   used_year = CASE WHEN c.last_day >= p_year THEN c.used_year ELSE 0 END
                               + excluded.used_year,
                   last_day = greatest(c.last_day, p_day)
            RETURNING c.id, c.last_day, c.used_day, c.used_month, c.used_year
        )
        SELECT array_agg(id), array_agg(last_day), array_agg(used_day), array_agg(used_month),
               array_agg(used_year)
          INTO s_id, s_last, s_day, s_month, s_year
          FROM raised;
        IF EXISTS (
            SELECT FROM limits_reservation r WHERE r.use_id = ANY (p_use)
        ) OR EXISTS (
            SELECT FROM (SELECT unnest(t_item) AS item, unnest(t_grp) AS grp, unnest(t_slot) AS slot,
                                unnest(t_amount) AS amount) AS t
              JOIN unnest(b_grp, b_tally, b_window, b_hours, b_period, b_maximum, b_ceiling)
                   AS b(grp, tally, time_window, hours, period, maximum, ceiling) ON b.grp = t.grp
              LEFT JOIN unnest(o_party, o_tally, o_period, o_lowered, o_raised)
                   AS o(party, tally, period, lowered, raised)
                ON o.party = p_party[t.item] AND o.tally = b.tally AND o.period = b.period
             WHERE CASE b.time_window
                       WHEN 'transaction' THEN t.amount
                       WHEN 'day' THEN s_day[t.slot]
                       WHEN 'month' THEN s_month[t.slot]
                       WHEN 'year' THEN s_year[t.slot]
                       ELSE s_total[t.slot] + limits_rolled(s_id[t.slot], p_at, b.hours)
                   END > limits_effective(b.maximum, b.ceiling, o.lowered, o.raised)) THEN
            RAISE check_violation;
        END IF;
        is_plain := true;
    EXCEPTION WHEN check_violation OR numeric_value_out_of_range THEN
        NULL;
    END;

    IF NOT is_plain THEN
        -- One that is there is locked and stays as it is.
        INSERT INTO limits_counter AS c (subject, tally)
        SELECT unnest(s_subject), unnest(s_tally)
            ON CONFLICT (subject, tally) DO UPDATE SET last_day = c.last_day WHERE false;

        SELECT array_agg(c.id ORDER BY m.slot),
               array_agg(greatest(c.last_day, p_day) ORDER BY m.slot),
               array_agg(CASE WHEN c.last_day >= p_day THEN c.used_day ELSE 0 END ORDER BY m.slot),
               array_agg(CASE WHEN c.last_day >= p_month THEN c.used_month ELSE 0 END
                         ORDER BY m.slot),
               array_agg(CASE WHEN c.last_day >= p_year THEN c.used_year ELSE 0 END
                         ORDER BY m.slot)
          INTO s_id, s_last, s_day, s_month, s_year
          FROM (SELECT unnest(s_subject) AS subject, unnest(s_tally) AS tally,
                       generate_series(1, cardinality(s_subject)) AS slot) AS m
          JOIN limits_counter c
            ON c.subject = ANY (ARRAY[m.subject]) AND c.tally = ANY (ARRAY[m.tally]);

        SELECT array_agg(x.use_id) INTO d_use
          FROM (SELECT unnest(p_use) AS use_id) AS x
         WHERE (SELECT true FROM limits_reservation r WHERE r.use_id = x.use_id LIMIT 1);

        SELECT array_agg(CASE WHEN x.use_id = ANY (d_use) THEN 'duplicate' END ORDER BY x.n)
          INTO refusal
          FROM (SELECT unnest(p_use) AS use_id, generate_series(1, cardinality(p_use)) AS n) AS x;
        rule_code := array_fill(NULL::text, ARRAY[cardinality(p_use)]);
        used := array_fill(NULL::bigint, ARRAY[cardinality(p_use)]);
        maximum := used;

        SELECT array_agg(l.item), array_agg(l.slot), array_agg(l.code), array_agg(l.amount),
               array_agg(l.before), array_agg(l.maximum)
          INTO l_item, l_slot, l_code, l_amount, l_before, l_maximum
          FROM (SELECT t.item, b.code, t.amount,
                       CASE WHEN b.time_window <> 'transaction' THEN t.slot END AS slot,
                       CASE b.time_window
                           WHEN 'transaction' THEN 0
                           WHEN 'day' THEN s_day[t.slot]
                           WHEN 'month' THEN s_month[t.slot]
                           WHEN 'year' THEN s_year[t.slot]
                           ELSE limits_rolled(s_id[t.slot], p_at, b.hours)
                       END AS before,
                       limits_effective(b.maximum, b.ceiling, o.lowered, o.raised) AS maximum
                  FROM (SELECT unnest(t_item) AS item, unnest(t_grp) AS grp, unnest(t_slot) AS slot,
                               unnest(t_amount) AS amount) AS t
                  JOIN unnest(b_grp, b_tally, b_code, b_window, b_hours, b_period, b_maximum,
                              b_ceiling, b_place)
                       AS b(grp, tally, code, time_window, hours, period, maximum, ceiling, place)
                    ON b.grp = t.grp
                  LEFT JOIN unnest(o_party, o_tally, o_period, o_lowered, o_raised)
                       AS o(party, tally, period, lowered, raised)
                    ON o.party = p_party[t.item] AND o.tally = b.tally AND o.period = b.period
                 ORDER BY t.item, b.place, b.hours, b.code) AS l;

        spent := array_fill(0::bigint, ARRAY[coalesce(cardinality(s_id), 0)]);
        FOR i IN 1 .. cardinality(p_use) LOOP
            WHILE line <= cardinality(l_item) AND l_item[line] = i LOOP
                reached := l_before[line] + coalesce(spent[l_slot[line]], 0);
                IF refusal[i] IS NULL
                   AND (l_amount[line] IS NULL OR l_amount[line] > l_maximum[line] - reached) THEN
                    refusal[i] := CASE WHEN l_amount[line] IS NULL THEN 'no_rate'
                                       ELSE 'exceeded' END;
                    rule_code[i] := l_code[line];
                    used[i] := reached;
                    maximum[i] := l_maximum[line];
                END IF;
                line := line + 1;
            END LOOP;
            WHILE take <= cardinality(t_item) AND t_item[take] = i LOOP
                IF refusal[i] IS NULL AND t_slot[take] IS NOT NULL THEN
                    spent[t_slot[take]] := spent[t_slot[take]] + t_amount[take];
                END IF;
                take := take + 1;
            END LOOP;
        END LOOP;

        UPDATE limits_counter c
           SET used_day = m.day + m.total, used_month = m.month + m.total,
               used_year = m.year + m.total, last_day = m.last
          FROM (SELECT unnest(s_id) AS id, unnest(s_last) AS last, unnest(s_day) AS day,
                       unnest(s_month) AS month, unnest(s_year) AS year, unnest(spent) AS total) AS m
         WHERE c.id = ANY (ARRAY[m.id]) AND m.total > 0;
        IF array_remove(refusal, NULL) = '{}' THEN
            refusal := NULL;
        END IF;
    END IF;

    INSERT INTO limits_reservation (use_id, counter_id, amount, counted_on, rolling, reserved_at)
    SELECT p_use[t.item], s_id[t.slot], t.amount, s_last[t.slot], t.rolling, p_at
      FROM (SELECT unnest(t_item) AS item, unnest(t_slot) AS slot, unnest(t_amount) AS amount,
                   unnest(t_rolling) AS rolling) AS t
      LEFT JOIN unnest(refusal) WITH ORDINALITY AS r(refusal, item) ON r.item = t.item
     WHERE t.slot IS NOT NULL AND r.refusal IS NULL;
END $$;

-- Give back what was reserved: for uses that came to nothing. One that was given back before, or
-- never reserved, is left alone. Returns the uses given back. Of a window that is over nothing is
-- left to give back.
CREATE OR REPLACE FUNCTION limits_release(p_use uuid[], p_at timestamptz) RETURNS SETOF uuid
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    released uuid[];
BEGIN
    -- In the order of those who reserve: counters first, so that nobody waits in a circle.
    PERFORM FROM limits_counter c
      WHERE c.id IN (SELECT r.counter_id FROM (SELECT unnest(p_use) AS use_id) AS x
                       JOIN limits_reservation r ON r.use_id = ANY (ARRAY[x.use_id]))
      ORDER BY c.subject, c.tally COLLATE "C"
        FOR UPDATE;
    WITH changed AS (
        UPDATE limits_reservation r SET released_at = p_at
          FROM (SELECT unnest(p_use) AS use_id) AS x
         WHERE r.use_id = ANY (ARRAY[x.use_id]) AND r.released_at IS NULL
        RETURNING r.use_id, r.counter_id, r.amount, r.counted_on
    ), given_back AS (
        UPDATE limits_counter c
           SET used_day = c.used_day - x.day, used_month = c.used_month - x.month,
               used_year = c.used_year - x.year
          FROM (SELECT k.id,
                       coalesce(sum(g.amount) FILTER (
                           WHERE g.counted_on = k.last_day), 0)::bigint AS day,
                       coalesce(sum(g.amount) FILTER (
                           WHERE g.counted_on >= date_trunc('month', k.last_day)), 0)::bigint
                           AS month,
                       coalesce(sum(g.amount) FILTER (
                           WHERE g.counted_on >= date_trunc('year', k.last_day)), 0)::bigint
                           AS year
                  FROM changed g JOIN limits_counter k ON k.id = g.counter_id
                 GROUP BY k.id) AS x
         WHERE c.id = x.id
    )
    SELECT array_agg(DISTINCT g.use_id) INTO released FROM changed g;
    RETURN QUERY SELECT unnest(released);
END $$;

-- Only these functions change what is used; whoever could write a counter could lift every limit.
REVOKE ALL ON limits_counter, limits_reservation FROM tongbao_app;
GRANT SELECT ON limits_counter, limits_reservation TO tongbao_app;
REVOKE ALL ON FUNCTION limits_reserve, limits_release FROM PUBLIC;
GRANT EXECUTE ON FUNCTION limits_reserve, limits_release TO tongbao_app;

-- A counter is changed far more often than it is made: room on its page keeps indexes out of it.
ALTER TABLE limits_counter SET (fillfactor = 60);
