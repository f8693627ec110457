-- The database's own clock decides whether a pending transaction has expired: no edge's clock can
-- be late for it. Tests replace this function to move time.
CREATE OR REPLACE FUNCTION ledger_now() RETURNS timestamptz
LANGUAGE sql VOLATILE
RETURN clock_timestamp();

-- Close an accounting period for ever; false if it was closed already. Waits for the bookings under
-- way, which hold the same lock shared, so that none is effective in a period closed before it. Every
-- number they took is behind us then: a greater one in the period is a forgery, and the verifier says so.
CREATE OR REPLACE FUNCTION ledger_close_period(p_starts_on date, p_closed_at timestamptz)
RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF (p_closed_at >= '0001-01-01 00:00:00+00' AND p_closed_at <= '9999-12-31 00:00:00+00') IS NOT TRUE THEN
        RAISE EXCEPTION 'ledger_close_period: closed at no moment' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('ledger_period'));
    UPDATE ledger_period
       SET closed_at = p_closed_at,
           closed_through = (SELECT CASE WHEN s.is_called THEN s.last_value ELSE 0 END
                               FROM ledger_transaction_id_seq s)
     WHERE starts_on = p_starts_on AND closed_at IS NULL;
    RETURN FOUND;
END $$;
