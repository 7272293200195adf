-- What anybody, and whoever is signed in, can ask of /auth/v1.
CREATE FUNCTION auth.read_email(body jsonb) RETURNS text
  LANGUAGE sql IMMUTABLE
BEGIN ATOMIC
  SELECT lower(btrim(auth.text_member(body, 'email')));
END;
COMMENT ON FUNCTION auth.read_email(jsonb) IS 'The address in a body, in the form in which it is stored.';

CREATE FUNCTION auth.email_problem(email text) RETURNS auth.answer
  LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF email IS NULL OR length(email) > 255 OR email !~ '^[^\s@<>"(),:;\\]+@[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$' THEN
    RETURN auth.refuse(400, 'validation_failed', 'Unable to validate email address: invalid format');
  END IF;
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION auth.email_problem(text) IS 'Why this is no address; NULL if it is one.';

CREATE FUNCTION auth.password_problem(password text) RETURNS auth.answer
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  minimum CONSTANT integer := current_setting('pg_booking.auth_password_min_length');
BEGIN
  IF octet_length(password) > 72 THEN
    RETURN auth.refuse(400, 'validation_failed', 'Password cannot be longer than 72 characters');
  ELSIF length(password) < minimum THEN
    RETURN auth.refuse(422, 'weak_password', format('Password should be at least %s characters.', minimum),
                       '{"weak_password": {"reasons": ["length"]}}');
  END IF;
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION auth.password_problem(text) IS 'Why this is no password to set; NULL if it is one. bcrypt looks at 72 bytes.';

CREATE FUNCTION auth.read_metadata(body jsonb, name text) RETURNS jsonb
  LANGUAGE sql IMMUTABLE
BEGIN ATOMIC
  SELECT CASE WHEN jsonb_typeof(body -> name) = 'object' THEN body -> name ELSE '{}' END;
END;
COMMENT ON FUNCTION auth.read_metadata(jsonb, text) IS 'A member that is an object; an empty one in place of anything else.';

CREATE FUNCTION auth.sign_up(request auth.request) RETURNS auth.answer
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  body CONSTANT jsonb := request.body;
  address CONSTANT text := auth.read_email(body);
  password CONSTANT text := auth.text_member(body, 'password');
  problem auth.answer;
BEGIN
  IF current_setting('pg_booking.auth_disable_signup')::boolean THEN
    RETURN auth.refuse(422, 'signup_disabled', 'Signups not allowed for this instance');
  ELSIF address IS NULL AND auth.text_member(body, 'phone') IS NULL AND password IS NULL THEN
    RETURN auth.sign_up_anonymously(request);
  ELSIF coalesce(password, '') = '' THEN
    RETURN auth.refuse(400, 'validation_failed', 'Signup requires a valid password');
  END IF;
  problem := auth.password_problem(password);
  IF problem.status IS NULL THEN
    problem := auth.email_problem(address);
  END IF;
  IF problem.status IS NOT NULL THEN
    RETURN problem;
  END IF;
  -- Hashed before anybody has looked for the address, so that the time does not tell whether it is known.
  RETURN auth.add_user(request, address, auth.hash_password(password), auth.read_metadata(body, 'data'));
EXCEPTION
  WHEN check_violation THEN
    RETURN auth.refuse(400, 'validation_failed', 'User metadata is too large');
END
$$;
COMMENT ON FUNCTION auth.sign_up(auth.request) IS 'POST /signup with address and password, or with neither for an anonymous user.';

CREATE FUNCTION auth.sign_up_anonymously(request auth.request) RETURNS auth.answer
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  user_id uuid;
BEGIN
  IF NOT current_setting('pg_booking.auth_anonymous_users')::boolean THEN
    RETURN auth.refuse(422, 'anonymous_provider_disabled', 'Anonymous sign-ins are disabled');
  END IF;
  INSERT INTO auth.users AS u (is_anonymous, raw_user_meta_data) VALUES (true, auth.read_metadata(request.body, 'data'))
    RETURNING u.id INTO STRICT user_id;
  RETURN auth.open_session(request, user_id, 'anonymous');
END
$$;
COMMENT ON FUNCTION auth.sign_up_anonymously(auth.request) IS 'A user without an address, who can add one later and keeps the id then.';

