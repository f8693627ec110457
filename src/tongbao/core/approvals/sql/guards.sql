-- Evidence stays as it was written: policies and documents never change, an instruction is decided
-- once, a signature is only ever voided, a key only ever revoked; nothing is removed.
CREATE OR REPLACE FUNCTION approvals_refuse_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% stays as it is', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE OR REPLACE TRIGGER approvals_policy_append_only
    BEFORE UPDATE OR DELETE ON approvals_policy
    FOR EACH ROW EXECUTE FUNCTION approvals_refuse_change();
CREATE OR REPLACE TRIGGER approvals_policy_no_truncate
    BEFORE TRUNCATE ON approvals_policy
    FOR EACH STATEMENT EXECUTE FUNCTION approvals_refuse_change();
CREATE OR REPLACE TRIGGER approvals_approval_decided_once
    BEFORE UPDATE ON approvals_approval
    FOR EACH ROW WHEN (OLD.state <> 'open')
    EXECUTE FUNCTION approvals_refuse_change();
CREATE OR REPLACE TRIGGER approvals_approval_no_delete
    BEFORE DELETE ON approvals_approval
    FOR EACH ROW EXECUTE FUNCTION approvals_refuse_change();
CREATE OR REPLACE TRIGGER approvals_approval_no_truncate
    BEFORE TRUNCATE ON approvals_approval
    FOR EACH STATEMENT EXECUTE FUNCTION approvals_refuse_change();
CREATE OR REPLACE TRIGGER approvals_signature_voided_once
    BEFORE UPDATE ON approvals_signature
    FOR EACH ROW WHEN (OLD.voided_at IS NOT NULL)
    EXECUTE FUNCTION approvals_refuse_change();
CREATE OR REPLACE TRIGGER approvals_signature_no_delete
    BEFORE DELETE ON approvals_signature
    FOR EACH ROW EXECUTE FUNCTION approvals_refuse_change();
CREATE OR REPLACE TRIGGER approvals_signature_no_truncate
    BEFORE TRUNCATE ON approvals_signature
    FOR EACH STATEMENT EXECUTE FUNCTION approvals_refuse_change();
CREATE OR REPLACE TRIGGER approvals_key_revoked_once
    BEFORE UPDATE ON approvals_key
    FOR EACH ROW WHEN (OLD.revoked_at IS NOT NULL)
    EXECUTE FUNCTION approvals_refuse_change();
CREATE OR REPLACE TRIGGER approvals_key_no_delete
    BEFORE DELETE ON approvals_key
    FOR EACH ROW EXECUTE FUNCTION approvals_refuse_change();
CREATE OR REPLACE TRIGGER approvals_key_no_truncate
    BEFORE TRUNCATE ON approvals_key
    FOR EACH STATEMENT EXECUTE FUNCTION approvals_refuse_change();

REVOKE ALL ON approvals_policy, approvals_approval, approvals_signature, approvals_key
    FROM PUBLIC, tongbao_app;
GRANT SELECT, INSERT ON approvals_policy, approvals_approval, approvals_signature, approvals_key
    TO tongbao_app;
GRANT UPDATE (state, decided_at, decided_by, note, location) ON approvals_approval TO tongbao_app;
GRANT UPDATE (voided_at) ON approvals_signature TO tongbao_app;
GRANT UPDATE (revoked_at) ON approvals_key TO tongbao_app;
