-- A fetch stays as it was written: its payload goes once, for good, and how long it is kept moves.
CREATE OR REPLACE FUNCTION sources_refuse_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% keeps what was fetched', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE OR REPLACE TRIGGER sources_fetch_stays
    BEFORE DELETE ON sources_fetch
    FOR EACH ROW EXECUTE FUNCTION sources_refuse_change();
CREATE OR REPLACE TRIGGER sources_fetch_no_truncate
    BEFORE TRUNCATE ON sources_fetch
    FOR EACH STATEMENT EXECUTE FUNCTION sources_refuse_change();
CREATE OR REPLACE TRIGGER sources_fetch_gone_for_good
    BEFORE UPDATE ON sources_fetch
    FOR EACH ROW WHEN (OLD.payload_deleted_at IS NOT NULL)
    EXECUTE FUNCTION sources_refuse_change();

REVOKE ALL ON sources_fetch FROM PUBLIC, tongbao_app;
GRANT SELECT, INSERT ON sources_fetch TO tongbao_app;
GRANT UPDATE (keep_until, payload, payload_deleted_at) ON sources_fetch TO tongbao_app;
