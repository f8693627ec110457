-- What was collected stays as it was written; tills, links, requests and codes are never removed.
CREATE OR REPLACE FUNCTION collecting_refuse_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE OR REPLACE TRIGGER collecting_collection_append_only BEFORE UPDATE OR DELETE ON collecting_collection
    FOR EACH ROW EXECUTE FUNCTION collecting_refuse_change();
CREATE OR REPLACE TRIGGER collecting_collection_no_truncate BEFORE TRUNCATE ON collecting_collection
    FOR EACH STATEMENT EXECUTE FUNCTION collecting_refuse_change();

REVOKE ALL ON collecting_collection, collecting_till, collecting_link, collecting_request, collecting_pay_code
    FROM PUBLIC, tongbao_app;
GRANT SELECT, INSERT ON collecting_collection TO tongbao_app;
GRANT SELECT, INSERT, UPDATE ON collecting_till, collecting_link, collecting_request, collecting_pay_code
    TO tongbao_app;
