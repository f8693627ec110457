-- Balances at the end of effective days, for what is done once a day over many accounts. They count
-- postings numbered up to a number, so what is booked meanwhile changes no answer.

-- The day-end balances of accounts with a limit whose ids lie in (p_after, p_last]: effective up to
-- `p_on` and numbered up to `p_through`. Counters less what does not belong: whatever that is has a
-- number of `p_recent` or more (the caller knows, from the day's cut-off).
CREATE OR REPLACE FUNCTION ledger_day_ends(
    p_after uuid, p_last uuid, p_on date, p_through bigint, p_recent bigint
) RETURNS TABLE (uid uuid, balance bigint)
LANGUAGE sql STABLE ROWS 50000
SET search_path = pg_catalog, public, pg_temp
SET jit = off
AS $$
    WITH beyond AS MATERIALIZED (
        SELECT leg.account, sum(leg.debit)::bigint AS debits, sum(leg.credit)::bigint AS credits
          FROM ledger_transaction t
          JOIN ledger_posting p ON p.transaction_id = t.id
         CROSS JOIN LATERAL (VALUES (p.debit_account_id, p.amount, 0::bigint),
                                    (p.credit_account_id, 0::bigint, p.amount))
               AS leg(account, debit, credit)
         WHERE t.id >= p_recent AND p.transaction_id >= p_recent
           AND (t.effective_on > p_on OR t.id > p_through)
         GROUP BY leg.account
    )
    SELECT a.uid,
           CASE WHEN a.debit_normal THEN 1 ELSE -1 END
           * (a.debits_posted - coalesce(b.debits, 0) - a.credits_posted + coalesce(b.credits, 0))
      FROM ledger_account a
      LEFT JOIN beyond b ON b.account = a.id
     WHERE a.uid > p_after AND a.uid <= p_last AND a.overdraft IS NOT NULL;
$$;

-- Accounts with a limit that postings numbered in (p_after, p_through] moved with an effective date
-- before `p_before`, and the first of those dates.
CREATE OR REPLACE FUNCTION ledger_late(p_after bigint, p_through bigint, p_before date)
RETURNS TABLE (uid uuid, first_on date)
LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT a.uid, min(t.effective_on)
      FROM ledger_transaction t
      JOIN ledger_posting p ON p.transaction_id = t.id
     CROSS JOIN LATERAL (VALUES (p.debit_account_id), (p.credit_account_id)) AS leg(account)
      JOIN ledger_account a ON a.id = leg.account AND a.overdraft IS NOT NULL
     WHERE t.id > p_after AND t.id <= p_through
       AND p.transaction_id > p_after AND p.transaction_id <= p_through
       AND t.effective_on < p_before
     GROUP BY a.uid;
$$;

-- The same of one account, for everything numbered above `p_after`. NULL: none.
CREATE OR REPLACE FUNCTION ledger_late_of(p_uid uuid, p_after bigint, p_before date)
RETURNS date
LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT min(t.effective_on)
      FROM ledger_account a
     CROSS JOIN LATERAL ledger_legs(a.id, p_after, 9223372036854775807) l
      JOIN ledger_transaction t ON t.id = l.sequence
     WHERE a.uid = p_uid AND t.effective_on < p_before;
$$;

-- The balances of accounts at the end of each effective day in [p_from, p_upto], as postings numbered
-- up to `p_after` have them, and as those numbered up to `p_through` do.
CREATE OR REPLACE FUNCTION ledger_day_balances(
    p_uid uuid[], p_from date[], p_upto date, p_after bigint, p_through bigint
) RETURNS TABLE (uid uuid, on_day date, balance_before bigint, balance_after bigint)
LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp
SET jit = off
AS $$
    WITH complete AS MATERIALIZED (
        SELECT ledger_days_through() AS number
    ), account AS MATERIALIZED (
        SELECT a.id, a.uid, x.since, CASE WHEN a.debit_normal THEN 1 ELSE -1 END AS sign
          FROM unnest(p_uid, p_from) AS x(uid, since)
          JOIN ledger_account a ON a.uid = x.uid
    ), moved AS (
        -- Whole days, which know what is numbered up to `complete` ...
        SELECT a.uid, greatest(d.effective_on, a.since) AS on_day,
               a.sign * (d.debits - d.credits) AS before, a.sign * (d.debits - d.credits) AS after
          FROM account a
          JOIN ledger_day d ON d.account_id = a.id AND d.effective_on <= p_upto
        UNION ALL
        -- ... and the postings they know too much of, or lack.
        SELECT a.uid, greatest(t.effective_on, a.since),
               a.sign * (l.debit - l.credit)
               * ((l.sequence <= p_after)::integer - (l.sequence <= c.number)::integer),
               a.sign * (l.debit - l.credit)
               * ((l.sequence <= p_through)::integer - (l.sequence <= c.number)::integer)
          FROM complete c
         CROSS JOIN account a
         CROSS JOIN LATERAL ledger_legs(a.id, least(c.number, p_after), 9223372036854775807) l
          JOIN ledger_transaction t ON t.id = l.sequence
         WHERE t.effective_on <= p_upto
        UNION ALL
        SELECT a.uid, day::date, 0, 0
          FROM account a
         CROSS JOIN LATERAL generate_series(a.since::timestamp, p_upto::timestamp, '1 day') AS day
    ), daily AS (
        SELECT m.uid, m.on_day, sum(m.before) AS before, sum(m.after) AS after
          FROM moved m GROUP BY m.uid, m.on_day
    )
    SELECT d.uid, d.on_day, (sum(d.before) OVER w)::bigint, (sum(d.after) OVER w)::bigint
      FROM daily d
    WINDOW w AS (PARTITION BY d.uid ORDER BY d.on_day);
$$;

-- A cut-off stays where it was taken.
CREATE OR REPLACE TRIGGER ledger_cut_off_append_only BEFORE UPDATE OR DELETE ON ledger_cut_off
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE OR REPLACE TRIGGER ledger_cut_off_no_truncate BEFORE TRUNCATE ON ledger_cut_off
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE OR REPLACE TRIGGER ledger_cut_off_total_append_only
    BEFORE UPDATE OR DELETE ON ledger_cut_off_total
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE OR REPLACE TRIGGER ledger_cut_off_total_no_truncate BEFORE TRUNCATE ON ledger_cut_off_total
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
REVOKE ALL ON ledger_cut_off, ledger_cut_off_total FROM PUBLIC, tongbao_app;
GRANT SELECT, INSERT ON ledger_cut_off, ledger_cut_off_total TO tongbao_app;
