"""sightings: who was seen where by month and year; and when the counts were last checked

Revision ID: 0034
Revises: 0033

"""
import sqlalchemy as sa
from alembic import op

revision = '0034'
down_revision = '0033'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        'sighting',
        sa.Column('scope', sa.Text(), nullable=False),
        sa.Column('period', sa.Integer(), nullable=False, autoincrement=False),
        sa.Column('volunteer_id', sa.Uuid(), nullable=False),
        sa.Column('n', sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint('scope', 'period', 'volunteer_id', name=op.f('pk_sighting')),
    )
    op.create_table(
        'sighting_total',
        sa.Column('scope', sa.Text(), nullable=False),
        sa.Column('period', sa.Integer(), nullable=False, autoincrement=False),
        sa.Column('people', sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint('scope', 'period', name=op.f('pk_sighting_total')),
    )
    op.create_table(
        'count_check',
        sa.Column('id', sa.Integer(), nullable=False, autoincrement=False),
        sa.Column('checked_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('wrong', sa.Integer(), server_default='0', nullable=False),
        sa.Column('sightings_since', sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint('id = 1', name=op.f('ck_count_check_single_row')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_count_check')),
    )
    # Where people were counted already, the release before goes on doing so without a word about who they are:
    # the sightings are made in the night after it, and until then nobody reads them.
    op.execute(
        """
        INSERT INTO count_check (id, sightings_since)
        SELECT 1, CASE WHEN EXISTS (SELECT FROM attendance) THEN NULL ELSE now() END
        """
    )


def downgrade():
    op.drop_table('count_check')
    op.drop_table('sighting_total')
    op.drop_table('sighting')