CREATE FUNCTION auth.add_user(request auth.request, email text, password_hash text, data jsonb) RETURNS auth.answer
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  autoconfirm CONSTANT boolean := current_setting('pg_booking.auth_autoconfirm');
  owner auth.users;
BEGIN
  INSERT INTO auth.users AS u (email, encrypted_password, raw_app_meta_data, raw_user_meta_data, email_confirmed_at, confirmation_sent_at)
    VALUES (add_user.email, password_hash, '{"provider": "email", "providers": ["email"]}',
            data || jsonb_build_object('email_verified', autoconfirm),
            CASE WHEN autoconfirm THEN now() END, CASE WHEN NOT autoconfirm THEN now() END)
    ON CONFLICT ON CONSTRAINT users_email_key DO NOTHING RETURNING u.* INTO owner;
  IF owner.id IS NULL THEN
    RETURN auth.meet_known_user(request, email, data);
  ELSIF autoconfirm THEN
    PERFORM auth.require_practice(owner);
    RETURN auth.open_session(request, owner.id, 'password');
  END IF;
  PERFORM auth.send_one_time_token(owner.id, 'signup', email, request.query ->> 'redirect_to');
  RETURN auth.succeed(auth.user_json(owner));
END
$$;
COMMENT ON FUNCTION auth.add_user(auth.request, text, text, jsonb) IS
  'A new user: signed in at once where pg_booking.auth_autoconfirm is on, else after the address is confirmed.';

CREATE FUNCTION auth.meet_known_user(request auth.request, email text, data jsonb) RETURNS auth.answer
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  known auth.users;
  decoy auth.users;
BEGIN
  SELECT u.* INTO STRICT known FROM auth.users AS u WHERE u.email = meet_known_user.email FOR UPDATE;
  IF known.email_confirmed_at IS NULL THEN
    IF auth.may_send(known.confirmation_sent_at) THEN
      UPDATE auth.users AS u SET confirmation_sent_at = now() WHERE u.id = known.id RETURNING u.* INTO STRICT known;
      PERFORM auth.send_one_time_token(known.id, 'signup', email, request.query ->> 'redirect_to');
    END IF;
  ELSIF current_setting('pg_booking.auth_autoconfirm')::boolean THEN
    RETURN auth.refuse(422, 'user_already_exists', 'User already registered');
  ELSE
    PERFORM auth.deliver(jsonb_build_object('kind', 'unknown', 'email', email));
  END IF;
  -- The same to see as for an address that was not known.
  decoy.id := gen_random_uuid();
  decoy.aud := known.aud;
  decoy.role := 'authenticated';
  decoy.email := email;
  decoy.raw_app_meta_data := '{"provider": "email", "providers": ["email"]}';
  decoy.raw_user_meta_data := data || '{"email_verified": false}';
  decoy.is_anonymous := false;
  decoy.confirmation_sent_at := now();
  decoy.created_at := now();
  decoy.updated_at := now();
  RETURN auth.succeed(auth.user_json(decoy));
END
$$;
COMMENT ON FUNCTION auth.meet_known_user(auth.request, text, jsonb) IS
  'Sign-up with an address that has an account: where addresses must be confirmed, the answer is that for a new one.';

CREATE FUNCTION auth.sign_in_with_password(request auth.request) RETURNS auth.answer
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  address CONSTANT text := auth.read_email(request.body);
  password CONSTANT text := auth.text_member(request.body, 'password');
  known auth.users;
  right_password boolean;
BEGIN
  IF address IS NULL THEN
    RETURN auth.refuse(400, 'validation_failed', 'missing email or phone');
  ELSIF octet_length(password) > 72 THEN
    RETURN auth.refuse(400, 'validation_failed', 'Password cannot be longer than 72 characters');
  END IF;
  SELECT u.* INTO known FROM auth.users AS u WHERE u.email = address;
  right_password := auth.password_matches(coalesce(password, ''), known.encrypted_password);
  IF NOT right_password THEN
    RETURN auth.refuse(400, 'invalid_credentials', 'Invalid login credentials');
  ELSIF known.banned_until > now() THEN
    RETURN auth.refuse(400, 'user_banned', 'User is banned');
  ELSIF known.email_confirmed_at IS NULL THEN
    RETURN auth.refuse(400, 'email_not_confirmed', 'Email not confirmed');
  END IF;
  RETURN auth.open_session(request, known.id, 'password');
