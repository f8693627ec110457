-- What others look up of parties, many at a time, inside statements of their own: it is planned as
-- part of such a statement. `LIMIT` leaves the planner no other way than to look it up by its index.
CREATE OR REPLACE FUNCTION parties_by_id(p_id uuid)
RETURNS TABLE (
    id uuid, kind text, name text, registration_number text, registered_at timestamptz, status text,
    level smallint
)
LANGUAGE sql STABLE
AS $$
    SELECT p.id, p.kind, p.name, p.registration_number, p.registered_at, p.status, p.level
      FROM parties_party p WHERE p.id = p_id LIMIT 1
$$;
