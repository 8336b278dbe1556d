-- What keeps the audit as it was written, inside the database.
--
-- A migration puts this into the database, with a copy of this text; a test holds the two together.

-- Nothing that was recorded is written again, by whomever.
-- Entries that have lived their time go by `audit_forget`.
CREATE OR REPLACE FUNCTION audit_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND TG_TABLE_NAME = 'audit_entry' THEN
        IF current_setting('tazalyq.audit_forgets', true) = 'on' AND OLD.at < now() - interval '1825 days' THEN
            RETURN OLD;
        END IF;
    END IF;
    RAISE EXCEPTION 'audit is append-only' USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE OR REPLACE TRIGGER audit_entry_guard BEFORE UPDATE OR DELETE ON audit_entry
    FOR EACH ROW EXECUTE FUNCTION audit_guard();
CREATE OR REPLACE TRIGGER audit_entry_keep BEFORE TRUNCATE ON audit_entry
    FOR EACH STATEMENT EXECUTE FUNCTION audit_guard();
CREATE OR REPLACE TRIGGER audit_seal_guard BEFORE UPDATE OR DELETE ON audit_seal
    FOR EACH ROW EXECUTE FUNCTION audit_guard();
CREATE OR REPLACE TRIGGER audit_seal_keep BEFORE TRUNCATE ON audit_seal
    FOR EACH STATEMENT EXECUTE FUNCTION audit_guard();

-- Delete sealed entries of before this moment that are older than five years; how many they were.
CREATE OR REPLACE FUNCTION audit_forget(before timestamptz) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
SET search_path FROM CURRENT AS $$
DECLARE
    forgotten bigint;
BEGIN
    PERFORM set_config('tazalyq.audit_forgets', 'on', true);
    DELETE FROM audit_entry
    WHERE at < least(before, now() - interval '1825 days')
        AND EXISTS (SELECT FROM audit_seal WHERE audit_seal.entry_id = audit_entry.id);
    GET DIAGNOSTICS forgotten = ROW_COUNT;
    PERFORM set_config('tazalyq.audit_forgets', 'off', true);
    RETURN forgotten;
END $$;
