"""honours: who agreed to be named among the most active

Revision ID: 0043
Revises: 0042

"""
from alembic import op
import sqlalchemy as sa

revision = '0043'
down_revision = '0042'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        'honours_agreement',
        sa.Column('volunteer_id', sa.Uuid(), nullable=False),
        sa.Column('agreed_at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ['volunteer_id'], ['volunteer.id'], name=op.f('fk_honours_agreement_volunteer_id_volunteer')
        ),
        sa.PrimaryKeyConstraint('volunteer_id', name=op.f('pk_honours_agreement')),
    )


def downgrade():
    op.drop_table('honours_agreement')
