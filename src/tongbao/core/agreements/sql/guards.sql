-- Evidence stays as it was written: what was consented to and signed is only ever added to, and a
-- consent keeps everything but its end.
CREATE OR REPLACE FUNCTION agreements_refuse_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE OR REPLACE TRIGGER agreements_consent_event_append_only
    BEFORE UPDATE OR DELETE ON agreements_consent_event
    FOR EACH ROW EXECUTE FUNCTION agreements_refuse_change();
CREATE OR REPLACE TRIGGER agreements_consent_event_no_truncate
    BEFORE TRUNCATE ON agreements_consent_event
    FOR EACH STATEMENT EXECUTE FUNCTION agreements_refuse_change();
CREATE OR REPLACE TRIGGER agreements_agreement_append_only
    BEFORE UPDATE OR DELETE ON agreements_agreement
    FOR EACH ROW EXECUTE FUNCTION agreements_refuse_change();
CREATE OR REPLACE TRIGGER agreements_agreement_no_truncate
    BEFORE TRUNCATE ON agreements_agreement
    FOR EACH STATEMENT EXECUTE FUNCTION agreements_refuse_change();
CREATE OR REPLACE TRIGGER agreements_consent_no_delete
    BEFORE DELETE ON agreements_consent
    FOR EACH ROW EXECUTE FUNCTION agreements_refuse_change();
CREATE OR REPLACE TRIGGER agreements_consent_no_truncate
    BEFORE TRUNCATE ON agreements_consent
    FOR EACH STATEMENT EXECUTE FUNCTION agreements_refuse_change();

-- A consent ends once and never comes back.
CREATE OR REPLACE TRIGGER agreements_consent_ends_once
    BEFORE UPDATE ON agreements_consent
    FOR EACH ROW WHEN (OLD.status <> 'granted')
    EXECUTE FUNCTION agreements_refuse_change();

REVOKE ALL ON agreements_consent, agreements_consent_event, agreements_agreement
    FROM PUBLIC, tongbao_app;
GRANT SELECT, INSERT ON agreements_consent, agreements_consent_event, agreements_agreement
    TO tongbao_app;
GRANT UPDATE (status, ended_at, ended_by) ON agreements_consent TO tongbao_app;

-- A request is what was shown: only its confirmation is written into it, once its time is over it goes.
REVOKE ALL ON agreements_consent_request FROM PUBLIC, tongbao_app;
GRANT SELECT, INSERT, DELETE ON agreements_consent_request TO tongbao_app;
GRANT UPDATE (consent_id, confirmed_at) ON agreements_consent_request TO tongbao_app;

CREATE OR REPLACE TRIGGER agreements_signing_append_only
    BEFORE UPDATE OR DELETE ON agreements_signing
    FOR EACH ROW EXECUTE FUNCTION agreements_refuse_change();
CREATE OR REPLACE TRIGGER agreements_signing_no_truncate
    BEFORE TRUNCATE ON agreements_signing
    FOR EACH STATEMENT EXECUTE FUNCTION agreements_refuse_change();

CREATE OR REPLACE TRIGGER agreements_document_append_only
    BEFORE UPDATE OR DELETE ON agreements_document
    FOR EACH ROW EXECUTE FUNCTION agreements_refuse_change();
CREATE OR REPLACE TRIGGER agreements_document_no_truncate
    BEFORE TRUNCATE ON agreements_document
    FOR EACH STATEMENT EXECUTE FUNCTION agreements_refuse_change();

REVOKE ALL ON agreements_signing, agreements_document FROM PUBLIC, tongbao_app;
GRANT SELECT, INSERT ON agreements_signing, agreements_document TO tongbao_app;
