"""sums by scope and period; results know where and when their event was; events that are not over

Revision ID: 0042
Revises: 0041

"""
import sqlalchemy as sa
from alembic import op

revision = '0042'
down_revision = '0041'
branch_labels = None
depends_on = None

FIGURES = {
    'events': sa.Integer, 'signups': sa.Integer, 'participations': sa.Integer, 'minutes': sa.BigInteger,
    'minutes_assumed': sa.BigInteger, 'headcount': sa.Integer, 'collectives': sa.Integer,
    'companions': sa.Integer, 'in_review': sa.Integer,
}
TRIGGERS = """
CREATE FUNCTION event_result_place() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT day, region_code, district_code INTO NEW.day, NEW.region_code, NEW.district_code
    FROM event WHERE id = NEW.event_id;
    RETURN NEW;
END $$;
CREATE TRIGGER event_result_place BEFORE INSERT ON event_result
    FOR EACH ROW EXECUTE FUNCTION event_result_place();

CREATE FUNCTION event_result_follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE event_result SET day = NEW.day, region_code = NEW.region_code, district_code = NEW.district_code
    WHERE event_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER event_result_follow AFTER UPDATE OF day, region_code, district_code ON event
    FOR EACH ROW
    WHEN ((OLD.day, OLD.region_code, OLD.district_code)
        IS DISTINCT FROM (NEW.day, NEW.region_code, NEW.district_code))
    EXECUTE FUNCTION event_result_follow();
"""


def upgrade():
    op.create_table(
        'scope_total',
        sa.Column('period', sa.Integer(), nullable=False, autoincrement=False),
        sa.Column('scope', sa.Text(), nullable=False),
        *(sa.Column(name, kind(), server_default='0', nullable=False) for name, kind in FIGURES.items()),
        sa.PrimaryKeyConstraint('period', 'scope', name=op.f('pk_scope_total')),
    )
    op.drop_constraint(op.f('pk_sighting_total'), 'sighting_total')
    op.create_primary_key(op.f('pk_sighting_total'), 'sighting_total', ['period', 'scope'])
    # Whatever was counted already is summed in the night after this release.
    op.execute(
        'UPDATE count_check SET sightings_since = NULL WHERE EXISTS (SELECT FROM count_total)'
        ' OR EXISTS (SELECT FROM count_pending)'
    )
    op.add_column('event_result', sa.Column('day', sa.Date(), nullable=True))
    op.add_column('event_result', sa.Column('region_code', sa.Text(), nullable=True))
    op.add_column('event_result', sa.Column('district_code', sa.Text(), nullable=True))
    op.execute(TRIGGERS)
    op.execute(
        'UPDATE event_result SET day = event.day, region_code = event.region_code,'
        ' district_code = event.district_code FROM event WHERE event.id = event_result.event_id'
    )
    op.alter_column('event_result', 'day', nullable=False)
    op.alter_column('event_result', 'region_code', nullable=False)
    op.create_index(
        'ix_event_not_over', 'event', ['ends_at'], postgresql_where=sa.text("status = 'published'")
    )


def downgrade():
    op.drop_index('ix_event_not_over', 'event')
    op.execute('DROP TRIGGER event_result_follow ON event')
    op.execute('DROP TRIGGER event_result_place ON event_result')
    op.execute('DROP FUNCTION event_result_follow()')
    op.execute('DROP FUNCTION event_result_place()')
    for name in ('district_code', 'region_code', 'day'):
        op.drop_column('event_result', name)
    op.drop_constraint(op.f('pk_sighting_total'), 'sighting_total')
    op.create_primary_key(op.f('pk_sighting_total'), 'sighting_total', ['scope', 'period'])
    op.drop_table('scope_total')
