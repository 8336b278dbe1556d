"""decisions of staff, appeals, coarse cells of old positions

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "attendance_decision",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("attendance_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("minutes", sa.Integer()),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("before", postgresql.JSONB()),
        sa.Column("after", postgresql.JSONB(), nullable=False),
        sa.CheckConstraint("role IN ('organizer', 'coordinator')", name=op.f("ck_attendance_decision_role")),
        sa.CheckConstraint("status IN ('counted', 'rejected')", name=op.f("ck_attendance_decision_status")),
        sa.CheckConstraint("minutes >= 0", name=op.f("ck_attendance_decision_minutes")),
        sa.ForeignKeyConstraint(
            ["attendance_id"], ["attendance.id"], name=op.f("fk_attendance_decision_attendance_id_attendance")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["volunteer.id"], name=op.f("fk_attendance_decision_decided_by_volunteer")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance_decision")),
    )
    op.create_index("ix_attendance_decision_attendance_id", "attendance_decision", ["attendance_id"])
    op.create_table(
        "appeal",
        sa.Column("attendance_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["attendance_id"], ["attendance.id"], name=op.f("fk_appeal_attendance_id_attendance")
        ),
        sa.PrimaryKeyConstraint("attendance_id", name=op.f("pk_appeal")),
    )
    op.create_index(
        "ix_appeal_open", "appeal", ["attendance_id"], postgresql_where=sa.text("decided_at IS NULL")
    )
    op.add_column("presence_record", sa.Column("cell", sa.BigInteger()))
    op.create_index(
        "ix_presence_record_located",
        "presence_record",
        ["captured_at"],
        postgresql_where=sa.text("latitude IS NOT NULL"),
    )


def downgrade():
    op.drop_index("ix_presence_record_located", "presence_record")
    op.drop_column("presence_record", "cell")
    op.drop_table("appeal")
    op.drop_table("attendance_decision")
