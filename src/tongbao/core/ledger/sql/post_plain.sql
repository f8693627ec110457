-- The sum of 64-bit integers as one of them. PostgreSQL's own sum() of them is a `numeric`, which
-- costs several times as much; here an overflow is an error.
CREATE OR REPLACE AGGREGATE ledger_sum(bigint) (
    SFUNC = int8pl, STYPE = bigint, INITCOND = '0', PARALLEL = SAFE
);

-- The short way of `ledger_post` for the usual batch: transactions that are posted at once, all new,
-- on accounts that are all active and have the funds. Anything unusual raises one of the errors that
-- `ledger_post` catches: nothing is booked then, and the long way finds out what it is.
--
-- What each posting does to its accounts is summed up before any account is looked at. Then one
-- UPDATE finds, locks, checks and changes them; what they were before makes the balances after.
-- Called by `ledger_post` alone, whose settings hold here too.
CREATE OR REPLACE FUNCTION ledger_post_plain(
    p_uid uuid[], p_hash bytea[], p_type text[], p_effective_on date[], p_reference text[],
    p_metadata jsonb[], p_correlation_id uuid[],
    p_item integer[], p_ordinal smallint[], p_debit uuid[], p_credit uuid[],
    p_asset text[], p_amount bigint[],
    p_booked_at timestamptz,
    OUT sequence bigint[], OUT debit_balance bigint[], OUT credit_balance bigint[]
)
LANGUAGE plpgsql
AS $$
#variable_conflict use_column
DECLARE
    asset_ids smallint[];       -- per posting
    -- Per leg: posting n has legs 2n-1 (debit) and 2n (credit).
    leg_slot integer[];         -- its account's place in the arrays below, which are in uid order
    leg_net bigint[];           -- debits less credits of its account in this batch, so far
    leg_version bigint[];       -- number of its account's postings in this batch, so far
    -- Per account.
    uids uuid[];
    debits bigint[];
    credits bigint[];
    postings bigint[];
    net_min bigint[];           -- debits less credits after the transaction where they are lowest
    net_max bigint[];
    ids bigint[];
    signs smallint[];           -- 1 where a debit raises the balance, else -1
    assets smallint[];
    balances bigint[];          -- before the batch; NULL where there is no limit
    versions bigint[];
    sound boolean;
    moment timestamptz;
    announced bigint;
