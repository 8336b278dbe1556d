"""resting roles: of a record that somebody came back to after half a year; one that nobody claims has no uid

Revision ID: 0019
Revises: 0018

"""
from alembic import op
import sqlalchemy as sa

revision = '0019'
down_revision = '0018'
branch_labels = None
depends_on = None


def upgrade():
    op.alter_column('volunteer', 'subject', existing_type=sa.Text(), nullable=True)
    op.add_column(
        'volunteer',
        sa.Column('wrong_birth_dates', sa.Integer(), server_default=sa.text('0'), nullable=False),
    )
    for table in ('membership', 'coordinator'):
        op.add_column(
            table, sa.Column('resting', sa.Boolean(), server_default=sa.text('false'), nullable=False)
        )


def downgrade():
    # Who may not act must not be able to: the former code knows no rest.
    for table in ('membership', 'coordinator'):
        op.execute(f'DELETE FROM {table} WHERE resting')
        op.drop_column(table, 'resting')
    op.drop_column('volunteer', 'wrong_birth_dates')
    op.execute("UPDATE volunteer SET subject = 'detached:' || id WHERE subject IS NULL")
    op.alter_column('volunteer', 'subject', existing_type=sa.Text(), nullable=False)
