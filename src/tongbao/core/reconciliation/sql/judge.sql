-- Judging: what each side says under one reference, side by side, for all references at once.
-- With the caller's rights. Each function looks at what is new and at what is open, marks how it
-- agreed, and returns what differs, and what agrees now although there was a case of it: few rows.
--
-- `kind` NULL: both agree. `ours` and `theirs` are sums; `difference` is theirs less ours, 0 where
-- they agree within fee and day. A reference is looked up by index, whatever is in the table besides.

-- How two sides compare. `fee` is what the other side keeps: their amount may be without it, or ours.
CREATE OR REPLACE FUNCTION reconciliation_verdict(
    p_ours_count bigint, p_theirs_count bigint, p_ours bigint, p_theirs bigint, p_fee bigint,
    p_alike boolean, p_covered boolean, p_apart integer, p_apart_max integer
) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN p_theirs_count = 0 AND p_ours <> 0 AND NOT p_covered THEN 'awaited'
    WHEN p_theirs_count = 0 AND p_ours <> 0 THEN 'missing_there'
    WHEN p_ours_count = 0 AND p_theirs <> 0 THEN 'missing_here'
    WHEN p_ours_count = 0 OR p_theirs_count = 0 THEN 'many_to_one'  -- one side cancelled itself out
    WHEN p_theirs IN (p_ours, p_ours - p_fee, p_ours + p_fee) THEN
        CASE WHEN p_apart > p_apart_max THEN 'day'
             WHEN p_ours_count + p_theirs_count > 2 THEN 'many_to_one'
             WHEN p_theirs <> p_ours OR p_apart > 0 THEN 'tolerant'
             ELSE 'exact' END
    WHEN p_alike AND p_ours_count <> p_theirs_count THEN 'doubled'
    ELSE 'amount'
END;

-- The books with the channel's statements, by reference.
CREATE OR REPLACE FUNCTION reconciliation_judge_channel(p_channel text, p_apart_max integer)
RETURNS TABLE (
    currency text, reference text, kind text, day date, ours bigint, theirs bigint, difference bigint,
    counter uuid
)
LANGUAGE sql VOLATILE ROWS 100
SET search_path = pg_catalog, public, pg_temp
SET jit = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
    WITH key AS MATERIALIZED (
        SELECT i.currency, i.reference FROM reconciliation_item i
         WHERE i.channel = p_channel AND i.side IN ('ledger', 'channel') AND NOT i.judged
         UNION
        SELECT b.currency, b.reference FROM reconciliation_break b
         WHERE b.channel = p_channel AND b.pair = 'channel' AND b.state IN ('open', 'investigating')
    ), verdict AS MATERIALIZED (
        SELECT k.currency, k.reference, s.ours, s.theirs, s.fee, s.counter,
               coalesce(s.ours_last, s.theirs_last) AS day,
               reconciliation_verdict(
                   s.ours_count, s.theirs_count, s.ours, s.theirs, s.fee,
                   s.low = s.high,
                   EXISTS (SELECT FROM reconciliation_statement c
                            WHERE c.channel = p_channel AND c.side = 'channel'
                              AND c.day = s.ours_last AND c.replaced_at IS NULL),
                   greatest(abs(s.theirs_first - s.ours_first), abs(s.theirs_last - s.ours_last)),
                   p_apart_max) AS verdict
          FROM key k
         CROSS JOIN LATERAL (
               SELECT count(*) FILTER (WHERE i.side = 'ledger') AS ours_count,
                      count(*) FILTER (WHERE i.side = 'channel') AS theirs_count,
                      coalesce(sum(i.amount) FILTER (WHERE i.side = 'ledger'), 0)::bigint AS ours,
                      coalesce(sum(i.amount) FILTER (WHERE i.side = 'channel'), 0)::bigint AS theirs,
                      coalesce(sum(i.fee), 0)::bigint AS fee,
                      min(i.amount) AS low, max(i.amount) AS high,
                      min(i.day) FILTER (WHERE i.side = 'ledger') AS ours_first,
                      max(i.day) FILTER (WHERE i.side = 'ledger') AS ours_last,
                      min(i.day) FILTER (WHERE i.side = 'channel') AS theirs_first,
                      max(i.day) FILTER (WHERE i.side = 'channel') AS theirs_last,
                      (array_agg(i.counter_id) FILTER (WHERE i.counter_id IS NOT NULL))[1] AS counter
                 FROM reconciliation_item i
                WHERE i.channel = p_channel AND i.reference = k.reference
                  AND i.currency = k.currency AND i.side IN ('ledger', 'channel')) AS s
    ), marked AS (
        UPDATE reconciliation_item i
           SET judged = true,
               match = CASE WHEN v.verdict IN ('exact', 'tolerant', 'many_to_one') THEN v.verdict END,
               -- Their amount is without the fee, or ours is; else both are with it.
               cash = CASE WHEN i.side = 'ledger' THEN 0
                           WHEN v.theirs <> v.ours AND v.theirs = v.ours - v.fee THEN i.amount
                           ELSE i.amount - i.fee END,
               cost = CASE WHEN v.theirs <> v.ours AND v.theirs = v.ours + v.fee THEN 0 ELSE i.fee END
          FROM verdict v
         WHERE i.channel = p_channel AND i.reference = v.reference AND i.currency = v.currency
           AND i.side IN ('ledger', 'channel') AND v.verdict <> 'awaited'
           AND (NOT i.judged OR i.match IS DISTINCT FROM
                CASE WHEN v.verdict IN ('exact', 'tolerant', 'many_to_one') THEN v.verdict END)
        RETURNING i.statement_id
    ), counted_anew AS (
        UPDATE reconciliation_statement c SET stale = true
         WHERE c.id IN (SELECT m.statement_id FROM marked m) AND NOT c.stale
    )
    SELECT v.currency, v.reference,
           CASE WHEN v.verdict NOT IN ('awaited', 'exact', 'tolerant', 'many_to_one') THEN v.verdict END,
           v.day, v.ours, v.theirs,
           CASE WHEN v.verdict IN ('awaited', 'exact', 'tolerant', 'many_to_one', 'day') THEN 0
                ELSE v.theirs - v.ours END,
           v.counter
      FROM verdict v
     WHERE v.verdict NOT IN ('awaited', 'exact', 'tolerant', 'many_to_one')
        OR EXISTS (SELECT FROM reconciliation_break b
                    WHERE b.channel = p_channel AND b.pair = 'channel'
                      AND b.reference = v.reference AND b.currency = v.currency);
