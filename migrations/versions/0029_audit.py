"""audit: what staff has done and read, which no role can change or delete

Revision ID: 0029
Revises: 0028

"""
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0029'
down_revision = '0028'
branch_labels = None
depends_on = None

GUARD = """
-- Nothing that was recorded is written again, by whomever. Entries that have lived their time go by `audit_forget`.
CREATE FUNCTION audit_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND TG_TABLE_NAME = 'audit_entry' THEN
        IF current_setting('tazalyq.audit_forgets', true) = 'on' AND OLD.at < now() - interval '1825 days' THEN
            RETURN OLD;
        END IF;
    END IF;
    RAISE EXCEPTION 'audit is append-only' USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER audit_entry_guard BEFORE UPDATE OR DELETE ON audit_entry
    FOR EACH ROW EXECUTE FUNCTION audit_guard();
CREATE TRIGGER audit_entry_keep BEFORE TRUNCATE ON audit_entry
    FOR EACH STATEMENT EXECUTE FUNCTION audit_guard();
CREATE TRIGGER audit_seal_guard BEFORE UPDATE OR DELETE ON audit_seal
    FOR EACH ROW EXECUTE FUNCTION audit_guard();
CREATE TRIGGER audit_seal_keep BEFORE TRUNCATE ON audit_seal
    FOR EACH STATEMENT EXECUTE FUNCTION audit_guard();

-- Delete sealed entries of before this moment that are older than five years; how many they were.
CREATE FUNCTION audit_forget(before timestamptz) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
SET search_path FROM CURRENT AS $$
DECLARE
    forgotten bigint;
BEGIN
    PERFORM set_config('tazalyq.audit_forgets', 'on', true);
    DELETE FROM audit_entry
    WHERE at < least(before, now() - interval '1825 days')
        AND EXISTS (SELECT FROM audit_seal WHERE audit_seal.entry_id = audit_entry.id);
    GET DIAGNOSTICS forgotten = ROW_COUNT;
    PERFORM set_config('tazalyq.audit_forgets', 'off', true);
    RETURN forgotten;
END $$;
"""


def upgrade():
    op.create_table(
        'audit_entry',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('actor_id', sa.Uuid(), nullable=True),
        sa.Column('action', sa.Text(), nullable=False),
        sa.Column('region_code', sa.Text(), nullable=True),
        sa.Column('organization_id', sa.Uuid(), nullable=True),
        sa.Column('event_id', sa.Uuid(), nullable=True),
        sa.Column('subject_id', sa.Uuid(), nullable=True),
        sa.Column('detail', postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_entry')),
    )
    op.create_index('ix_audit_entry_at', 'audit_entry', ['at'])
    op.create_index('ix_audit_entry_actor_id', 'audit_entry', ['actor_id', 'id'])
    op.create_index('ix_audit_entry_event_id', 'audit_entry', ['event_id', 'id'])
    op.create_index('ix_audit_entry_subject_id', 'audit_entry', ['subject_id', 'id'])
    op.create_table(
        'audit_seal',
        sa.Column('number', sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column('entry_id', sa.Uuid(), nullable=False),
        sa.Column('at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('digest', sa.Text(), nullable=False),
        sa.Column('mac', sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint('number', name=op.f('pk_audit_seal')),
        sa.UniqueConstraint('entry_id', name=op.f('uq_audit_seal_entry_id')),
    )
    op.execute(GUARD)


def downgrade():
    op.execute('DROP FUNCTION audit_forget(timestamptz)')
    op.drop_table('audit_seal')
    op.drop_table('audit_entry')
    op.execute('DROP FUNCTION audit_guard()')
