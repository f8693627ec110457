-- A closed month stays as it was found; a document gets its file once and keeps what it says.
CREATE OR REPLACE FUNCTION statements_refuse_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% stays as it is', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE OR REPLACE TRIGGER statements_month_append_only
    BEFORE UPDATE OR DELETE ON statements_month
    FOR EACH ROW EXECUTE FUNCTION statements_refuse_change();
CREATE OR REPLACE TRIGGER statements_month_no_truncate
    BEFORE TRUNCATE ON statements_month
    FOR EACH STATEMENT EXECUTE FUNCTION statements_refuse_change();
CREATE OR REPLACE TRIGGER statements_document_issued_once
    BEFORE UPDATE ON statements_document
    FOR EACH ROW WHEN (OLD.file_id IS NOT NULL)
    EXECUTE FUNCTION statements_refuse_change();
CREATE OR REPLACE TRIGGER statements_document_no_delete
    BEFORE DELETE ON statements_document
    FOR EACH ROW EXECUTE FUNCTION statements_refuse_change();
CREATE OR REPLACE TRIGGER statements_document_no_truncate
    BEFORE TRUNCATE ON statements_document
    FOR EACH STATEMENT EXECUTE FUNCTION statements_refuse_change();

REVOKE ALL ON statements_month, statements_document FROM PUBLIC, tongbao_app;
GRANT SELECT, INSERT ON statements_month, statements_document TO tongbao_app;
GRANT UPDATE (issued_at, sha256, pages, file_id) ON statements_document TO tongbao_app;
