-- What `ledger_post` may be asked for. Whoever has the application's role can call it with anything,
-- so nothing is taken for granted: the two ways of booking rely on each of these.
--
-- Tests of whole arrays, so that a batch of a thousand costs little more than a batch of one. Called by
-- `ledger_post` alone, whose search path holds here too. True or an error: see `ledger_announce`.
DROP FUNCTION IF EXISTS ledger_check_batch;
CREATE FUNCTION ledger_check_batch(
    p_uid uuid[], p_hash bytea[], p_kind smallint[], p_type text[], p_effective_on date[],
    p_reference text[], p_metadata jsonb[], p_correlation_id uuid[], p_target uuid[],
    p_expires_at timestamptz[],
    p_item integer[], p_ordinal smallint[], p_debit uuid[], p_credit uuid[],
    p_asset text[], p_amount bigint[],
    p_booked_at timestamptz, p_atomic boolean
) RETURNS boolean
LANGUAGE plpgsql STABLE
AS $$
DECLARE
    batch_max CONSTANT integer := 10000;             -- items, and postings, of a batch
    amount_max CONSTANT bigint := 900000000000000;   -- sums of a batch stay within 64 bits
    first_moment CONSTANT timestamptz := '0001-01-01 00:00:00+00';  -- what others can read, too
    last_moment CONSTANT timestamptz := '9999-12-31 23:59:59.999999+00';
    items CONSTANT integer := cardinality(p_uid);
    -- How an array looks that begins at 1, has one dimension and that many elements: `[1:3]`.
    per_item CONSTANT text := '[1:' || cardinality(p_uid) || ']';
    per_posting CONSTANT text := array_dims(p_item);
    facts jsonb;
    item integer;
    before integer := 0;
    fault text;
BEGIN
    -- A statement that does not see what was committed meanwhile would book into a closed period.
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'ledger_post needs READ COMMITTED' USING ERRCODE = 'feature_not_supported';
    END IF;

    fault := CASE
        WHEN (per_item = ALL (ARRAY[
                array_dims(p_uid), array_dims(p_hash), array_dims(p_kind), array_dims(p_type),
                array_dims(p_effective_on),
                -- NULL as a whole is NULL for each item.
                CASE WHEN p_reference IS NULL THEN per_item ELSE array_dims(p_reference) END,
                CASE WHEN p_metadata IS NULL THEN per_item ELSE array_dims(p_metadata) END,
                CASE WHEN p_correlation_id IS NULL THEN per_item ELSE array_dims(p_correlation_id) END,
                CASE WHEN p_target IS NULL THEN per_item ELSE array_dims(p_target) END,
                CASE WHEN p_expires_at IS NULL THEN per_item ELSE array_dims(p_expires_at) END]))
             IS NOT TRUE THEN 'arrays of items are not alike'
        WHEN (coalesce(per_posting, '[1:0]') = ALL (ARRAY[
                '[1:' || cardinality(p_item) || ']',
                coalesce(array_dims(p_ordinal), '[1:0]'), coalesce(array_dims(p_debit), '[1:0]'),
                coalesce(array_dims(p_credit), '[1:0]'), coalesce(array_dims(p_asset), '[1:0]'),
                coalesce(array_dims(p_amount), '[1:0]')]))
             IS NOT TRUE THEN 'arrays of postings are not alike'
        WHEN items > batch_max OR cardinality(p_item) > batch_max THEN 'too many items or postings'
        WHEN p_atomic IS NULL THEN 'atomic or not'
        WHEN (1 <= ALL (p_kind) AND 6 >= ALL (p_kind)) IS NOT TRUE THEN 'no such kind'
        WHEN 1 = ALL (p_kind) AND array_remove(p_target, NULL) <> '{}' THEN 'a target too many'
        WHEN 1 = ALL (p_kind) AND array_remove(p_expires_at, NULL) <> '{}' THEN 'an expiry too many'
        WHEN (p_booked_at >= first_moment AND p_booked_at <= last_moment) IS NOT TRUE
             THEN 'booked at no moment'
        WHEN (date '0001-01-01' <= ALL (p_effective_on) AND date '9999-12-31' >= ALL (p_effective_on))
             IS NOT TRUE THEN 'effective on no day'
        WHEN (last_moment >= ALL (p_expires_at) AND first_moment <= ALL (p_expires_at)) IS FALSE
             THEN 'expires at no moment'
        WHEN (0 < ALL (p_amount) AND amount_max >= ALL (p_amount)) IS NOT TRUE
             THEN 'an amount out of range'
        WHEN (0 < ALL (p_ordinal)) IS NOT TRUE THEN 'an ordinal below one'
    END;
    -- Each reversal is judged by what was reversed before the batch, so one target is named once.
    IF fault IS NULL AND items > 1 AND p_kind && ARRAY[3, 4, 5, 6]::smallint[] AND EXISTS (
        SELECT FROM unnest(p_target) AS x(target) WHERE x.target IS NOT NULL
         GROUP BY x.target HAVING count(*) > 1) THEN
        fault := 'one target named twice';
    END IF;
    IF fault IS NULL THEN
        FOREACH facts IN ARRAY coalesce(array_remove(p_metadata, NULL), '{}') LOOP
            IF jsonb_typeof(facts) <> 'object'
               OR jsonb_path_exists(facts, 'strict $.* ? (@.type() <> "string")') THEN
                fault := 'metadata that are no texts by name';
            END IF;
        END LOOP;
        -- Items one after the other; only a void (4) and an expiry (5) are without postings.
        IF fault IS NULL AND p_item = ARRAY(SELECT generate_series(1, items))
           AND NOT p_kind && ARRAY[4, 5]::smallint[] THEN
            RETURN true;  -- the usual batch: one posting each
        END IF;
        FOREACH item IN ARRAY p_item LOOP
            CONTINUE WHEN item = before;
            IF item IS NULL OR item < before OR item > items OR p_kind[item] IN (4, 5) THEN
                fault := 'a posting in no place';
                EXIT;
            END IF;
            FOR passed IN before + 1 .. item - 1 LOOP
                IF p_kind[passed] NOT IN (4, 5) THEN fault := 'an item without postings'; END IF;
            END LOOP;
            before := item;
        END LOOP;
        FOR passed IN before + 1 .. items LOOP
            IF p_kind[passed] NOT IN (4, 5) THEN fault := 'an item without postings'; END IF;
        END LOOP;
    END IF;
    IF fault IS NOT NULL THEN
        RAISE EXCEPTION 'ledger_post: %', fault USING ERRCODE = 'invalid_parameter_value';
    END IF;
    RETURN true;
END $$;
