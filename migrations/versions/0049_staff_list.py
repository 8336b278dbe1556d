"""the organizer's list: ticks, people by phone alone; staff's words say when they were said, and of how many

Revision ID: 0049
Revises: 0048

"""
import sqlalchemy as sa
from alembic import context, op

revision = '0049'
down_revision = '0048'
branch_labels = None
depends_on = None

# What `service/attendance/presence_store.sql` said of this function when this migration was written.
STORE = """
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
"""

ROLES = ("'organizer', 'coordinator'", "'organizer', 'coordinator', 'volunteer'")
STATUSES = ("'counted', 'rejected'", "'counted', 'review', 'rejected'")


def upgrade():
    op.add_column('attendance', sa.Column('decision_companions', sa.SmallInteger(), nullable=True))
    op.add_column('attendance_decision', sa.Column('companions', sa.SmallInteger(), nullable=True))
    op.add_column('attendance_decision', sa.Column('is_correction', sa.Boolean(), nullable=True))
    op.add_column('attendance_decision', sa.Column('said_at', sa.DateTime(timezone=True), nullable=True))
    _limit(ROLES[1], STATUSES[1])
    op.create_table(
        'typed_person',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('event_id', sa.Uuid(), nullable=False),
        sa.Column('mark', sa.Text(), nullable=True),
        sa.Column('digits', sa.Text(), nullable=True),
        sa.Column('display_name', sa.Text(), nullable=True),
        sa.Column('name_key', sa.Text(), nullable=True),
        sa.Column('present', sa.Boolean(), nullable=False),
        sa.Column('companions', sa.SmallInteger(), server_default='0', nullable=False),
        sa.Column('said_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('volunteer_id', sa.Uuid(), nullable=True),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint('companions BETWEEN 0 AND 10', name=op.f('ck_typed_person_companions')),
        sa.ForeignKeyConstraint(['event_id'], ['event.id'], name=op.f('fk_typed_person_event_id_event')),
        sa.ForeignKeyConstraint(
            ['volunteer_id'], ['volunteer.id'], name=op.f('fk_typed_person_volunteer_id_volunteer')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_typed_person')),
    )
    known = sa.text('mark IS NOT NULL')
    op.create_index(
        'uq_typed_person_mark',
        'typed_person',
        ['event_id', 'mark', 'name_key'],
        unique=True,
        postgresql_where=known,
    )
    op.create_index('ix_typed_person_mark', 'typed_person', ['mark'], postgresql_where=known)
    op.create_index('ix_typed_person_created_at', 'typed_person', ['created_at'], postgresql_where=known)
    op.create_index('ix_typed_person_volunteer_id', 'typed_person', ['volunteer_id'])
    op.create_table(
        'list_tick',
        sa.Column('ticked_by', sa.Uuid(), nullable=False),
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('content_hash', sa.Text(), nullable=False),
        sa.Column('event_id', sa.Uuid(), nullable=False),
        sa.Column('volunteer_id', sa.Uuid(), nullable=True),
        sa.Column('typed_person_id', sa.Uuid(), nullable=True),
        sa.Column('present', sa.Boolean(), nullable=False),
        sa.Column('minutes', sa.Integer(), nullable=True),
        sa.Column('companions', sa.SmallInteger(), nullable=True),
        sa.Column('reason', sa.Text(), nullable=False),
        sa.Column('captured_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint('minutes >= 0', name=op.f('ck_list_tick_minutes')),
        sa.CheckConstraint('companions BETWEEN 0 AND 10', name=op.f('ck_list_tick_companions')),
        sa.CheckConstraint(
            'volunteer_id IS NOT NULL OR typed_person_id IS NOT NULL', name=op.f('ck_list_tick_somebody')
        ),
        sa.ForeignKeyConstraint(['event_id'], ['event.id'], name=op.f('fk_list_tick_event_id_event')),
        sa.ForeignKeyConstraint(
            ['ticked_by'], ['volunteer.id'], name=op.f('fk_list_tick_ticked_by_volunteer')
        ),
        sa.ForeignKeyConstraint(
            ['typed_person_id'], ['typed_person.id'], name=op.f('fk_list_tick_typed_person_id_typed_person')
        ),
        sa.ForeignKeyConstraint(
            ['volunteer_id'], ['volunteer.id'], name=op.f('fk_list_tick_volunteer_id_volunteer')
        ),
        sa.PrimaryKeyConstraint('ticked_by', 'id', name=op.f('pk_list_tick')),
    )
    op.create_index('ix_list_tick_event_id_volunteer_id', 'list_tick', ['event_id', 'volunteer_id'])
    op.create_index('ix_list_tick_typed_person_id', 'list_tick', ['typed_person_id'])
    op.execute(STORE)


def downgrade():
    op.execute(context.script.get_revision('0035').module.STORE)
    op.drop_table('list_tick')
    op.drop_table('typed_person')
    op.execute("DELETE FROM attendance_decision WHERE role = 'volunteer' OR status = 'review'")
    op.execute("UPDATE attendance SET decision = NULL, decision_minutes = NULL WHERE decision = 'review'")
    _limit(ROLES[0], STATUSES[0])
    for column in ('said_at', 'is_correction', 'companions'):
        op.drop_column('attendance_decision', column)
    op.drop_column('attendance', 'decision_companions')


def _limit(roles, statuses):
    for table, name, condition in (
        ('attendance', 'decision', f'decision IN ({statuses})'),
        ('attendance_decision', 'status', f'status IN ({statuses})'),
        ('attendance_decision', 'role', f'role IN ({roles})'),
    ):
        op.drop_constraint(op.f(f'ck_{table}_{name}'), table)
        # Every row of before fits: it need not be looked at while the table is held.
        op.create_check_constraint(op.f(f'ck_{table}_{name}'), table, condition, postgresql_not_valid=True)
        op.execute(f'ALTER TABLE {table} VALIDATE CONSTRAINT ck_{table}_{name}')
