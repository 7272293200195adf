-- Messages that prove an address: what is in them is good once, for a while.
CREATE TYPE auth.one_time_kind AS ENUM ('signup', 'recovery', 'magiclink', 'invite', 'email_change', 'reauthentication');
COMMENT ON TYPE auth.one_time_kind IS 'What a one-time token is for.';

CREATE TABLE auth.one_time_tokens (
  user_id     uuid NOT NULL REFERENCES auth.users ON DELETE CASCADE,
  kind        auth.one_time_kind NOT NULL,
  email       text NOT NULL,
  otp_digest  bytea NOT NULL,
  link_digest bytea NOT NULL UNIQUE,
  failures    integer NOT NULL DEFAULT 0,
  created_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (user_id, kind)
);
COMMENT ON TABLE auth.one_time_tokens IS 'What was sent and not used yet, one of a kind for each user: a code to type and a token for a link. Both are stored as digests.';
COMMENT ON COLUMN auth.one_time_tokens.email IS 'The address that is proved with it.';
COMMENT ON COLUMN auth.one_time_tokens.failures IS 'Wrong codes so far; the fifth ends the token.';

CREATE TABLE auth.mails (
  id         uuid PRIMARY KEY DEFAULT booking.uuid_v7(),
  created_at timestamptz NOT NULL DEFAULT now(),
  message    jsonb NOT NULL
);
CREATE INDEX mails_age ON auth.mails (created_at);
COMMENT ON TABLE auth.mails IS
  'Messages for which no pg_booking.auth_mail_function is set: nothing has sent them. They are deleted after a day. The kind "unknown" is an address that nobody has an account for: it is written so that the answer takes as long as for any other.';

ALTER TABLE auth.one_time_tokens ENABLE ROW LEVEL SECURITY;
ALTER TABLE auth.one_time_tokens FORCE ROW LEVEL SECURITY;
ALTER TABLE auth.mails ENABLE ROW LEVEL SECURITY;
ALTER TABLE auth.mails FORCE ROW LEVEL SECURITY;

CREATE FUNCTION auth.call_mail_function(message jsonb) RETURNS boolean
  LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'pg_booking_call_mail_function';
COMMENT ON FUNCTION auth.call_mail_function(jsonb) IS 'Gives a message to the function that pg_booking.auth_mail_function names; false when it names none.';

CREATE FUNCTION auth.deliver(message jsonb) RETURNS void
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  id CONSTANT uuid := booking.uuid_v7();
BEGIN
  IF message ->> 'kind' = 'unknown' THEN
    INSERT INTO auth.mails (id, message) VALUES (id, message);
  ELSIF NOT auth.call_mail_function(message) THEN
    INSERT INTO auth.mails (id, message) VALUES (id, message);
    RAISE LOG 'pg_booking: a message was not sent, as pg_booking.auth_mail_function is not set: it is row % of auth.mails', id;
  END IF;
END
$$;
COMMENT ON FUNCTION auth.deliver(jsonb) IS 'Hands a message to the operator''s mail function, or puts it where the operator finds it.';

CREATE FUNCTION auth.otp_digest(user_id uuid, kind auth.one_time_kind, otp text) RETURNS bytea
  LANGUAGE plpgsql VOLATILE STRICT SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RETURN auth.mac(auth.secret_key('token'), convert_to(concat_ws(' ', user_id, kind, otp), 'UTF8'));
END
$$;
COMMENT ON FUNCTION auth.otp_digest(uuid, auth.one_time_kind, text) IS
  'A code as it is stored: six digits are soon tried out, so the digest needs a key.';

CREATE FUNCTION auth.random_otp() RETURNS text
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  -- Of 2^56 values the remainder by a million prefers none that one could notice.
  RETURN lpad((('x' || encode(booking.random_bytes(7), 'hex'))::bit(56)::bigint % 1000000)::text, 6, '0');
END
$$;
COMMENT ON FUNCTION auth.random_otp() IS 'Six random digits.';

CREATE FUNCTION auth.create_one_time_token(user_id uuid, kind auth.one_time_kind, email text, OUT otp text, OUT token_hash text)
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  otp := auth.random_otp();
  token_hash := encode(booking.random_bytes(28), 'hex');
  INSERT INTO auth.one_time_tokens AS t (user_id, kind, email, otp_digest, link_digest)
    VALUES (create_one_time_token.user_id, kind, email, auth.otp_digest(create_one_time_token.user_id, kind, otp), sha256(convert_to(token_hash, 'UTF8')))
    ON CONFLICT ON CONSTRAINT one_time_tokens_pkey DO UPDATE
      SET email = excluded.email, otp_digest = excluded.otp_digest, link_digest = excluded.link_digest, failures = 0, created_at = now();
