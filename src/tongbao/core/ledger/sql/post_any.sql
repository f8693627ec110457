-- The long way of `ledger_post`, which knows every kind of transaction and every refusal.
--
-- Work is done in sets: a batch of one and a batch of a thousand run the same few statements.
-- Tables are reached by index only: the settings below keep a plan made while the tables were
-- empty from being used when they are full.
CREATE OR REPLACE FUNCTION ledger_post_any(
    -- per item
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
    -- per item: NULL (booked now), 'duplicate' (booked before) or the reason of the refusal;
    -- the transaction's sequence number; which posting (counted over the batch) was refused,
    -- and what the account had available at that moment
    OUT refusal text[], OUT sequence bigint[], OUT refused_posting integer[], OUT available bigint[],
    -- per posting: the balances after it, for limit-checked accounts
    OUT debit_balance bigint[], OUT credit_balance bigint[]
)
LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
SET plan_cache_mode = auto
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    kinds CONSTANT text[] := ARRAY['posted', 'pending', 'capture', 'void', 'expiry', 'reversal'];
    counter_max CONSTANT numeric := 9223372036854775807;
    item_target bigint[];     -- per item: the target's number, 0 for none
    item_live boolean[];      -- per item: still to be booked
    -- Movements: what the postings move or hold, and what resolutions release. In item order.
    m_item integer[];
    m_posting integer[];      -- which posting of the batch; NULL for a release
    m_asset smallint[];
    m_debit bigint[];
    m_credit bigint[];
    m_posted bigint[];
    m_pending bigint[];       -- negative for a release
    m_fault text[];           -- why it cannot be booked whatever the balances
    m_live boolean[];
    m_debit_balance bigint[];
    m_debit_version bigint[];
    m_credit_balance bigint[];
    m_credit_version bigint[];
    m_overflow boolean[];
    overdrawn boolean;
    overflown boolean;
    moment timestamptz := p_booked_at;
    announced bigint;
    -- For the walk item by item: per leg (two a movement) the room it draws on.
    leg_slot integer[];
    leg_change numeric[];
    leg_room numeric[];
    leg_withheld numeric[];
    room numeric[];
    room_before numeric[];
    withheld numeric[];
    item integer;
    first integer;
    last integer;
    short integer;
    leg integer;
    k integer;
