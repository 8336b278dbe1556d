"""attendance evidence

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

NOW_NULLABLE = (("presence_record", "distance_m"), ("attendance", "distance_m"))


def upgrade():
    op.add_column("event", sa.Column("cancelled_at", sa.DateTime(timezone=True)))
    op.execute("UPDATE event SET cancelled_at = least(now(), ends_at) WHERE status = 'cancelled'")
    record = "presence_record"
    op.add_column(record, sa.Column("code_is_right", sa.Boolean(), nullable=False, server_default="false"))
    op.add_column(record, sa.Column("attested", sa.Boolean()))
    op.add_column(record, sa.Column("fix_key", sa.BigInteger()))
    op.add_column(record, sa.Column("day", sa.Date()))
    op.execute(
        "UPDATE presence_record SET day = (captured_at AT TIME ZONE 'Asia/Almaty')::date,"
        " fix_key = round(latitude * 1000000)::bigint * 1000000000 + round(longitude * 1000000)::bigint"
    )
    op.alter_column(record, "day", nullable=False)
    op.alter_column(record, "code_is_right", server_default=None)
    for table, column in NOW_NULLABLE:
        op.alter_column(table, column, nullable=True)
    for columns in (("sender_id", "captured_at"), ("fix_key", "captured_at"), ("installation_id", "day")):
        op.create_index(f"ix_presence_record_{'_'.join(columns)}", record, columns)
    held = "attendance"
    op.add_column(held, sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    op.add_column(held, sa.Column("decision", sa.Text()))
    op.add_column(held, sa.Column("decision_minutes", sa.Integer()))
    op.add_column(
        held, sa.Column("decision_is_correction", sa.Boolean(), nullable=False, server_default="false")
    )
    for column in ("version", "decision_is_correction"):
        op.alter_column(held, column, server_default=None)
    op.create_check_constraint(op.f("ck_attendance_decision"), held, "decision IN ('counted', 'rejected')")
    op.create_index("ix_attendance_open", held, ["event_id"], postgresql_where=sa.text("checked_out_at IS NULL"))
    op.create_index("ix_attendance_review", held, ["event_id"], postgresql_where=sa.text("status = 'review'"))


def downgrade():
    op.drop_index("ix_attendance_review", "attendance")
    op.drop_index("ix_attendance_open", "attendance")
    for column in ("decision_is_correction", "decision_minutes", "decision", "version"):
        op.drop_column("attendance", column)
    for columns in (("installation_id", "day"), ("fix_key", "captured_at"), ("sender_id", "captured_at")):
        op.drop_index(f"ix_presence_record_{'_'.join(columns)}", "presence_record")
    for table, column in NOW_NULLABLE:
        op.execute(f"UPDATE {table} SET {column} = 0 WHERE {column} IS NULL")
        op.alter_column(table, column, nullable=False)
    for column in ("day", "fix_key", "attested", "code_is_right"):
        op.drop_column("presence_record", column)
    op.drop_column("event", "cancelled_at")