$$;

-- What channel's statements come to with what the bank says came of them, by settlement.
CREATE OR REPLACE FUNCTION reconciliation_judge_bank(p_channel text, p_apart_max integer)
RETURNS TABLE (
    currency text, reference text, kind text, day date, ours bigint, theirs bigint, difference bigint,
    counter uuid
)
LANGUAGE sql VOLATILE ROWS 100
SET search_path = pg_catalog, public, pg_temp
SET jit = off
AS $$
    WITH key AS MATERIALIZED (
        SELECT i.currency, i.reference FROM reconciliation_item i
         WHERE i.channel = p_channel AND i.side = 'bank' AND NOT i.judged
         UNION
        SELECT c.currency, c.settlement FROM reconciliation_statement c
         WHERE c.channel = p_channel AND c.settlement IS NOT NULL AND NOT c.agreed
           AND c.replaced_at IS NULL
         UNION
        SELECT b.currency, b.reference FROM reconciliation_break b
         WHERE b.channel = p_channel AND b.pair = 'bank' AND b.state IN ('open', 'investigating')
    ), verdict AS MATERIALIZED (
        SELECT k.currency, k.reference, c.id AS statement_id, coalesce(c.cash, 0) AS ours, s.theirs,
               coalesce(c.settles_on, s.last) AS day,
               reconciliation_verdict(
                   (c.id IS NOT NULL)::integer, s.lines, coalesce(c.cash, 0), s.theirs, 0,
                   s.low = c.cash AND s.high = c.cash,
                   EXISTS (SELECT FROM reconciliation_statement b
                            WHERE b.channel = p_channel AND b.side = 'bank'
                              AND b.day >= c.settles_on AND b.replaced_at IS NULL),
                   greatest(abs(s.first - c.settles_on), abs(s.last - c.settles_on)),
                   p_apart_max) AS verdict
          FROM key k
          LEFT JOIN reconciliation_statement c
            ON c.channel = p_channel AND c.settlement = k.reference AND c.currency = k.currency
           AND c.replaced_at IS NULL
         CROSS JOIN LATERAL (
               SELECT count(*) AS lines, coalesce(sum(i.amount), 0)::bigint AS theirs,
                      min(i.amount) AS low, max(i.amount) AS high, min(i.day) AS first, max(i.day) AS last
                 FROM reconciliation_item i
                WHERE i.channel = p_channel AND i.reference = k.reference
                  AND i.currency = k.currency AND i.side = 'bank') AS s
    ), marked AS (
        UPDATE reconciliation_item i
           SET judged = true,
               match = CASE WHEN v.verdict IN ('exact', 'tolerant', 'many_to_one') THEN v.verdict END
          FROM verdict v
         WHERE i.channel = p_channel AND i.reference = v.reference AND i.currency = v.currency
           AND i.side = 'bank'
           AND (NOT i.judged OR i.match IS DISTINCT FROM
                CASE WHEN v.verdict IN ('exact', 'tolerant', 'many_to_one') THEN v.verdict END)
    ), compared AS (
        UPDATE reconciliation_statement c SET agreed = true
          FROM verdict v
         WHERE c.id = v.statement_id AND v.verdict <> 'awaited' AND NOT c.agreed
    )
    SELECT v.currency, v.reference,
           CASE WHEN v.verdict NOT IN ('awaited', 'exact', 'tolerant', 'many_to_one') THEN v.verdict END,
           v.day, v.ours, v.theirs,
           CASE WHEN v.verdict IN ('awaited', 'exact', 'tolerant', 'many_to_one', 'day') THEN 0
                ELSE v.theirs - v.ours END,
           NULL::uuid
      FROM verdict v
     WHERE v.verdict NOT IN ('awaited', 'exact', 'tolerant', 'many_to_one')
        OR EXISTS (SELECT FROM reconciliation_break b
                    WHERE b.channel = p_channel AND b.pair = 'bank'
                      AND b.reference = v.reference AND b.currency = v.currency);
