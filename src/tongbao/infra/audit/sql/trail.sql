-- The audit trail: how entries get their numbers and months, and that they stay as they were written.

-- Numbers are announced before they are taken, as those of the ledger and the outbox are: see
-- `core/ledger/sql/settled.sql` for why and how. The key is 0x6175 ("au") in its upper 16 bits.
CREATE SEQUENCE IF NOT EXISTS infra_audit_seq CACHE 1 OWNED BY infra_audit.seq;

-- Every entry numbered up to the result is visible to statements that start after this one, or was
-- rolled back.
CREATE OR REPLACE FUNCTION infra_audit_settled() RETURNS bigint
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    handed_out bigint;
    announced bigint;
BEGIN
    SELECT CASE WHEN s.is_called THEN s.last_value ELSE 0 END INTO handed_out
      FROM infra_audit_seq s;
    SELECT min(((l.classid::bigint << 32) | l.objid::bigint) & ((1::bigint << 48) - 1))
      INTO announced
      FROM pg_locks l
     WHERE l.locktype = 'advisory' AND l.objsubid = 1
       AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
       AND l.classid::bigint >> 16 = x'6175'::bigint;
    RETURN least(handed_out, announced);
END $$;

CREATE OR REPLACE FUNCTION infra_audit_refuse_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;

-- The trigger for rows is copied to every partition; that for TRUNCATE is not, so `infra_audit_make_month`
-- gives each its own.
CREATE OR REPLACE TRIGGER infra_audit_append_only BEFORE UPDATE OR DELETE ON infra_audit
    FOR EACH ROW EXECUTE FUNCTION infra_audit_refuse_change();
CREATE OR REPLACE TRIGGER infra_audit_no_truncate BEFORE TRUNCATE ON infra_audit
    FOR EACH STATEMENT EXECUTE FUNCTION infra_audit_refuse_change();

-- The partitions of the month (UTC) of a moment: made ahead by a job, and here by the first entry of
-- a month that no job has made. Says whether it made them. Attaching does not stop who reads or
-- appends; a second maker waits and finds the month there.
-- The moment must be one that an installation can have, so that no caller fills the catalogue. A month
-- whose entries were retired keeps its empty table, so it is never made again and takes no entry.
CREATE OR REPLACE FUNCTION infra_audit_make_month(p_at timestamptz) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    begins CONSTANT timestamptz := date_trunc('month', p_at, 'UTC');
    ends CONSTANT timestamptz := date_trunc('month', begins + interval '32 days', 'UTC');
    month CONSTANT text := 'm' || to_char(begins AT TIME ZONE 'UTC', 'YYYYMM');
    years integer;
