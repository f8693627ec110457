-- The database's own clock decides whether a pending transaction has expired: no edge's clock can
-- be late for it. Tests replace this function to move time.
CREATE OR REPLACE FUNCTION ledger_now() RETURNS timestamptz
LANGUAGE sql VOLATILE
RETURN clock_timestamp();

-- Close an accounting period for ever; false if it was closed already. Waits for the bookings under
-- way, which hold the same lock shared, so that none is effective in a period closed before it.
CREATE OR REPLACE FUNCTION ledger_close_period(p_starts_on date, p_closed_at timestamptz)
RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('ledger_period'));
    UPDATE ledger_period SET closed_at = p_closed_at WHERE starts_on = p_starts_on AND closed_at IS NULL;
    RETURN FOUND;
END $$;