BEGIN
    -- Was this id booked before? A twin racing us is caught by the unique index at insertion.
    SELECT array_agg(CASE WHEN t.id IS NULL THEN NULL
                          WHEN t.content_hash = x.hash THEN 'duplicate'
                          ELSE 'id_reused' END ORDER BY x.n),
           array_agg(coalesce(t.id, 0) ORDER BY x.n),
           array_agg(NULL::integer), array_agg(NULL::bigint), array_agg(0::bigint)
      INTO refusal, sequence, refused_posting, available, item_target
      FROM unnest(p_uid, p_hash) WITH ORDINALITY AS x(uid, hash, n)
      LEFT JOIN ledger_transaction t ON t.uid = x.uid;

    IF EXISTS (SELECT FROM ledger_period p WHERE p.closed_at IS NOT NULL) THEN
        SELECT array_agg(CASE WHEN x.refusal IS NULL AND EXISTS (
                   SELECT FROM ledger_period p WHERE p.closed_at IS NOT NULL
                      AND x.effective_on >= p.starts_on AND x.effective_on < p.ends_on)
               THEN 'period_closed' ELSE x.refusal END ORDER BY x.n)
          INTO refusal
          FROM unnest(refusal, p_effective_on) WITH ORDINALITY AS x(refusal, effective_on, n);
    END IF;

    IF p_kind && ARRAY[3, 4, 5, 6]::smallint[] THEN
        -- Whoever resolves or reverses waits here for whoever is at the same one.
        PERFORM FROM ledger_open_pending o
          WHERE o.transaction_id IN (SELECT t.id FROM ledger_transaction t WHERE t.uid = ANY (p_target))
          ORDER BY o.transaction_id FOR UPDATE;
        -- The row must be there before it is locked: locking a missing row locks nothing.
        INSERT INTO ledger_reversed (transaction_id, ordinal, amount, reversed)
        SELECT p.transaction_id, p.ordinal, p.amount, 0
          FROM unnest(p_kind, p_target) AS x(kind, target)
          JOIN ledger_transaction t ON t.uid = x.target AND t.kind IN ('posted', 'capture')
          JOIN ledger_posting p ON p.transaction_id = t.id
         WHERE x.kind = 6
         ORDER BY p.transaction_id, p.ordinal
            ON CONFLICT DO NOTHING;
        PERFORM FROM ledger_reversed r
          WHERE r.transaction_id IN (SELECT t.id FROM ledger_transaction t WHERE t.uid = ANY (p_target))
          ORDER BY r.transaction_id, r.ordinal FOR UPDATE;
        SELECT array_agg(coalesce(t.id, 0) ORDER BY x.n),
               array_agg(CASE
                   WHEN x.refusal IS NOT NULL OR x.kind < 3 THEN x.refusal
                   WHEN t.id IS NULL THEN 'unknown_target'
                   WHEN x.kind = 6 AND t.kind NOT IN ('posted', 'capture') THEN 'not_reversible'
                   WHEN x.kind = 6 THEN NULL
                   WHEN t.kind <> 'pending' THEN 'not_pending'
                   WHEN o.transaction_id IS NULL THEN 'already_resolved'
                   WHEN x.kind = 5 AND coalesce(o.expires_at, 'infinity') > ledger_now()
                       THEN 'not_expired'
                   WHEN x.kind <> 5 AND o.expires_at <= ledger_now() THEN 'pending_expired'
               END ORDER BY x.n)
          INTO item_target, refusal
          FROM unnest(p_target, p_kind, refusal) WITH ORDINALITY AS x(target, kind, refusal, n)
          LEFT JOIN ledger_transaction t ON t.uid = x.target
          LEFT JOIN ledger_open_pending o ON o.transaction_id = t.id;
    END IF;
    IF 2 = ANY (p_kind) THEN
        SELECT array_agg(CASE WHEN x.refusal IS NULL AND x.kind = 2 AND x.expires_at <= ledger_now()
                              THEN 'expires_in_past' ELSE x.refusal END ORDER BY x.n)
          INTO refusal
          FROM unnest(refusal, p_kind, p_expires_at) WITH ORDINALITY AS x(refusal, kind, expires_at, n);
    END IF;

    -- Lock, in uid order, what the batch may draw on. Internal accounts stay unlocked.
    PERFORM FROM ledger_account a
      WHERE a.overdraft IS NOT NULL AND a.id IN (
            SELECT named.id FROM ledger_account named WHERE named.uid = ANY (p_debit || p_credit)
            UNION ALL
            SELECT unnest(ARRAY[h.debit_account_id, h.credit_account_id])
              FROM ledger_hold h WHERE h.transaction_id = ANY (item_target))
      ORDER BY a.uid FOR NO KEY UPDATE;

    SELECT array_agg(m.item ORDER BY m.item, m.n), array_agg(m.n ORDER BY m.item, m.n),
           array_agg(m.asset_id ORDER BY m.item, m.n), array_agg(m.debit ORDER BY m.item, m.n),
           array_agg(m.credit ORDER BY m.item, m.n), array_agg(m.posted ORDER BY m.item, m.n),
           array_agg(m.pending ORDER BY m.item, m.n), array_agg(m.fault ORDER BY m.item, m.n)
      INTO m_item, m_posting, m_asset, m_debit, m_credit, m_posted, m_pending, m_fault
      FROM (
        SELECT x.item, x.n::integer AS n, s.id AS asset_id, d.id AS debit, c.id AS credit,
               CASE WHEN p_kind[x.item] = 2 THEN 0 ELSE x.amount END AS posted,
               CASE WHEN p_kind[x.item] = 2 THEN x.amount ELSE 0 END AS pending,
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
                    WHEN p_kind[x.item] = 3 AND NOT EXISTS (
                        SELECT FROM ledger_hold h
                         WHERE h.transaction_id = item_target[x.item] AND h.ordinal = x.ordinal
                           AND h.debit_account_id = d.id AND h.credit_account_id = c.id
                           AND h.amount >= x.amount) THEN 'capture_exceeds_hold'
                    WHEN p_kind[x.item] = 6 AND NOT EXISTS (
                        SELECT FROM ledger_posting p
                          JOIN ledger_reversed r USING (transaction_id, ordinal)
                         WHERE p.transaction_id = item_target[x.item] AND p.ordinal = x.ordinal
                           AND p.debit_account_id = c.id AND p.credit_account_id = d.id
                           AND p.amount - r.reversed >= x.amount) THEN 'reversal_exceeds_original'
               END AS fault
          FROM unnest(p_item, p_ordinal, p_debit, p_credit, p_asset, p_amount)
               WITH ORDINALITY AS x(item, ordinal, debit, credit, asset, amount, n)
          LEFT JOIN ledger_account d ON d.uid = x.debit
          LEFT JOIN ledger_account c ON c.uid = x.credit
          LEFT JOIN ledger_asset s ON s.code = x.asset
        UNION ALL
        -- What a resolution releases stands after its postings (NULL sorts last), which makes no
        -- difference: limits are looked at when an item ends.
        SELECT x.item::integer, NULL, h.asset_id, h.debit_account_id, h.credit_account_id,
               0, -h.amount, NULL
          FROM unnest(item_target, p_kind) WITH ORDINALITY AS x(target, kind, item)
          JOIN ledger_hold h ON h.transaction_id = x.target
         WHERE x.kind BETWEEN 3 AND 5
      ) AS m;

    IF cardinality(array_remove(m_fault, NULL)) > 0 THEN
        FOR k IN 1 .. coalesce(cardinality(m_item), 0) LOOP
            IF m_fault[k] IS NOT NULL AND refusal[m_item[k]] IS NULL THEN
                refusal[m_item[k]] := m_fault[k];
                refused_posting[m_item[k]] := m_posting[k];
            END IF;
        END LOOP;
    END IF;

    -- A pass books nothing: it computes every running balance of the items still live. When none
    -- of them breaks a limit we are done; usually that is the first pass, at most the second or,
    -- at the end of a counter's range, one more for each item refused.
    LOOP
        SELECT array_agg(x.refusal IS NULL ORDER BY x.n) INTO item_live
          FROM unnest(refusal) WITH ORDINALITY AS x(refusal, n);
        EXIT WHEN p_atomic AND false = ANY (item_live);
        SELECT array_agg(item_live[x.item] ORDER BY x.n) INTO m_live
          FROM unnest(m_item) WITH ORDINALITY AS x(item, n);

        WITH leg AS (
            SELECT x.n, x.item, x.side, x.account, x.posted, x.pending,
                   x.live AND a.overdraft IS NOT NULL AS counts,
                   CASE WHEN a.debit_normal = (x.side = 1) THEN x.posted ELSE -x.posted END AS change,
                   CASE WHEN a.debit_normal = (x.side = 1) THEN 0 ELSE -x.pending END AS held,
                   CASE WHEN x.side = 1 THEN greatest(a.debits_posted, a.debits_pending)
                        ELSE greatest(a.credits_posted, a.credits_pending) END AS counter,
                   a.version, ledger_balance(a) AS balance, ledger_room(a) AS room, a.withheld,
                   a.last_booked_at
              FROM (SELECT n, item, 1 AS side, debit AS account, posted, pending, live
                      FROM unnest(m_item, m_debit, m_posted, m_pending, m_live)
                           WITH ORDINALITY AS u(item, debit, posted, pending, live, n)
                    UNION ALL
                    SELECT n, item, 2, credit, posted, pending, live
                      FROM unnest(m_item, m_credit, m_posted, m_pending, m_live)
                           WITH ORDINALITY AS u(item, credit, posted, pending, live, n)) AS x
              LEFT JOIN ledger_account a ON a.id = x.account
        ), running AS (
            SELECT n, side, counts, posted, last_booked_at,
                   balance + sum(change) OVER w AS balance_after,
                   version + count(*) FILTER (WHERE posted > 0) OVER w AS version_after,
                   counter + sum(posted + abs(pending)) OVER w AS counter_after,  -- at least
                   room + sum(change + held) OVER w AS room_after, withheld,
                   sum(change + held) OVER (PARTITION BY account, counts, item) AS item_change,
                   lead(item) OVER w IS DISTINCT FROM item AS ends_item
              FROM leg
            WINDOW w AS (PARTITION BY account, counts ORDER BY n, side ROWS UNBOUNDED PRECEDING)
        ), result AS (
            SELECT n,
                   max(balance_after) FILTER (WHERE side = 1 AND counts) AS d_balance,
                   max(balance_after) FILTER (WHERE side = 2 AND counts) AS c_balance,
                   max(version_after) FILTER (WHERE side = 1 AND counts AND posted > 0) AS d_version,
                   max(version_after) FILTER (WHERE side = 2 AND counts AND posted > 0) AS c_version,
                   -- Below what is withheld a balance may only rise: what comes is caught.
                   bool_or(counts AND ends_item AND (room_after < 0
                           OR (item_change < 0 AND room_after < withheld))) AS overdraws,
                   bool_or(counts AND greatest(abs(balance_after), counter_after) > counter_max)
                       AS overflows,
                   max(last_booked_at) FILTER (WHERE counts) AS last_booked_at
              FROM running GROUP BY n
        )
        SELECT array_agg(CASE WHEN overflows THEN NULL ELSE d_balance::bigint END ORDER BY n),
               array_agg(CASE WHEN overflows THEN NULL ELSE c_balance::bigint END ORDER BY n),
               array_agg(d_version ORDER BY n), array_agg(c_version ORDER BY n),
               array_agg(overflows ORDER BY n), coalesce(bool_or(overflows), false),
               coalesce(bool_or(overdraws AND NOT overflows), false),
               greatest(p_booked_at, max(last_booked_at))
          INTO m_debit_balance, m_credit_balance, m_debit_version, m_credit_version,
               m_overflow, overflown, overdrawn, moment
          FROM result;

        IF overflown THEN
            k := array_position(m_overflow, true);
            refusal[m_item[k]] := 'amount_out_of_range';
            refused_posting[m_item[k]] := m_posting[k];
            CONTINUE;
        END IF;
        EXIT WHEN NOT overdrawn;

        -- Somebody lacks funds: walk the items one by one, as a slow ledger would.
        SELECT array_agg(slot ORDER BY n, side), array_agg(change ORDER BY n, side),
               array_agg(room ORDER BY n, side), array_agg(withheld ORDER BY n, side)
          INTO leg_slot, leg_change, leg_room, leg_withheld
          FROM (SELECT x.n, x.side, dense_rank() OVER (ORDER BY a.id)::integer AS slot,
                       ledger_room(a) AS room, a.withheld,
                       CASE WHEN a.debit_normal = (x.side = 1) THEN x.posted::numeric
                            ELSE -x.posted::numeric - x.pending END AS change
                  FROM (SELECT n, 1 AS side, debit AS account, posted, pending
                          FROM unnest(m_debit, m_posted, m_pending)
                               WITH ORDINALITY AS u(debit, posted, pending, n)
                        UNION ALL
                        SELECT n, 2, credit, posted, pending
                          FROM unnest(m_credit, m_posted, m_pending)
                               WITH ORDINALITY AS u(credit, posted, pending, n)) AS x
                  LEFT JOIN ledger_account a ON a.id = x.account) AS walk;
        FOR leg IN 1 .. cardinality(leg_slot) LOOP
            room[leg_slot[leg]] := leg_room[leg];  -- NULL for an internal account: endless
            withheld[leg_slot[leg]] := leg_withheld[leg];
        END LOOP;
        last := 0;
        WHILE last < cardinality(m_item) LOOP
            first := last + 1;
            item := m_item[first];
            last := first;
            WHILE last < cardinality(m_item) AND m_item[last + 1] = item LOOP
                last := last + 1;
            END LOOP;
            CONTINUE WHEN NOT item_live[item];
            room_before := room;
            FOR leg IN 2 * first - 1 .. 2 * last LOOP
                room[leg_slot[leg]] := room[leg_slot[leg]] + leg_change[leg];
            END LOOP;
            short := NULL;
            FOR leg IN 2 * first - 1 .. 2 * last LOOP
                k := leg_slot[leg];
                IF short IS NULL AND (room[k] < 0
                   OR (room[k] < room_before[k] AND room[k] < withheld[k])) THEN
                    short := leg;
                END IF;
            END LOOP;
            IF short IS NOT NULL THEN
                room := room_before;
                refusal[item] := 'insufficient_funds';
                refused_posting[item] := m_posting[(short + 1) / 2];
                k := leg_slot[short];
                available[item] := greatest(room[k] - withheld[k], 0);
            END IF;
        END LOOP;
    END LOOP;

    IF p_atomic AND false = ANY (item_live) THEN
        -- A batch that was booked before, as a whole, is a duplicate as a whole.
        SELECT array_agg(coalesce(x.refusal, 'batch_refused') ORDER BY x.n) INTO refusal
          FROM unnest(refusal) WITH ORDINALITY AS x(refusal, n);
        RETURN;
    END IF;

    IF true = ANY (item_live) THEN
        announced := ledger_announce();
    END IF;
    SELECT array_agg(CASE WHEN x.live THEN nextval('ledger_transaction_id_seq') ELSE x.sequence END
                     ORDER BY x.n)
      INTO sequence
      FROM unnest(item_live, sequence) WITH ORDINALITY AS x(live, sequence, n);

    INSERT INTO ledger_transaction
           (id, uid, content_hash, kind, type, effective_on, booked_at, correlation_id, reference,
            pending_id, reverses_id, expires_at, metadata)
    SELECT x.id, x.uid, x.hash, kinds[x.kind], x.type, x.effective_on, moment, x.correlation_id,
           x.reference, CASE WHEN x.kind BETWEEN 3 AND 5 THEN x.target END,
           CASE WHEN x.kind = 6 THEN x.target END, x.expires_at, x.metadata
      FROM unnest(item_live, sequence, p_uid, p_hash, p_kind, p_type, p_effective_on,
                  p_correlation_id, p_reference, item_target, p_expires_at, p_metadata)
           AS x(live, id, uid, hash, kind, type, effective_on, correlation_id, reference, target,
                expires_at, metadata)
     WHERE x.live;

    INSERT INTO ledger_posting
           (transaction_id, ordinal, asset_id, debit_account_id, credit_account_id, amount,
            debit_balance, debit_version, credit_balance, credit_version)
    SELECT sequence[x.item], p_ordinal[x.posting], x.asset, x.debit, x.credit, x.posted,
           CASE WHEN x.debit_version IS NOT NULL THEN x.debit_balance END, x.debit_version,
           CASE WHEN x.credit_version IS NOT NULL THEN x.credit_balance END, x.credit_version
      FROM unnest(m_live, m_item, m_posting, m_asset, m_debit, m_credit, m_posted,
                  m_debit_balance, m_debit_version, m_credit_balance, m_credit_version)
           AS x(live, item, posting, asset, debit, credit, posted,
                debit_balance, debit_version, credit_balance, credit_version)
     WHERE x.live AND x.posted > 0;

    IF p_kind && ARRAY[2, 3, 4, 5, 6]::smallint[] THEN
        INSERT INTO ledger_hold
               (transaction_id, ordinal, asset_id, debit_account_id, credit_account_id, amount)
        SELECT sequence[x.item], p_ordinal[x.posting], x.asset, x.debit, x.credit, x.pending
          FROM unnest(m_live, m_item, m_posting, m_asset, m_debit, m_credit, m_pending)
               AS x(live, item, posting, asset, debit, credit, pending)
         WHERE x.live AND x.pending > 0;
        INSERT INTO ledger_open_pending (transaction_id, expires_at)
        SELECT x.id, x.expires_at
          FROM unnest(item_live, sequence, p_kind, p_expires_at) AS x(live, id, kind, expires_at)
         WHERE x.live AND x.kind = 2;
        DELETE FROM ledger_open_pending
         WHERE transaction_id IN (
               SELECT x.target FROM unnest(item_live, item_target, p_kind) AS x(live, target, kind)
                WHERE x.live AND x.kind BETWEEN 3 AND 5);
        UPDATE ledger_reversed r
           SET reversed = r.reversed + x.amount
          FROM unnest(p_item, p_ordinal, p_amount) AS x(item, ordinal, amount)
         WHERE item_live[x.item] AND p_kind[x.item] = 6
           AND r.transaction_id = item_target[x.item] AND r.ordinal = x.ordinal;
    END IF;

    UPDATE ledger_account a
       SET debits_posted = a.debits_posted + moved.debits,
           credits_posted = a.credits_posted + moved.credits,
           debits_pending = a.debits_pending + moved.debits_pending,
           credits_pending = a.credits_pending + moved.credits_pending,
           version = a.version + moved.postings,
           last_booked_at = moment
      FROM (SELECT leg.account,
                   sum(leg.debit)::bigint AS debits, sum(leg.credit)::bigint AS credits,
                   sum(leg.debit_held)::bigint AS debits_pending,
                   sum(leg.credit_held)::bigint AS credits_pending,
                   count(*) FILTER (WHERE leg.debit + leg.credit > 0) AS postings
              FROM (SELECT x.account, x.posted AS debit, 0 AS credit,
                           x.pending AS debit_held, 0 AS credit_held
                      FROM unnest(m_live, m_debit, m_posted, m_pending, m_debit_balance)
                           AS x(live, account, posted, pending, balance)
                     WHERE x.live AND x.balance IS NOT NULL
                    UNION ALL
                    SELECT x.account, 0, x.posted, 0, x.pending
                      FROM unnest(m_live, m_credit, m_posted, m_pending, m_credit_balance)
                           AS x(live, account, posted, pending, balance)
                     WHERE x.live AND x.balance IS NOT NULL) AS leg
             GROUP BY leg.account) AS moved
     WHERE a.id = moved.account;

    INSERT INTO ledger_tail
           (account_id, debits, credits, debits_pending, credits_pending, postings)
    SELECT leg.account, sum(leg.debit), sum(leg.credit), sum(leg.debit_held), sum(leg.credit_held),
           count(*) FILTER (WHERE leg.debit + leg.credit > 0)
      FROM (SELECT x.account, x.posted AS debit, 0 AS credit,
                   x.pending AS debit_held, 0 AS credit_held
              FROM unnest(m_live, m_debit, m_posted, m_pending, m_debit_balance)
                   AS x(live, account, posted, pending, balance)
             WHERE x.live AND x.balance IS NULL
            UNION ALL
            SELECT x.account, 0, x.posted, 0, x.pending
              FROM unnest(m_live, m_credit, m_posted, m_pending, m_credit_balance)
                   AS x(live, account, posted, pending, balance)
             WHERE x.live AND x.balance IS NULL) AS leg
     GROUP BY leg.account;

    -- The caller knows its postings by their place, not the movements.
    SELECT array_agg(x.debit_balance ORDER BY x.posting), array_agg(x.credit_balance ORDER BY x.posting)
      INTO debit_balance, credit_balance
      FROM unnest(m_posting, m_debit_balance, m_credit_balance)
           AS x(posting, debit_balance, credit_balance)
     WHERE x.posting IS NOT NULL;
END $$;
