-- Files and lines are never removed, and what a file says never changes: only how far it has come.
CREATE OR REPLACE FUNCTION bulk_refuse_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% keeps what a file said', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE OR REPLACE TRIGGER bulk_line_keeps BEFORE UPDATE ON bulk_line
    FOR EACH ROW WHEN (
        (OLD.file_id, OLD.number, OLD.payment_id, OLD.end_to_end_id, OLD.creditor_account_number,
         OLD.creditor_name, OLD.amount_minor, OLD.remittance, OLD.group_id)
        IS DISTINCT FROM
        (NEW.file_id, NEW.number, NEW.payment_id, NEW.end_to_end_id, NEW.creditor_account_number,
         NEW.creditor_name, NEW.amount_minor, NEW.remittance, NEW.group_id)
        OR OLD.state <> 'good')
    EXECUTE FUNCTION bulk_refuse_change();

REVOKE ALL ON bulk_file, bulk_line FROM PUBLIC, tongbao_app;
GRANT SELECT, INSERT, UPDATE ON bulk_file, bulk_line TO tongbao_app;
