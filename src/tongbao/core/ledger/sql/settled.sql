-- Up to which number the ledger is settled: whoever reads transactions in order must know below
-- which number nothing can appear any more.
--
-- A sequence hands out numbers before commit, so a small number may become visible after a large
-- one. Each transaction that books therefore holds a shared advisory lock from before it takes its
-- first number until it has ended. The lock's key carries the number the sequence stood at, so all
-- numbers of the transaction are greater than it. Nobody ever asks for such a key exclusively: the
-- locks only tell, they never make anyone wait.
--
-- The key is 0x746c ("tl") in its upper 16 bits and the number in its lower 48.

-- To be called before the first number is taken; again in the same transaction it takes the same lock
-- again, which costs nothing. A setting remembers the number. Anybody may set a setting, so it is not
-- believed: a number no greater than where the sequence stands is as safe as that one, however it got
-- there. Setting and lock are both undone by a rollback to a savepoint.
-- Assignments and conditions here and in the functions that book, for PL/pgSQL evaluates those itself;
-- each PERFORM and SELECT is a statement that is set up and taken down, which costs four times as much.
-- Hence it returns something: the key.
DROP FUNCTION IF EXISTS ledger_announce();
CREATE FUNCTION ledger_announce() RETURNS bigint
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    said text := current_setting('tongbao.ledger_announced', true);
    number bigint := coalesce(pg_sequence_last_value('ledger_transaction_id_seq'), 0);
BEGIN
    IF said ~ '^[0-9]{1,18}$' THEN
        number := least(said::bigint, number);
    ELSE
        said := set_config('tongbao.ledger_announced', number::text, true);
    END IF;
    number := (x'746c'::bigint << 48) | number;
    IF NOT pg_try_advisory_xact_lock_shared(number) THEN
        PERFORM pg_advisory_xact_lock_shared(number);
    END IF;
    RETURN number;
END $$;

-- Every transaction numbered up to the result is either visible to statements that start after
-- this one or was rolled back. True because of the order of the two steps: a number up to
-- `handed_out` was taken before the first step, hence under a lock that the second step still sees
-- unless its transaction has ended. (A transaction becomes visible before its locks are released.)
CREATE OR REPLACE FUNCTION ledger_settled() RETURNS bigint
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    handed_out bigint;
    announced bigint;
BEGIN
    SELECT CASE WHEN s.is_called THEN s.last_value ELSE 0 END INTO handed_out
      FROM ledger_transaction_id_seq s;
    SELECT min(((l.classid::bigint << 32) | l.objid::bigint) & ((1::bigint << 48) - 1))
      INTO announced
      FROM pg_locks l
     WHERE l.locktype = 'advisory' AND l.objsubid = 1
       AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
       AND l.classid::bigint >> 16 = x'746c'::bigint;
    RETURN least(handed_out, announced);
END $$;

-- Only `ledger_post` announces, with its owner's rights.
REVOKE ALL ON FUNCTION ledger_announce, ledger_settled FROM PUBLIC;
GRANT SELECT ON SEQUENCE ledger_transaction_id_seq TO tongbao_app;
GRANT EXECUTE ON FUNCTION ledger_settled TO tongbao_app;
