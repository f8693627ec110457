-- Book many credits of one internal account, each a transaction of one posting: interest paid to a
-- million accounts. It holds all that `ledger_post` holds, for this one shape, so that the work is one
-- pass over the accounts: they are named once each, in the order of their ids, which is the order
-- everybody locks in. Whatever is wrong with the call itself raises and nothing is booked; a credit
-- whose account cannot take it (unknown, closed, frozen, of another asset, full) is left out.
CREATE OR REPLACE FUNCTION ledger_credit_many(
    p_debit uuid, p_credit uuid[], p_amount bigint[], p_type text, p_effective_on date,
    p_booked_at timestamptz,
    OUT sequence bigint[]           -- per credit: its number, NULL where it was left out
)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    batch_max CONSTANT integer := 10000;
    amount_max CONSTANT bigint := 900000000000000;
    counter_max CONSTANT bigint := 9223372036854775807;
    items CONSTANT integer := cardinality(p_credit);
    payer ledger_account;
    fault text;
    ids bigint[];
    places integer[];
    balances bigint[];
    versions bigint[];
    amounts bigint[];
    moment timestamptz;
    announced bigint;
    event bigint;
    numbers bigint[];
    uids uuid[];
    total bigint;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'ledger_credit_many needs READ COMMITTED' USING ERRCODE = 'feature_not_supported';
    END IF;
    fault := CASE
        WHEN (items BETWEEN 1 AND batch_max) IS NOT TRUE THEN 'too many credits, or none'
        WHEN (array_dims(p_credit) = '[1:' || items || ']' AND array_dims(p_amount) = array_dims(p_credit))
             IS NOT TRUE THEN 'arrays are not alike'
        WHEN (0 < ALL (p_amount) AND amount_max >= ALL (p_amount)) IS NOT TRUE THEN 'an amount out of range'
        WHEN (p_booked_at >= '0001-01-01 00:00:00+00' AND p_booked_at <= '9999-12-31 23:59:59.999999+00')
             IS NOT TRUE THEN 'booked at no moment'
        WHEN (p_effective_on BETWEEN '0001-01-01' AND '9999-12-31') IS NOT TRUE THEN 'effective on no day'
        WHEN (p_type <> '') IS NOT TRUE THEN 'no type'
        WHEN EXISTS (SELECT FROM (SELECT x.uid, lag(x.uid) OVER (ORDER BY x.n) AS before
                                    FROM unnest(p_credit) WITH ORDINALITY AS x(uid, n)) AS y
                      WHERE y.uid IS NULL OR y.uid <= y.before) THEN 'accounts are not in order'
    END;
    IF fault IS NOT NULL THEN
        RAISE EXCEPTION 'ledger_credit_many: %', fault USING ERRCODE = 'invalid_parameter_value';
    END IF;

    PERFORM pg_advisory_xact_lock_shared(hashtext('ledger_period'));
    IF EXISTS (SELECT FROM ledger_period p WHERE p.closed_at IS NOT NULL
                  AND p_effective_on >= p.starts_on AND p_effective_on < p.ends_on) THEN
        RAISE EXCEPTION 'ledger_credit_many: the period is closed' USING ERRCODE = 'check_violation';
    END IF;
    SELECT * INTO payer FROM ledger_account a WHERE a.uid = p_debit;
    IF payer.id IS NULL OR payer.overdraft IS NOT NULL OR payer.status <> 'active' THEN
        RAISE EXCEPTION 'ledger_credit_many: no internal account that may pay'
              USING ERRCODE = 'check_violation';
    END IF;

    -- One UPDATE finds, locks, checks and changes the accounts, as in `ledger_post_plain`.
    WITH changed AS (
        UPDATE ledger_account a
           SET credits_posted = a.credits_posted + m.amount,
               version = a.version + 1,
               last_booked_at = greatest(a.last_booked_at, p_booked_at),
               category = a.category
          FROM unnest(p_credit, p_amount) WITH ORDINALITY AS m(uid, amount, place)
         WHERE a.uid = ANY (ARRAY[m.uid]) AND a.overdraft IS NOT NULL
           AND a.status IN ('active', 'part_frozen', 'debit_frozen') AND a.asset_id = payer.asset_id
           AND NOT a.debit_normal AND a.credits_posted <= counter_max - m.amount
        RETURNING m.place, m.amount, a.id, a.version, a.last_booked_at,
                  a.credits_posted - a.debits_posted AS balance
    )
    SELECT array_agg(c.place ORDER BY c.place), array_agg(c.id ORDER BY c.place),
           array_agg(c.balance ORDER BY c.place), array_agg(c.version ORDER BY c.place),
           array_agg(c.amount ORDER BY c.place), greatest(max(c.last_booked_at), p_booked_at),
           ledger_sum(c.amount)
      INTO places, ids, balances, versions, amounts, moment, total
      FROM changed c;
    sequence := array_fill(NULL::bigint, ARRAY[items]);
    IF ids IS NULL THEN
        RETURN;
    END IF;
    IF moment > p_booked_at THEN  -- another process's clock is ahead of ours
        UPDATE ledger_account a SET last_booked_at = moment, category = a.category
          FROM unnest(ids) AS m(id) WHERE a.id = ANY (ARRAY[m.id]);
    END IF;

    announced := ledger_announce();
    SELECT array_agg(nextval('ledger_transaction_id_seq')) INTO numbers
      FROM generate_series(1, cardinality(ids));

    -- Ids as UUIDv7 (RFC 9562): the millisecond of booking, the version, the rest at random. Those of
    -- a batch lie together in the index.
    WITH booked AS (
        INSERT INTO ledger_transaction (id, uid, content_hash, kind, type, effective_on, booked_at)
        SELECT y.number,
               encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid()) PLACING
                   substring(int8send((extract(epoch FROM moment) * 1000)::bigint) FROM 3)
                   FROM 1 FOR 6), 52, 1), 53, 1), 'hex')::uuid,
               substr(sha256(convert_to(concat_ws(E'\n', p_type, p_effective_on, p_debit,
                                                  payer.asset_id, y.account, y.amount), 'UTF8')), 1, 16),
               'posted', p_type, p_effective_on, moment
          FROM unnest(numbers, ids, amounts) AS y(number, account, amount)
        RETURNING id, uid
    )
    SELECT array_agg(booked.uid ORDER BY booked.id) INTO uids FROM booked;

    INSERT INTO ledger_posting
           (transaction_id, ordinal, asset_id, debit_account_id, credit_account_id, amount,
            credit_balance, credit_version)
    SELECT x.number, 1, payer.asset_id, payer.id, x.account, x.amount, x.balance, x.version
      FROM unnest(numbers, ids, amounts, balances, versions)
           AS x(number, account, amount, balance, version);

    INSERT INTO ledger_tail (account_id, debits, credits, debits_pending, credits_pending, postings)
    VALUES (payer.id, total, 0, 0, 0, cardinality(ids));

    event := infra_outbox_append(
        'ledger.transactions_posted', 1, uids[1]::text,
        jsonb_build_object('transaction_ids', uids, 'first_sequence', numbers[1]),
        p_booked_at, false);

    FOR place IN 1 .. cardinality(places) LOOP
        sequence[places[place]] := numbers[place];
    END LOOP;
END $$;

REVOKE ALL ON FUNCTION ledger_credit_many FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger_credit_many TO tongbao_app;