END
$$;
COMMENT ON FUNCTION auth.sign_in_with_password(auth.request) IS 'POST /token?grant_type=password: only who knows the password learns anything about the account.';

CREATE FUNCTION auth.give_token(request auth.request) RETURNS auth.answer
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  CASE request.query ->> 'grant_type'
    WHEN 'password' THEN RETURN auth.sign_in_with_password(request);
    WHEN 'refresh_token' THEN RETURN auth.refresh(request);
    ELSE RETURN auth.refuse(400, 'invalid_credentials', 'unsupported_grant_type');
  END CASE;
END
$$;
COMMENT ON FUNCTION auth.give_token(auth.request) IS 'POST /token.';

CREATE FUNCTION auth.recover(request auth.request) RETURNS auth.answer
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  address CONSTANT text := auth.read_email(request.body);
  known auth.users;
BEGIN
  IF address IS NULL THEN
    RETURN auth.refuse(400, 'validation_failed', 'Password recovery requires an email');
  END IF;
  UPDATE auth.users AS u SET recovery_sent_at = now() WHERE u.email = address AND auth.may_send(u.recovery_sent_at)
    RETURNING u.* INTO known;
  IF known.id IS NULL THEN
    PERFORM auth.deliver(jsonb_build_object('kind', 'unknown', 'email', address));
  ELSE
    PERFORM auth.send_one_time_token(known.id, 'recovery', address, request.query ->> 'redirect_to');
  END IF;
  RETURN auth.succeed('{}');
END
$$;
COMMENT ON FUNCTION auth.recover(auth.request) IS 'POST /recover: a message to whoever has an account; the answer is the same for everybody.';

CREATE FUNCTION auth.resend(request auth.request) RETURNS auth.answer
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  address CONSTANT text := auth.read_email(request.body);
  kind CONSTANT text := auth.text_member(request.body, 'type');
  known auth.users;
BEGIN
  IF kind IS NULL OR kind NOT IN ('signup', 'email_change') OR address IS NULL THEN
    RETURN auth.refuse(400, 'validation_failed', 'Missing one of these types: signup, email_change, and an email');
  END IF;
  IF kind = 'signup' THEN
    UPDATE auth.users AS u SET confirmation_sent_at = now()
      WHERE u.email = address AND u.email_confirmed_at IS NULL AND auth.may_send(u.confirmation_sent_at) RETURNING u.* INTO known;
  ELSE
    UPDATE auth.users AS u SET email_change_sent_at = now()
      WHERE u.email = address AND u.email_change IS NOT NULL AND auth.may_send(u.email_change_sent_at) RETURNING u.* INTO known;
  END IF;
  IF known.id IS NULL THEN
    PERFORM auth.deliver(jsonb_build_object('kind', 'unknown', 'email', address));
  ELSE
    PERFORM auth.send_one_time_token(known.id, kind::auth.one_time_kind, CASE kind WHEN 'signup' THEN address ELSE known.email_change END,
                                     request.query ->> 'redirect_to');
  END IF;
  RETURN auth.succeed('{}');
END
$$;
COMMENT ON FUNCTION auth.resend(auth.request) IS 'POST /resend: the message again, at most one a minute; the answer is the same for everybody.';

CREATE FUNCTION auth.send_magic_link(request auth.request) RETURNS auth.answer
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  address CONSTANT text := auth.read_email(request.body);
  problem CONSTANT auth.answer := auth.email_problem(address);
  -- Who may not sign up is not told so: the answer would say which addresses have an account.
  may_create CONSTANT boolean := request.body -> 'create_user' IS DISTINCT FROM 'false' AND NOT current_setting('pg_booking.auth_disable_signup')::boolean;
  known auth.users;
