-- Interest by the day in pieces, hundred-millionths of a minor unit: the arithmetic of `lib.interest`
-- for whole sets of accounts. Integers only; `tests/properties/test_demand_interest.py` compares both.

-- What a balance at the start of each tier earns in a year, in trillionths of a minor unit. Within its
-- tier a balance earns that and the tier's rate on what lies above the start, in either mode.
CREATE OR REPLACE FUNCTION accounts_tier_bases(p_from bigint[], p_rate bigint[], p_mode text)
RETURNS numeric[]
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT array_agg(CASE WHEN p_mode = 'whole' THEN x.start::numeric * x.rate
                          ELSE x.before END ORDER BY x.place)
      FROM (SELECT t.place, t.start, t.rate,
                   coalesce(sum((t.stop - t.start)::numeric * t.rate) OVER (
                       ORDER BY t.place ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before
              FROM (SELECT u.place, u.start, u.rate, lead(u.start) OVER (ORDER BY u.place) AS stop
                      FROM unnest(p_from, p_rate) WITH ORDINALITY AS u(start, rate, place)) AS t) AS x;
$$;

-- A year of this day has so many days; times ten thousand it is what trillionths a year are divided by
-- to be pieces a day.
CREATE OR REPLACE FUNCTION accounts_day_divisor(p_day_count text, p_day date) RETURNS bigint
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, public, pg_temp
RETURN 10000::bigint * CASE p_day_count
    WHEN 'act/360' THEN 360
    WHEN 'act/365' THEN 365
    ELSE make_date(extract(year FROM p_day)::integer + 1, 1, 1)
         - make_date(extract(year FROM p_day)::integer, 1, 1) END;

-- The pieces of one day, rounded half up; `p_tier` is the tier that the balance has reached.
CREATE OR REPLACE FUNCTION accounts_day_pieces(
    p_balance bigint, p_tier integer, p_from bigint[], p_rate bigint[], p_base numeric[], p_divisor bigint
) RETURNS numeric
LANGUAGE sql IMMUTABLE
RETURN CASE WHEN p_balance > 0
    THEN div(2 * (p_base[p_tier] + (p_balance - p_from[p_tier])::numeric * p_rate[p_tier]) + p_divisor,
             2 * p_divisor)
    ELSE 0 END;

-- What each product earns on a day, ready to reckon with; a product without rates is not among them.
CREATE OR REPLACE FUNCTION accounts_rates_on(p_day date)
RETURNS TABLE (product text, currency text, starts bigint[], rates bigint[], bases numeric[], divisor bigint)
LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT DISTINCT ON (r.product, r.currency)
           r.product, r.currency, r.from_minor, r.annual_rate,
           accounts_tier_bases(r.from_minor, r.annual_rate, r.mode),
           accounts_day_divisor(r.day_count, p_day)
      FROM accounts_rate r
     WHERE r.valid_from <= p_day
     ORDER BY r.product, r.currency, r.valid_from DESC, r.id DESC;
$$;

-- Add to what is owed of a currency, in pieces.
CREATE OR REPLACE FUNCTION accounts_add_to_total(p_currency text, p_pieces numeric) RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, public, pg_temp
AS $$
    INSERT INTO accounts_interest_total AS t (currency, accrued, payable)
    VALUES (p_currency, p_pieces, 0)
        ON CONFLICT (currency) DO UPDATE SET accrued = t.accrued + excluded.accrued;
$$;

-- Let the next accounts in the order of their ledger accounts earn the day `p_day`; returns how many
-- there were and the last of them (NULL: there is none left).
CREATE OR REPLACE FUNCTION accounts_accrue(
    p_after uuid, p_accounts_max integer, p_day date, p_through bigint, p_recent bigint,
    OUT accounts bigint, OUT last uuid
)
LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp
SET jit = off
AS $$
DECLARE
    sums record;
BEGIN
    accounts := 0;
    SELECT x.id INTO last
      FROM (SELECT b.ledger_account_id AS id FROM accounts_account b
             WHERE b.ledger_account_id > p_after
             ORDER BY b.ledger_account_id LIMIT p_accounts_max) AS x
     ORDER BY x.id DESC LIMIT 1;
    IF last IS NULL THEN
        RETURN;
    END IF;
    FOR sums IN
        WITH earned AS MATERIALIZED (
            SELECT b.id, b.currency,
                   accounts_day_pieces(e.balance, e.tier, e.starts, e.rates, e.bases, e.divisor) AS pieces
              FROM (SELECT d.uid, d.balance FROM ledger_day_ends(p_after, last, p_day, p_through, p_recent) d
                    OFFSET 0) AS ends
              JOIN accounts_account b ON b.ledger_account_id = ends.uid
              JOIN accounts_rates_on(p_day) r ON r.product = b.product AND r.currency = b.currency
             CROSS JOIN LATERAL (SELECT ends.balance, width_bucket(ends.balance, r.starts) AS tier,
                                        r.starts, r.rates, r.bases, r.divisor OFFSET 0) AS e
             WHERE b.ledger_account_id > p_after AND b.ledger_account_id <= last
               AND b.status <> 'closed'
        ), kept AS (
            INSERT INTO accounts_interest AS i (account_id, through, accrued, last_pieces)
            SELECT earned.id, p_day, earned.pieces, earned.pieces FROM earned
                ON CONFLICT (account_id) DO UPDATE
               SET accrued = i.accrued + excluded.accrued, last_pieces = excluded.last_pieces,
                   through = excluded.through
             WHERE i.settled_on IS NULL AND i.through < excluded.through
            RETURNING i.account_id, i.last_pieces
        )
        SELECT earned.currency, sum(kept.last_pieces) AS pieces, count(*) AS accounts
          FROM kept JOIN earned ON earned.id = kept.account_id
         GROUP BY earned.currency ORDER BY earned.currency
    LOOP
        PERFORM accounts_add_to_total(sums.currency, sums.pieces);
        accounts := accounts + sums.accounts;
    END LOOP;
END $$;

-- What postings change about days that have earned already: postings numbered in (p_after, p_through]
-- with an effective date before `p_day`, and not before `p_first`, the first day that ever earned.
CREATE OR REPLACE FUNCTION accounts_correct(
    p_after bigint, p_through bigint, p_first date, p_day date
) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp
SET jit = off
AS $$
DECLARE
    uids uuid[];
    since date[];
    sums record;
    corrected bigint := 0;
BEGIN
    SELECT array_agg(l.uid ORDER BY l.uid), array_agg(greatest(l.first_on, p_first) ORDER BY l.uid)
      INTO uids, since
      FROM ledger_late(p_after, p_through, p_day) l
      JOIN accounts_account b ON b.ledger_account_id = l.uid;
    IF uids IS NULL THEN
        RETURN 0;
    END IF;
    FOR sums IN
        WITH difference AS MATERIALIZED (
            SELECT b.id, b.currency,
                   sum(accounts_pieces_of(b.product, b.currency, d.on_day, d.balance_after)
                       - accounts_pieces_of(b.product, b.currency, d.on_day, d.balance_before)) AS pieces
              FROM ledger_day_balances(uids, since, p_day - 1, p_after, p_through) d
              JOIN accounts_account b ON b.ledger_account_id = d.uid
             GROUP BY b.id, b.currency
        ), kept AS (
            INSERT INTO accounts_interest AS i (account_id, through, accrued, last_pieces)
            SELECT x.id, p_day - 1, x.pieces, 0 FROM difference x WHERE x.pieces <> 0 ORDER BY x.id
                ON CONFLICT (account_id) DO UPDATE SET accrued = i.accrued + excluded.accrued
             WHERE i.settled_on IS NULL
            RETURNING i.account_id
        )
        SELECT x.currency, sum(x.pieces) AS pieces, count(*) AS accounts
          FROM kept JOIN difference x ON x.id = kept.account_id
         GROUP BY x.currency ORDER BY x.currency
    LOOP
        PERFORM accounts_add_to_total(sums.currency, sums.pieces);
        corrected := corrected + sums.accounts;
    END LOOP;
    RETURN corrected;
END $$;

-- The pieces a balance of a product earns on a day, by the rates of that day; 0 where there are none.
CREATE OR REPLACE FUNCTION accounts_pieces_of(
    p_product text, p_currency text, p_day date, p_balance bigint
) RETURNS numeric
LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp
RETURN coalesce((
    SELECT accounts_day_pieces(p_balance, width_bucket(p_balance, r.from_minor), r.from_minor,
                               r.annual_rate,
                               accounts_tier_bases(r.from_minor, r.annual_rate, r.mode),
                               accounts_day_divisor(r.day_count, p_day))
      FROM accounts_rate r
     WHERE r.product = p_product AND r.currency = p_currency AND r.valid_from <= p_day
     ORDER BY r.valid_from DESC, r.id DESC LIMIT 1), 0);

-- What an account has earned beyond what is on its row: the days after `p_through` before `p_on`, and
-- corrections of the days up to it by postings numbered above `p_known`.
CREATE OR REPLACE FUNCTION accounts_unaccrued(
    p_account uuid, p_first date, p_through date, p_on date, p_known bigint
) RETURNS numeric
LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT coalesce(sum(
               accounts_pieces_of(b.product, b.currency, d.on_day, d.balance_after)
               - CASE WHEN d.on_day > p_through THEN 0
                      ELSE accounts_pieces_of(b.product, b.currency, d.on_day, d.balance_before) END), 0)
      FROM accounts_account b
     CROSS JOIN LATERAL ledger_day_balances(
               ARRAY[b.ledger_account_id],
               ARRAY[least(p_through + 1,
                           greatest(ledger_late_of(b.ledger_account_id, p_known, p_on), p_first))],
               p_on - 1, p_known, 9223372036854775807) d
     WHERE b.id = p_account;
$$;

-- Credit what fell due to the next accounts of a currency, in the order of their ledger accounts; with
-- `p_all` whole minor units of all that was earned fall due today, otherwise only what fell due
-- before and could not be credited. An account that may not receive now keeps it as due.
CREATE OR REPLACE FUNCTION accounts_capitalise(
    p_currency text, p_payable uuid, p_after uuid, p_accounts_max integer, p_all boolean, p_type text,
    p_value date, p_at timestamptz,
    OUT accounts bigint, OUT last uuid, OUT paid bigint
)
LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
SET jit = off
AS $$
DECLARE
    amount_max CONSTANT bigint := 900000000000000;
    minor CONSTANT numeric := 100000000;  -- pieces
    owners uuid[];
    receivers uuid[];
    amounts bigint[];
    booked bigint[];
BEGIN
    IF p_all THEN
        SELECT array_agg(x.receiver ORDER BY x.receiver) INTO receivers
          FROM (SELECT b.ledger_account_id AS receiver
                  FROM accounts_account b JOIN accounts_interest i ON i.account_id = b.id
                 WHERE b.ledger_account_id > p_after AND b.currency = p_currency AND i.accrued >= minor
                 ORDER BY b.ledger_account_id LIMIT p_accounts_max) AS x;
    ELSE
        SELECT array_agg(x.receiver ORDER BY x.receiver) INTO receivers
          FROM (SELECT b.ledger_account_id AS receiver
                  FROM accounts_interest i JOIN accounts_account b ON b.id = i.account_id
                 WHERE i.due > 0 AND b.ledger_account_id > p_after AND b.currency = p_currency
                 ORDER BY b.ledger_account_id LIMIT p_accounts_max) AS x;
    END IF;
    last := receivers[cardinality(receivers)];

    -- First the accounts in the ledger, then what they have earned: so does an account that closes.
    PERFORM FROM unnest(receivers) AS r(uid) JOIN ledger_account a ON a.uid = ANY (ARRAY[r.uid])
      FOR NO KEY UPDATE OF a;
    SELECT array_agg(x.account_id ORDER BY x.receiver), array_agg(x.receiver ORDER BY x.receiver),
           array_agg(x.amount ORDER BY x.receiver)
      INTO owners, receivers, amounts
      FROM (SELECT i.account_id, b.ledger_account_id AS receiver,
                   least(div(i.accrued, minor), CASE WHEN p_all THEN amount_max ELSE i.due END,
                         amount_max)::bigint AS amount
              FROM unnest(receivers) AS r(uid)
              JOIN accounts_account b ON b.ledger_account_id = ANY (ARRAY[r.uid])
              JOIN accounts_interest i ON i.account_id = b.id
             WHERE i.accrued >= minor AND (p_all OR i.due > 0) AND i.settled_on IS NULL
               FOR NO KEY UPDATE OF i) AS x;
    accounts := 0;
    paid := 0;
    IF receivers IS NULL THEN
        RETURN;
    END IF;
    SELECT c.sequence INTO booked
      FROM ledger_credit_many(p_payable, receivers, amounts, p_type, p_value, p_at) AS c;
    WITH done AS (
        UPDATE accounts_interest i
           SET accrued = i.accrued - CASE WHEN x.number IS NULL THEN 0 ELSE x.amount * minor END,
               due = CASE WHEN x.number IS NOT NULL THEN CASE WHEN p_all THEN 0 ELSE i.due - x.amount END
                          WHEN p_all THEN x.amount ELSE i.due END
          FROM unnest(owners, amounts, booked) AS x(id, amount, number)
         WHERE i.account_id = ANY (ARRAY[x.id])
        RETURNING CASE WHEN x.number IS NULL THEN 0 ELSE x.amount END AS amount
    )
    SELECT count(*) FILTER (WHERE done.amount > 0), coalesce(sum(done.amount), 0)
      INTO accounts, paid FROM done;
    UPDATE accounts_interest_total t
       SET accrued = t.accrued - paid * minor, payable = t.payable - paid
     WHERE t.currency = p_currency;
END $$;
