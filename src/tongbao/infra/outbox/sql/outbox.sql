-- How events get their numbers, and how far the log is settled. Applied after the tables exist.
--
-- A sequence hands out numbers before commit, so a small number may become visible after a large
-- one. A reader must know below which number nothing can appear any more.
--
-- Each transaction that appends holds a shared advisory lock from before it takes its first number
-- until it has ended. The lock's key carries the number the sequence stood at, so all numbers of
-- the transaction are greater than it. Nobody ever asks for such a key exclusively: the locks only
-- tell, they never make anyone wait.
--
-- The key is 0x7462 ("tb") in its upper 16 bits and the number in its lower 48.

CREATE SEQUENCE IF NOT EXISTS infra_outbox_seq CACHE 1 OWNED BY infra_outbox.seq;
GRANT USAGE, SELECT ON SEQUENCE infra_outbox_seq TO tongbao_app;

-- Returns something so that its callers can assign it: a PERFORM is a statement that is set up and
-- taken down, which costs more than what is done here.
DROP FUNCTION IF EXISTS infra_outbox_announce();
CREATE FUNCTION infra_outbox_announce() RETURNS text
    LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
    said text := current_setting('tongbao.outbox_announced', true);
    key bigint;
BEGIN
    -- Once a transaction. Both the setting and the lock are undone by a rollback to a savepoint.
    IF coalesce(said, '') = '' THEN
        key := (x'7462'::bigint << 48) | coalesce(pg_sequence_last_value('infra_outbox_seq'), 0);
        IF NOT pg_try_advisory_xact_lock_shared(key) THEN
            PERFORM pg_advisory_xact_lock_shared(key);
        END IF;
        said := set_config('tongbao.outbox_announced', 'yes', true);
    END IF;
    RETURN said;
END;
$$;

CREATE OR REPLACE FUNCTION infra_outbox_next_seq() RETURNS bigint
    LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
    said text := infra_outbox_announce();
BEGIN
    RETURN nextval('infra_outbox_seq');
END;
$$;

ALTER TABLE infra_outbox ALTER COLUMN seq SET DEFAULT infra_outbox_next_seq();

-- Payloads are kept as they are: those large enough to be compressed are lists of ids, from which
-- PostgreSQL saves little and at which it works longer than at writing the row.
ALTER TABLE infra_outbox ALTER COLUMN payload SET STORAGE EXTERNAL;

-- Every event numbered up to the result is either visible to statements that start after this one
-- or was rolled back. True because of the order of the two steps: a number up to `handed_out` was
-- taken before the first step, hence under a lock that the second step still sees unless its
-- transaction has ended. (A transaction becomes visible before its locks are released.)
CREATE OR REPLACE FUNCTION infra_outbox_settled_seq() RETURNS bigint
    LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
    handed_out bigint;
    announced bigint;
BEGIN
    SELECT CASE WHEN s.is_called THEN s.last_value ELSE 0 END INTO handed_out
        FROM infra_outbox_seq s;
    SELECT min(((l.classid::bigint << 32) | l.objid::bigint) & ((1::bigint << 48) - 1))
        INTO announced
        FROM pg_locks l
        WHERE l.locktype = 'advisory' AND l.objsubid = 1
            AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
            AND l.classid::bigint >> 16 = x'7462'::bigint;
    RETURN least(handed_out, announced);
END;
$$;

-- One event written inside the database, by a function that changes things there: it saves the round
-- trip of `infra.outbox.append`, whose counterpart this is. Returns the event's number.
DROP FUNCTION IF EXISTS infra_outbox_append;
CREATE FUNCTION infra_outbox_append(
    p_type text, p_version integer, p_subject text, p_payload jsonb, p_occurred_at timestamptz,
    p_wake boolean  -- see `infra.outbox.wake_due`
) RETURNS bigint
    LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
    number bigint := infra_outbox_next_seq();
BEGIN
    INSERT INTO infra_outbox (seq, type, version, subject, payload, occurred_at)
        VALUES (number, p_type, p_version, p_subject, p_payload, p_occurred_at);
    IF p_wake THEN
        PERFORM pg_notify('infra_outbox', '');
    END IF;
    RETURN number;
END;
$$;

-- Many at once, in their order. Returns the last one's number.
DROP FUNCTION IF EXISTS infra_outbox_append_many;
CREATE FUNCTION infra_outbox_append_many(
    p_type text[], p_version integer[], p_subject text[], p_payload text[],
    p_occurred_at timestamptz, p_wake boolean
) RETURNS bigint
    LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
    said text := infra_outbox_announce();
BEGIN
    INSERT INTO infra_outbox (seq, type, version, subject, payload, occurred_at)
        SELECT nextval('infra_outbox_seq'), e.type, e.version, e.subject,
               CAST(e.payload AS jsonb), p_occurred_at
          FROM (SELECT unnest(p_type) AS type, unnest(p_version) AS version,
                       unnest(p_subject) AS subject, unnest(p_payload) AS payload) AS e;
    IF p_wake THEN
        PERFORM pg_notify('infra_outbox', '');
    END IF;
    RETURN currval('infra_outbox_seq');
END;
$$;
