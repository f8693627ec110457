-- A proposal stays as it was made, is decided once, and is never removed.
CREATE OR REPLACE FUNCTION infra_proposal_refuse_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a proposal is decided once and never removed'
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE OR REPLACE TRIGGER infra_proposal_decided_once
    BEFORE UPDATE ON infra_proposal
    FOR EACH ROW WHEN (OLD.state <> 'pending')
    EXECUTE FUNCTION infra_proposal_refuse_change();
CREATE OR REPLACE TRIGGER infra_proposal_no_delete
    BEFORE DELETE ON infra_proposal
    FOR EACH ROW EXECUTE FUNCTION infra_proposal_refuse_change();
CREATE OR REPLACE TRIGGER infra_proposal_no_truncate
    BEFORE TRUNCATE ON infra_proposal
    FOR EACH STATEMENT EXECUTE FUNCTION infra_proposal_refuse_change();

REVOKE ALL ON infra_proposal FROM PUBLIC, tongbao_app;
GRANT SELECT, INSERT ON infra_proposal TO tongbao_app;
GRANT UPDATE (state, decided_at, decided_by, note, location) ON infra_proposal TO tongbao_app;
