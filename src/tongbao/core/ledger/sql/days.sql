-- Totals per effective day and per booking hour, built behind the booking in the order of numbers:
-- no posting waits for them, and readers add what came since.

-- Take in the next transactions, at most `p_transactions_max` numbers of them, up to what is settled;
-- returns how many numbers were passed. One at a time; whoever comes meanwhile does nothing.
CREATE OR REPLACE FUNCTION ledger_extend_days(p_transactions_max integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    done bigint;
    goal bigint;
BEGIN
    -- What is settled is visible to statements that start later, which takes a snapshot each.
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'ledger_extend_days needs READ COMMITTED' USING ERRCODE = 'feature_not_supported';
    END IF;
    IF NOT pg_try_advisory_xact_lock(hashtext('ledger_extend_days')) THEN
        RETURN 0;
    END IF;
    INSERT INTO ledger_day_progress (one, through_sequence) VALUES (true, 0) ON CONFLICT DO NOTHING;
    SELECT p.through_sequence INTO STRICT done FROM ledger_day_progress p FOR UPDATE;
    goal := least(ledger_settled(), done + p_transactions_max);
    IF goal <= done THEN
        RETURN 0;
    END IF;

    INSERT INTO ledger_day AS d (account_id, effective_on, debits, credits, postings)
    SELECT leg.account, t.effective_on, sum(leg.debit), sum(leg.credit), count(*)
      FROM ledger_transaction t
      JOIN ledger_posting p ON p.transaction_id = t.id
     CROSS JOIN LATERAL (VALUES (p.debit_account_id, p.amount, 0::bigint),
                                (p.credit_account_id, 0::bigint, p.amount)) AS leg(account, debit, credit)
     WHERE t.id > done AND t.id <= goal AND p.transaction_id > done AND p.transaction_id <= goal
     GROUP BY leg.account, t.effective_on
        ON CONFLICT (account_id, effective_on) DO UPDATE
       SET debits = d.debits + excluded.debits, credits = d.credits + excluded.credits,
           postings = d.postings + excluded.postings;

    INSERT INTO ledger_category_day AS d (asset_id, category, effective_on, debits, credits, postings)
    SELECT p.asset_id, a.category, t.effective_on, sum(leg.debit), sum(leg.credit), count(*)
      FROM ledger_transaction t
      JOIN ledger_posting p ON p.transaction_id = t.id
     CROSS JOIN LATERAL (VALUES (p.debit_account_id, p.amount, 0::bigint),
                                (p.credit_account_id, 0::bigint, p.amount)) AS leg(account, debit, credit)
      JOIN ledger_account a ON a.id = leg.account
     WHERE t.id > done AND t.id <= goal AND p.transaction_id > done AND p.transaction_id <= goal
     GROUP BY p.asset_id, a.category, t.effective_on
        ON CONFLICT (asset_id, category, effective_on) DO UPDATE
       SET debits = d.debits + excluded.debits, credits = d.credits + excluded.credits,
           postings = d.postings + excluded.postings;

    INSERT INTO ledger_hour AS h (account_id, starts_at, debits, credits, postings)
    SELECT leg.account, date_trunc('hour', t.booked_at, 'UTC'), sum(leg.debit), sum(leg.credit), count(*)
      FROM ledger_transaction t
      JOIN ledger_posting p ON p.transaction_id = t.id
     CROSS JOIN LATERAL (
           VALUES (p.debit_account_id, p.amount, 0::bigint, p.debit_version),
                  (p.credit_account_id, 0::bigint, p.amount, p.credit_version)
           ) AS leg(account, debit, credit, version)
     WHERE t.id > done AND t.id <= goal AND p.transaction_id > done AND p.transaction_id <= goal
       AND leg.version IS NULL
     GROUP BY 1, 2
        ON CONFLICT (account_id, starts_at) DO UPDATE
       SET debits = h.debits + excluded.debits, credits = h.credits + excluded.credits,
           postings = h.postings + excluded.postings;

    INSERT INTO ledger_hour_span AS h (starts_at, first_sequence, last_sequence)
    SELECT date_trunc('hour', t.booked_at, 'UTC'), min(t.id), max(t.id)
      FROM ledger_transaction t
     WHERE t.id > done AND t.id <= goal
     GROUP BY 1
        ON CONFLICT (starts_at) DO UPDATE
       SET first_sequence = least(h.first_sequence, excluded.first_sequence),
           last_sequence = greatest(h.last_sequence, excluded.last_sequence);

    UPDATE ledger_day_progress SET through_sequence = goal;
    RETURN goal - done;
END $$;

-- Derived: read by everybody who reads the ledger, written by the function alone.
REVOKE ALL ON ledger_day, ledger_category_day, ledger_hour, ledger_hour_span, ledger_day_progress
    FROM PUBLIC, tongbao_app;
GRANT SELECT ON ledger_day, ledger_category_day, ledger_hour, ledger_hour_span, ledger_day_progress
    TO tongbao_app;
REVOKE ALL ON FUNCTION ledger_extend_days FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger_extend_days TO tongbao_app;