BEGIN
  IF problem.status IS NOT NULL THEN
    RETURN problem;
  END IF;
  IF may_create THEN
    INSERT INTO auth.users AS u (email, raw_app_meta_data, raw_user_meta_data)
      VALUES (address, '{"provider": "email", "providers": ["email"]}',
              auth.read_metadata(request.body, 'data') || '{"email_verified": false}') ON CONFLICT ON CONSTRAINT users_email_key DO NOTHING;
  END IF;
  UPDATE auth.users AS u SET recovery_sent_at = now() WHERE u.email = address AND auth.may_send(u.recovery_sent_at)
    RETURNING u.* INTO known;
  IF known.id IS NULL THEN
    PERFORM auth.deliver(jsonb_build_object('kind', 'unknown', 'email', address));
  ELSE
    PERFORM auth.send_one_time_token(known.id, 'magiclink', address, request.query ->> 'redirect_to');
  END IF;
  RETURN auth.succeed('{}');
EXCEPTION WHEN check_violation THEN
  RETURN auth.refuse(400, 'validation_failed', 'User metadata is too large');
END
$$;
COMMENT ON FUNCTION auth.send_magic_link(auth.request) IS 'POST /otp and /magiclink: a code and a link to sign in with; the answer is the same for everybody.';

-- For whoever is signed in.

CREATE FUNCTION auth.signed_in(request auth.request, OUT refusal auth.answer, OUT owner auth.users, OUT session_id uuid)
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  user_id uuid;
BEGIN
  user_id := CASE WHEN request.claims ->> 'sub' ~ '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$' THEN (request.claims ->> 'sub')::uuid END;
  IF user_id IS NULL THEN
    refusal := auth.refuse(403, 'bad_jwt', 'invalid claim: missing sub claim');
    RETURN;
  END IF;
  SELECT u.* INTO owner FROM auth.users AS u WHERE u.id = user_id;
  IF owner.id IS NULL THEN
    refusal := auth.refuse(403, 'user_not_found', 'User from sub claim in JWT does not exist');
    RETURN;
  ELSIF owner.banned_until > now() THEN
    refusal := auth.refuse(403, 'user_banned', 'User is banned');
    RETURN;
  END IF;
  SELECT s.id INTO session_id FROM auth.sessions AS s WHERE s.id::text = request.claims ->> 'session_id' AND s.user_id = owner.id;
  IF session_id IS NULL AND request.claims ? 'session_id' THEN
    refusal := auth.refuse(403, 'session_not_found', 'Session from session_id claim in JWT does not exist');
  END IF;
END
$$;
COMMENT ON FUNCTION auth.signed_in(auth.request) IS 'Whom a verified token means, as long as there are such a user and such a session.';

CREATE FUNCTION auth.get_user(request auth.request) RETURNS auth.answer
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  caller record;
BEGIN
  SELECT * INTO caller FROM auth.signed_in(request);
  RETURN CASE WHEN (caller.refusal).status IS NOT NULL THEN caller.refusal ELSE auth.succeed(auth.user_json(caller.owner)) END;
END
$$;
COMMENT ON FUNCTION auth.get_user(auth.request) IS 'GET /user.';

CREATE FUNCTION auth.merge_metadata(stored jsonb, changes jsonb) RETURNS jsonb
  LANGUAGE sql IMMUTABLE STRICT
BEGIN ATOMIC
  SELECT coalesce(jsonb_object_agg(key, value) FILTER (WHERE value <> 'null'), '{}') FROM jsonb_each(stored || changes);
END;
COMMENT ON FUNCTION auth.merge_metadata(jsonb, jsonb) IS 'Members that are there, changed or added; null takes one away.';

CREATE FUNCTION auth.update_user(request auth.request) RETURNS auth.answer
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  body CONSTANT jsonb := request.body;
  address CONSTANT text := auth.read_email(body);
  password CONSTANT text := auth.text_member(body, 'password');
  caller record;
  problem auth.answer;
  owner auth.users;