BEGIN
    IF p_asset[1] = ALL (p_asset) THEN
        SELECT array_fill(s.id, ARRAY[cardinality(p_asset)]) INTO asset_ids
          FROM ledger_asset s WHERE s.code = p_asset[1];
    ELSE
        SELECT array_agg(s.id ORDER BY x.n) INTO asset_ids
          FROM (SELECT unnest(p_asset) AS code, generate_series(1, cardinality(p_asset)) AS n) AS x
          LEFT JOIN ledger_asset s ON s.code = x.code;
    END IF;

    WITH running AS MATERIALIZED (
        SELECT n, uid, net, dense_rank() OVER (ORDER BY uid)::integer AS slot,
               row_number() OVER w AS version,
               ledger_sum(net) OVER w AS net_so_far,
               lead(item) OVER w IS DISTINCT FROM item AS ends_item
          FROM (SELECT 2 * n - 1 AS n, item, uid, amount AS net
                  FROM (SELECT unnest(p_item) AS item, unnest(p_debit) AS uid,
                               unnest(p_amount) AS amount,
                               generate_series(1, cardinality(p_item)) AS n) AS u
                UNION ALL
                SELECT 2 * n, item, uid, -amount
                  FROM (SELECT unnest(p_item) AS item, unnest(p_credit) AS uid,
                               unnest(p_amount) AS amount,
                               generate_series(1, cardinality(p_item)) AS n) AS u) AS leg
        WINDOW w AS (PARTITION BY uid ORDER BY n ROWS UNBOUNDED PRECEDING)
    ), legs AS (
        SELECT array_agg(slot) AS slots, array_agg(net_so_far) AS nets,
               array_agg(version) AS versions
          FROM (SELECT slot, net_so_far, version FROM running ORDER BY n) AS leg
    ), accounts AS (
        SELECT array_agg(uid) AS uids, array_agg(debits) AS debits, array_agg(credits) AS credits,
               array_agg(postings) AS postings, array_agg(net_min) AS net_min,
               array_agg(net_max) AS net_max
          FROM (SELECT slot, uid,
                       ledger_sum(greatest(net, 0)) AS debits,
                       ledger_sum(greatest(-net, 0)) AS credits, count(*) AS postings,
                       min(net_so_far) FILTER (WHERE ends_item) AS net_min,
                       max(net_so_far) FILTER (WHERE ends_item) AS net_max
                  FROM running GROUP BY slot, uid ORDER BY slot) AS account
    )
    SELECT legs.slots, legs.nets, legs.versions, accounts.uids, accounts.debits,
           accounts.credits, accounts.postings, accounts.net_min, accounts.net_max
      INTO leg_slot, leg_net, leg_version, uids, debits, credits, postings, net_min, net_max
      FROM legs, accounts;

    -- In uid order, as everybody locks. `= ANY (ARRAY[...])` is `=`, but leaves the planner no other
    -- way than to look the accounts up one by one, in the order of the arrays. Naming the category
    -- keeps PostgreSQL from preparing to compute `debit_normal` once more for each row.
    WITH changed AS (
        UPDATE ledger_account a
           SET debits_posted = a.debits_posted + m.debits,
               credits_posted = a.credits_posted + m.credits,
               version = a.version + m.postings,
               last_booked_at = greatest(a.last_booked_at, p_booked_at),
               category = a.category
          FROM (SELECT unnest(uids) AS uid, unnest(debits) AS debits, unnest(credits) AS credits,
                       unnest(postings) AS postings, unnest(net_min) AS net_min,
                       unnest(net_max) AS net_max, generate_series(1, cardinality(uids)) AS slot) AS m
         WHERE a.uid = ANY (ARRAY[m.uid]) AND a.overdraft IS NOT NULL
        RETURNING m.slot, a.id, a.asset_id, a.debit_normal, a.version - m.postings AS version,
                  a.last_booked_at, a.status, a.overdraft,
                  CASE WHEN a.debit_normal
                       THEN (a.debits_posted - m.debits) - (a.credits_posted - m.credits)
                       ELSE (a.credits_posted - m.credits) - (a.debits_posted - m.debits)
                       END AS balance,
                  CASE WHEN a.debit_normal THEN m.net_min - a.credits_pending
                       ELSE - m.net_max - a.debits_pending END AS least
    ), both_kinds AS (
        SELECT slot, id, asset_id, debit_normal, version, last_booked_at, balance,
               status = 'active' AND balance + least + overdraft >= 0 AS sound
          FROM changed
        UNION ALL
        SELECT m.slot, a.id, a.asset_id, a.debit_normal, NULL, NULL, NULL, a.status = 'active'
          FROM (SELECT unnest(uids) AS uid, generate_series(1, cardinality(uids)) AS slot) AS m
          JOIN ledger_account a ON a.uid = ANY (ARRAY[m.uid]) AND a.overdraft IS NULL
         WHERE (SELECT count(*) FROM changed) < cardinality(uids)
           AND m.slot NOT IN (SELECT slot FROM changed)
    )
    SELECT bool_and(sound) AND count(*) = cardinality(uids),
           array_agg(id), array_agg(asset_id),
           array_agg(CASE WHEN debit_normal THEN 1 ELSE -1 END), array_agg(balance),
           array_agg(version), greatest(max(last_booked_at), p_booked_at)
      INTO sound, ids, assets, signs, balances, versions, moment
      FROM (SELECT * FROM both_kinds ORDER BY slot) AS account;
    IF sound IS NOT TRUE THEN
        RAISE check_violation;
    END IF;
    IF moment > p_booked_at THEN  -- another process's clock is ahead of ours
        UPDATE ledger_account a SET last_booked_at = moment, category = a.category
          FROM (SELECT unnest(uids) AS uid) AS m
         WHERE a.uid = ANY (ARRAY[m.uid]) AND a.overdraft IS NOT NULL;
    END IF;

    announced := ledger_announce();
    WITH inserted AS (
        INSERT INTO ledger_transaction
               (id, uid, content_hash, kind, type, effective_on, booked_at, correlation_id,
                reference, metadata)
        SELECT nextval('ledger_transaction_id_seq'), x.uid, x.hash, 'posted', x.type, x.effective_on,
               moment, x.correlation_id, x.reference, x.metadata
          FROM (SELECT unnest(p_uid) AS uid, unnest(p_hash) AS hash, unnest(p_type) AS type,
                       unnest(p_effective_on) AS effective_on,
                       unnest(p_correlation_id) AS correlation_id, unnest(p_reference) AS reference,
                       unnest(p_metadata) AS metadata) AS x
        RETURNING id
    )
    SELECT array_agg(inserted.id) INTO sequence FROM inserted;

    WITH inserted AS (
        INSERT INTO ledger_posting
               (transaction_id, ordinal, asset_id, debit_account_id, credit_account_id, amount,
                debit_balance, debit_version, credit_balance, credit_version)
        SELECT sequence[x.item], x.ordinal,
               -- Of another asset than an account: NULL, which is refused.
               CASE WHEN x.asset_id = assets[x.debit] AND x.asset_id = assets[x.credit]
                    THEN x.asset_id END,
               ids[x.debit], ids[x.credit], x.amount,
               balances[x.debit] + signs[x.debit] * x.debit_net,
               versions[x.debit] + x.debit_version,
               balances[x.credit] + signs[x.credit] * x.credit_net,
               versions[x.credit] + x.credit_version
          FROM (SELECT item, ordinal, asset_id, amount,
                       leg_slot[2 * n - 1] AS debit, leg_slot[2 * n] AS credit,
                       leg_net[2 * n - 1] AS debit_net, leg_net[2 * n] AS credit_net,
                       leg_version[2 * n - 1] AS debit_version, leg_version[2 * n] AS credit_version
                  FROM (SELECT unnest(p_item) AS item, unnest(p_ordinal) AS ordinal,
                               unnest(asset_ids) AS asset_id, unnest(p_amount) AS amount,
                               generate_series(1, cardinality(p_item)) AS n) AS u) AS x
        RETURNING debit_balance, credit_balance
    )
    SELECT array_agg(inserted.debit_balance), array_agg(inserted.credit_balance)
      INTO debit_balance, credit_balance FROM inserted;

    IF array_position(versions, NULL) IS NOT NULL THEN
        INSERT INTO ledger_tail
               (account_id, debits, credits, debits_pending, credits_pending, postings)
        SELECT m.id, m.debits, m.credits, 0, 0, m.postings
          FROM (SELECT unnest(ids) AS id, unnest(versions) AS version, unnest(debits) AS debits,
                       unnest(credits) AS credits, unnest(postings) AS postings) AS m
         WHERE m.version IS NULL;
    END IF;
END $$;
