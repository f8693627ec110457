-- What a paid bill says stays as it was given; where it stands moves along known arrows only, and
-- each arrow is a row that nobody changes.
CREATE OR REPLACE FUNCTION bills_refuse_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% stays as it is', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE OR REPLACE FUNCTION bills_check_payment() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF (OLD.id, OLD.party_id, OLD.bill_id, OLD.biller, OLD.reference, OLD.period, OLD.amount_minor,
        OLD.currency, OLD.debtor_account_id, OLD.payment_id, OLD.mandate_id, OLD.made_by, OLD.made_at)
       IS DISTINCT FROM
       (NEW.id, NEW.party_id, NEW.bill_id, NEW.biller, NEW.reference, NEW.period, NEW.amount_minor,
        NEW.currency, NEW.debtor_account_id, NEW.payment_id, NEW.mandate_id, NEW.made_by, NEW.made_at) THEN
        RAISE EXCEPTION 'what a paid bill says stays as it was given'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.state <> OLD.state AND NOT (CASE OLD.state
            WHEN 'paid' THEN NEW.state = 'telling'
            WHEN 'telling' THEN NEW.state IN ('paid', 'unknown', 'confirmed', 'refused')
            WHEN 'unknown' THEN NEW.state IN ('paid', 'confirmed')
            WHEN 'refused' THEN NEW.state = 'refunded'
            ELSE false
        END) THEN
        RAISE EXCEPTION 'no arrow leads from % to %', OLD.state, NEW.state
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER bills_payment_keeps_to_arrows
    BEFORE UPDATE ON bills_payment
    FOR EACH ROW EXECUTE FUNCTION bills_check_payment();

-- At the commit the last arrow written leads to where the bill stands.
CREATE OR REPLACE FUNCTION bills_check_arrows() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    stands text;
    counted integer;
    last bills_transition;
BEGIN
    SELECT state, arrows INTO stands, counted FROM bills_payment WHERE id = NEW.id;
    SELECT * INTO last FROM bills_transition WHERE bill_payment_id = NEW.id ORDER BY number DESC LIMIT 1;
    IF last.after IS DISTINCT FROM stands OR last.number IS DISTINCT FROM counted THEN
        RAISE EXCEPTION 'paid bill % stands at % without an arrow to it', NEW.id, stands
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

DROP TRIGGER IF EXISTS bills_payment_has_arrows ON bills_payment;
CREATE CONSTRAINT TRIGGER bills_payment_has_arrows
    AFTER INSERT OR UPDATE OF state ON bills_payment
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION bills_check_arrows();

CREATE OR REPLACE TRIGGER bills_transition_append_only
    BEFORE UPDATE OR DELETE ON bills_transition
    FOR EACH ROW EXECUTE FUNCTION bills_refuse_change();
CREATE OR REPLACE TRIGGER bills_transition_no_truncate
    BEFORE TRUNCATE ON bills_transition
    FOR EACH STATEMENT EXECUTE FUNCTION bills_refuse_change();

REVOKE UPDATE, DELETE, TRUNCATE ON bills_transition FROM PUBLIC, tongbao_app;
REVOKE DELETE, TRUNCATE ON bills_payment FROM PUBLIC, tongbao_app;

-- A mandate says for ever what was agreed; it is paused, resumed and ended, and each is a row.
CREATE OR REPLACE FUNCTION bills_check_mandate() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF (OLD.id, OLD.party_id, OLD.saved_id, OLD.debtor_account_id, OLD.maximum_minor, OLD.currency,
        OLD.month_day, OLD.made_by, OLD.made_at)
       IS DISTINCT FROM
       (NEW.id, NEW.party_id, NEW.saved_id, NEW.debtor_account_id, NEW.maximum_minor, NEW.currency,
        NEW.month_day, NEW.made_by, NEW.made_at) OR (OLD.state = 'ended' AND NEW.state <> 'ended') THEN
        RAISE EXCEPTION 'a mandate stays as it was agreed, and ended once it has'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER bills_mandate_stays
    BEFORE UPDATE ON bills_mandate
    FOR EACH ROW EXECUTE FUNCTION bills_check_mandate();

CREATE OR REPLACE FUNCTION bills_check_mandate_changes() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    stands text;
    counted integer;
    last bills_mandate_change;
BEGIN
    SELECT state, arrows INTO stands, counted FROM bills_mandate WHERE id = NEW.id;
    SELECT * INTO last FROM bills_mandate_change WHERE mandate_id = NEW.id ORDER BY number DESC LIMIT 1;
    IF last.after IS DISTINCT FROM stands OR last.number IS DISTINCT FROM counted THEN
        RAISE EXCEPTION 'mandate % stands at % without a row that says why', NEW.id, stands
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

DROP TRIGGER IF EXISTS bills_mandate_has_changes ON bills_mandate;
CREATE CONSTRAINT TRIGGER bills_mandate_has_changes
    AFTER INSERT OR UPDATE OF state ON bills_mandate
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION bills_check_mandate_changes();

CREATE OR REPLACE TRIGGER bills_mandate_change_append_only
    BEFORE UPDATE OR DELETE ON bills_mandate_change
    FOR EACH ROW EXECUTE FUNCTION bills_refuse_change();
CREATE OR REPLACE TRIGGER bills_mandate_change_no_truncate
    BEFORE TRUNCATE ON bills_mandate_change
    FOR EACH STATEMENT EXECUTE FUNCTION bills_refuse_change();

-- What was decided about a bill under a mandate is final, but for one that is tried again.
CREATE OR REPLACE TRIGGER bills_due_decided_once
    BEFORE UPDATE ON bills_due
    FOR EACH ROW WHEN (OLD.outcome <> 'retrying')
    EXECUTE FUNCTION bills_refuse_change();

REVOKE UPDATE, DELETE, TRUNCATE ON bills_mandate_change FROM PUBLIC, tongbao_app;
REVOKE DELETE, TRUNCATE ON bills_mandate, bills_due, bills_saved FROM PUBLIC, tongbao_app;
