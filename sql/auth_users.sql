-- Users and their sessions.
CREATE TABLE auth.users (
  id                       uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  aud                      text NOT NULL DEFAULT 'authenticated',
  role                     text NOT NULL DEFAULT 'authenticated',
  email                    text UNIQUE CHECK (length(email) <= 255 AND email = lower(email)),
  encrypted_password       text,
  email_confirmed_at       timestamptz,
  invited_at               timestamptz,
  confirmation_sent_at     timestamptz,
  recovery_sent_at         timestamptz,
  email_change             text CHECK (length(email_change) <= 255 AND email_change = lower(email_change)),
  email_change_sent_at     timestamptz,
  reauthentication_sent_at timestamptz,
  last_sign_in_at          timestamptz,
  raw_app_meta_data        jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(raw_app_meta_data) = 'object'),
  raw_user_meta_data       jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(raw_user_meta_data) = 'object'),
  banned_until             timestamptz,
  is_anonymous             boolean NOT NULL DEFAULT false,
  created_at               timestamptz NOT NULL DEFAULT now(),
  updated_at               timestamptz NOT NULL DEFAULT now(),
  confirmed_at             timestamptz GENERATED ALWAYS AS (email_confirmed_at) STORED,
  CHECK (email IS NOT NULL OR is_anonymous),
  -- Tokens carry both, and a token has at most 8 kB.
  CONSTRAINT users_metadata_size CHECK (octet_length(raw_app_meta_data::text) + octet_length(raw_user_meta_data::text) <= 4096)
);
COMMENT ON TABLE auth.users IS 'Who can sign in. Columns and meaning as in Supabase, as far as they are there. A user''s id is that of the practice that the user owns.';
COMMENT ON COLUMN auth.users.encrypted_password IS 'bcrypt; NULL: no password opens this account.';
COMMENT ON COLUMN auth.users.email_change IS 'The address that waits for its confirmation.';
COMMENT ON COLUMN auth.users.raw_app_meta_data IS 'Kept by the operator; users read it in their token.';
COMMENT ON COLUMN auth.users.raw_user_meta_data IS 'Kept by the user: never decide a right by it.';

