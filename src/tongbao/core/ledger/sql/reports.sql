-- Financial reports by effective date: totals per category, and per account with a code. Each is one
-- snapshot: daily totals up to where they are complete, and the postings they lack.

-- What was posted beyond the daily totals, a row per side of a posting.
CREATE OR REPLACE FUNCTION ledger_recent_legs()
RETURNS TABLE (account bigint, asset_id smallint, effective_on date, debit bigint, credit bigint)
LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT leg.account, p.asset_id, t.effective_on, leg.debit, leg.credit
      FROM ledger_posting p
      JOIN ledger_transaction t ON t.id = p.transaction_id
     CROSS JOIN LATERAL (VALUES (p.debit_account_id, p.amount, 0::bigint),
                                (p.credit_account_id, 0::bigint, p.amount)) AS leg(account, debit, credit)
     WHERE p.transaction_id > (SELECT ledger_days_through());
$$;

-- What all accounts of a category moved with effective dates in [p_from, p_on]; NULL `p_from`: from the
-- beginning. NULL `p_asset`: every asset.
CREATE OR REPLACE FUNCTION ledger_category_totals(p_from date, p_on date, p_asset smallint)
RETURNS TABLE (asset_id smallint, category text, debits numeric, credits numeric)
LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT x.asset_id, x.category, sum(x.debits), sum(x.credits)
      FROM (SELECT d.asset_id, d.category, d.debits, d.credits FROM ledger_category_day d
             WHERE (p_asset IS NULL OR d.asset_id = p_asset)
               AND (p_from IS NULL OR d.effective_on >= p_from) AND d.effective_on <= p_on
            UNION ALL
            SELECT l.asset_id, a.category, l.debit, l.credit
              FROM ledger_recent_legs() l JOIN ledger_account a ON a.id = l.account
             WHERE (p_asset IS NULL OR l.asset_id = p_asset)
               AND (p_from IS NULL OR l.effective_on >= p_from) AND l.effective_on <= p_on) AS x
     GROUP BY x.asset_id, x.category;
$$;

-- The same for each of the accounts given.
CREATE OR REPLACE FUNCTION ledger_account_totals(p_accounts bigint[], p_from date, p_on date)
RETURNS TABLE (account bigint, debits numeric, credits numeric)
LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT x.account, sum(x.debits), sum(x.credits)
      FROM (SELECT d.account_id AS account, d.debits, d.credits FROM ledger_day d
             WHERE d.account_id = ANY (p_accounts)
               AND (p_from IS NULL OR d.effective_on >= p_from) AND d.effective_on <= p_on
            UNION ALL
            SELECT l.account, l.debit, l.credit FROM ledger_recent_legs() l
             WHERE l.account = ANY (p_accounts)
               AND (p_from IS NULL OR l.effective_on >= p_from) AND l.effective_on <= p_on) AS x
     GROUP BY x.account;
$$;
