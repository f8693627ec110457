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
        'parties_risk_rating', 'parties_case_step', 'parties_evidence']
    LOOP
        EXECUTE format('CREATE OR REPLACE TRIGGER %I BEFORE UPDATE OR DELETE ON %I '
            'FOR EACH ROW EXECUTE FUNCTION parties_refuse_change()', guarded || '_append_only', guarded);
        EXECUTE format('CREATE OR REPLACE TRIGGER %I BEFORE TRUNCATE ON %I '
            'FOR EACH STATEMENT EXECUTE FUNCTION parties_refuse_change()', guarded || '_no_truncate', guarded);
        EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON %I FROM PUBLIC, tongbao_app', guarded);
    END LOOP;
END $$;

-- A case that is decided stays as it was decided.
CREATE OR REPLACE TRIGGER parties_case_decided_once
    BEFORE UPDATE ON parties_case
    FOR EACH ROW WHEN (OLD.decided_at IS NOT NULL)
    EXECUTE FUNCTION parties_refuse_change();

REVOKE DELETE, TRUNCATE ON parties_party, parties_person, parties_organisation,
    parties_relationship, parties_contact, parties_address, parties_document, parties_case,
    parties_duplicate FROM PUBLIC, tongbao_app;