BEGIN
    IF to_regclass('infra_audit_months.' || month) IS NOT NULL THEN
        RETURN false;
    END IF;
    IF p_at IS NULL OR p_at NOT BETWEEN '2020-01-01 00:00Z'
                                    AND clock_timestamp() + interval '60 months' THEN
        RAISE EXCEPTION 'no month of the audit trail for %', p_at
            USING ERRCODE = 'datetime_field_overflow';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('infra_audit_months'));
    -- Not by name again: that this session found none is remembered, whoever has made it since.
    IF EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE n.nspname = 'infra_audit_months' AND c.relname = month) THEN
        RETURN false;
    END IF;
    EXECUTE format(
        'CREATE TABLE infra_audit_months.%I (LIKE infra_audit INCLUDING DEFAULTS INCLUDING CONSTRAINTS)
         PARTITION BY LIST (keep_years)', month);
    FOREACH years IN ARRAY ARRAY[5, 10] LOOP
        EXECUTE format(
            'CREATE TABLE infra_audit_months.%I PARTITION OF infra_audit_months.%I FOR VALUES IN (%s)
             WITH (autovacuum_vacuum_insert_scale_factor = 0.02)',
            month || '_' || years, month, years);
        EXECUTE format(
            'CREATE TRIGGER infra_audit_no_truncate BEFORE TRUNCATE ON infra_audit_months.%I
             FOR EACH STATEMENT EXECUTE FUNCTION infra_audit_refuse_change()',
            month || '_' || years);
    END LOOP;
    EXECUTE format(
        'CREATE TRIGGER infra_audit_no_truncate BEFORE TRUNCATE ON infra_audit_months.%I
         FOR EACH STATEMENT EXECUTE FUNCTION infra_audit_refuse_change()', month);
    EXECUTE format(
        'ALTER TABLE infra_audit ATTACH PARTITION infra_audit_months.%I FOR VALUES FROM (%L) TO (%L)',
        month, begins, ends);
    RETURN true;
END $$;

-- Appends `p_count` entries that happened at one moment, in order; the only way in.
-- The first element of an array is for every entry that has no other; entry i has element i + 1. So
-- what all have in common is sent once, and an array that is NULL is NULL for each. Where `p_skip` has
-- an element, the entry is left out: it has no first one, and element i is about entry i.
CREATE OR REPLACE FUNCTION infra_audit_append(
    p_at timestamptz, p_count integer,
    p_keep_years smallint[], p_action text[], p_outcome text[], p_code text[],
    p_actor_id uuid[], p_actor_kind text[], p_actor_roles text[], p_session_id uuid[],
    p_subject_id uuid[], p_object_type text[], p_object_id text[],
    p_before bytea[], p_after bytea[], p_reason text[],
    p_address text[], p_device bytea[], p_request_id text[],
    p_skip text[] DEFAULT NULL
) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
SET plan_cache_mode = force_generic_plan  -- or each call would be planned anew, for its number of rows
AS $$
DECLARE
    said text := current_setting('tongbao.audit_announced', true);
    number bigint;
BEGIN
    IF p_count IS NULL OR p_count NOT BETWEEN 1 AND 100000 THEN
        RAISE EXCEPTION 'between 1 and 100000 entries' USING ERRCODE = 'numeric_value_out_of_range';
    END IF;
    -- Assignments and conditions, which cost a quarter of the statements they stand for.
    IF to_regclass('infra_audit_months.m' || to_char(p_at AT TIME ZONE 'UTC', 'YYYYMM')) IS NULL THEN
        PERFORM infra_audit_make_month(p_at);
    END IF;
    number := coalesce(pg_sequence_last_value('infra_audit_seq'), 0);
    IF said ~ '^[0-9]{1,18}$' THEN
        number := least(said::bigint, number);
    ELSE
        said := set_config('tongbao.audit_announced', number::text, true);
    END IF;
    number := (x'6175'::bigint << 48) | number;
    IF NOT pg_try_advisory_xact_lock_shared(number) THEN
        PERFORM pg_advisory_xact_lock_shared(number);
    END IF;
    INSERT INTO infra_audit (
        at, seq, keep_years, action, outcome, code, actor_id, actor_kind, actor_roles, session_id,
        subject_id, object_type, object_id, before, after, reason, address, device, request_id)
    SELECT p_at, nextval('infra_audit_seq'),
           coalesce(p_keep_years[i], p_keep_years[1]), coalesce(p_action[i], p_action[1]),
           coalesce(p_outcome[i], p_outcome[1]), coalesce(p_code[i], p_code[1]),
           coalesce(p_actor_id[i], p_actor_id[1]), coalesce(p_actor_kind[i], p_actor_kind[1]),
           coalesce(p_actor_roles[i], p_actor_roles[1]), coalesce(p_session_id[i], p_session_id[1]),
           coalesce(p_subject_id[i], p_subject_id[1]), coalesce(p_object_type[i], p_object_type[1]),
           coalesce(p_object_id[i], p_object_id[1]), coalesce(p_before[i], p_before[1]),
           coalesce(p_after[i], p_after[1]), coalesce(p_reason[i], p_reason[1]),
           coalesce(p_address[i], p_address[1]), coalesce(p_device[i], p_device[1]),
           coalesce(p_request_id[i], p_request_id[1])
      FROM generate_series(2, p_count + 1) i
     WHERE p_skip[i - 1] IS NULL;
END $$;

-- A table's rights are given anew to the application's role whenever the SQL files are run.
REVOKE ALL ON infra_audit FROM PUBLIC, tongbao_app;
REVOKE ALL ON SEQUENCE infra_audit_seq FROM PUBLIC, tongbao_app;
REVOKE ALL ON SCHEMA infra_audit_months FROM PUBLIC, tongbao_app;
GRANT SELECT ON infra_audit TO tongbao_app;
GRANT SELECT ON SEQUENCE infra_audit_seq TO tongbao_app;
REVOKE ALL ON FUNCTION infra_audit_append, infra_audit_make_month, infra_audit_settled FROM PUBLIC;
GRANT EXECUTE ON FUNCTION infra_audit_append, infra_audit_make_month, infra_audit_settled TO tongbao_app;

-- The tree over entries, and what is left of entries whose time was over, are append-only too.
-- Only the owner retires entries.
CREATE OR REPLACE TRIGGER infra_audit_tree_node_append_only BEFORE UPDATE OR DELETE ON infra_audit_tree_node
    FOR EACH ROW EXECUTE FUNCTION infra_audit_refuse_change();
CREATE OR REPLACE TRIGGER infra_audit_tree_node_no_truncate BEFORE TRUNCATE ON infra_audit_tree_node
    FOR EACH STATEMENT EXECUTE FUNCTION infra_audit_refuse_change();
CREATE OR REPLACE TRIGGER infra_audit_tree_checkpoint_append_only
    BEFORE UPDATE OR DELETE ON infra_audit_tree_checkpoint
    FOR EACH ROW EXECUTE FUNCTION infra_audit_refuse_change();
CREATE OR REPLACE TRIGGER infra_audit_tree_checkpoint_no_truncate
    BEFORE TRUNCATE ON infra_audit_tree_checkpoint
    FOR EACH STATEMENT EXECUTE FUNCTION infra_audit_refuse_change();
CREATE OR REPLACE TRIGGER infra_audit_retired_append_only BEFORE UPDATE OR DELETE ON infra_audit_retired
    FOR EACH ROW EXECUTE FUNCTION infra_audit_refuse_change();
CREATE OR REPLACE TRIGGER infra_audit_retired_no_truncate BEFORE TRUNCATE ON infra_audit_retired
    FOR EACH STATEMENT EXECUTE FUNCTION infra_audit_refuse_change();
-- An alert is closed once, and never taken away.
CREATE OR REPLACE FUNCTION infra_audit_refuse_reopening() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.closed_at IS NOT NULL THEN
        RAISE EXCEPTION 'an alert is closed once' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER infra_audit_alert_stays BEFORE UPDATE OR DELETE ON infra_audit_alert
    FOR EACH ROW EXECUTE FUNCTION infra_audit_refuse_reopening();
CREATE OR REPLACE TRIGGER infra_audit_alert_no_truncate BEFORE TRUNCATE ON infra_audit_alert
    FOR EACH STATEMENT EXECUTE FUNCTION infra_audit_refuse_change();

REVOKE ALL ON infra_audit_tree_node, infra_audit_tree_checkpoint, infra_audit_retired, infra_audit_alert
    FROM PUBLIC, tongbao_app;
GRANT SELECT, INSERT ON infra_audit_tree_node, infra_audit_tree_checkpoint, infra_audit_alert TO tongbao_app;
GRANT SELECT ON infra_audit_retired TO tongbao_app;
GRANT UPDATE (closed_at, closed_by, finding) ON infra_audit_alert TO tongbao_app;
