-- History and evidence are only ever added to; nobody is deleted.
CREATE OR REPLACE FUNCTION parties_refuse_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;

DO $$
DECLARE
    guarded text;
BEGIN
    FOREACH guarded IN ARRAY ARRAY['parties_status_change', 'parties_level_change',
        'parties_risk_rating', 'parties_case_step']
    LOOP
        EXECUTE format('CREATE OR REPLACE TRIGGER %I BEFORE UPDATE OR DELETE ON %I '
            'FOR EACH ROW EXECUTE FUNCTION parties_refuse_change()', guarded || '_append_only', guarded);
        EXECUTE format('CREATE OR REPLACE TRIGGER %I BEFORE TRUNCATE ON %I '
            'FOR EACH STATEMENT EXECUTE FUNCTION parties_refuse_change()', guarded || '_no_truncate', guarded);
        EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON %I FROM PUBLIC, tongbao_app', guarded);
    END LOOP;
END $$;

-- Evidence stays what it is; its facts may be sealed anew, under another key.
CREATE OR REPLACE TRIGGER parties_evidence_append_only
    BEFORE UPDATE ON parties_evidence
    FOR EACH ROW WHEN (
        (OLD.id, OLD.case_id, OLD.party_id, OLD.kind, OLD.file_id, OLD.recorded_by, OLD.recorded_at)
        IS DISTINCT FROM
        (NEW.id, NEW.case_id, NEW.party_id, NEW.kind, NEW.file_id, NEW.recorded_by, NEW.recorded_at)
    )
    EXECUTE FUNCTION parties_refuse_change();
CREATE OR REPLACE TRIGGER parties_evidence_no_delete
    BEFORE DELETE ON parties_evidence
    FOR EACH ROW EXECUTE FUNCTION parties_refuse_change();
CREATE OR REPLACE TRIGGER parties_evidence_no_truncate
    BEFORE TRUNCATE ON parties_evidence
    FOR EACH STATEMENT EXECUTE FUNCTION parties_refuse_change();
REVOKE UPDATE, DELETE, TRUNCATE ON parties_evidence FROM PUBLIC, tongbao_app;
GRANT UPDATE (facts_sealed) ON parties_evidence TO tongbao_app;

-- A case that is decided stays as it was decided.
CREATE OR REPLACE TRIGGER parties_case_decided_once
    BEFORE UPDATE ON parties_case
    FOR EACH ROW WHEN (OLD.decided_at IS NOT NULL)
    EXECUTE FUNCTION parties_refuse_change();

REVOKE DELETE, TRUNCATE ON parties_party, parties_person, parties_organisation,
    parties_relationship, parties_contact, parties_address, parties_document, parties_case,
    parties_duplicate FROM PUBLIC, tongbao_app;
