-- The only writer of transactions, postings, holds and counters.
--
-- One call books a batch. Items are judged in order, each as if the accepted ones before it had
-- been booked already; an item is booked whole or refused whole, and a refused one leaves no trace.
-- An account's limit holds after each transaction, not between the postings of one. No two items
-- of a batch have the same id or the same target (the caller sees to it).
--
-- The usual batch goes the short way of `ledger_post_plain`, any other one, and whatever turns out
-- to be unusual, the long way of `ledger_post_any`. What a way has begun and not finished is undone.
DROP FUNCTION IF EXISTS ledger_post(uuid[], bytea[], text[], date[], text[], jsonb[], uuid[],
    integer[], smallint[], uuid[], uuid[], text[], bigint[], timestamptz);
DROP FUNCTION IF EXISTS ledger_post(uuid[], bytea[], smallint[], text[], date[], text[], jsonb[],
    uuid[], uuid[], timestamptz[], integer[], smallint[], uuid[], uuid[], text[], bigint[],
    timestamptz, boolean);

CREATE OR REPLACE FUNCTION ledger_post(
    -- per item; from p_reference to p_expires_at, an array that is NULL is NULL for each item
    p_uid uuid[], p_hash bytea[],
    p_kind smallint[],          -- 1 posted, 2 pending, 3 capture, 4 void, 5 expiry, 6 reversal
    p_type text[], p_effective_on date[], p_reference text[], p_metadata jsonb[],
    p_correlation_id uuid[],
    p_target uuid[],            -- the pending transaction to resolve, or the one to reverse
    p_expires_at timestamptz[], -- of a pending one
    -- per posting; p_item counts items from 1 and never falls. The postings of a capture and of a
    -- reversal have the ordinals of those they capture or reverse.
    p_item integer[], p_ordinal smallint[], p_debit uuid[], p_credit uuid[],
    p_asset text[], p_amount bigint[],
    p_booked_at timestamptz,
    p_atomic boolean,           -- one refusal refuses all
    p_wake boolean DEFAULT false,  -- wake the readers of the outbox
    -- per item: NULL (booked now), 'duplicate' (booked before) or the reason of the refusal;
    -- the transaction's sequence number; which posting (counted over the batch) was refused,
    -- and what the account had available at that moment (both NULL as a whole where nothing was)
    OUT refusal text[], OUT sequence bigint[], OUT refused_posting integer[], OUT available bigint[],
    -- per posting: the balances after it, for limit-checked accounts
    OUT debit_balance bigint[], OUT credit_balance bigint[]
)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
SET enable_seqscan = off  -- the short way's plans must not depend on when they were made
SET enable_hashjoin = off
SET enable_mergejoin = off
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    races_max CONSTANT integer := 3;
    closing CONSTANT bigint := hashtext('ledger_period');
    day CONSTANT date := p_effective_on[1];
    closed boolean;
    plain record;
    violated text;
    booked uuid[];
    first_sequence bigint;
    sound CONSTANT boolean := ledger_check_batch(
        p_uid, p_hash, p_kind, p_type, p_effective_on, p_reference, p_metadata, p_correlation_id,
        p_target, p_expires_at, p_item, p_ordinal, p_debit, p_credit, p_asset, p_amount,
        p_booked_at, p_atomic);
    event bigint;
BEGIN

    -- Periods are closed under this lock, exclusively: none closes while we book into it.
    IF NOT pg_try_advisory_xact_lock_shared(closing) THEN
        PERFORM pg_advisory_xact_lock_shared(closing);
    END IF;

    IF day = ALL (p_effective_on) THEN
        closed := EXISTS (
            SELECT FROM ledger_period p
             WHERE day >= p.starts_on AND day < p.ends_on AND p.closed_at IS NOT NULL);
    ELSE
        closed := EXISTS (
            SELECT FROM (SELECT DISTINCT unnest(p_effective_on)) AS x(day)
              JOIN ledger_period p ON x.day >= p.starts_on AND x.day < p.ends_on
               AND p.closed_at IS NOT NULL);
    END IF;
    IF 1 = ALL (p_kind) AND NOT closed THEN
        BEGIN
            plain := ledger_post_plain(p_uid, p_hash, p_type, p_effective_on, p_reference, p_metadata,
                                       p_correlation_id, p_item, p_ordinal, p_debit, p_credit,
                                       p_asset, p_amount, p_booked_at);
            sequence := plain.sequence;
            debit_balance := plain.debit_balance;
            credit_balance := plain.credit_balance;
            refusal := array_fill(NULL::text, ARRAY[cardinality(p_uid)]);
            booked := p_uid;
            first_sequence := sequence[1];
        EXCEPTION WHEN check_violation OR not_null_violation OR unique_violation
                    OR numeric_value_out_of_range THEN
            NULL;  -- an account is unknown, frozen, full or short of funds, an id is not new ...
        END;
    END IF;

    FOR race IN 1 .. CASE WHEN booked IS NULL THEN races_max ELSE 0 END LOOP
        BEGIN
            SELECT found.refusal, found.sequence, found.refused_posting, found.available,
                   found.debit_balance, found.credit_balance
              INTO refusal, sequence, refused_posting, available, debit_balance, credit_balance
              FROM ledger_post_any(p_uid, p_hash, p_kind, p_type, p_effective_on, p_reference,
                                   p_metadata, p_correlation_id, p_target, p_expires_at, p_item,
                                   p_ordinal, p_debit, p_credit, p_asset, p_amount, p_booked_at,
                                   p_atomic) AS found;
            SELECT array_agg(x.uid ORDER BY x.n), min(x.sequence) INTO booked, first_sequence
              FROM unnest(p_uid, refusal, sequence) WITH ORDINALITY AS x(uid, refusal, sequence, n)
             WHERE x.refusal IS NULL;
            EXIT;
        EXCEPTION WHEN unique_violation THEN
            -- Somebody else was booking the same id, or resolving the same pending transaction, and
            -- has committed now: look again.
            GET STACKED DIAGNOSTICS violated = CONSTRAINT_NAME;
            IF race = races_max OR violated NOT LIKE 'uq_ledger_transaction%' THEN
                RAISE;
            END IF;
        END;
    END LOOP;

    IF booked IS NOT NULL THEN
        event := infra_outbox_append(
            'ledger.transactions_posted', 1, booked[1]::text,
            jsonb_build_object('transaction_ids', booked, 'first_sequence', first_sequence),
            p_booked_at, p_wake);
    END IF;
END $$;
