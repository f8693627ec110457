-- What an order is stays as it was given; where it stands moves along known arrows only, and each
-- arrow is a row that nobody changes. A book transfer is decided in the transaction that writes it
-- and has no life; its facts are held like any other's.
CREATE OR REPLACE FUNCTION payments_refuse_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% stays as it is', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE OR REPLACE FUNCTION payments_is_arrow(before text, after text) RETURNS boolean
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT CASE before
        WHEN 'created' THEN after IN ('awaiting_approval', 'screened', 'rejected', 'cancelled')
        WHEN 'awaiting_approval' THEN after IN ('screened', 'rejected', 'cancelled')
        WHEN 'screened' THEN after IN ('reserved', 'settled', 'rejected', 'cancelled')
        WHEN 'reserved' THEN after IN ('sent', 'settled', 'rejected', 'cancelled')
        WHEN 'sent' THEN after IN ('unknown', 'reserved', 'settled', 'rejected', 'cancelled')
        WHEN 'unknown' THEN after IN ('sent', 'reserved', 'settled', 'rejected', 'cancelled')
        WHEN 'settled' THEN after = 'returned'
        ELSE false
    END
$$;

-- The accounts of an order exist: asked once for all orders of a statement. They are not locked for
-- it, because an account is never deleted and keeps its id (`accounts_account_stays`).
CREATE OR REPLACE FUNCTION payments_check_accounts() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp
SET enable_seqscan = off  -- whenever the plan was made
AS $$
DECLARE
    ids uuid[];
BEGIN
    SELECT array_agg(DISTINCT side.id) INTO ids
      FROM (SELECT unnest(ARRAY[w.debtor_account_id, w.creditor_account_id]) AS id
              FROM written w) AS side
     WHERE side.id IS NOT NULL;
    IF (SELECT count(*) FROM accounts_account a WHERE a.id = ANY (ids)) < cardinality(ids) THEN
        RAISE EXCEPTION 'a payment order names an account that does not exist'
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER payments_order_accounts_exist
    AFTER INSERT ON payments_order REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION payments_check_accounts();

CREATE OR REPLACE FUNCTION payments_check_order() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF (OLD.id, OLD.kind, OLD.amount_minor, OLD.currency, OLD.debtor_account_id, OLD.debtor_account_number,
        OLD.creditor_account_number, OLD.creditor_name, OLD.creditor_bank_code, OLD.end_to_end_id,
        OLD.uetr, OLD.original_id, OLD.card_id, OLD.initiated_by, OLD.initiated_at, OLD.received_reference,
        OLD.expires_at)
       IS DISTINCT FROM
       (NEW.id, NEW.kind, NEW.amount_minor, NEW.currency, NEW.debtor_account_id, NEW.debtor_account_number,
        NEW.creditor_account_number, NEW.creditor_name, NEW.creditor_bank_code, NEW.end_to_end_id,
        NEW.uetr, NEW.original_id, NEW.card_id, NEW.initiated_by, NEW.initiated_at, NEW.received_reference,
        NEW.expires_at) THEN
        RAISE EXCEPTION 'what a payment order says stays as it was given'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.creditor_account_id IS DISTINCT FROM OLD.creditor_account_id
       AND NEW.creditor_account_id IS NOT NULL
       AND NOT EXISTS (SELECT FROM accounts_account a WHERE a.id = NEW.creditor_account_id) THEN
        RAISE EXCEPTION 'a payment order names an account that does not exist'
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    IF NEW.kind <> 'book_transfer' AND NEW.status <> OLD.status
       AND NOT payments_is_arrow(OLD.status, NEW.status) THEN
        RAISE EXCEPTION 'no arrow leads from % to %', OLD.status, NEW.status
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER payments_order_keeps_to_arrows
    BEFORE UPDATE ON payments_order
    FOR EACH ROW EXECUTE FUNCTION payments_check_order();

-- At the commit the last arrow written leads to where the order stands.
CREATE OR REPLACE FUNCTION payments_check_arrows() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    stands text;
    counted smallint;
    last payments_transition;