END
$$;
COMMENT ON FUNCTION auth.create_one_time_token(uuid, auth.one_time_kind, text) IS 'A code and a link''s token in place of those that the user had of this kind.';

CREATE FUNCTION auth.redirect_target(wish text) RETURNS text
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT CASE WHEN wish ~ '[[:cntrl:][:space:]]' THEN site.url
              WHEN wish = site.url OR starts_with(wish, rtrim(site.url, '/') || '/')
                OR EXISTS (SELECT FROM regexp_split_to_table(current_setting('pg_booking.auth_redirect_urls'), '\s*,\s*') AS allowed
                           WHERE allowed <> '' AND wish LIKE replace(replace(replace(replace(allowed, '\', '\\'), '%', '\%'), '_', '\_'), '*', '%'))
              THEN wish ELSE site.url END
  FROM current_setting('pg_booking.auth_site_url') AS site (url);
END;
COMMENT ON FUNCTION auth.redirect_target(text) IS
  'Where to send a browser: the wish if it lies under pg_booking.auth_site_url or matches pg_booking.auth_redirect_urls, else the site.';

CREATE FUNCTION auth.url_encode(value text) RETURNS text
  LANGUAGE sql IMMUTABLE STRICT
BEGIN ATOMIC
  SELECT coalesce(string_agg(CASE WHEN c ~ '^[A-Za-z0-9._~-]$' THEN c
                                  ELSE regexp_replace(upper(encode(convert_to(c, 'UTF8'), 'hex')), '(..)', '%\1', 'g') END, '' ORDER BY place), '')
  FROM regexp_split_to_table(value, '') WITH ORDINALITY AS part (c, place);
END;
COMMENT ON FUNCTION auth.url_encode(text) IS 'Text for a URL''s query: all but unreserved characters are percent-encoded.';

CREATE FUNCTION auth.verify_link(kind auth.one_time_kind, token_hash text, redirect_to text) RETURNS text
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RETURN current_setting('pg_booking.auth_external_url') || '/auth/v1/verify?token=' || token_hash || '&type=' || kind
         || '&redirect_to=' || auth.url_encode(auth.redirect_target(redirect_to));
END
$$;
COMMENT ON FUNCTION auth.verify_link(auth.one_time_kind, text, text) IS 'The link in a message.';

CREATE FUNCTION auth.send_one_time_token(user_id uuid, kind auth.one_time_kind, email text, redirect_to text) RETURNS void
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  made record;
BEGIN
  SELECT * INTO made FROM auth.create_one_time_token(send_one_time_token.user_id, kind, email);
  PERFORM auth.deliver(jsonb_build_object(
    'kind', kind, 'email', email, 'otp', made.otp, 'token_hash', made.token_hash, 'redirect_to', auth.redirect_target(redirect_to),
    'link', auth.verify_link(kind, made.token_hash, redirect_to)));
END
$$;
COMMENT ON FUNCTION auth.send_one_time_token(uuid, auth.one_time_kind, text, text) IS 'Makes a code and a link and hands them to the mail function.';

CREATE FUNCTION auth.may_send(last_sent_at timestamptz) RETURNS boolean
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT last_sent_at IS NULL OR last_sent_at < now() - interval '60 seconds';
END;
COMMENT ON FUNCTION auth.may_send(timestamptz) IS 'Whether another message of the kind may go to the user: one a minute.';

CREATE FUNCTION auth.find_one_time_token(body jsonb) RETURNS auth.one_time_tokens
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  wanted CONSTANT text := auth.text_member(body, 'type');
  kinds CONSTANT text[] := CASE wanted WHEN 'email' THEN ARRAY['signup', 'magiclink'] ELSE ARRAY[wanted] END;
  link CONSTANT text := auth.text_member(body, 'token_hash');
  code CONSTANT text := auth.text_member(body, 'token');
  candidate auth.one_time_tokens;
BEGIN
  FOR candidate IN
    SELECT t.* FROM auth.one_time_tokens AS t
    WHERE t.kind::text = ANY (kinds) AND t.kind <> 'reauthentication'
      AND t.created_at > now() - make_interval(secs => current_setting('pg_booking.auth_otp_exp')::integer)
      AND CASE WHEN link IS NOT NULL THEN t.link_digest = sha256(convert_to(link, 'UTF8'))
               ELSE t.email = lower(auth.text_member(body, 'email')) END
    FOR UPDATE
  LOOP
    IF link IS NOT NULL OR candidate.otp_digest = auth.otp_digest(candidate.user_id, candidate.kind, code) THEN
      RETURN candidate;
    END IF;
    -- Six digits must not be tried out.
    IF candidate.failures >= 4 THEN
      DELETE FROM auth.one_time_tokens AS t WHERE t.user_id = candidate.user_id AND t.kind = candidate.kind;
    ELSE
      UPDATE auth.one_time_tokens AS t SET failures = t.failures + 1 WHERE t.user_id = candidate.user_id AND t.kind = candidate.kind;
    END IF;
  END LOOP;
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION auth.find_one_time_token(jsonb) IS
  'The token that a request to verify means, by its link or by address and code; NULL if there is none, or its time is over. A wrong code counts against those of the address.';

CREATE FUNCTION auth.use_one_time_token(token auth.one_time_tokens) RETURNS void
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  owner auth.users;
BEGIN
  DELETE FROM auth.one_time_tokens AS t WHERE t.user_id = token.user_id AND t.kind = token.kind;
  UPDATE auth.users AS u
    SET email = token.email, email_confirmed_at = CASE WHEN u.email = token.email THEN coalesce(u.email_confirmed_at, now()) ELSE now() END,
        email_change = CASE WHEN token.kind <> 'email_change' THEN u.email_change END,
        is_anonymous = false,
        raw_app_meta_data = u.raw_app_meta_data || '{"provider": "email", "providers": ["email"]}',
        raw_user_meta_data = u.raw_user_meta_data || '{"email_verified": true}', updated_at = now()
    WHERE u.id = token.user_id RETURNING u.* INTO STRICT owner;
  PERFORM auth.require_practice(owner);
END
$$;
COMMENT ON FUNCTION auth.use_one_time_token(auth.one_time_tokens) IS 'Whoever has the token has the address: it is confirmed, or takes the place of the one before.';

CREATE FUNCTION auth.verify(request auth.request) RETURNS auth.answer
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  body CONSTANT jsonb := request.body;
  has_link CONSTANT boolean := auth.text_member(body, 'token_hash') IS NOT NULL;
  token auth.one_time_tokens;
BEGIN
  IF auth.text_member(body, 'type') IS NULL THEN
    RETURN auth.refuse(400, 'validation_failed', 'Verify requires a verification type');
  ELSIF NOT has_link AND (auth.text_member(body, 'token') IS NULL OR auth.text_member(body, 'email') IS NULL) THEN
    RETURN auth.refuse(400, 'validation_failed', 'Verify requires either a token_hash, or a token and an email');
  END IF;
  token := auth.find_one_time_token(body);
  IF token.user_id IS NULL THEN
    RETURN auth.refuse(403, 'otp_expired', CASE WHEN has_link THEN 'Email link is invalid or has expired' ELSE 'Token has expired or is invalid' END);
  END IF;
  PERFORM auth.use_one_time_token(token);
  RETURN auth.open_session(request, token.user_id, CASE token.kind WHEN 'recovery' THEN 'recovery' ELSE 'otp' END);
EXCEPTION WHEN unique_violation THEN
  RETURN auth.refuse(422, 'email_exists', 'A user with this email address has already been registered');
END
$$;
COMMENT ON FUNCTION auth.verify(auth.request) IS 'POST /verify: a session for whoever has a one-time token.';

CREATE FUNCTION auth.follow_link(request auth.request) RETURNS auth.answer
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  verified auth.answer;
  query text;
BEGIN
  request.body := jsonb_build_object('type', request.query -> 'type', 'token_hash', request.query -> 'token');
  verified := auth.verify(request);
  query := CASE WHEN verified.code IS NULL
    THEN format('access_token=%s&expires_at=%s&expires_in=%s&refresh_token=%s&token_type=bearer&type=%s&sb=',
                verified.body ->> 'access_token', verified.body ->> 'expires_at', verified.body ->> 'expires_in',
                verified.body ->> 'refresh_token', auth.url_encode(request.query ->> 'type'))
    ELSE format('error=access_denied&error_code=%s&error_description=%s&sb=', verified.code, auth.url_encode(verified.message)) END;
  RETURN auth.succeed(NULL, 303, 'Location: ' || auth.redirect_target(request.query ->> 'redirect_to') || '#' || query || E'\n');
END
$$;
COMMENT ON FUNCTION auth.follow_link(auth.request) IS 'GET /verify: what a browser does with the link in a message; it goes on to the application with the session or the error in the fragment.';
