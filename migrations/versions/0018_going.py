"""a sign-up remembers when somebody was going: presence is judged by how it was at its moment

Revision ID: 0018
Revises: 0017

"""
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0018'
down_revision = '0017'
branch_labels = None
depends_on = None


def upgrade():
    op.add_column(
        'signup',
        sa.Column('going', postgresql.TSTZMULTIRANGE(), server_default='{}', nullable=False),
    )
    # Since when they go is not known any more: since they are on the list.
    op.execute("""
        UPDATE signup SET going = tstzmultirange(tstzrange(created_at, NULL)) WHERE status = 'going'
    """)


def downgrade():
    op.drop_column('signup', 'going')
