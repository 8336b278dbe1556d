"""series of events; what a geocoder answered, and when it may be asked again

Revision ID: 0050
Revises: 0049

"""
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0050'
down_revision = '0049'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        'event_series',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('rrule', sa.Text(), nullable=False),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_event_series')),
    )
    op.add_column('event', sa.Column('series_id', sa.Uuid(), nullable=True))
    op.add_column(
        'event', sa.Column('series_own', postgresql.ARRAY(sa.Text()), server_default='{}', nullable=False)
    )
    op.create_foreign_key(
        op.f('fk_event_series_id_event_series'), 'event', 'event_series', ['series_id'], ['id']
    )
    op.create_index(
        'ix_event_series_id_starts_at', 'event', ['series_id', 'starts_at'],
        postgresql_where=sa.text('series_id IS NOT NULL'),
    )
    op.create_table(
        'geocoded',
        sa.Column('key', postgresql.BYTEA(), nullable=False),
        sa.Column('places', postgresql.JSONB(), nullable=False),
        sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint('key', name=op.f('pk_geocoded')),
    )
    op.create_index('ix_geocoded_expires_at', 'geocoded', ['expires_at'])
    op.create_table(
        'geocoder_turn',
        sa.Column('id', sa.Integer(), nullable=False, autoincrement=False),
        sa.Column('free_at', sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_geocoder_turn')),
    )


def downgrade():
    op.drop_table('geocoder_turn')
    op.drop_table('geocoded')
    op.drop_index('ix_event_series_id_starts_at', 'event')
    op.drop_constraint(op.f('fk_event_series_id_event_series'), 'event')
    op.drop_column('event', 'series_own')
    op.drop_column('event', 'series_id')
    op.drop_table('event_series')
