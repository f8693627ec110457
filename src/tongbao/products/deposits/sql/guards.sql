-- Rates, what was paid in and what was paid out stay as they were written; deposits are never removed.
CREATE OR REPLACE FUNCTION deposits_refuse_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE OR REPLACE TRIGGER deposits_rate_append_only BEFORE UPDATE OR DELETE ON deposits_rate
    FOR EACH ROW EXECUTE FUNCTION deposits_refuse_change();
CREATE OR REPLACE TRIGGER deposits_rate_no_truncate BEFORE TRUNCATE ON deposits_rate
    FOR EACH STATEMENT EXECUTE FUNCTION deposits_refuse_change();
CREATE OR REPLACE TRIGGER deposits_instalment_append_only BEFORE UPDATE OR DELETE ON deposits_instalment
    FOR EACH ROW EXECUTE FUNCTION deposits_refuse_change();
CREATE OR REPLACE TRIGGER deposits_instalment_no_truncate BEFORE TRUNCATE ON deposits_instalment
    FOR EACH STATEMENT EXECUTE FUNCTION deposits_refuse_change();
CREATE OR REPLACE TRIGGER deposits_payout_append_only BEFORE UPDATE OR DELETE ON deposits_payout
    FOR EACH ROW EXECUTE FUNCTION deposits_refuse_change();
CREATE OR REPLACE TRIGGER deposits_payout_no_truncate BEFORE TRUNCATE ON deposits_payout
    FOR EACH STATEMENT EXECUTE FUNCTION deposits_refuse_change();

REVOKE ALL ON deposits_rate, deposits_instalment, deposits_payout, deposits_deposit, deposits_notice
    FROM PUBLIC, tongbao_app;
GRANT SELECT, INSERT ON deposits_rate, deposits_instalment, deposits_payout TO tongbao_app;
GRANT SELECT, INSERT, UPDATE ON deposits_deposit, deposits_notice TO tongbao_app;
