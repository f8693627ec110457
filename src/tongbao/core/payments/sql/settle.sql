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
-- Orders are written in the order of the unique index, as everybody writes: two batches that use the
-- same end-to-end ids wait for each other and never in a circle.
CREATE OR REPLACE FUNCTION payments_settle(
    -- what `limits_reserve` takes
    p_use uuid[], p_class integer[], p_party uuid[], p_device text[], p_counterparty text[],
    p_used_amount bigint[], p_operation text[], p_party_kind text[], p_level smallint[],
    p_product text[], p_channel text[], p_has_device boolean[], p_has_counterparty boolean[],
    p_used_currency text[], p_reviewed boolean[], p_used_at timestamptz, p_day date,
    -- the orders
    p_id uuid[], p_debtor_account_id uuid[], p_debtor_account_number text[], p_debtor_name text[],
    p_creditor_account_id uuid[], p_creditor_account_number text[], p_creditor_name text[],
    p_amount_minor bigint[], p_currency text[], p_end_to_end_id text[], p_remittance text[],
    p_transaction_id uuid[], p_initiated_by uuid[], p_initiated_at timestamptz,
    -- what `ledger_post` takes
    p_uid uuid[], p_hash bytea[], p_kind smallint[], p_type text[], p_effective_on date[],
    p_reference text[], p_metadata jsonb[], p_correlation_id uuid[], p_target uuid[],
    p_expires_at timestamptz[], p_item integer[], p_ordinal smallint[], p_debit uuid[],
    p_credit uuid[], p_asset text[], p_amount bigint[], p_booked_at timestamptz, p_atomic boolean,
    p_wake_ledger boolean,
    -- what `infra_outbox_append_many` takes
    p_event_type text[], p_event_version integer[], p_event_subject text[],
    p_event_payload text[], p_occurred_at timestamptz, p_wake boolean,
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
    reserved record;
    posted record;
    violated text;
BEGIN
    SELECT * INTO reserved
      FROM limits_reserve(p_use, p_class, p_party, p_device, p_counterparty, p_used_amount,
                          p_operation, p_party_kind, p_level, p_product, p_channel, p_has_device,
                          p_has_counterparty, p_used_currency, p_reviewed, p_used_at, p_day);
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
               o.creditor_account_id, o.creditor_account_number, o.creditor_name, o.amount_minor,
               o.currency, o.end_to_end_id, o.remittance, o.transaction_id, o.initiated_by,
               p_initiated_at
          FROM unnest(p_id, p_debtor_account_id, p_debtor_account_number, p_debtor_name,
                      p_creditor_account_id, p_creditor_account_number, p_creditor_name,
                      p_amount_minor, p_currency, p_end_to_end_id, p_remittance,
                      p_transaction_id, p_initiated_by)
               AS o (id, debtor_account_id, debtor_account_number, debtor_name,
                     creditor_account_id, creditor_account_number, creditor_name,
                     amount_minor, currency, end_to_end_id, remittance, transaction_id,
                     initiated_by)
         ORDER BY o.debtor_account_id, o.end_to_end_id;
    EXCEPTION WHEN unique_violation THEN
        GET STACKED DIAGNOSTICS violated = CONSTRAINT_NAME;
        IF violated <> 'uq_payments_order_end_to_end_id' THEN
            RAISE;
        END IF;
        came_up := 'end_to_end_ids';
        RETURN;
    END;

    SELECT * INTO posted
      FROM ledger_post(p_uid, p_hash, p_kind, p_type, p_effective_on, p_reference, p_metadata,
                       p_correlation_id, p_target, p_expires_at, p_item, p_ordinal, p_debit,
                       p_credit, p_asset, p_amount, p_booked_at, p_atomic, p_wake_ledger);
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

    PERFORM infra_outbox_append_many(p_event_type, p_event_version, p_event_subject,
                                     p_event_payload, p_occurred_at, p_wake);
END $$;
REVOKE ALL ON FUNCTION payments_settle FROM PUBLIC;
GRANT EXECUTE ON FUNCTION payments_settle TO tongbao_app;
