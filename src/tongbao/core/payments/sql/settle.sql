-- The short way of a batch of book transfers that need nothing but room, an end-to-end id that is not
-- used, and money: limits, orders, ledger and events, one after the other, so that what they lock is
-- held for as long as the server takes and no longer. Whatever comes up is left to the caller, from
-- that step on:
--
--   limits          something was refused; what was not is reserved
--   end_to_end_ids  everything is reserved; an id is used, and no order is written
--   ledger          all orders are written; something was refused, and what was not is booked
--   NULL            nothing: all is done
--
-- An order has one id: of its use of limits and of its booking, too. Orders are written in the order
-- of the unique index, as everybody writes: two batches that use the same end-to-end ids wait for each
-- other and never in a circle.
DROP FUNCTION IF EXISTS payments_settle;

CREATE OR REPLACE FUNCTION payments_settle(
    -- the orders
    p_id uuid[], p_debtor_account_id uuid[], p_debtor_account_number text[], p_debtor_name text[],
    p_creditor_account_id uuid[], p_creditor_account_number text[], p_creditor_name text[],
    p_amount bigint[], p_currency text[], p_end_to_end_id text[], p_remittance text[],
    p_initiated_by uuid[],
    p_at timestamptz, p_day date,  -- when they are booked, and the bank's day
    -- what `limits_reserve` takes besides; the counterparty is the creditor's number
    p_class integer[], p_party uuid[], p_device text[], p_operation text[], p_party_kind text[],
    p_level smallint[], p_product text[], p_channel text[], p_has_device boolean[],
    p_has_counterparty boolean[], p_used_currency text[], p_reviewed boolean[],
    -- what `ledger_post` takes besides: each is one posting
    p_type text, p_hash bytea[], p_reference text[], p_metadata jsonb[], p_debit uuid[],
    p_credit uuid[], p_asset text[],
    -- what `infra_outbox_append_many` takes besides, of events of one kind
    p_event_type text, p_event_version integer, p_event_payload text[], p_wake boolean,
    OUT came_up text,
    -- what `limits_reserve` returns
    OUT use_refusal text[], OUT use_rule_code text[], OUT use_used bigint[],
    OUT use_maximum bigint[],
    -- what `ledger_post` returns; NULL where nothing was refused
    OUT refusal text[], OUT sequence bigint[], OUT refused_posting integer[],
    OUT available bigint[], OUT debit_balance bigint[], OUT credit_balance bigint[]
)
LANGUAGE plpgsql
AS $$
#variable_conflict use_column
DECLARE
    posted_kind CONSTANT smallint := 1;
    many CONSTANT integer[] := ARRAY[cardinality(p_id)];
    items CONSTANT integer[] := ARRAY(SELECT generate_series(1, many[1]));
    reserved record;
    posted record;
    event bigint;
    violated text;
BEGIN
    reserved := limits_reserve(
        p_id, p_class, p_party, p_device, p_creditor_account_number, p_amount, p_operation,
        p_party_kind, p_level, p_product, p_channel, p_has_device, p_has_counterparty,
        p_used_currency, p_reviewed, p_at, p_day);
    IF reserved.refusal IS NOT NULL THEN
        came_up := 'limits';
        use_refusal := reserved.refusal;
        use_rule_code := reserved.rule_code;
        use_used := reserved.used;
        use_maximum := reserved.maximum;
        RETURN;
    END IF;

    BEGIN
        INSERT INTO payments_order (id, status, debtor_account_id, debtor_account_number,
            debtor_name, creditor_account_id, creditor_account_number, creditor_name,
            amount_minor, currency, end_to_end_id, remittance, transaction_id, initiated_by,
            initiated_at)
        SELECT o.id, 'settled', o.debtor_account_id, o.debtor_account_number, o.debtor_name,
               o.creditor_account_id, o.creditor_account_number, o.creditor_name, o.amount,
               o.currency, o.end_to_end_id, o.remittance, o.id, o.initiated_by, p_at
          FROM (SELECT unnest(p_id) AS id, unnest(p_debtor_account_id) AS debtor_account_id,
                       unnest(p_debtor_account_number) AS debtor_account_number,
                       unnest(p_debtor_name) AS debtor_name,
                       unnest(p_creditor_account_id) AS creditor_account_id,
                       unnest(p_creditor_account_number) AS creditor_account_number,
                       unnest(p_creditor_name) AS creditor_name, unnest(p_amount) AS amount,
                       unnest(p_currency) AS currency, unnest(p_end_to_end_id) AS end_to_end_id,
                       unnest(p_remittance) AS remittance,
                       unnest(p_initiated_by) AS initiated_by) AS o
         ORDER BY o.debtor_account_id, o.end_to_end_id;
    EXCEPTION WHEN unique_violation THEN
        GET STACKED DIAGNOSTICS violated = CONSTRAINT_NAME;
        IF violated <> 'uq_payments_order_end_to_end_id' THEN
            RAISE;
        END IF;
        came_up := 'end_to_end_ids';
        RETURN;
    END;

    posted := ledger_post(
        p_id, p_hash, array_fill(posted_kind, many), array_fill(p_type, many),
        array_fill(p_day, many), p_reference, p_metadata, NULL, NULL, NULL,
        items, array_fill(1::smallint, many), p_debit, p_credit, p_asset, p_amount, p_at, false);
    IF array_remove(posted.refusal, NULL) <> '{}' THEN
        came_up := 'ledger';
        refusal := posted.refusal;
        sequence := posted.sequence;
        refused_posting := posted.refused_posting;
        available := posted.available;
        debit_balance := posted.debit_balance;
        credit_balance := posted.credit_balance;
        RETURN;
    END IF;

    event := infra_outbox_append_many(
        array_fill(p_event_type, many), array_fill(p_event_version, many), p_id::text[],
        p_event_payload, p_at, p_wake);
END $$;
REVOKE ALL ON FUNCTION payments_settle FROM PUBLIC;
GRANT EXECUTE ON FUNCTION payments_settle TO tongbao_app;
