-- Keys are never taken away with their row: what remains of a destroyed one says when and why. One
-- that was destroyed does not come back, and a key's bytes change by being wrapped anew only.
CREATE OR REPLACE FUNCTION infra_crypto_refuse_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%: keys are not removed, moved or brought back', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE OR REPLACE TRIGGER infra_crypto_key_stays_ended
    BEFORE UPDATE ON infra_crypto_key
    FOR EACH ROW WHEN (
        OLD.ended_at IS NOT NULL
        OR NEW.owner <> OLD.owner OR NEW.generation <> OLD.generation
        OR NEW.created_at <> OLD.created_at
    )
    EXECUTE FUNCTION infra_crypto_refuse_change();

REVOKE ALL ON infra_crypto_key, infra_crypto_kek FROM PUBLIC, tongbao_app;
GRANT SELECT, INSERT, UPDATE ON infra_crypto_key, infra_crypto_kek TO tongbao_app;
