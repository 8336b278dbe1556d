-- The storing of presence, inside the database: one call, one round trip, all of it or nothing.
--
-- A migration puts these functions into the database, with a copy of this text; a test holds the two together.
-- The order of locks is that of the house: events, then persons, phones and fixes, then attendances, then counts.

-- Which stored records say something about new ones: the sender's own around them, the same ones sent again,
-- those with the same fix, those of the same phone.
CREATE OR REPLACE FUNCTION presence_related(
    sender uuid, ids uuid[], since timestamptz, until timestamptz,
    fix_keys bigint[], fix_since timestamptz, fix_until timestamptz, installation text, days date[]
) RETURNS SETOF presence_record LANGUAGE sql STABLE AS $$
    SELECT * FROM presence_record
    WHERE (sender_id = sender AND captured_at BETWEEN since AND until)
        OR (sender_id = sender AND id = ANY(ids))
        OR (fix_key = ANY(fix_keys) AND captured_at BETWEEN fix_since AND fix_until)
        OR (installation_id = installation AND day = ANY(days))
$$;

-- Hold events against changes of what presence is judged by, then the keys of persons, phones and fixes.
CREATE OR REPLACE FUNCTION presence_lock(events uuid[], keys bigint[])
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM event WHERE id = ANY(events) ORDER BY id FOR KEY SHARE;
    PERFORM pg_advisory_xact_lock(key) FROM (SELECT unnest(keys) AS key ORDER BY key) AS sorted;
END $$;

-- Store records, attendances and counts, judged by what the caller has read: 40001 when something is another.
--
-- `sent`: {events: [{id, version}], seen: [attendance {id, version}] that others were judged by, locks: [key], window: {sender, ids, …} as presence_related takes it,
-- checksum: of the records that were read there, records: [presence_record], annotations: [{sender_id, id,
-- reasons}], created: [attendance], changed: [attendance, `version` as read], counts: [count_pending]}.
CREATE OR REPLACE FUNCTION presence_store(sent json)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    around record;
    stored integer;
    is_lost boolean;
BEGIN
    PERFORM presence_lock(
        ARRAY(SELECT id FROM json_to_recordset(sent->'events') AS judged (id uuid)),
        ARRAY(SELECT value::bigint FROM json_array_elements_text(sent->'locks'))
    );
    -- Statements from here on see what was committed while this one waited.
    SELECT * INTO around FROM json_to_record(sent->'window') AS read (
        sender uuid, ids uuid[], since timestamptz, until timestamptz,
        fix_keys bigint[], fix_since timestamptz, fix_until timestamptz, installation text, days date[]
    );
    is_lost := EXISTS (
        SELECT FROM json_to_recordset(sent->'events') AS judged (id uuid, version integer)
        LEFT JOIN event ON event.id = judged.id
        WHERE event.version IS DISTINCT FROM judged.version
    ) OR EXISTS (
        SELECT FROM json_to_recordset(sent->'seen') AS judged (id uuid, version integer)
        LEFT JOIN attendance ON attendance.id = judged.id
        WHERE attendance.version IS DISTINCT FROM judged.version
    ) OR (sent->>'checksum')::bigint IS DISTINCT FROM (
        SELECT coalesce(sum(1 + cardinality(reasons)), 0) FROM presence_related(
            around.sender, around.ids, around.since, around.until,
            around.fix_keys, around.fix_since, around.fix_until, around.installation, around.days
        )
    );

    INSERT INTO presence_record (
        sender_id, id, content_hash, type, event_id, installation_id, captured_at, received_at,
        latitude, longitude, accuracy_m, fixed_at, mocked, code_is_right, attested, fix_key, day,
        distance_m, companions, status, evidence, reasons
    )
    SELECT sender_id, id, content_hash, type, event_id, installation_id, captured_at, received_at,
        latitude, longitude, accuracy_m, fixed_at, mocked, code_is_right, attested, fix_key, day,
        distance_m, coalesce(companions, 0), status, evidence, reasons
    FROM json_populate_recordset(NULL::presence_record, sent->'records')
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS stored = ROW_COUNT;
    is_lost := is_lost OR stored <> json_array_length(sent->'records');

    UPDATE presence_record SET status = 'review', reasons = doubted.reasons
    FROM json_populate_recordset(NULL::presence_record, sent->'annotations') AS doubted
    WHERE presence_record.sender_id = doubted.sender_id AND presence_record.id = doubted.id;
    GET DIAGNOSTICS stored = ROW_COUNT;
    is_lost := is_lost OR stored <> json_array_length(sent->'annotations');

    -- A release of before tells no `assumed_minutes`: all of its minutes were assumed, or none. Nor does it
    -- tell `companions`, or those that staff named: what is known stays, and none is ever taken back.
    INSERT INTO attendance (
        id, event_id, volunteer_id, version, event_version, status, evidence, checked_in_at, checked_out_at,
        minutes, assumed_minutes, minutes_assumed, distance_m, companions, reasons,
        decision, decision_minutes, decision_is_correction, decision_companions
    )
    SELECT id, event_id, volunteer_id, 1, event_version, status, evidence, checked_in_at, checked_out_at,
        minutes, coalesce(assumed_minutes, CASE WHEN minutes_assumed THEN minutes ELSE 0 END), minutes_assumed,
        distance_m, coalesce(companions, 0), reasons,
        decision, decision_minutes, decision_is_correction, decision_companions
    FROM json_populate_recordset(NULL::attendance, sent->'created')
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS stored = ROW_COUNT;
    is_lost := is_lost OR stored <> json_array_length(sent->'created');

    UPDATE attendance SET
        version = attendance.version + 1, event_version = derived.event_version,
        status = derived.status, evidence = derived.evidence,
        checked_in_at = derived.checked_in_at, checked_out_at = derived.checked_out_at,
        minutes = derived.minutes, minutes_assumed = derived.minutes_assumed,
        assumed_minutes = coalesce(
            derived.assumed_minutes, CASE WHEN derived.minutes_assumed THEN derived.minutes ELSE 0 END
        ),
        distance_m = derived.distance_m, companions = coalesce(derived.companions, attendance.companions),
        reasons = derived.reasons,
        decision = derived.decision, decision_minutes = derived.decision_minutes,
        decision_is_correction = derived.decision_is_correction,
        decision_companions = coalesce(derived.decision_companions, attendance.decision_companions)
    FROM json_populate_recordset(NULL::attendance, sent->'changed') AS derived
    WHERE attendance.id = derived.id AND attendance.version = derived.version;
    GET DIAGNOSTICS stored = ROW_COUNT;
    is_lost := is_lost OR stored <> json_array_length(sent->'changed');

    IF is_lost THEN
        RAISE EXCEPTION 'something else is there now' USING ERRCODE = 'serialization_failure';
    END IF;

    -- The release before this one tells neither whose attendance it was, nor who came along.
    INSERT INTO count_pending (
        event_id, day, region_code, district_code, volunteer_id,
        participations, in_review, minutes, minutes_assumed, companions
    )
    SELECT event_id, counted.day, counted.region_code, event.district_code, volunteer_id,
        participations, in_review, minutes, minutes_assumed, coalesce(companions, 0)
    FROM json_populate_recordset(NULL::count_pending, sent->'counts') AS counted
    JOIN event ON event.id = counted.event_id;
END $$;