BEGIN
  SELECT * INTO caller FROM auth.signed_in(request);
  owner := caller.owner;
  problem := CASE
    WHEN (caller.refusal).status IS NOT NULL THEN caller.refusal
    WHEN jsonb_typeof(body -> 'app_metadata') = 'object' THEN auth.refuse(403, 'not_admin', 'Updating app_metadata requires admin privileges')
    WHEN address IS NOT NULL AND (auth.email_problem(address)).status IS NOT NULL THEN auth.email_problem(address)
    WHEN password IS NOT NULL THEN auth.password_problem(password) END;
  IF problem.status IS NOT NULL THEN
    RETURN problem;
  ELSIF password IS NOT NULL AND owner.encrypted_password IS NOT NULL AND auth.password_matches(password, owner.encrypted_password) THEN
    RETURN auth.refuse(422, 'same_password', 'New password should be different from the old password.');
  ELSIF address IS DISTINCT FROM owner.email AND EXISTS (SELECT FROM auth.users AS u WHERE u.email = address) THEN
    RETURN auth.refuse(422, 'email_exists', 'A user with this email address has already been registered');
  END IF;
  -- First, since it may be refused.
  IF address IS DISTINCT FROM owner.email AND address IS NOT NULL THEN
    problem := auth.change_email(owner, address, request.query ->> 'redirect_to');
    IF problem.status IS NOT NULL THEN
      RETURN problem;
    END IF;
  END IF;
  IF jsonb_typeof(body -> 'data') = 'object' THEN
    UPDATE auth.users AS u SET raw_user_meta_data = auth.merge_metadata(u.raw_user_meta_data, body -> 'data'), updated_at = now() WHERE u.id = owner.id;
  END IF;
  IF password IS NOT NULL THEN
    PERFORM auth.set_password(owner.id, password, caller.session_id);
  END IF;
  SELECT u.* INTO STRICT owner FROM auth.users AS u WHERE u.id = owner.id;
  RETURN auth.succeed(auth.user_json(owner));
EXCEPTION
  WHEN check_violation THEN
    RETURN auth.refuse(400, 'validation_failed', 'User metadata is too large');
  WHEN unique_violation THEN
    RETURN auth.refuse(422, 'email_exists', 'A user with this email address has already been registered');
END
$$;
COMMENT ON FUNCTION auth.update_user(auth.request) IS 'PUT /user: metadata, password, address.';

CREATE FUNCTION auth.set_password(user_id uuid, password text, kept_session uuid) RETURNS void
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  UPDATE auth.users AS u SET encrypted_password = auth.hash_password(password), updated_at = now() WHERE u.id = set_password.user_id;
  -- Whoever got in with the old password is out.
  DELETE FROM auth.one_time_tokens AS t WHERE t.user_id = set_password.user_id;
  DELETE FROM auth.sessions AS s WHERE s.user_id = set_password.user_id AND s.id IS DISTINCT FROM kept_session;
END
$$;
COMMENT ON FUNCTION auth.set_password(uuid, text, uuid) IS 'A new password ends all other sessions of the user, and every code and link that is under way.';

CREATE FUNCTION auth.change_email(owner auth.users, email text, redirect_to text) RETURNS auth.answer
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  changed auth.users;
BEGIN
  IF current_setting('pg_booking.auth_autoconfirm')::boolean AND owner.is_anonymous THEN
    UPDATE auth.users AS u
      SET email = change_email.email, email_confirmed_at = now(), is_anonymous = false, updated_at = now(),
          raw_app_meta_data = u.raw_app_meta_data || '{"provider": "email", "providers": ["email"]}',
          raw_user_meta_data = u.raw_user_meta_data || '{"email_verified": true}'
      WHERE u.id = owner.id RETURNING u.* INTO STRICT changed;
    PERFORM auth.require_practice(changed);
    RETURN NULL;
  ELSIF NOT auth.may_send(owner.email_change_sent_at) THEN
    RETURN auth.refuse(429, 'over_email_send_rate_limit', 'For security purposes, you can only request this after 60 seconds.');
  END IF;
  UPDATE auth.users AS u SET email_change = change_email.email, email_change_sent_at = now(), updated_at = now() WHERE u.id = owner.id;
  PERFORM auth.send_one_time_token(owner.id, 'email_change', email, redirect_to);
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION auth.change_email(auth.users, text, text) IS
  'Another address counts once it is confirmed with the message that goes there; NULL, or why it cannot be had now.';

CREATE FUNCTION auth.sign_out(request auth.request) RETURNS auth.answer
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  scope CONSTANT text := coalesce(request.query ->> 'scope', 'global');
  caller record;
