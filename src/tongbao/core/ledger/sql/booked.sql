-- What internal accounts moved, transaction by transaction, for modules that compare it with what
-- others say. Reading only, with the caller's rights.

-- What each transaction numbered in (p_after, p_through] moved on an internal account, net: positive
-- for a debit. `reference` is what the caller's modules call it: the transaction's own metadata, or
-- those of the transaction that it resolves or reverses; on an account where it goes by another one,
-- the metadata say that under `reference/<account>`. `counter` is one of the other accounts.
CREATE OR REPLACE FUNCTION ledger_booked(p_uid uuid, p_after bigint, p_through bigint)
RETURNS TABLE (
    sequence bigint, transaction_uid uuid, type text, effective_on date, reference text,
    amount bigint, counter uuid
)
LANGUAGE sql STABLE ROWS 50000
SET search_path = pg_catalog, public, pg_temp
SET jit = off
AS $$
    WITH account AS MATERIALIZED (
        SELECT a.id FROM ledger_account a WHERE a.uid = p_uid AND a.overdraft IS NULL
    ), moved AS MATERIALIZED (
        SELECT leg.number, sum(leg.amount)::bigint AS amount, min(leg.other) AS other
          FROM account a
         CROSS JOIN LATERAL (
               SELECT p.transaction_id AS number, p.amount, p.credit_account_id AS other
                 FROM ledger_posting p
                WHERE p.debit_account_id = a.id AND p.debit_version IS NULL
                  AND p.transaction_id > p_after AND p.transaction_id <= p_through
               UNION ALL
               SELECT p.transaction_id, -p.amount, p.debit_account_id
                 FROM ledger_posting p
                WHERE p.credit_account_id = a.id AND p.credit_version IS NULL
                  AND p.transaction_id > p_after AND p.transaction_id <= p_through) AS leg
         GROUP BY leg.number
        HAVING sum(leg.amount) <> 0
    )
    SELECT t.id, t.uid, t.type, t.effective_on,
           coalesce(t.metadata ->> ('reference/' || p_uid), o.metadata ->> ('reference/' || p_uid),
                    t.metadata ->> 'reference', o.metadata ->> 'reference', t.reference, o.reference,
                    t.uid::text),
           m.amount, other.uid
      FROM moved m
      JOIN ledger_transaction t ON t.id = m.number
      LEFT JOIN ledger_transaction o ON o.id = coalesce(t.pending_id, t.reverses_id)
      JOIN ledger_account other ON other.id = m.other;
$$;

-- Which of some references pending transactions hold money under on an account, not resolved yet.
CREATE OR REPLACE FUNCTION ledger_held_references(p_uid uuid, p_references text[])
RETURNS SETOF text
LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp
SET jit = off
AS $$
    SELECT DISTINCT named.reference
      FROM ledger_account a
      JOIN ledger_open_pending o ON true
      JOIN ledger_transaction t ON t.id = o.transaction_id
     CROSS JOIN LATERAL (SELECT coalesce(t.metadata ->> 'reference', t.reference)) AS named(reference)
     WHERE a.uid = p_uid AND named.reference = ANY (p_references)
       AND EXISTS (SELECT FROM ledger_hold h
                    WHERE h.transaction_id = t.id
                      AND (h.debit_account_id = a.id OR h.credit_account_id = a.id));
$$;
