-- The only writer of transactions, postings, holds and counters.
--
-- One call books a batch. Items are judged in order, each as if the accepted ones before it had
-- been booked already; an item is booked whole or refused whole, and a refused one leaves no trace.
-- An account's limit holds after each transaction, not between the postings of one.
-- Work is done in sets: a batch of one and a batch of a thousand run the same few statements.
--
-- Tables are reached by index only: the settings below keep a plan made while the tables were
-- empty from being used when they are full.
DROP FUNCTION IF EXISTS ledger_post(uuid[], bytea[], text[], date[], text[], jsonb[], uuid[],
    integer[], smallint[], uuid[], uuid[], text[], bigint[], timestamptz);

CREATE OR REPLACE FUNCTION ledger_post(
    -- per item
    p_uid uuid[], p_hash bytea[], p_kind text[], p_type text[], p_effective_on date[],
    p_reference text[], p_metadata jsonb[], p_correlation_id uuid[],
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
    item_target bigint[];     -- per item: what p_target is inside, or NULL
    has_targets CONSTANT boolean := p_target <> array_fill(NULL::uuid, ARRAY[cardinality(p_uid)]);
    -- Movements, in order: what an item releases, then what it posts or holds.
    m_item integer[];
    m_posting integer[];      -- which posting of the batch; NULL for a release
    m_ordinal smallint[];
    m_asset smallint[];
    m_debit bigint[];
    m_credit bigint[];
    m_posted bigint[];
    m_pending bigint[];       -- negative for a release
    m_fault text[];           -- why it cannot be booked whatever the balances
    m_live boolean[];
    d_balance bigint[]; d_version bigint[]; c_balance bigint[]; c_version bigint[];
    m_overflow boolean[];
    faulty boolean;
    overdrawn boolean;
    leg_slot integer[];       -- per leg (two a movement): the room it draws on
    leg_delta bigint[];
    leg_room numeric[];
    room numeric[];
    first integer;            -- movements of one item: first .. last
    last integer;
    short integer;
    k integer;
    booked_at timestamptz;
BEGIN
    -- Was this id booked before? A twin racing us is caught by the unique index at insertion.
    SELECT array_agg(CASE WHEN t.id IS NULL THEN NULL
                          WHEN t.content_hash = x.hash THEN 'duplicate'
                          ELSE 'id_reused' END ORDER BY x.n),
           array_agg(coalesce(t.id, 0) ORDER BY x.n),
           array_agg(NULL::integer), array_agg(NULL::bigint), array_agg(NULL::bigint)
      INTO refusal, sequence, refused_posting, available, item_target
      FROM unnest(p_uid, p_hash) WITH ORDINALITY AS x(uid, hash, n)
      LEFT JOIN ledger_transaction t ON t.uid = x.uid;

    -- Periods close under the same lock, exclusively: none closes while we book into it.
    PERFORM pg_advisory_xact_lock_shared(hashtext('ledger_period'));
    IF EXISTS (SELECT FROM ledger_period p WHERE p.closed_at IS NOT NULL) THEN
        SELECT array_agg(CASE WHEN x.refusal IS NULL AND EXISTS (
                   SELECT FROM ledger_period p WHERE p.closed_at IS NOT NULL
                      AND x.effective_on >= p.starts_on AND x.effective_on < p.ends_on)
               THEN 'period_closed' ELSE x.refusal END ORDER BY x.n)
          INTO refusal
          FROM unnest(refusal, p_effective_on) WITH ORDINALITY AS x(refusal, effective_on, n);
    END IF;

    IF has_targets THEN
        -- Whoever resolves or reverses waits here for whoever is at the same one.
        PERFORM FROM ledger_open_pending o
          WHERE o.transaction_id IN (SELECT t.id FROM ledger_transaction t WHERE t.uid = ANY (p_target))
          ORDER BY o.transaction_id FOR UPDATE;
        INSERT INTO ledger_reversed (transaction_id, ordinal, amount, reversed)
        SELECT p.transaction_id, p.ordinal, p.amount, 0
          FROM unnest(p_kind, p_target) AS x(kind, target)
          JOIN ledger_transaction t ON t.uid = x.target AND t.kind IN ('posted', 'capture')
          JOIN ledger_posting p ON p.transaction_id = t.id
         WHERE x.kind = 'reversal'
         ORDER BY p.transaction_id, p.ordinal
            ON CONFLICT DO NOTHING;
        PERFORM FROM ledger_reversed r
          WHERE r.transaction_id IN (SELECT t.id FROM ledger_transaction t WHERE t.uid = ANY (p_target))
          ORDER BY r.transaction_id, r.ordinal FOR UPDATE;
        SELECT array_agg(t.id ORDER BY x.n),
               array_agg(CASE
                   WHEN x.refusal IS NOT NULL OR x.target IS NULL THEN x.refusal
                   WHEN t.id IS NULL THEN 'unknown_target'
                   WHEN x.kind = 'reversal' AND t.kind NOT IN ('posted', 'capture') THEN 'not_reversible'
                   WHEN x.kind = 'reversal' THEN NULL
                   WHEN t.kind <> 'pending' THEN 'not_pending'
                   WHEN o.transaction_id IS NULL THEN 'already_resolved'
                   WHEN x.kind = 'expiry' AND (o.expires_at IS NULL OR o.expires_at > ledger_now())
                       THEN 'not_expired'
                   WHEN x.kind <> 'expiry' AND o.expires_at <= ledger_now() THEN 'pending_expired'
               END ORDER BY x.n)
          INTO item_target, refusal
          FROM unnest(p_target, p_kind, refusal) WITH ORDINALITY AS x(target, kind, refusal, n)
          LEFT JOIN ledger_transaction t ON t.uid = x.target
          LEFT JOIN ledger_open_pending o ON o.transaction_id = t.id;
    END IF;

    SELECT array_agg(CASE WHEN x.refusal IS NULL AND x.kind = 'pending' AND x.expires_at <= ledger_now()
                          THEN 'expires_in_past' ELSE x.refusal END ORDER BY x.n)
      INTO refusal
      FROM unnest(refusal, p_kind, p_expires_at) WITH ORDINALITY AS x(refusal, kind, expires_at, n);

    -- What the items move, and the faults that no balance can mend.
    SELECT array_agg(m.item ORDER BY m.item, m.n), array_agg(m.n ORDER BY m.item, m.n),
           array_agg(m.ordinal ORDER BY m.item, m.n), array_agg(m.asset_id ORDER BY m.item, m.n),
           array_agg(m.debit ORDER BY m.item, m.n), array_agg(m.credit ORDER BY m.item, m.n),
           array_agg(m.posted ORDER BY m.item, m.n), array_agg(m.pending ORDER BY m.item, m.n),
           array_agg(m.fault ORDER BY m.item, m.n)
      INTO m_item, m_posting, m_ordinal, m_asset, m_debit, m_credit, m_posted, m_pending, m_fault
      FROM (
        SELECT x.item, x.n::integer AS n, x.ordinal, s.id AS asset_id, d.id AS debit, c.id AS credit,
               CASE WHEN p_kind[x.item] = 'pending' THEN 0 ELSE x.amount END AS posted,
               CASE WHEN p_kind[x.item] = 'pending' THEN x.amount ELSE 0 END AS pending,
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
                    WHEN p_kind[x.item] = 'capture' AND NOT EXISTS (
                        SELECT FROM ledger_hold h
                         WHERE h.transaction_id = item_target[x.item] AND h.ordinal = x.ordinal
                           AND h.debit_account_id = d.id AND h.credit_account_id = c.id
                           AND h.amount >= x.amount) THEN 'capture_exceeds_hold'
                    WHEN p_kind[x.item] = 'reversal' AND NOT EXISTS (
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
        SELECT x.item, NULL, h.ordinal, h.asset_id, h.debit_account_id, h.credit_account_id,
               0, -h.amount, NULL
          FROM unnest(item_target, p_kind) WITH ORDINALITY AS x(target, kind, item)
          JOIN ledger_hold h ON h.transaction_id = x.target
         WHERE has_targets AND x.kind IN ('capture', 'void', 'expiry')
      ) AS m(item, n, ordinal, asset_id, debit, credit, posted, pending, fault);
    -- In order, releases (NULL) stand after the postings of their item, which makes no difference:
    -- limits are looked at when an item ends.

    FOR k IN 1 .. coalesce(cardinality(m_item), 0) LOOP
        IF m_fault[k] IS NOT NULL AND refusal[m_item[k]] IS NULL THEN
            refusal[m_item[k]] := m_fault[k];
            refused_posting[m_item[k]] := m_posting[k];
        END IF;
    END LOOP;
    RETURN;
END $$;