BEGIN
  SELECT * INTO caller FROM auth.signed_in(request);
  IF (caller.refusal).status IS NOT NULL THEN
    RETURN caller.refusal;
  ELSIF scope NOT IN ('global', 'local', 'others') THEN
    RETURN auth.refuse(400, 'validation_failed', format('Unsupported logout scope %L', scope));
  END IF;
  DELETE FROM auth.sessions AS s WHERE s.user_id = (caller.owner).id
    AND CASE scope WHEN 'global' THEN true WHEN 'local' THEN s.id = caller.session_id ELSE s.id IS DISTINCT FROM caller.session_id END;
  RETURN auth.succeed(NULL, 204);
END
$$;
COMMENT ON FUNCTION auth.sign_out(auth.request) IS 'POST /logout: ends all sessions of the user (scope global), this one (local), or all others (others).';

CREATE FUNCTION auth.reauthenticate(request auth.request) RETURNS auth.answer
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  caller record;
  owner auth.users;
BEGIN
  SELECT * INTO caller FROM auth.signed_in(request);
  owner := caller.owner;
  IF (caller.refusal).status IS NOT NULL THEN
    RETURN caller.refusal;
  ELSIF owner.email IS NULL THEN
    RETURN auth.refuse(400, 'validation_failed', 'Reauthentication requires the user to have an email or a phone number');
  ELSIF owner.email_confirmed_at IS NULL THEN
    RETURN auth.refuse(422, 'email_not_confirmed', 'Please verify your email first.');
  ELSIF NOT auth.may_send(owner.reauthentication_sent_at) THEN
    RETURN auth.refuse(429, 'over_email_send_rate_limit', 'For security purposes, you can only request this after 60 seconds.');
  END IF;
  UPDATE auth.users AS u SET reauthentication_sent_at = now() WHERE u.id = owner.id;
  PERFORM auth.send_one_time_token(owner.id, 'reauthentication', owner.email, NULL);
  RETURN auth.succeed('{}');
END
$$;
COMMENT ON FUNCTION auth.reauthenticate(auth.request) IS 'GET /reauthenticate: a code to the user''s own address.';

-- About the service.

CREATE FUNCTION auth.health(request auth.request) RETURNS auth.answer
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT auth.succeed(jsonb_build_object('version', booking.library_version(), 'name', 'GoTrue', 'description', 'pg_booking: users of a booking backend'));
END;
COMMENT ON FUNCTION auth.health(auth.request) IS 'GET /health; the name is the one that clients look for.';

CREATE FUNCTION auth.settings(request auth.request) RETURNS auth.answer
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT auth.succeed(jsonb_build_object(
    'external', (SELECT jsonb_object_agg(name, false) FROM unnest(ARRAY['apple', 'azure', 'bitbucket', 'discord', 'facebook', 'figma', 'github', 'gitlab',
       'google', 'keycloak', 'linkedin', 'notion', 'phone', 'slack', 'spotify', 'twitch', 'twitter', 'workos', 'zoom']) AS provider (name))
      || jsonb_build_object('email', true, 'anonymous_users', current_setting('pg_booking.auth_anonymous_users')::boolean),
    'disable_signup', current_setting('pg_booking.auth_disable_signup')::boolean,
    'mailer_autoconfirm', current_setting('pg_booking.auth_autoconfirm')::boolean,
    'phone_autoconfirm', false, 'sms_provider', '', 'mfa_enabled', false, 'saml_enabled', false));
END;
COMMENT ON FUNCTION auth.settings(auth.request) IS 'GET /settings: which ways to sign in there are.';

CREATE FUNCTION auth.jwks(request auth.request) RETURNS auth.answer
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT auth.succeed(jsonb_build_object('keys', coalesce(jsonb_agg(k.public_jwk ORDER BY k.id), '[]')), 200, E'Cache-Control: public, max-age=600\n')
  FROM auth.jwt_keys AS k WHERE k.status <> 'revoked' AND k.public_jwk IS NOT NULL;
END;
COMMENT ON FUNCTION auth.jwks(auth.request) IS 'GET /.well-known/jwks.json: the public keys; a key is here before anything is signed with it.';
