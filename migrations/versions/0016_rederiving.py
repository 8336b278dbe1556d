"""an event says since when its attendances are being derived again

Revision ID: 0016
Revises: 0015

"""
import sqlalchemy as sa
from alembic import op

revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None


def upgrade():
    op.add_column('event', sa.Column('rederiving_since', sa.DateTime(timezone=True)))
    op.create_index(
        'ix_event_rederiving', 'event', ['rederiving_since'],
        postgresql_where=sa.text('rederiving_since IS NOT NULL'),
    )


def downgrade():
    op.drop_index('ix_event_rederiving', 'event')
    op.drop_column('event', 'rederiving_since')
