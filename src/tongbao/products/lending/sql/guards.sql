-- What was decided, and the way it came about, stays as it was written.
CREATE OR REPLACE FUNCTION lending_refuse_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE OR REPLACE TRIGGER lending_decision_append_only BEFORE UPDATE OR DELETE ON lending_decision
    FOR EACH ROW EXECUTE FUNCTION lending_refuse_change();
CREATE OR REPLACE TRIGGER lending_decision_no_truncate BEFORE TRUNCATE ON lending_decision
    FOR EACH STATEMENT EXECUTE FUNCTION lending_refuse_change();
CREATE OR REPLACE TRIGGER lending_application_step_append_only
    BEFORE UPDATE OR DELETE ON lending_application_step
    FOR EACH ROW EXECUTE FUNCTION lending_refuse_change();
CREATE OR REPLACE TRIGGER lending_application_step_no_truncate
    BEFORE TRUNCATE ON lending_application_step
    FOR EACH STATEMENT EXECUTE FUNCTION lending_refuse_change();

REVOKE ALL ON lending_decision, lending_application_step FROM PUBLIC, tongbao_app;
GRANT SELECT, INSERT ON lending_decision, lending_application_step TO tongbao_app;

REVOKE ALL ON lending_review FROM PUBLIC, tongbao_app;
GRANT SELECT, INSERT ON lending_review TO tongbao_app;
GRANT UPDATE (closed_at, closed_by, outcome, note) ON lending_review TO tongbao_app;
