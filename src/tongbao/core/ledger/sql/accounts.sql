-- Every posting writes a new version of two accounts. With room left on its page the new version
-- stands beside the old one and no index hears of it (a heap-only update); on a full page it moves
-- to another one, with an entry in each index. New pages are therefore half filled.
ALTER TABLE ledger_account SET (fillfactor = 50);

-- What an account's counters mean, in one place for the functions that book and the ones that read.

-- Posted balance, positive on the account's normal side.
CREATE OR REPLACE FUNCTION ledger_balance(a ledger_account) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN (a).debit_normal THEN (a).debits_posted - (a).credits_posted
            ELSE (a).credits_posted - (a).debits_posted END::numeric;

-- What may still leave the account; NULL where there is no limit. Pending entries that would lower
-- the balance count against it, pending ones that would raise it do not count yet.
CREATE OR REPLACE FUNCTION ledger_room(a ledger_account) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN (a).debit_normal THEN (a).debits_posted - (a).credits_posted - (a).credits_pending
            ELSE (a).credits_posted - (a).debits_posted - (a).debits_pending END::numeric + (a).overdraft;

-- Fold what batches left in the tail into the counters of internal accounts; returns rows folded.
-- A balance is counters plus tail in one snapshot, so it is right before, while and after. An account
-- whose counters would go beyond 64 bits keeps its tail: it reads slower and holds up nobody else.
CREATE OR REPLACE FUNCTION ledger_roll_up(p_rows_max integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    folded bigint;
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtext('ledger_roll_up')) THEN
        RETURN 0;  -- somebody else is at it
    END IF;
    WITH full_up AS MATERIALIZED (
        SELECT a.id FROM ledger_account a
          JOIN (SELECT account_id, sum(debits) AS debits, sum(credits) AS credits,
                       sum(greatest(debits_pending, 0)) AS debits_pending,
                       sum(greatest(credits_pending, 0)) AS credits_pending
                  FROM ledger_tail GROUP BY account_id) t ON t.account_id = a.id
         WHERE greatest(a.debits_posted + t.debits, a.credits_posted + t.credits,
                        a.debits_pending + t.debits_pending, a.credits_pending + t.credits_pending)
               > 9223372036854775807
    ), taken AS (
        DELETE FROM ledger_tail
         WHERE id IN (SELECT t.id FROM ledger_tail t WHERE t.account_id NOT IN (SELECT id FROM full_up)
                       ORDER BY t.id LIMIT p_rows_max)
        RETURNING account_id, debits, credits, debits_pending, credits_pending, postings
    ), moved AS (
        SELECT account_id, sum(debits) AS debits, sum(credits) AS credits,
               sum(debits_pending) AS debits_pending, sum(credits_pending) AS credits_pending,
               sum(postings) AS postings, count(*) AS rows
          FROM taken GROUP BY account_id
    ), updated AS (
        UPDATE ledger_account a
           SET debits_posted = a.debits_posted + m.debits,
               credits_posted = a.credits_posted + m.credits,
               debits_pending = a.debits_pending + m.debits_pending,
               credits_pending = a.credits_pending + m.credits_pending,
               version = a.version + m.postings
          FROM moved m WHERE a.id = m.account_id
        RETURNING m.rows
    )
    SELECT coalesce(sum(updated.rows), 0) INTO folded FROM updated;
    RETURN folded;
END $$;
