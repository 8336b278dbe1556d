"""installations: keyed by person and installation, with the day since when

Revision ID: 0017
Revises: 0016

"""
from alembic import op
import sqlalchemy as sa

revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None


def upgrade():
    op.add_column(
        'device',
        sa.Column('registered_at', sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
    )
    # Since when is not known of those that are there: not later than when they were last seen.
    op.execute('UPDATE device SET registered_at = seen_at')
    op.drop_constraint(op.f('uq_device_installation_id'), 'device', type_='unique')
    op.create_index(op.f('ix_device_installation_id'), 'device', ['installation_id'])


def downgrade():
    op.execute("""
        DELETE FROM device USING device AS newer
        WHERE newer.installation_id = device.installation_id
            AND (newer.seen_at, newer.volunteer_id) > (device.seen_at, device.volunteer_id)
    """)
    op.drop_index(op.f('ix_device_installation_id'), 'device')
    op.create_unique_constraint(op.f('uq_device_installation_id'), 'device', ['installation_id'])
    op.drop_column('device', 'registered_at')
