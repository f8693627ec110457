-- Take several keys for this transaction; for each, whether it is new and ours to work on. The second
-- statement's snapshot is younger than the locks, so it sees the answer of whoever held one before. No
-- plan may read the table whole, whenever it was made.
CREATE OR REPLACE FUNCTION infra_idempotency_begin(
    p_lock bigint[], p_actor_id uuid[], p_method text[], p_route text[], p_key text[]
) RETURNS boolean[]
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, public, pg_temp
SET enable_seqscan = off
AS $$
DECLARE
    held boolean[];
BEGIN
    SELECT array_agg(pg_try_advisory_xact_lock(l.lock)) INTO held
      FROM (SELECT unnest(p_lock) AS lock) AS l;
    RETURN (
        SELECT array_agg(k.held AND (
                   SELECT true FROM infra_idempotency i
                    WHERE i.actor_id = k.actor_id AND i.method = k.method AND i.route = k.route
                      AND i.key = k.key LIMIT 1) IS NULL)
          FROM (SELECT unnest(held) AS held, unnest(p_actor_id) AS actor_id,
                       unnest(p_method) AS method, unnest(p_route) AS route,
                       unnest(p_key) AS key) AS k);
END $$;
REVOKE ALL ON FUNCTION infra_idempotency_begin FROM PUBLIC;
GRANT EXECUTE ON FUNCTION infra_idempotency_begin TO tongbao_app;
