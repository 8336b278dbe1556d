"""a place is offered shortly before the start and held until it is confirmed; who was removed stays away

Revision ID: 0047
Revises: 0046

"""
import sqlalchemy as sa
from alembic import op

revision = '0047'
down_revision = '0046'
branch_labels = None
depends_on = None


def _status(condition):
    op.drop_constraint(op.f('ck_signup_status'), 'signup', type_='check')
    op.create_check_constraint(op.f('ck_signup_status'), 'signup', condition)


def upgrade():
    # The release that is still running makes rows without these.
    op.add_column('event', sa.Column('offered', sa.Integer(), server_default='0', nullable=False))
    op.create_check_constraint(op.f('ck_event_offered'), 'event', 'offered >= 0')
    op.add_column('signup', sa.Column('confirm_by', sa.DateTime(timezone=True), nullable=True))
    op.add_column('signup', sa.Column('removed_at', sa.DateTime(timezone=True), nullable=True))
    _status("status IN ('going', 'waitlisted', 'offered', 'cancelled')")
    op.create_check_constraint(
        op.f('ck_signup_offered'), 'signup',
        "status <> 'offered' OR confirm_by IS NOT NULL",
    )
    op.create_index(
        'ix_signup_offered', 'signup', ['event_id', 'confirm_by'],
        postgresql_where=sa.text("status = 'offered'"),
    )


def downgrade():
    op.drop_index('ix_signup_offered', 'signup')
    op.drop_constraint(op.f('ck_signup_offered'), 'signup', type_='check')
    # What the release before knows instead: they are next in the line.
    op.execute("""
        UPDATE event SET waitlisted = waitlisted + held.people FROM (
            SELECT event_id, sum(1 + companions) AS people FROM signup WHERE status = 'offered' GROUP BY event_id
        ) AS held WHERE held.event_id = event.id
    """)
    op.execute("UPDATE signup SET status = 'waitlisted' WHERE status = 'offered'")
    _status("status IN ('going', 'waitlisted', 'cancelled')")
    op.drop_column('signup', 'removed_at')
    op.drop_column('signup', 'confirm_by')
    op.drop_constraint(op.f('ck_event_offered'), 'event', type_='check')
    op.drop_column('event', 'offered')