BEGIN
    SELECT status, arrows INTO stands, counted FROM payments_order WHERE id = NEW.id;
    SELECT * INTO last FROM payments_transition WHERE order_id = NEW.id ORDER BY number DESC LIMIT 1;
    IF last.after IS DISTINCT FROM stands OR last.number IS DISTINCT FROM counted THEN
        RAISE EXCEPTION 'payment order % stands at % without an arrow to it', NEW.id, stands
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

DROP TRIGGER IF EXISTS payments_order_has_arrows ON payments_order;
CREATE CONSTRAINT TRIGGER payments_order_has_arrows
    AFTER INSERT OR UPDATE OF status ON payments_order
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.kind <> 'book_transfer')
    EXECUTE FUNCTION payments_check_arrows();

CREATE OR REPLACE FUNCTION payments_check_transition() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF (NEW.before IS NULL AND (NEW.number <> 1 OR NEW.after <> 'created'))
       OR (NEW.before IS NOT NULL AND (NOT payments_is_arrow(NEW.before, NEW.after)
           OR NOT EXISTS (SELECT FROM payments_transition p
                           WHERE p.order_id = NEW.order_id AND p.number = NEW.number - 1
                             AND p.after = NEW.before))) THEN
        RAISE EXCEPTION 'no arrow leads from % to %', NEW.before, NEW.after
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER payments_transition_is_an_arrow
    BEFORE INSERT ON payments_transition
    FOR EACH ROW EXECUTE FUNCTION payments_check_transition();
CREATE OR REPLACE TRIGGER payments_transition_append_only
    BEFORE UPDATE OR DELETE ON payments_transition
    FOR EACH ROW EXECUTE FUNCTION payments_refuse_change();
CREATE OR REPLACE TRIGGER payments_transition_no_truncate
    BEFORE TRUNCATE ON payments_transition
    FOR EACH STATEMENT EXECUTE FUNCTION payments_refuse_change();
REVOKE UPDATE, DELETE, TRUNCATE ON payments_transition FROM PUBLIC, tongbao_app;

-- An attempt that ended stays ended: what was certainly not executed never was, and the reverse.
CREATE OR REPLACE TRIGGER payments_attempt_ended_once
    BEFORE UPDATE ON payments_attempt
    FOR EACH ROW WHEN (OLD.outcome IN ('done', 'not_done') AND NEW.outcome IS DISTINCT FROM OLD.outcome)
    EXECUTE FUNCTION payments_refuse_change();
CREATE OR REPLACE TRIGGER payments_attempt_stays
    BEFORE UPDATE ON payments_attempt
    FOR EACH ROW WHEN (
        (OLD.id, OLD.order_id, OLD.number, OLD.channel, OLD.operation, OLD.reference, OLD.prepared_at)
        IS DISTINCT FROM
        (NEW.id, NEW.order_id, NEW.number, NEW.channel, NEW.operation, NEW.reference, NEW.prepared_at)
    )
    EXECUTE FUNCTION payments_refuse_change();

-- A recall that ended stays ended, and what it asks for stays as it was asked.
CREATE OR REPLACE TRIGGER payments_recall_stays
    BEFORE UPDATE ON payments_recall
    FOR EACH ROW WHEN (
        OLD.status IN ('returned', 'refused')
        OR (OLD.id, OLD.payment_id, OLD.reason, OLD.note, OLD.channel, OLD.reference, OLD.requested_by, OLD.requested_at)
        IS DISTINCT FROM
        (NEW.id, NEW.payment_id, NEW.reason, NEW.note, NEW.channel, NEW.reference, NEW.requested_by, NEW.requested_at)
    )
    EXECUTE FUNCTION payments_refuse_change();

REVOKE DELETE, TRUNCATE ON payments_order, payments_attempt, payments_card, payments_recall
    FROM PUBLIC, tongbao_app;

REVOKE ALL ON FUNCTION payments_is_arrow(text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION payments_is_arrow(text, text) TO tongbao_app;