$$;

-- What others put into suspense and did not take out again, by reference. It must come to nothing.
CREATE OR REPLACE FUNCTION reconciliation_judge_suspense(p_channel text)
RETURNS TABLE (
    currency text, reference text, kind text, day date, ours bigint, theirs bigint, difference bigint,
    counter uuid
)
LANGUAGE sql VOLATILE ROWS 100
SET search_path = pg_catalog, public, pg_temp
SET jit = off
AS $$
    WITH key AS MATERIALIZED (
        SELECT i.currency, i.reference FROM reconciliation_item i
         WHERE i.channel = p_channel AND i.side = 'suspense' AND NOT i.judged
         UNION
        SELECT b.currency, b.reference FROM reconciliation_break b
         WHERE b.channel = p_channel AND b.pair = 'suspense' AND b.state IN ('open', 'investigating')
    ), marked AS (
        UPDATE reconciliation_item i SET judged = true
         WHERE i.channel = p_channel AND i.side = 'suspense' AND NOT i.judged
    )
    SELECT k.currency, k.reference, CASE WHEN s.held <> 0 THEN 'status' END, s.day, 0::bigint, s.held,
           s.held, NULL::uuid
      FROM key k
     CROSS JOIN LATERAL (
           -- A debit of a liability takes out.
           SELECT -sum(i.amount)::bigint AS held, min(i.day) AS day
             FROM reconciliation_item i
            WHERE i.channel = p_channel AND i.reference = k.reference AND i.currency = k.currency
              AND i.side = 'suspense') AS s;
$$;

REVOKE ALL ON FUNCTION reconciliation_verdict, reconciliation_judge_channel, reconciliation_judge_bank,
    reconciliation_judge_suspense FROM PUBLIC;
GRANT EXECUTE ON FUNCTION reconciliation_verdict, reconciliation_judge_channel,
    reconciliation_judge_bank, reconciliation_judge_suspense TO tongbao_app;

-- A case's history, and what was compared, are never rewritten: lines go only with the statement
-- that another one corrects.
CREATE OR REPLACE FUNCTION reconciliation_refuse_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% stays as it is', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE OR REPLACE TRIGGER reconciliation_happening_append_only
    BEFORE UPDATE OR DELETE ON reconciliation_happening
    FOR EACH ROW EXECUTE FUNCTION reconciliation_refuse_change();
CREATE OR REPLACE TRIGGER reconciliation_break_no_delete
    BEFORE DELETE ON reconciliation_break
    FOR EACH ROW EXECUTE FUNCTION reconciliation_refuse_change();
CREATE OR REPLACE TRIGGER reconciliation_break_closed_for_good
    BEFORE UPDATE ON reconciliation_break
    FOR EACH ROW WHEN (OLD.closed_at IS NOT NULL)
    EXECUTE FUNCTION reconciliation_refuse_change();
CREATE OR REPLACE TRIGGER reconciliation_statement_no_delete
    BEFORE DELETE ON reconciliation_statement
    FOR EACH ROW EXECUTE FUNCTION reconciliation_refuse_change();
REVOKE ALL ON reconciliation_happening, reconciliation_break, reconciliation_statement,
    reconciliation_item FROM PUBLIC, tongbao_app;
GRANT SELECT, INSERT ON reconciliation_happening TO tongbao_app;
GRANT SELECT, INSERT, UPDATE ON reconciliation_break TO tongbao_app;
GRANT SELECT, INSERT ON reconciliation_statement TO tongbao_app;
GRANT UPDATE (stale, agreed, cost, cash, cost_booked, cash_booked, replaced_at)
    ON reconciliation_statement TO tongbao_app;
GRANT SELECT, INSERT, DELETE ON reconciliation_item TO tongbao_app;
GRANT UPDATE (judged, match, cash, cost) ON reconciliation_item TO tongbao_app;