CREATE TABLE auth.sessions (
  id              uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id         uuid NOT NULL REFERENCES auth.users ON DELETE CASCADE,
  amr             jsonb NOT NULL,
  refresh_counter integer NOT NULL DEFAULT 1,
  refreshed_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
  user_agent      text,
  ip              text,
  created_at      timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX sessions_user ON auth.sessions (user_id);
COMMENT ON TABLE auth.sessions IS 'A sign-in and what has come of it: the family of its refresh tokens, of which one is good at a time.';
COMMENT ON COLUMN auth.sessions.amr IS 'How the user has signed in: an array of {method, timestamp}.';
COMMENT ON COLUMN auth.sessions.refresh_counter IS 'Number of the refresh token that is good now.';
COMMENT ON COLUMN auth.sessions.refreshed_at IS 'When that token was made, and the access token that came with it.';

ALTER TABLE auth.users ENABLE ROW LEVEL SECURITY;
ALTER TABLE auth.users FORCE ROW LEVEL SECURITY;
ALTER TABLE auth.sessions ENABLE ROW LEVEL SECURITY;
ALTER TABLE auth.sessions FORCE ROW LEVEL SECURITY;

-- pgcrypto can be in any schema: the functions of these bodies are looked up now, not when they run.
CREATE FUNCTION auth.hash_password(password text) RETURNS text
  LANGUAGE sql VOLATILE STRICT
BEGIN ATOMIC
  SELECT crypt(password, gen_salt('bf', 10));
END;
COMMENT ON FUNCTION auth.hash_password(text) IS 'A password as auth.users.encrypted_password holds it.';

CREATE FUNCTION auth.password_matches(password text, hash text) RETURNS boolean
  LANGUAGE sql IMMUTABLE
BEGIN ATOMIC
  -- Without a hash the same work is done, so that the time does not tell whether there is such an account.
  SELECT coalesce(crypt(password, coalesce(hash, '$2a$10$nobodynobodynobodynobo')) = hash, false);
END;
COMMENT ON FUNCTION auth.password_matches(text, text) IS 'Whether the password is the one of this hash; NULL hashes match none, in the same time.';

CREATE FUNCTION auth.mac(key bytea, message bytea) RETURNS bytea
  LANGUAGE sql IMMUTABLE STRICT
BEGIN ATOMIC
  SELECT hmac(message, key, 'sha256');
END;
COMMENT ON FUNCTION auth.mac(bytea, bytea) IS 'HMAC-SHA256.';

CREATE FUNCTION booking.create_practice(user_id uuid, name text, owner_name text, time_zone text) RETURNS uuid
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM booking.create_tenant('practice-' || create_practice.user_id, create_practice.name, create_practice.time_zone,
                                tenant_id => create_practice.user_id);
  INSERT INTO booking.members (tenant_id, user_id, role) VALUES (create_practice.user_id, create_practice.user_id, 'owner');
  INSERT INTO booking.staff (tenant_id, name, role) VALUES (create_practice.user_id, create_practice.owner_name, 'owner');
  RETURN create_practice.user_id;
END
$$;
COMMENT ON FUNCTION booking.create_practice(uuid, text, text, text) IS
  'A practice for a user who has signed up: a tenant with the user''s id, its owner a member and the first person who can be booked. Called once the user''s address is confirmed.';

CREATE FUNCTION auth.require_practice(new_user auth.users) RETURNS void
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  told CONSTANT jsonb := new_user.raw_user_meta_data;
  person CONSTANT text := "left"(coalesce(nullif(btrim(told ->> 'full_name'), ''), nullif(btrim(told ->> 'name'), ''),
                                          split_part(new_user.email, '@', 1)), 200);
  time_zone CONSTANT text := told ->> 'time_zone';
BEGIN
  IF new_user.email_confirmed_at IS NULL OR EXISTS (SELECT FROM booking.tenants AS t WHERE t.tenant_id = new_user.id) THEN
    RETURN;
  END IF;
  PERFORM booking.create_practice(
    new_user.id, "left"(coalesce(nullif(btrim(told ->> 'practice_name'), ''), person), 200), person,
    CASE WHEN booking.is_time_zone(time_zone) THEN time_zone ELSE 'UTC' END);
END
$$;
COMMENT ON FUNCTION auth.require_practice(auth.users) IS
  'Makes the practice of a confirmed user who has none. Names and time zone come from user metadata: practice_name, full_name or name, time_zone.';

CREATE FUNCTION auth.timestamp(instant timestamptz) RETURNS text
  LANGUAGE sql IMMUTABLE STRICT
BEGIN ATOMIC
  SELECT booking.rfc3339(instant);
END;
COMMENT ON FUNCTION auth.timestamp(timestamptz) IS 'An instant as answers of /auth/v1 write it.';

CREATE FUNCTION auth.user_json(shown auth.users) RETURNS jsonb
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RETURN jsonb_build_object(
      'id', shown.id, 'aud', shown.aud, 'role', shown.role, 'email', coalesce(shown.email, ''), 'phone', '',
      'app_metadata', shown.raw_app_meta_data, 'user_metadata', shown.raw_user_meta_data,
      'identities', auth.identities_json(shown), 'is_anonymous', shown.is_anonymous,
      'created_at', auth.timestamp(shown.created_at), 'updated_at', auth.timestamp(shown.updated_at))
    || jsonb_strip_nulls(jsonb_build_object(
      'email_confirmed_at', auth.timestamp(shown.email_confirmed_at), 'confirmed_at', auth.timestamp(shown.confirmed_at),
      'confirmation_sent_at', auth.timestamp(shown.confirmation_sent_at), 'recovery_sent_at', auth.timestamp(shown.recovery_sent_at),
      'invited_at', auth.timestamp(shown.invited_at), 'last_sign_in_at', auth.timestamp(shown.last_sign_in_at),
      'new_email', shown.email_change, 'email_change_sent_at', auth.timestamp(shown.email_change_sent_at),
      'reauthentication_sent_at', auth.timestamp(shown.reauthentication_sent_at), 'banned_until', auth.timestamp(shown.banned_until)));
END
$$;
COMMENT ON FUNCTION auth.user_json(auth.users) IS 'A user as /auth/v1 shows it: never a hash or a token.';

CREATE FUNCTION auth.identities_json(shown auth.users) RETURNS jsonb
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  -- The one way to sign in is the address, so an identity says nothing that the user's row does not.
  IF shown.email IS NULL THEN
    RETURN '[]'::jsonb;
  END IF;
  RETURN jsonb_build_array(jsonb_build_object(
    'identity_id', shown.id, 'id', shown.id, 'user_id', shown.id, 'provider', 'email', 'email', shown.email,
    'identity_data', shown.raw_user_meta_data || jsonb_build_object(
      'sub', shown.id, 'email', shown.email, 'email_verified', shown.email_confirmed_at IS NOT NULL, 'phone_verified', false),
    'last_sign_in_at', auth.timestamp(shown.last_sign_in_at), 'created_at', auth.timestamp(shown.created_at),
    'updated_at', auth.timestamp(shown.updated_at)));
END
$$;
COMMENT ON FUNCTION auth.identities_json(auth.users) IS 'The ways in which a user signs in.';
