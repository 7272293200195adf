CREATE TABLE auth.project_keys (
  id         uuid PRIMARY KEY DEFAULT booking.uuid_v7(),
  digest     bytea NOT NULL UNIQUE CHECK (length(digest) = 32),
  role       text NOT NULL CHECK (role IN ('anon', 'service_role')),
  name       text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  suffix     text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE auth.project_keys IS
  'Opaque API keys for the header apikey of /rest/v1 and /auth/v1: sb_publishable_… for applications in the hands of users, sb_secret_… for servers. A text is shown once and never stored; here is its SHA-256. To revoke a key, delete its row: that holds for every session from the commit on.';
COMMENT ON COLUMN auth.project_keys.role IS 'Whom a request with this key and no other token becomes.';
COMMENT ON COLUMN auth.project_keys.suffix IS 'Last four characters of the text, to recognise it by.';
ALTER TABLE auth.project_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE auth.project_keys FORCE ROW LEVEL SECURITY;
CREATE TRIGGER project_keys_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON auth.project_keys
  FOR EACH STATEMENT EXECUTE FUNCTION auth.keys_changed();

CREATE FUNCTION auth.create_project_key(role text, name text) RETURNS text
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  key CONSTANT text := CASE role WHEN 'service_role' THEN 'sb_secret_' ELSE 'sb_publishable_' END || encode(booking.random_bytes(24), 'hex');
BEGIN
  INSERT INTO auth.project_keys (digest, role, name, suffix)
    VALUES (sha256(convert_to(key, 'UTF8')), create_project_key.role, create_project_key.name, "right"(key, 4));
  RETURN key;
END
$$;
COMMENT ON FUNCTION auth.create_project_key(text, text) IS
  'Makes an API key for the header apikey, of role anon (sb_publishable_…) or service_role (sb_secret_…), and returns its text: the only time that it is seen.';
