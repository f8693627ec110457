-- What nobody may do, whatever their rights: change or remove what was booked.
CREATE OR REPLACE FUNCTION ledger_refuse_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE OR REPLACE TRIGGER ledger_transaction_append_only BEFORE UPDATE OR DELETE ON ledger_transaction
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE OR REPLACE TRIGGER ledger_transaction_no_truncate BEFORE TRUNCATE ON ledger_transaction
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE OR REPLACE TRIGGER ledger_posting_append_only BEFORE UPDATE OR DELETE ON ledger_posting
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE OR REPLACE TRIGGER ledger_posting_no_truncate BEFORE TRUNCATE ON ledger_posting
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE OR REPLACE TRIGGER ledger_hold_append_only BEFORE UPDATE OR DELETE ON ledger_hold
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE OR REPLACE TRIGGER ledger_hold_no_truncate BEFORE TRUNCATE ON ledger_hold
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE OR REPLACE TRIGGER ledger_account_no_delete BEFORE DELETE ON ledger_account
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE OR REPLACE TRIGGER ledger_account_no_truncate BEFORE TRUNCATE ON ledger_account
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();

-- An asset is what every amount is counted in: another scale would change them all.
CREATE OR REPLACE TRIGGER ledger_asset_append_only BEFORE UPDATE OR DELETE ON ledger_asset
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE OR REPLACE TRIGGER ledger_asset_no_truncate BEFORE TRUNCATE ON ledger_asset
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();

-- A closed account stays closed. Booking changes no status, so it never gets here. AFTER, because a
-- trigger BEFORE would have every booking lock each account's row once more before changing it.
CREATE OR REPLACE FUNCTION ledger_refuse_resurrection() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a closed account stays closed' USING ERRCODE = 'integrity_constraint_violation';
END $$;
DROP TRIGGER IF EXISTS ledger_account_stays_closed ON ledger_account;
CREATE TRIGGER ledger_account_stays_closed AFTER UPDATE OF status ON ledger_account
    FOR EACH ROW WHEN (OLD.status = 'closed' AND NEW.status <> 'closed')
    EXECUTE FUNCTION ledger_refuse_resurrection();

-- A closed period stays closed, and as it is.
CREATE OR REPLACE FUNCTION ledger_refuse_reopening() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.closed_at IS NOT NULL THEN
        RAISE EXCEPTION 'a closed period stays closed' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE OR REPLACE TRIGGER ledger_period_stays_closed BEFORE UPDATE OR DELETE ON ledger_period
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_reopening();
CREATE OR REPLACE TRIGGER ledger_period_no_truncate BEFORE TRUNCATE ON ledger_period
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();

-- The application's role reads, opens accounts with zero counters, changes a status, declares
-- periods, and books through the functions. It cannot write a counter, a transaction, a posting or
-- a hold, nor the lists derived from them.
REVOKE ALL ON ledger_asset, ledger_account, ledger_transaction, ledger_posting, ledger_tail,
    ledger_hold, ledger_open_pending, ledger_reversed, ledger_period FROM PUBLIC, tongbao_app;
GRANT SELECT ON ledger_asset, ledger_account, ledger_transaction, ledger_posting, ledger_tail,
    ledger_hold, ledger_open_pending, ledger_reversed, ledger_period TO tongbao_app;
GRANT INSERT (code, symbol, scale) ON ledger_asset TO tongbao_app;
GRANT INSERT (uid, code, name, category, asset_id, overdraft, opened_at) ON ledger_account TO tongbao_app;
GRANT UPDATE (status, name, withheld) ON ledger_account TO tongbao_app;
GRANT INSERT (starts_on, ends_on) ON ledger_period TO tongbao_app;

REVOKE ALL ON FUNCTION ledger_post, ledger_post_plain, ledger_post_any, ledger_check_batch,
    ledger_roll_up, ledger_close_period FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger_post, ledger_roll_up, ledger_close_period TO tongbao_app;
