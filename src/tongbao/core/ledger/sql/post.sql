-- The only writer of transactions, postings and counters.
--
-- One call books a batch. Items are judged in order, each as if the accepted ones before it had
-- been booked already; an item is booked whole or refused whole, and a refused one leaves no trace.
-- An account's limit holds after each transaction, not between the postings of one.
-- Work is done in sets: a batch of one and a batch of a thousand run the same few statements.
--
-- Tables are reached by index only: the settings below keep a plan made while the tables were
-- empty from being used when they are full.
CREATE OR REPLACE FUNCTION ledger_post(
    -- per item
    p_uid uuid[], p_hash bytea[], p_type text[], p_effective_on date[],
    p_reference text[], p_metadata jsonb[], p_correlation_id uuid[],
    -- per posting; p_item counts items from 1 and never falls
    p_item integer[], p_ordinal smallint[], p_debit uuid[], p_credit uuid[],
    p_asset text[], p_amount bigint[],
    p_booked_at timestamptz,
    -- per item: NULL (booked now), 'duplicate' (booked before) or the reason of the refusal;
    -- the transaction's sequence number; which posting (counted over the batch) was refused,
    -- and what the account had available at that moment
    OUT refusal text[], OUT sequence bigint[], OUT refused_posting integer[], OUT available bigint[],
    -- per posting: the balances after it, for limit-checked accounts
    OUT debit_balance bigint[], OUT credit_balance bigint[]
)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
#variable_conflict use_column
DECLARE
    counter_max CONSTANT numeric := 9223372036854775807;
    item_live boolean[];      -- per item: still to be booked
    live boolean[];           -- the same per posting
    debit_id bigint[];
    credit_id bigint[];
    debit_version bigint[];
    credit_version bigint[];
    asset smallint[];
    fault text[];             -- per posting: why it cannot be booked whatever the balances
    faulty boolean;
    overdrawn boolean;
    overflow boolean[];       -- per posting: would take a counter out of its range
    leg_slot integer[];       -- per leg (two a posting): the room it draws on
    leg_delta bigint[];
    leg_room numeric[];
    room numeric[];
    first_leg integer := 1;
    last_leg integer;
    short integer;
    leg integer;
