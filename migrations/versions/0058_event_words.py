"""events are found by the words of title, place and organization

Revision ID: 0058
Revises: 0057

"""
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0058'
down_revision = '0057'
branch_labels = None
depends_on = None

FUNCTIONS = r"""
-- Its words and where it is, each behind the number of the week in which it starts: so a few weeks' are found
-- without those of all years. `found_in`: folded texts (service/geography/places.py); words as
-- service/events/words.py makes them of what people look for.
CREATE OR REPLACE FUNCTION event_words(
    starts_at timestamptz, region_code text, district_code text, found_in text
) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT array_to_tsvector(array_agg(week || ' ' || word))
    FROM (SELECT floor(extract(epoch FROM starts_at) / 604800)::text AS week) AS start,
        LATERAL (
            SELECT left(word, 40) AS word
            FROM unnest(string_to_array(translate(
                found_in,
                E'!"#$\x25&''()*+,-./:;<=>?@[\\]^_`{|}~«»“”„‘’–—…№·•−§°',
                repeat(' ', 48)
            ), ' ')) AS word
            WHERE word <> ''
            UNION SELECT '@' || region_code
            UNION SELECT '#' || district_code WHERE district_code IS NOT NULL
        ) AS words
$$;

CREATE OR REPLACE FUNCTION event_found_by() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.organization_search IS NULL THEN
        -- Held, so that a new name waits for this event and finds it.
        SELECT search INTO NEW.organization_search
        FROM organization WHERE id = NEW.organization_id FOR SHARE;
    END IF;
    NEW.words := event_words(
        NEW.starts_at, NEW.region_code, NEW.district_code, concat_ws(' ', NEW.search, NEW.organization_search)
    );
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER event_found_by BEFORE INSERT OR UPDATE OF
    search, organization_search, starts_at, region_code, district_code ON event
    FOR EACH ROW EXECUTE FUNCTION event_found_by();

-- An organization's new name is its events', too.
CREATE OR REPLACE FUNCTION organization_found_by() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE event SET organization_search = NEW.search WHERE organization_id = NEW.id;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER organization_found_by AFTER UPDATE OF search ON organization
    FOR EACH ROW WHEN (OLD.search IS DISTINCT FROM NEW.search)
    EXECUTE FUNCTION organization_found_by();
"""


def upgrade():
    op.add_column('event', sa.Column('organization_search', sa.Text(), nullable=True))
    op.add_column('event', sa.Column('words', postgresql.TSVECTOR(), nullable=True))
    # Looked at in each row that is walked by: never outside of it.
    op.execute('ALTER TABLE event ALTER COLUMN words SET STORAGE MAIN')
    op.execute(FUNCTIONS)
    op.create_index(
        'ix_event_words', 'event', ['words'], postgresql_using='gin', postgresql_with={'fastupdate': 'off'}
    )
    op.create_index(
        'ix_event_wordless', 'event', ['id'], postgresql_where=sa.text('organization_search IS NULL')
    )
    op.create_index(
        'ix_event_coming_region_code',
        'event',
        ['region_code', 'starts_at', 'id'],
        postgresql_where=sa.text("status = 'published' AND hidden_by IS NULL"),
    )
    # What is still to come, which people look for; a job goes through the years that are over, chunk by chunk.
    op.execute(
        'UPDATE event SET organization_search = organization.search FROM organization'
        ' WHERE organization.id = event.organization_id AND event.ends_at > now()'
    )


def downgrade():
    op.drop_index('ix_event_coming_region_code', 'event')
    op.drop_index('ix_event_wordless', 'event')
    op.drop_index('ix_event_words', 'event')
    op.execute('DROP TRIGGER organization_found_by ON organization')
    op.execute('DROP FUNCTION organization_found_by()')
    op.execute('DROP TRIGGER event_found_by ON event')
    op.execute('DROP FUNCTION event_found_by()')
    op.execute('DROP FUNCTION event_words(timestamptz, text, text, text)')
    op.drop_column('event', 'words')
    op.drop_column('event', 'organization_search')
