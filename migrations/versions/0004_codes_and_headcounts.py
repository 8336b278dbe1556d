"""a secret for the code of each event's place, and head counts

Revision ID: 0004
Revises: 0003
"""
from alembic import op
import sqlalchemy as sa

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade():
    # The default is volatile: PostgreSQL works it out anew for each existing row, so that every event gets a
    # secret of its own. The release still running inserts events without naming the column, and gets one, too.
    op.add_column('event', sa.Column(
        'code_secret',
        sa.Text(),
        server_default=sa.text(
            "translate(upper(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '')), '0189', 'GHIJ')"
        ),
        nullable=False,
    ))
    op.create_table('headcount',
    sa.Column('event_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('group_name', sa.Text(), nullable=False),
    sa.Column('people', sa.Integer(), nullable=False),
    sa.Column('minutes', sa.Integer(), nullable=False),
    sa.Column('created_by', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_by', sa.Uuid(), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('taken_back', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.CheckConstraint('minutes >= 0', name=op.f('ck_headcount_minutes')),
    sa.CheckConstraint('people BETWEEN 1 AND 5000', name=op.f('ck_headcount_people')),
    sa.ForeignKeyConstraint(['changed_by'], ['volunteer.id'], name=op.f('fk_headcount_changed_by_volunteer')),
    sa.ForeignKeyConstraint(['created_by'], ['volunteer.id'], name=op.f('fk_headcount_created_by_volunteer')),
    sa.ForeignKeyConstraint(['event_id'], ['event.id'], name=op.f('fk_headcount_event_id_event')),
    sa.PrimaryKeyConstraint('event_id', 'id', name=op.f('pk_headcount'))
    )


def downgrade():
    op.drop_table('headcount')
    op.drop_column('event', 'code_secret')
