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
CREATE OR REPLACE TRIGGER ledger_account_no_delete BEFORE DELETE ON ledger_account
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE OR REPLACE TRIGGER ledger_account_no_truncate BEFORE TRUNCATE ON ledger_account
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();

-- The application's role reads, opens accounts with zero counters, changes a status, and books
-- through the function. It cannot write a counter, a transaction or a posting.
REVOKE ALL ON ledger_asset, ledger_account, ledger_transaction, ledger_posting, ledger_tail
    FROM PUBLIC, tongbao_app;
GRANT SELECT ON ledger_asset, ledger_account, ledger_transaction, ledger_posting, ledger_tail
    TO tongbao_app;
GRANT INSERT (code, symbol, scale) ON ledger_asset TO tongbao_app;
GRANT INSERT (uid, code, name, category, asset_id, overdraft, opened_at) ON ledger_account TO tongbao_app;
GRANT UPDATE (status, name) ON ledger_account TO tongbao_app;

REVOKE ALL ON FUNCTION ledger_post, ledger_roll_up FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger_post, ledger_roll_up TO tongbao_app;
