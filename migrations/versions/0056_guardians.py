"""guardians of minors: the link that a child hands on, and what was agreed to by it

Revision ID: 0056
Revises: 0055

"""
import sqlalchemy as sa
from alembic import op

revision = '0056'
down_revision = '0055'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        'guardian_link',
        sa.Column('child_id', sa.Uuid(), nullable=False),
        sa.Column('secret_hash', sa.LargeBinary(), nullable=False),
        sa.Column('phone', sa.Text(), nullable=False),
        sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ['child_id'], ['volunteer.id'], name=op.f('fk_guardian_link_child_id_volunteer')
        ),
        sa.PrimaryKeyConstraint('child_id', name=op.f('pk_guardian_link')),
        sa.UniqueConstraint('secret_hash', name=op.f('uq_guardian_link_secret_hash')),
    )
    op.create_table(
        'guardianship',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('child_id', sa.Uuid(), nullable=False),
        sa.Column('subject', sa.Text(), nullable=False),
        sa.Column('phone', sa.Text(), nullable=False),
        sa.Column('name', sa.Text(), nullable=False),
        sa.Column('relation', sa.Text(), nullable=False),
        sa.Column('version', sa.Text(), nullable=False),
        sa.Column('secret_hash', sa.LargeBinary(), nullable=False),
        sa.Column('accepted_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('ended_by', sa.Text(), nullable=True),
        sa.CheckConstraint(
            "relation IN ('mother', 'father', 'representative')", name=op.f('ck_guardianship_relation')
        ),
        sa.CheckConstraint(
            "ended_by IN ('guardian', 'child', 'change')", name=op.f('ck_guardianship_ended_by')
        ),
        sa.ForeignKeyConstraint(
            ['child_id'], ['volunteer.id'], name=op.f('fk_guardianship_child_id_volunteer')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_guardianship')),
    )
    op.create_index(op.f('ix_guardianship_child_id'), 'guardianship', ['child_id'])
    op.create_index(op.f('ix_guardianship_subject'), 'guardianship', ['subject'])
    op.create_index(
        'uq_guardianship_in_force',
        'guardianship',
        ['child_id'],
        unique=True,
        postgresql_where=sa.text('ended_at IS NULL'),
    )
    # Whoever was here before has 60 days to find a guardian who agrees. The release still running knows
    # nothing of it: whom it registers meanwhile is asked at once.
    op.add_column(
        'volunteer', sa.Column('guardian_grace_until', sa.DateTime(timezone=True), nullable=True)
    )
    op.execute(
        "UPDATE volunteer SET guardian_grace_until = now() + interval '60 days' "
        "WHERE birth_date > (now() - interval '18 years')::date"
    )
    # Whom the child of a number has named is looked for by that number.
    op.create_index(
        'ix_volunteer_guardian_phone',
        'volunteer',
        ['guardian_phone'],
        postgresql_where=sa.text('guardian_phone IS NOT NULL'),
    )


def downgrade():
    op.drop_index('ix_volunteer_guardian_phone', 'volunteer')
    op.drop_column('volunteer', 'guardian_grace_until')
    op.drop_table('guardianship')
    op.drop_table('guardian_link')
