-- Balances of the past. Reading only, with the caller's rights; each function is STABLE, so all it
-- reads is of one snapshot.

-- The version a limit-checked account had when everything booked up to `p_moment` and numbered up to
-- `p_sequence` was booked (NULL: no such bound). Versions have no gaps, and neither booking moments
-- nor numbers go back along them, so this is a binary search: 20 index look-ups for a million postings.
CREATE OR REPLACE FUNCTION ledger_version_at(p_account bigint, p_moment timestamptz, p_sequence bigint)
RETURNS bigint
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, public, pg_temp
SET enable_seqscan = off
AS $$
DECLARE
    low bigint := 0;  -- this version is within the bounds,
    high bigint;      -- and this one is not
    middle bigint;
    within boolean;
BEGIN
    SELECT a.version + 1 INTO high FROM ledger_account a WHERE a.id = p_account;
    WHILE high - low > 1 LOOP
        middle := (low + high) / 2;
        SELECT (p_moment IS NULL OR t.booked_at <= p_moment)
               AND (p_sequence IS NULL OR t.id <= p_sequence)
          INTO STRICT within
          FROM (SELECT p.transaction_id FROM ledger_posting p
                 WHERE p.debit_account_id = p_account AND p.debit_version = middle
                UNION ALL
                SELECT p.transaction_id FROM ledger_posting p
                 WHERE p.credit_account_id = p_account AND p.credit_version = middle) AS leg
          JOIN ledger_transaction t ON t.id = leg.transaction_id;
        IF within THEN low := middle; ELSE high := middle; END IF;
    END LOOP;
    RETURN low;
END $$;

-- How far the derived totals are complete; 0 before they were first extended.
CREATE OR REPLACE FUNCTION ledger_days_through() RETURNS bigint
LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp
RETURN coalesce((SELECT p.through_sequence FROM ledger_day_progress p), 0::bigint);

-- An account's postings numbered in (p_after, p_last], by index, whichever kind of account it is.
CREATE OR REPLACE FUNCTION ledger_legs(p_account bigint, p_after bigint, p_last bigint)
RETURNS TABLE (sequence bigint, debit bigint, credit bigint)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, public, pg_temp
SET enable_seqscan = off
AS $$
DECLARE
    from_version bigint;
    to_version bigint;
BEGIN
    IF (SELECT a.overdraft IS NOT NULL FROM ledger_account a WHERE a.id = p_account) THEN
        from_version := ledger_version_at(p_account, NULL, p_after);
        to_version := ledger_version_at(p_account, NULL, p_last);
        RETURN QUERY
        SELECT p.transaction_id, p.amount, 0::bigint FROM ledger_posting p
         WHERE p.debit_account_id = p_account
           AND p.debit_version > from_version AND p.debit_version <= to_version
        UNION ALL
        SELECT p.transaction_id, 0::bigint, p.amount FROM ledger_posting p
         WHERE p.credit_account_id = p_account
           AND p.credit_version > from_version AND p.credit_version <= to_version;
    ELSE
        RETURN QUERY
        SELECT p.transaction_id, p.amount, 0::bigint FROM ledger_posting p
         WHERE p.debit_account_id = p_account AND p.debit_version IS NULL
           AND p.transaction_id > p_after AND p.transaction_id <= p_last
        UNION ALL
        SELECT p.transaction_id, 0::bigint, p.amount FROM ledger_posting p
         WHERE p.credit_account_id = p_account AND p.credit_version IS NULL
           AND p.transaction_id > p_after AND p.transaction_id <= p_last;
    END IF;
END $$;

-- What an account moved with effective dates up to `p_on`: days, plus postings the days lack.
CREATE OR REPLACE FUNCTION ledger_moved_on(
    p_account bigint, p_on date, OUT debits numeric, OUT credits numeric
)
LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT coalesce(sum(x.debits), 0), coalesce(sum(x.credits), 0)
      FROM (SELECT d.debits, d.credits FROM ledger_day d
             WHERE d.account_id = p_account AND d.effective_on <= p_on
            UNION ALL
            SELECT l.debit, l.credit
              FROM ledger_legs(p_account, ledger_days_through(), 9223372036854775807) l
              JOIN ledger_transaction t ON t.id = l.sequence
             WHERE t.effective_on <= p_on) AS x;
$$;

-- Between which numbers, both inclusive, the transactions booked in [p_from, p_until) lie, as far as the
-- derived spans know; whatever is numbered above them must be looked at too. NULL: no bound.
CREATE OR REPLACE FUNCTION ledger_span(
    p_from timestamptz, p_until timestamptz, OUT first_sequence bigint, OUT last_sequence bigint
)
LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT coalesce(min(h.first_sequence), ledger_days_through() + 1),
           coalesce(max(h.last_sequence), 0)
      FROM ledger_hour_span h
     WHERE (p_from IS NULL OR h.starts_at >= date_trunc('hour', p_from, 'UTC'))
       AND (p_until IS NULL OR h.starts_at < p_until);
$$;

-- What an internal account moved up to the booking moment `p_moment`: whole hours before it, the
-- postings of its hour, and the postings the hours lack.
CREATE OR REPLACE FUNCTION ledger_moved_at(
    p_account bigint, p_moment timestamptz, OUT debits numeric, OUT credits numeric
)
LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT coalesce(sum(x.debits), 0), coalesce(sum(x.credits), 0)
      FROM (SELECT h.debits, h.credits FROM ledger_hour h
             WHERE h.account_id = p_account AND h.starts_at < date_trunc('hour', p_moment, 'UTC')
            UNION ALL
            SELECT l.debit, l.credit
              FROM ledger_hour_span s
             CROSS JOIN LATERAL ledger_legs(p_account, s.first_sequence - 1, s.last_sequence) l
              JOIN ledger_transaction t ON t.id = l.sequence
             WHERE s.starts_at = date_trunc('hour', p_moment, 'UTC')
               AND t.booked_at >= s.starts_at AND t.booked_at <= p_moment
            UNION ALL
            SELECT l.debit, l.credit
              FROM ledger_legs(p_account, ledger_days_through(), 9223372036854775807) l
              JOIN ledger_transaction t ON t.id = l.sequence
             WHERE t.booked_at <= p_moment) AS x;
$$;

-- Posted balances at a past moment or date; neither given: NULL. `p_moment` is inclusive.
CREATE OR REPLACE FUNCTION ledger_balance_at(p_account bigint, p_moment timestamptz, p_on date)
RETURNS numeric
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    a ledger_account;
    moved record;
    v bigint;
BEGIN
    SELECT * INTO a FROM ledger_account WHERE id = p_account;
    IF p_on IS NOT NULL THEN
        SELECT m.debits, m.credits INTO moved FROM ledger_moved_on(p_account, p_on) m;
    ELSIF p_moment IS NULL THEN
        RETURN NULL;
    ELSIF a.overdraft IS NULL THEN
        SELECT m.debits, m.credits INTO moved FROM ledger_moved_at(p_account, p_moment) m;
    ELSE
        v := ledger_version_at(p_account, p_moment, NULL);
        RETURN CASE WHEN v = 0 THEN 0 ELSE coalesce(
            (SELECT p.debit_balance FROM ledger_posting p
              WHERE p.debit_account_id = p_account AND p.debit_version = v),
            (SELECT p.credit_balance FROM ledger_posting p
              WHERE p.credit_account_id = p_account AND p.credit_version = v)) END;
    END IF;
    RETURN CASE WHEN a.debit_normal THEN moved.debits - moved.credits
                ELSE moved.credits - moved.debits END;
END $$;
