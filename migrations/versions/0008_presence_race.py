"""presence race: locks, a fresh look and a refusal inside the statement that stores

Revision ID: 0008
Revises: 0007

"""
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade():
    # Volatile: after the wait for the locks the sum is taken from what is committed then.
    op.execute("""
        CREATE FUNCTION presence_hold(
            locks bigint[], sender uuid, ids uuid[], first timestamptz, last timestamptz,
            fix_keys bigint[], first_fix timestamptz, last_fix timestamptz, installation text, days date[]
        ) RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$
        BEGIN
            PERFORM pg_advisory_xact_lock(key) FROM unnest(locks) AS key;
            RETURN (
                SELECT coalesce(sum(1 + cardinality(record.reasons)), 0) FROM presence_record AS record
                WHERE (record.sender_id = sender AND record.captured_at BETWEEN first AND last)
                    OR (record.sender_id = sender AND record.id = ANY(ids))
                    OR (record.fix_key = ANY(fix_keys)
                        AND record.captured_at BETWEEN first_fix AND last_fix)
                    OR (record.installation_id = installation AND record.day = ANY(days))
            );
        END $$
    """)
    op.execute("""
        CREATE FUNCTION presence_unchanged(holds boolean) RETURNS boolean LANGUAGE plpgsql AS $$
        BEGIN
            IF holds IS NOT TRUE THEN
                RAISE EXCEPTION 'something else is there now' USING ERRCODE = 'serialization_failure';
            END IF;
            RETURN true;
        END $$
    """)


def downgrade():
    op.execute('DROP FUNCTION presence_unchanged(boolean)')
    op.execute(
        'DROP FUNCTION presence_hold(bigint[], uuid, uuid[], timestamptz, timestamptz, bigint[],'
        ' timestamptz, timestamptz, text, date[])'
    )
