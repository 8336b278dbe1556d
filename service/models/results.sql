-- What keeps the place and day of a result those of its event, inside the database.
--
-- A migration puts this into the database, with a copy of this text; a test holds the two together.

-- A result that is told is where and when its event is.
CREATE OR REPLACE FUNCTION event_result_place() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT day, region_code, district_code INTO NEW.day, NEW.region_code, NEW.district_code
    FROM event WHERE id = NEW.event_id;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER event_result_place BEFORE INSERT ON event_result
    FOR EACH ROW EXECUTE FUNCTION event_result_place();

-- It goes along when the event moves.
CREATE OR REPLACE FUNCTION event_result_follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE event_result SET day = NEW.day, region_code = NEW.region_code, district_code = NEW.district_code
    WHERE event_id = NEW.id;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER event_result_follow AFTER UPDATE OF day, region_code, district_code ON event
    FOR EACH ROW
    WHEN ((OLD.day, OLD.region_code, OLD.district_code)
        IS DISTINCT FROM (NEW.day, NEW.region_code, NEW.district_code))
    EXECUTE FUNCTION event_result_follow();
