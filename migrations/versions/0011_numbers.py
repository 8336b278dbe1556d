"""numbers: a record belongs to a uid, its number follows the newest token and may be gone

Revision ID: 0011
Revises: 0010

"""
from alembic import op
import sqlalchemy as sa

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade():
    op.alter_column('volunteer', 'phone', existing_type=sa.Text(), nullable=True)
    # The defaults serve the records of before, and those that the release still running makes.
    for name in ('phone_seen_at', 'last_seen_at'):
        op.add_column(
            'volunteer',
            sa.Column(name, sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
        )
    op.create_table(
        'local_identity',
        sa.Column('phone', sa.Text(), nullable=False),
        sa.Column('subject', sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint('phone', name=op.f('pk_local_identity')),
        sa.UniqueConstraint('subject', name=op.f('uq_local_identity_subject')),
    )
    op.drop_constraint(op.f('ck_invitation_status'), 'invitation', type_='check')
    op.create_check_constraint(
        op.f('ck_invitation_status'), 'invitation', "status IN ('open', 'accepted', 'declined', 'void')"
    )


def downgrade():
    op.execute("UPDATE invitation SET status = 'declined' WHERE status = 'void'")
    op.drop_constraint(op.f('ck_invitation_status'), 'invitation', type_='check')
    op.create_check_constraint(
        op.f('ck_invitation_status'), 'invitation', "status IN ('open', 'accepted', 'declined')"
    )
    op.drop_table('local_identity')
    op.drop_column('volunteer', 'last_seen_at')
    op.drop_column('volunteer', 'phone_seen_at')
    op.execute("UPDATE volunteer SET phone = id::text WHERE phone IS NULL")
    op.alter_column('volunteer', 'phone', existing_type=sa.Text(), nullable=False)
