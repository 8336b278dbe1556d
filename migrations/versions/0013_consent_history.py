"""consent history: what was agreed to, from when until when

Revision ID: 0013
Revises: 0012

"""
from alembic import op
import sqlalchemy as sa

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        'consent',
        sa.Column('volunteer_id', sa.Uuid(), nullable=False),
        sa.Column('name', sa.Text(), nullable=False),
        sa.Column('version', sa.Text(), nullable=False),
        sa.Column('given_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ['volunteer_id'], ['volunteer.id'], name=op.f('fk_consent_volunteer_id_volunteer')
        ),
        sa.PrimaryKeyConstraint('volunteer_id', 'name', 'version', 'given_at', name=op.f('pk_consent')),
    )
    op.create_index(
        'uq_consent_given',
        'consent',
        ['volunteer_id', 'name', 'version'],
        unique=True,
        postgresql_where=sa.text('withdrawn_at IS NULL'),
    )
    # When each was given was not kept: at registration nothing went without, so that is the earliest moment.
    op.execute("""
        INSERT INTO consent (volunteer_id, name, version, given_at)
        SELECT volunteer.id, given.key, given.value, volunteer.created_at
        FROM volunteer CROSS JOIN LATERAL jsonb_each_text(volunteer.consents) AS given
    """)
    # The release before still reads and writes the column; this one does neither.
    op.alter_column('volunteer', 'consents', server_default=sa.text("'{}'::jsonb"))


def downgrade():
    op.execute("""
        UPDATE volunteer SET consents = held.given FROM (
            SELECT volunteer_id, jsonb_object_agg(name, version ORDER BY given_at) AS given
            FROM consent WHERE withdrawn_at IS NULL GROUP BY volunteer_id) AS held
        WHERE held.volunteer_id = volunteer.id
    """)
    op.alter_column('volunteer', 'consents', server_default=None)
    op.drop_table('consent')
