-- A receipt gets its file once and keeps what it says.
CREATE OR REPLACE FUNCTION payments_receipt_refuse_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a receipt stays as it is' USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE OR REPLACE TRIGGER payments_receipt_issued_once
    BEFORE UPDATE ON payments_receipt
    FOR EACH ROW WHEN (OLD.file_id IS NOT NULL)
    EXECUTE FUNCTION payments_receipt_refuse_change();
CREATE OR REPLACE TRIGGER payments_receipt_no_delete
    BEFORE DELETE ON payments_receipt
    FOR EACH ROW EXECUTE FUNCTION payments_receipt_refuse_change();
CREATE OR REPLACE TRIGGER payments_receipt_no_truncate
    BEFORE TRUNCATE ON payments_receipt
    FOR EACH STATEMENT EXECUTE FUNCTION payments_receipt_refuse_change();

REVOKE ALL ON payments_receipt FROM PUBLIC, tongbao_app;
GRANT SELECT, INSERT ON payments_receipt TO tongbao_app;
GRANT UPDATE (issued_at, sha256, file_id) ON payments_receipt TO tongbao_app;
