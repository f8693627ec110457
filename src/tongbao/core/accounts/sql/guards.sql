-- Why an account was frozen, released or closed, what was done to a restraint, and which numbers were
-- given out stays as it was written. Of a restraint, what was ordered stays; what is left of it, its
-- term and its end change.
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
CREATE OR REPLACE TRIGGER accounts_number_append_only
    BEFORE UPDATE OR DELETE ON accounts_number
    FOR EACH ROW EXECUTE FUNCTION accounts_refuse_change();
CREATE OR REPLACE TRIGGER accounts_number_no_truncate
    BEFORE TRUNCATE ON accounts_number
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_refuse_change();
CREATE OR REPLACE TRIGGER accounts_restraint_step_append_only
    BEFORE UPDATE OR DELETE ON accounts_restraint_step
    FOR EACH ROW EXECUTE FUNCTION accounts_refuse_change();
CREATE OR REPLACE TRIGGER accounts_restraint_step_no_truncate
    BEFORE TRUNCATE ON accounts_restraint_step
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_refuse_change();
CREATE OR REPLACE TRIGGER accounts_restraint_no_delete
    BEFORE DELETE ON accounts_restraint
    FOR EACH ROW EXECUTE FUNCTION accounts_refuse_change();
CREATE OR REPLACE TRIGGER accounts_restraint_no_truncate
    BEFORE TRUNCATE ON accounts_restraint
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_refuse_change();
-- What has ended stays ended.
CREATE OR REPLACE TRIGGER accounts_restraint_stays_ended
    BEFORE UPDATE ON accounts_restraint
    FOR EACH ROW WHEN (OLD.ended_at IS NOT NULL) EXECUTE FUNCTION accounts_refuse_change();

-- Others name an account by its id without a foreign key.
CREATE OR REPLACE TRIGGER accounts_account_stays
    BEFORE DELETE ON accounts_account
    FOR EACH ROW EXECUTE FUNCTION accounts_refuse_change();
CREATE OR REPLACE TRIGGER accounts_account_keeps_its_id
    BEFORE UPDATE OF id ON accounts_account
    FOR EACH ROW WHEN (OLD.id IS DISTINCT FROM NEW.id)
    EXECUTE FUNCTION accounts_refuse_change();
CREATE OR REPLACE TRIGGER accounts_account_no_truncate
    BEFORE TRUNCATE ON accounts_account
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_refuse_change();
REVOKE DELETE, TRUNCATE ON accounts_account FROM PUBLIC, tongbao_app;

REVOKE ALL ON accounts_status_change, accounts_number, accounts_restraint, accounts_restraint_step
    FROM PUBLIC, tongbao_app;
GRANT SELECT, INSERT ON accounts_status_change, accounts_number, accounts_restraint,
    accounts_restraint_step TO tongbao_app;
GRANT UPDATE (amount_minor, until_at, begun, ended_at, ending) ON accounts_restraint TO tongbao_app;
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
