"""what came of an event; groups by category, announced and confirmed; companions at check-in

Revision ID: 0030
Revises: 0029

"""
import sqlalchemy as sa
from alembic import op

revision = '0030'
down_revision = '0029'
branch_labels = None
depends_on = None

MEASURED = ('waste_t', 'waste_amount', 'recycled_t', 'area_ha', 'banks_km')
WHOLE = (
    'places', 'machines', 'trees', 'shrubs', 'yards', 'parks', 'water_bodies', 'social', 'monuments',
    'containers', 'dumps',
)


def upgrade():
    op.create_table(
        'event_result',
        sa.Column('event_id', sa.Uuid(), nullable=False),
        *(sa.Column(name, sa.Numeric(12, 3), nullable=True) for name in MEASURED),
        sa.Column('waste_unit', sa.Text(), nullable=True),
        *(sa.Column(name, sa.Integer(), nullable=True) for name in WHOLE),
        sa.Column('note', sa.Text(), nullable=True),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.Column('created_by', sa.Uuid(), nullable=False),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('updated_by', sa.Uuid(), nullable=False),
        sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
        *(
            sa.CheckConstraint(f'{name} >= 0', name=op.f(f'ck_event_result_{name}'))
            for name in (*MEASURED, *WHOLE)
        ),
        sa.CheckConstraint("waste_unit IN ('t', 'bag', 'm3')", name=op.f('ck_event_result_waste_unit')),
        sa.CheckConstraint(
            '(waste_amount IS NULL) = (waste_unit IS NULL) AND (waste_amount IS NULL) = (waste_t IS NULL)',
            name=op.f('ck_event_result_waste'),
        ),
        sa.ForeignKeyConstraint(['event_id'], ['event.id'], name=op.f('fk_event_result_event_id_event')),
        sa.ForeignKeyConstraint(
            ['created_by'], ['volunteer.id'], name=op.f('fk_event_result_created_by_volunteer')
        ),
        sa.ForeignKeyConstraint(
            ['updated_by'], ['volunteer.id'], name=op.f('fk_event_result_updated_by_volunteer')
        ),
        sa.PrimaryKeyConstraint('event_id', name=op.f('pk_event_result')),
    )
    op.add_column('event_report', sa.Column('outliers', sa.ARRAY(sa.Text()), nullable=True))
    op.add_column('headcount', sa.Column('category', sa.Text(), nullable=True))
    op.add_column('headcount', sa.Column('expected', sa.Integer(), nullable=True))
    op.create_check_constraint(op.f('ck_headcount_expected'), 'headcount', 'expected BETWEEN 1 AND 5000')
    op.create_check_constraint(
        op.f('ck_headcount_category'), 'headcount',
        "category IN ('state', 'business', 'school', 'university', 'ngo', 'residents', 'other')",
    )
    op.alter_column('headcount', 'people', nullable=True)
    op.alter_column('headcount', 'minutes', nullable=True)
    for table in ('presence_record', 'attendance'):
        op.add_column(
            table, sa.Column('companions', sa.SmallInteger(), server_default='0', nullable=False)
        )
        op.create_check_constraint(
            op.f(f'ck_{table}_companions'), table, 'companions BETWEEN 0 AND 10'
        )


def downgrade():
    for table in ('attendance', 'presence_record'):
        op.drop_column(table, 'companions')
    # Groups that were announced and never seen have no place in what there was before.
    op.execute('DELETE FROM headcount WHERE people IS NULL')
    op.execute('UPDATE headcount SET minutes = 0 WHERE minutes IS NULL')
    op.alter_column('headcount', 'minutes', nullable=False)
    op.alter_column('headcount', 'people', nullable=False)
    op.drop_column('headcount', 'expected')
    op.drop_column('headcount', 'category')
    op.drop_column('event_report', 'outliers')
    op.drop_table('event_result')
