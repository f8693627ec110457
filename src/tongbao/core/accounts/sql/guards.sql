-- Why an account was frozen, released or closed stays as it was written.
CREATE OR REPLACE FUNCTION accounts_refuse_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE OR REPLACE TRIGGER accounts_status_change_append_only
    BEFORE UPDATE OR DELETE ON accounts_status_change
    FOR EACH ROW EXECUTE FUNCTION accounts_refuse_change();
CREATE OR REPLACE TRIGGER accounts_status_change_no_truncate
    BEFORE TRUNCATE ON accounts_status_change
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_refuse_change();

-- What a product earned stays as it was set.
CREATE OR REPLACE TRIGGER accounts_rate_append_only
    BEFORE UPDATE OR DELETE ON accounts_rate
    FOR EACH ROW EXECUTE FUNCTION accounts_refuse_change();
CREATE OR REPLACE TRIGGER accounts_rate_no_truncate
    BEFORE TRUNCATE ON accounts_rate
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_refuse_change();

REVOKE ALL ON accounts_rate FROM PUBLIC, tongbao_app;
GRANT SELECT, INSERT ON accounts_rate TO tongbao_app;

-- Every row is written once a day and no index changes: new versions stay on their page.
ALTER TABLE accounts_interest SET (fillfactor = 50);
REVOKE DELETE ON accounts_interest, accounts_interest_total, accounts_interest_progress FROM tongbao_app;

REVOKE ALL ON accounts_status_change FROM PUBLIC, tongbao_app;
GRANT SELECT, INSERT ON accounts_status_change TO tongbao_app;
