-- What others look up of accounts, many at a time, inside statements of their own: each is planned as
-- part of such a statement. `LIMIT` leaves the planner no other way than to look it up by its index.
CREATE OR REPLACE FUNCTION accounts_by_id(p_id uuid)
RETURNS TABLE (
    id uuid, number text, party_id uuid, product text, currency text, ledger_account_id uuid,
    status text, opened_at timestamptz, account_class smallint, dormant_since timestamptz,
    restrained boolean
)
LANGUAGE sql STABLE
AS $$
    SELECT a.id, a.number, a.party_id, a.product, a.currency, a.ledger_account_id, a.status,
           a.opened_at, a.account_class, a.dormant_since,
           EXISTS (SELECT FROM accounts_restraint r
                    WHERE r.account_id = a.id AND r.ended_at IS NULL)
      FROM accounts_account a WHERE a.id = p_id LIMIT 1
$$;

-- The account that a number reaches in a currency: of a wallet its pocket, or the first one there.
CREATE OR REPLACE FUNCTION accounts_by_number(p_number text, p_currency text)
RETURNS TABLE (
    id uuid, number text, party_id uuid, product text, currency text, ledger_account_id uuid,
    status text, opened_at timestamptz, account_class smallint, dormant_since timestamptz,
    restrained boolean
)
LANGUAGE sql STABLE
AS $$
    SELECT a.id, a.number, a.party_id, a.product, a.currency, a.ledger_account_id, a.status,
           a.opened_at, a.account_class, a.dormant_since,
           EXISTS (SELECT FROM accounts_restraint r
                    WHERE r.account_id = a.id AND r.ended_at IS NULL)
      FROM accounts_account a WHERE a.number = p_number
     ORDER BY a.currency = p_currency DESC, a.id LIMIT 1
$$;
