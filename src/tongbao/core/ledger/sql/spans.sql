-- What accounts with a limit moved in a span of booking time. Reading only, with the caller's rights.
-- Booked is booked: a span that is over never changes, and its bounds as versions of the account stay
-- the same however much is booked afterwards.

-- One account in [p_from, p_until), as of one snapshot: the versions (first_version, last_version] it
-- comprises, the balances at both ends as the postings carry them, what moved, how many postings do
-- not follow from the one before (`broken`), and what pending transactions held at the end.
CREATE OR REPLACE FUNCTION ledger_span_of(
    p_uid uuid, p_from timestamptz, p_until timestamptz,
    OUT account bigint, OUT first_version bigint, OUT last_version bigint,
    OUT opening bigint, OUT closing bigint, OUT debits numeric, OUT credits numeric,
    OUT debit_entries bigint, OUT credit_entries bigint, OUT broken bigint, OUT held numeric
)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, public, pg_temp
SET enable_seqscan = off
AS $$
#variable_conflict use_variable
DECLARE
    a ledger_account;
    sign integer;
BEGIN
    SELECT * INTO a FROM ledger_account x WHERE x.uid = p_uid AND x.overdraft IS NOT NULL;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    account := a.id;
    sign := CASE WHEN a.debit_normal THEN 1 ELSE -1 END;
    first_version := ledger_version_at(a.id, p_from - interval '1 microsecond', NULL);
    last_version := ledger_version_at(a.id, p_until - interval '1 microsecond', NULL);
    opening := ledger_balance_of_version(a.id, first_version);
    closing := ledger_balance_of_version(a.id, last_version);

    SELECT coalesce(sum(leg.debit), 0), coalesce(sum(leg.credit), 0),
           count(*) FILTER (WHERE leg.debit > 0), count(*) FILTER (WHERE leg.credit > 0),
           count(*) FILTER (
               WHERE leg.version <> leg.place + first_version
                  OR leg.balance <> coalesce(leg.before, opening) + sign * (leg.debit - leg.credit)
           )
      INTO debits, credits, debit_entries, credit_entries, broken
      FROM (SELECT both_sides.*, row_number() OVER w AS place, lag(balance) OVER w AS before
              FROM (SELECT p.debit_version AS version, p.debit_balance AS balance,
                           p.amount AS debit, 0::bigint AS credit
                      FROM ledger_posting p
                     WHERE p.debit_account_id = a.id AND p.debit_version > first_version
                       AND p.debit_version <= last_version
                    UNION ALL
                    SELECT p.credit_version, p.credit_balance, 0::bigint, p.amount
                      FROM ledger_posting p
                     WHERE p.credit_account_id = a.id AND p.credit_version > first_version
                       AND p.credit_version <= last_version) AS both_sides
            WINDOW w AS (ORDER BY version)) AS leg;

    -- A pending transaction holds from its booking until it is resolved.
    SELECT coalesce(sum(h.amount), 0) INTO held
      FROM ledger_hold h
      JOIN ledger_transaction t ON t.id = h.transaction_id
     WHERE CASE WHEN a.debit_normal THEN h.credit_account_id ELSE h.debit_account_id END = a.id
       AND (h.debit_account_id = a.id OR h.credit_account_id = a.id)
       AND t.booked_at < p_until
       AND NOT EXISTS (SELECT FROM ledger_transaction r
                        WHERE r.pending_id = t.id AND r.booked_at < p_until);
END $$;

-- The balance an account with a limit had at one of its versions.
CREATE OR REPLACE FUNCTION ledger_balance_of_version(p_account bigint, p_version bigint)
RETURNS bigint
LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp
RETURN CASE WHEN p_version = 0 THEN 0 ELSE coalesce(
    (SELECT p.debit_balance FROM ledger_posting p
      WHERE p.debit_account_id = p_account AND p.debit_version = p_version),
    (SELECT p.credit_balance FROM ledger_posting p
      WHERE p.credit_account_id = p_account AND p.credit_version = p_version)) END;

-- All that many accounts with a limit had moved before a moment, by their counters, less what was
-- booked since: accounts that were not touched since cost one look at their row.
CREATE OR REPLACE FUNCTION ledger_totals_before(p_uids uuid[], p_moment timestamptz)
RETURNS TABLE (uid uuid, debits bigint, credits bigint)
LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT a.uid, a.debits_posted - since.debits, a.credits_posted - since.credits
      FROM ledger_account a
     CROSS JOIN LATERAL (
           SELECT coalesce(sum(leg.debit), 0)::bigint AS debits,
                  coalesce(sum(leg.credit), 0)::bigint AS credits
             FROM (SELECT ledger_version_at(a.id, p_moment - interval '1 microsecond', NULL) AS version
                    WHERE a.last_booked_at >= p_moment) AS reached
            CROSS JOIN LATERAL (
                  SELECT p.amount AS debit, 0::bigint AS credit FROM ledger_posting p
                   WHERE p.debit_account_id = a.id AND p.debit_version > reached.version
                  UNION ALL
                  SELECT 0::bigint, p.amount FROM ledger_posting p
                   WHERE p.credit_account_id = a.id AND p.credit_version > reached.version) AS leg
           ) AS since
     WHERE a.uid = ANY (p_uids) AND a.overdraft IS NOT NULL;
$$;
