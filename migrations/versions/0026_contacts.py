"""contacts of organizations, events and regions

Revision ID: 0026
Revises: 0025

"""
from alembic import op
import sqlalchemy as sa

# revision identifiers, used by Alembic.
revision = '0026'
down_revision = '0025'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('contact',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('about', sa.Text(), nullable=False),
    sa.Column('about_id', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=True),
    sa.Column('link', sa.Text(), nullable=True),
    sa.Column('public', sa.Boolean(), nullable=False),
    sa.Column('volunteer_id', sa.Uuid(), nullable=True),
    sa.Column('asked_by', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("about IN ('organization', 'event', 'region')", name=op.f('ck_contact_about')),
    sa.CheckConstraint("state IN ('standing', 'waiting', 'declined')", name=op.f('ck_contact_state')),
    sa.ForeignKeyConstraint(['asked_by'], ['volunteer.id'], name=op.f('fk_contact_asked_by_volunteer')),
    sa.ForeignKeyConstraint(['volunteer_id'], ['volunteer.id'], name=op.f('fk_contact_volunteer_id_volunteer')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_contact')),
    sa.UniqueConstraint('about', 'about_id', 'state', name=op.f('uq_contact_about_about_id_state'))
    )
    op.create_index('ix_contact_volunteer_id', 'contact', ['volunteer_id'], unique=False)


def downgrade():
    op.drop_table('contact')