BEGIN
    -- Was this id booked before? A twin racing us is caught by the unique index at insertion.
    SELECT array_agg(CASE WHEN t.id IS NULL THEN NULL
                          WHEN t.content_hash = x.hash THEN 'duplicate'
                          ELSE 'id_reused' END ORDER BY x.n),
           array_agg(coalesce(t.id, 0) ORDER BY x.n),
           array_agg(NULL::integer), array_agg(NULL::bigint)
      INTO refusal, sequence, refused_posting, available
      FROM unnest(p_uid, p_hash) WITH ORDINALITY AS x(uid, hash, n)
      LEFT JOIN ledger_transaction t ON t.uid = x.uid;

    -- Lock, in id order, what the batch may draw on. Internal accounts stay unlocked.
    PERFORM FROM ledger_account a
      WHERE a.uid = ANY (p_debit || p_credit) AND a.overdraft IS NOT NULL
      ORDER BY a.id FOR NO KEY UPDATE;

    -- A pass books nothing: it computes every running balance of the items still live. When none
    -- of them breaks a rule we are done; usually that is the first pass, at most the fourth.
    LOOP
        SELECT array_agg(x.refusal IS NULL ORDER BY x.n) INTO item_live
          FROM unnest(refusal) WITH ORDINALITY AS x(refusal, n);
        SELECT array_agg(item_live[x.item] ORDER BY x.n) INTO live
          FROM unnest(p_item) WITH ORDINALITY AS x(item, n);

        WITH posting AS (
            SELECT x.n, x.item, x.amount, x.live, s.id AS asset_id, d, c,
                   CASE WHEN d.id IS NULL THEN 'unknown_debit_account'
                        WHEN c.id IS NULL THEN 'unknown_credit_account'
                        WHEN d.id = c.id THEN 'same_account'
                        WHEN s.id IS NULL THEN 'unknown_asset'
                        WHEN d.asset_id <> s.id THEN 'debit_asset_mismatch'
                        WHEN c.asset_id <> s.id THEN 'credit_asset_mismatch'
                        WHEN d.status = 'closed' THEN 'debit_account_closed'
                        WHEN c.status = 'closed' THEN 'credit_account_closed'
                        WHEN d.status IN ('frozen', 'debit_frozen') THEN 'debit_account_frozen'
                        WHEN c.status IN ('frozen', 'credit_frozen') THEN 'credit_account_frozen'
                        WHEN x.amount <= 0 THEN 'amount_out_of_range'
                   END AS fault
              FROM unnest(p_item, p_debit, p_credit, p_asset, p_amount, live)
                   WITH ORDINALITY AS x(item, debit, credit, asset, amount, live, n)
              LEFT JOIN ledger_account d ON d.uid = x.debit
              LEFT JOIN ledger_account c ON c.uid = x.credit
              LEFT JOIN ledger_asset s ON s.code = x.asset
        ), leg AS (
            SELECT n, item, 1 AS side, (d).id AS account, asset_id, fault, amount,
                   live AND (d).overdraft IS NOT NULL AS counts,
                   CASE WHEN (d).debit_normal THEN amount ELSE -amount END AS delta,
                   (d).debits_posted AS counter, (d).version AS version,
                   ledger_balance(d) AS balance, ledger_room(d) AS room
              FROM posting
            UNION ALL
            SELECT n, item, 2, (c).id, asset_id, fault, amount,
                   live AND (c).overdraft IS NOT NULL,
                   CASE WHEN (c).debit_normal THEN -amount ELSE amount END,
                   (c).credits_posted, (c).version, ledger_balance(c), ledger_room(c)
              FROM posting
        ), running AS (
            SELECT n, side, account, asset_id, fault, counts,
                   balance + sum(delta) OVER w AS balance_after,
                   version + row_number() OVER w AS version_after,
                   counter + sum(amount) OVER w AS counter_after,  -- at least what it will be
                   room + sum(delta) OVER w AS room_after,
                   lead(item) OVER w IS DISTINCT FROM item AS ends_item
              FROM leg
            WINDOW w AS (PARTITION BY account, counts ORDER BY n, side ROWS UNBOUNDED PRECEDING)
        ), result AS (
            SELECT n, max(asset_id) AS asset_id, max(fault) AS fault,
                   max(account) FILTER (WHERE side = 1) AS d_account,
                   max(account) FILTER (WHERE side = 2) AS c_account,
                   max(balance_after) FILTER (WHERE side = 1 AND counts) AS d_balance,
                   max(balance_after) FILTER (WHERE side = 2 AND counts) AS c_balance,
                   max(version_after) FILTER (WHERE side = 1 AND counts) AS d_version,
                   max(version_after) FILTER (WHERE side = 2 AND counts) AS c_version,
                   bool_or(counts AND ends_item AND room_after < 0) AS overdraws,
                   bool_or(counts AND greatest(abs(balance_after), counter_after) > counter_max)
                       AS overflows
              FROM running GROUP BY n
        )
        SELECT array_agg(d_account ORDER BY n), array_agg(c_account ORDER BY n),
               array_agg(asset_id ORDER BY n), array_agg(fault ORDER BY n),
               array_agg(CASE WHEN overflows THEN NULL ELSE d_balance::bigint END ORDER BY n),
               array_agg(CASE WHEN overflows THEN NULL ELSE c_balance::bigint END ORDER BY n),
               array_agg(d_version ORDER BY n), array_agg(c_version ORDER BY n),
               array_agg(overflows ORDER BY n),
               bool_or(overdraws AND NOT overflows), bool_or(fault IS NOT NULL OR overflows)
          INTO debit_id, credit_id, asset, fault, debit_balance, credit_balance,
               debit_version, credit_version, overflow, overdrawn, faulty
          FROM result;

        -- Items with a fault are refused by the first of it, and the rest is computed again.
        IF faulty THEN
            faulty := false;
            FOR leg IN 1 .. cardinality(p_item) LOOP
                IF live[leg] AND refusal[p_item[leg]] IS NULL
                   AND (fault[leg] IS NOT NULL OR overflow[leg]) THEN
                    refusal[p_item[leg]] := coalesce(fault[leg], 'amount_out_of_range');
                    refused_posting[p_item[leg]] := leg;
                    faulty := true;
                END IF;
            END LOOP;
            CONTINUE WHEN faulty;
        END IF;
        EXIT WHEN NOT overdrawn;

        -- Somebody lacks funds: walk the items one by one, as a slow ledger would.
        SELECT array_agg(slot ORDER BY n, side), array_agg(delta ORDER BY n, side),
               array_agg(r ORDER BY n, side)
          INTO leg_slot, leg_delta, leg_room
          FROM (SELECT x.n, x.side, dense_rank() OVER (ORDER BY a.id)::integer AS slot,
                       CASE WHEN a.debit_normal = (x.side = 1) THEN x.amount ELSE -x.amount END AS delta,
                       ledger_room(a) AS r
                  FROM (SELECT n, 1 AS side, d AS account, amount
                          FROM unnest(debit_id, p_amount) WITH ORDINALITY AS u(d, amount, n)
                        UNION ALL
                        SELECT n, 2, c, amount
                          FROM unnest(credit_id, p_amount) WITH ORDINALITY AS u(c, amount, n)) x
                  LEFT JOIN ledger_account a ON a.id = x.account) AS walk;
        FOR leg IN 1 .. cardinality(leg_slot) LOOP
            room[leg_slot[leg]] := leg_room[leg];  -- NULL for an internal account: endless
        END LOOP;
        first_leg := 1;
        WHILE first_leg <= cardinality(leg_slot) LOOP
            last_leg := first_leg + 1;
            WHILE last_leg < cardinality(leg_slot)
                  AND p_item[last_leg / 2 + 1] = p_item[(first_leg + 1) / 2] LOOP
                last_leg := last_leg + 2;
            END LOOP;
            IF live[(first_leg + 1) / 2] THEN
                FOR leg IN first_leg .. last_leg LOOP
                    room[leg_slot[leg]] := room[leg_slot[leg]] + leg_delta[leg];
                END LOOP;
                short := NULL;
                FOR leg IN first_leg .. last_leg LOOP
                    IF short IS NULL AND room[leg_slot[leg]] < 0 THEN short := leg; END IF;
                END LOOP;
                IF short IS NOT NULL THEN
                    FOR leg IN first_leg .. last_leg LOOP
                        room[leg_slot[leg]] := room[leg_slot[leg]] - leg_delta[leg];
                    END LOOP;
                    refusal[p_item[(first_leg + 1) / 2]] := 'insufficient_funds';
                    refused_posting[p_item[(first_leg + 1) / 2]] := (short + 1) / 2;
                    available[p_item[(first_leg + 1) / 2]] := room[leg_slot[short]];
                END IF;
            END IF;
            first_leg := last_leg + 1;
        END LOOP;
    END LOOP;

    SELECT array_agg(CASE WHEN x.refusal IS NULL THEN nextval('ledger_transaction_id_seq')
                          ELSE x.sequence END ORDER BY x.n)
      INTO sequence
      FROM unnest(refusal, sequence) WITH ORDINALITY AS x(refusal, sequence, n);

    INSERT INTO ledger_transaction
           (id, uid, content_hash, type, effective_on, booked_at, correlation_id, reference, metadata)
    SELECT x.id, x.uid, x.hash, x.type, x.effective_on, p_booked_at, x.correlation_id,
           x.reference, x.metadata
      FROM unnest(refusal, sequence, p_uid, p_hash, p_type, p_effective_on, p_correlation_id,
                  p_reference, p_metadata)
           AS x(refusal, id, uid, hash, type, effective_on, correlation_id, reference, metadata)
     WHERE x.refusal IS NULL;

    INSERT INTO ledger_posting
           (transaction_id, ordinal, asset_id, debit_account_id, credit_account_id, amount,
            debit_balance, debit_version, credit_balance, credit_version)
    SELECT sequence[x.item], x.ordinal, x.asset, x.debit, x.credit, x.amount,
           x.debit_balance, x.debit_version, x.credit_balance, x.credit_version
      FROM unnest(live, p_item, p_ordinal, asset, debit_id, credit_id, p_amount,
                  debit_balance, debit_version, credit_balance, credit_version)
           AS x(live, item, ordinal, asset, debit, credit, amount,
                debit_balance, debit_version, credit_balance, credit_version)
     WHERE x.live;

    UPDATE ledger_account a
       SET debits_posted = a.debits_posted + moved.debits,
           credits_posted = a.credits_posted + moved.credits,
           version = a.version + moved.postings
      FROM (SELECT leg.account, sum(leg.debit)::bigint AS debits, sum(leg.credit)::bigint AS credits,
                   count(*) AS postings
              FROM (SELECT x.account, x.amount AS debit, 0 AS credit
                      FROM unnest(live, debit_id, p_amount, debit_version)
                           AS x(live, account, amount, version)
                     WHERE x.live AND x.version IS NOT NULL
                    UNION ALL
                    SELECT x.account, 0, x.amount
                      FROM unnest(live, credit_id, p_amount, credit_version)
                           AS x(live, account, amount, version)
                     WHERE x.live AND x.version IS NOT NULL) AS leg
             GROUP BY leg.account) AS moved
     WHERE a.id = moved.account;

    INSERT INTO ledger_tail (account_id, debits, credits, postings)
    SELECT leg.account, sum(leg.debit), sum(leg.credit), count(*)
      FROM (SELECT x.account, x.amount AS debit, 0 AS credit
              FROM unnest(live, debit_id, p_amount, debit_version)
                   AS x(live, account, amount, version)
             WHERE x.live AND x.version IS NULL
            UNION ALL
            SELECT x.account, 0, x.amount
              FROM unnest(live, credit_id, p_amount, credit_version)
                   AS x(live, account, amount, version)
             WHERE x.live AND x.version IS NULL) AS leg
     GROUP BY leg.account;
END $$;
