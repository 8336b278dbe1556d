"""organizations: what a coordinator asks, names that wait, events that are hidden, secrets that change

Revision ID: 0012
Revises: 0011

"""
from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

# revision identifiers, used by Alembic.
revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None


def _check(table, name, condition):
    op.drop_constraint(op.f(f'ck_{table}_{name}'), table, type_='check')
    op.create_check_constraint(op.f(f'ck_{table}_{name}'), table, condition)


def upgrade():
    op.add_column('organization', sa.Column('kind', sa.Text(), nullable=True))
    op.add_column('organization', sa.Column('question', sa.Text(), nullable=True))
    op.add_column('organization', sa.Column('answer', sa.Text(), nullable=True))
    op.add_column('organization', sa.Column('pending_name', postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    # The release that is still running makes rows without these.
    op.add_column('organization', sa.Column('version', sa.Integer(), server_default='1', nullable=False))
    op.create_check_constraint(
        op.f('ck_organization_kind'), 'organization',
        "kind IN ('ngo', 'school', 'university', 'business', 'state', 'group')",
    )
    _check('organization', 'status', "status IN ('pending', 'asked', 'verified', 'rejected', 'suspended')")

    op.add_column(
        'invitation',
        sa.Column('expires_at', sa.DateTime(timezone=True), server_default=sa.text("now() + interval '14 days'"), nullable=False),
    )
    op.execute("UPDATE invitation SET expires_at = created_at + interval '14 days'")
    _check('invitation', 'status', "status IN ('open', 'accepted', 'declined', 'void', 'withdrawn')")

    op.add_column('event', sa.Column('hidden_by', sa.Text(), nullable=True))
    op.add_column('event', sa.Column('hidden_reason', sa.Text(), nullable=True))
    op.create_check_constraint(op.f('ck_event_hidden_by'), 'event', "hidden_by IN ('organization', 'coordinator')")
    op.add_column('event', sa.Column('code_secret_before', sa.Text(), nullable=True))
    op.add_column('event', sa.Column('code_secret_changed_at', sa.DateTime(timezone=True), nullable=True))


def downgrade():
    op.drop_column('event', 'code_secret_changed_at')
    op.drop_column('event', 'code_secret_before')
    op.drop_constraint(op.f('ck_event_hidden_by'), 'event', type_='check')
    op.drop_column('event', 'hidden_reason')
    op.drop_column('event', 'hidden_by')
    op.execute("UPDATE invitation SET status = 'declined' WHERE status = 'withdrawn'")
    _check('invitation', 'status', "status IN ('open', 'accepted', 'declined', 'void')")
    op.drop_column('invitation', 'expires_at')
    op.execute("UPDATE organization SET status = 'pending' WHERE status = 'asked'")
    _check('organization', 'status', "status IN ('pending', 'verified', 'rejected', 'suspended')")
    op.drop_constraint(op.f('ck_organization_kind'), 'organization', type_='check')
    op.drop_column('organization', 'version')
    op.drop_column('organization', 'pending_name')
    op.drop_column('organization', 'answer')
    op.drop_column('organization', 'question')
    op.drop_column('organization', 'kind')
