"""second factors, and the one-time secrets to enrol with

Revision ID: 0036
Revises: 0035

"""
from alembic import op
import sqlalchemy as sa

revision = '0036'
down_revision = '0035'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        'second_factor',
        sa.Column('volunteer_id', sa.Uuid(), nullable=False),
        sa.Column('secret', sa.LargeBinary(), nullable=True),
        sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('enrolment_id', sa.Uuid(), nullable=True),
        sa.Column('is_vouched', sa.Boolean(), server_default=sa.text('false'), nullable=False),
        sa.Column('last_step', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
        sa.Column('pending', sa.LargeBinary(), nullable=True),
        sa.Column('pending_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('pending_vouched', sa.Boolean(), server_default=sa.text('false'), nullable=False),
        sa.Column('reset_asked_by', sa.Uuid(), nullable=True),
        sa.Column('reset_asked_at', sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ['volunteer_id'], ['volunteer.id'], name=op.f('fk_second_factor_volunteer_id_volunteer')
        ),
        sa.PrimaryKeyConstraint('volunteer_id', name=op.f('pk_second_factor')),
    )
    op.create_table(
        'enrolment_secret',
        sa.Column('volunteer_id', sa.Uuid(), nullable=False),
        sa.Column('secret_hash', sa.LargeBinary(), nullable=False),
        sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ['volunteer_id'], ['volunteer.id'], name=op.f('fk_enrolment_secret_volunteer_id_volunteer')
        ),
        sa.PrimaryKeyConstraint('volunteer_id', name=op.f('pk_enrolment_secret')),
    )


def downgrade():
    op.drop_table('enrolment_secret')
    op.drop_table('second_factor')
