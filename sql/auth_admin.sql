-- What service_role can ask of /auth/v1.
CREATE FUNCTION auth.admin_refusal(request auth.request) RETURNS auth.answer
  LANGUAGE sql IMMUTABLE
BEGIN ATOMIC
  SELECT CASE WHEN coalesce(request.claims ->> 'role', '') NOT IN ('service_role', 'supabase_admin')
              THEN auth.refuse(403, 'not_admin', 'User not allowed') END;
END;
COMMENT ON FUNCTION auth.admin_refusal(auth.request) IS 'Why the caller is no administrator; NULL for one who is.';

CREATE FUNCTION auth.find_user(request auth.request, OUT refusal auth.answer, OUT target auth.users)
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  refusal := auth.admin_refusal(request);
  IF refusal.status IS NOT NULL THEN
    RETURN;
  ELSIF request.path[1] !~ '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$' THEN
    refusal := auth.refuse(404, 'validation_failed', 'user_id must be an UUID');
    RETURN;
  END IF;
  SELECT u.* INTO target FROM auth.users AS u WHERE u.id = request.path[1]::uuid;
  IF target.id IS NULL THEN
    refusal := auth.refuse(404, 'user_not_found', 'User not found');
  END IF;
END
$$;
COMMENT ON FUNCTION auth.find_user(auth.request) IS 'The user that an administrator''s path names.';

CREATE FUNCTION auth.admin_list_users(request auth.request) RETURNS auth.answer
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  refusal CONSTANT auth.answer := auth.admin_refusal(request);
  page_text CONSTANT text := coalesce(nullif(request.query ->> 'page', ''), '1');
  size_text CONSTANT text := coalesce(nullif(request.query ->> 'per_page', ''), '50');
  page integer;
  size integer;
  total bigint;
  last_page bigint;
  users jsonb;
BEGIN
  IF refusal.status IS NOT NULL THEN
    RETURN refusal;
  ELSIF page_text !~ '^[1-9][0-9]{0,5}$' OR size_text !~ '^[1-9][0-9]{0,3}$' THEN
    RETURN auth.refuse(400, 'validation_failed', 'Bad Pagination Parameters: page and per_page must be positive numbers');
  END IF;
  page := page_text;
  size := least(size_text::integer, 1000);
  SELECT count(*) INTO STRICT total FROM auth.users AS u
    WHERE request.query ->> 'filter' IS NULL OR strpos(u.email, lower(request.query ->> 'filter')) > 0;
  SELECT coalesce(jsonb_agg(auth.user_json(u.*) ORDER BY u.created_at DESC, u.id), '[]') INTO STRICT users FROM (
    SELECT u.* FROM auth.users AS u
    WHERE request.query ->> 'filter' IS NULL OR strpos(u.email, lower(request.query ->> 'filter')) > 0
    ORDER BY u.created_at DESC, u.id LIMIT size OFFSET (page - 1) * size) AS u;
  last_page := greatest((total + size - 1) / size, 1);
  RETURN auth.succeed(jsonb_build_object('users', users, 'aud', 'authenticated'), 200,
    format(E'X-Total-Count: %s\nLink: %s</auth/v1/admin/users?page=%s&per_page=%s>; rel="last"\n', total,
           CASE WHEN page < last_page THEN format('</auth/v1/admin/users?page=%s&per_page=%s>; rel="next", ', page + 1, size) ELSE '' END,
           last_page, size));
END
$$;
COMMENT ON FUNCTION auth.admin_list_users(auth.request) IS 'GET /admin/users: newest first, page and per_page, filter: a part of the address.';

CREATE FUNCTION auth.admin_get_user(request auth.request) RETURNS auth.answer
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  meant record;
BEGIN
  SELECT * INTO meant FROM auth.find_user(request);
  RETURN CASE WHEN (meant.refusal).status IS NOT NULL THEN meant.refusal ELSE auth.succeed(auth.user_json(meant.target)) END;
END
$$;
COMMENT ON FUNCTION auth.admin_get_user(auth.request) IS 'GET /admin/users/{id}.';

CREATE FUNCTION auth.ban_end(duration text) RETURNS timestamptz
  LANGUAGE sql STABLE
BEGIN ATOMIC
  -- Units as in "1h30m"; what PostgreSQL would take for months are minutes.
  SELECT now() + sum((part[1] || CASE part[2] WHEN 'm' THEN ' minutes' WHEN 's' THEN ' seconds' ELSE ' hours' END)::interval)
  FROM regexp_matches(duration, '(\d{1,6})(h|m|s)', 'g') AS part
  WHERE duration ~ '^(\d{1,6}(h|m|s))+$';
END;
COMMENT ON FUNCTION auth.ban_end(text) IS 'When a ban of this length, such as 24h or 1h30m, ends that begins now; NULL for what is no length.';

CREATE FUNCTION auth.admin_apply(user_id uuid, body jsonb) RETURNS auth.users
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  password CONSTANT text := auth.text_member(body, 'password');
  changed auth.users;
BEGIN
  IF password IS NOT NULL THEN
    PERFORM auth.set_password(user_id, password, NULL);
  END IF;
  UPDATE auth.users AS u
    SET email = coalesce(auth.read_email(body), u.email),
        is_anonymous = u.is_anonymous AND auth.read_email(body) IS NULL,
        encrypted_password = coalesce(auth.text_member(body, 'password_hash'), u.encrypted_password),
        email_confirmed_at = CASE WHEN body -> 'email_confirm' = 'true' THEN coalesce(u.email_confirmed_at, now()) ELSE u.email_confirmed_at END,
        role = coalesce(nullif(auth.text_member(body, 'role'), ''), u.role),
        raw_app_meta_data = auth.merge_metadata(u.raw_app_meta_data, auth.read_metadata(body, 'app_metadata')),
        raw_user_meta_data = auth.merge_metadata(u.raw_user_meta_data, auth.read_metadata(body, 'user_metadata')),
        banned_until = CASE WHEN auth.text_member(body, 'ban_duration') = 'none' THEN NULL
                            ELSE coalesce(auth.ban_end(auth.text_member(body, 'ban_duration')), u.banned_until) END,
        updated_at = now()
    WHERE u.id = admin_apply.user_id RETURNING u.* INTO STRICT changed;
  PERFORM auth.require_practice(changed);
  RETURN changed;
END
$$;
COMMENT ON FUNCTION auth.admin_apply(uuid, jsonb) IS 'Changes a user as an administrator''s body says, which is valid.';

CREATE FUNCTION auth.admin_body_problem(body jsonb) RETURNS auth.answer
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  ban CONSTANT text := auth.text_member(body, 'ban_duration');
BEGIN
  RETURN CASE
    WHEN auth.read_email(body) IS NOT NULL AND (auth.email_problem(auth.read_email(body))).status IS NOT NULL THEN auth.email_problem(auth.read_email(body))
    WHEN auth.text_member(body, 'password') IS NOT NULL AND (auth.password_problem(auth.text_member(body, 'password'))).status IS NOT NULL
      THEN auth.password_problem(auth.text_member(body, 'password'))
    WHEN auth.text_member(body, 'password_hash') !~ '^\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}$'
      THEN auth.refuse(400, 'validation_failed', 'password_hash must be a bcrypt hash')
    WHEN ban <> 'none' AND auth.ban_end(ban) IS NULL THEN auth.refuse(400, 'validation_failed', 'ban_duration must be a length such as 24h, or none')
  END;
END
$$;
COMMENT ON FUNCTION auth.admin_body_problem(jsonb) IS 'Why an administrator''s body is not valid; NULL if it is.';

CREATE FUNCTION auth.admin_create_user(request auth.request) RETURNS auth.answer
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  body CONSTANT jsonb := request.body;
  wanted_id CONSTANT text := auth.text_member(body, 'id');
  problem auth.answer := auth.admin_refusal(request);
  user_id uuid;
BEGIN
  problem := CASE
    WHEN problem.status IS NOT NULL THEN problem
    WHEN auth.read_email(body) IS NULL THEN auth.refuse(400, 'validation_failed', 'Cannot create a user without either an email or phone')
    WHEN wanted_id !~ '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$' THEN auth.refuse(400, 'validation_failed', 'id must be an UUID')
    ELSE auth.admin_body_problem(body) END;
  IF problem.status IS NOT NULL THEN
    RETURN problem;
  END IF;
  INSERT INTO auth.users AS u (id, email, raw_app_meta_data)
    VALUES (coalesce(wanted_id::uuid, gen_random_uuid()), auth.read_email(body), '{"provider": "email", "providers": ["email"]}')
    RETURNING u.id INTO STRICT user_id;
  RETURN auth.succeed(auth.user_json(auth.admin_apply(user_id, body)));
EXCEPTION
  WHEN unique_violation THEN
    RETURN auth.refuse(422, 'email_exists', 'A user with this email address has already been registered');
  WHEN check_violation THEN
    RETURN auth.refuse(400, 'validation_failed', 'User metadata is too large');
END
$$;
COMMENT ON FUNCTION auth.admin_create_user(auth.request) IS 'POST /admin/users: no message is sent.';

CREATE FUNCTION auth.admin_update_user(request auth.request) RETURNS auth.answer
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  meant record;
  problem auth.answer;
BEGIN
  SELECT * INTO meant FROM auth.find_user(request);
  problem := CASE WHEN (meant.refusal).status IS NOT NULL THEN meant.refusal ELSE auth.admin_body_problem(request.body) END;
  IF problem.status IS NOT NULL THEN
    RETURN problem;
  END IF;
  RETURN auth.succeed(auth.user_json(auth.admin_apply((meant.target).id, request.body)));
EXCEPTION
  WHEN unique_violation THEN
    RETURN auth.refuse(422, 'email_exists', 'A user with this email address has already been registered');
  WHEN check_violation THEN
    RETURN auth.refuse(400, 'validation_failed', 'User metadata is too large');
END
$$;
COMMENT ON FUNCTION auth.admin_update_user(auth.request) IS 'PUT /admin/users/{id}: metadata is merged, an address counts at once.';

CREATE FUNCTION auth.admin_delete_user(request auth.request) RETURNS auth.answer
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  meant record;
BEGIN
  SELECT * INTO meant FROM auth.find_user(request);
  IF (meant.refusal).status IS NOT NULL THEN
    RETURN meant.refusal;
  END IF;
  DELETE FROM auth.users AS u WHERE u.id = (meant.target).id;
  RETURN auth.succeed('{}');
END
$$;
COMMENT ON FUNCTION auth.admin_delete_user(auth.request) IS
  'DELETE /admin/users/{id}: the user, not the practice. Its bookings are also its guests'' affair: booking.tenants is for the operator to clear.';

CREATE FUNCTION auth.admin_generate_link(request auth.request) RETURNS auth.answer
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  body CONSTANT jsonb := request.body;
  address CONSTANT text := auth.read_email(body);
  asked CONSTANT text := auth.text_member(body, 'type');
  problem auth.answer := auth.admin_refusal(request);
  known auth.users;
  kind auth.one_time_kind;
  made record;
  proved text := address;
BEGIN
  problem := CASE WHEN problem.status IS NOT NULL THEN problem
    WHEN asked IS NULL OR asked NOT IN ('signup', 'invite', 'magiclink', 'recovery', 'email_change_current', 'email_change_new')
      THEN auth.refuse(400, 'validation_failed', 'Invalid email action link type requested')
    ELSE auth.email_problem(address) END;
  IF problem.status IS NOT NULL THEN
    RETURN problem;
  END IF;
  SELECT u.* INTO known FROM auth.users AS u WHERE u.email = address;
  kind := CASE WHEN asked = 'magiclink' AND known.id IS NULL THEN 'signup' WHEN asked LIKE 'email\_change%' THEN 'email_change' ELSE asked END;
  IF known.id IS NULL AND kind IN ('recovery', 'email_change') THEN
    RETURN auth.refuse(404, 'user_not_found', 'User with this email not found');
  ELSIF kind IN ('signup', 'invite') AND known.email_confirmed_at IS NOT NULL THEN
    RETURN auth.refuse(422, 'email_exists', 'A user with this email address has already been registered');
  ELSIF kind = 'email_change' THEN
    proved := lower(auth.text_member(body, 'new_email'));
    problem := auth.email_problem(proved);
    IF problem.status IS NOT NULL THEN
      RETURN problem;
    END IF;
    UPDATE auth.users AS u SET email_change = proved WHERE u.id = known.id;
  END IF;
  IF known.id IS NULL THEN
    problem := auth.admin_create_user(ROW(body || jsonb_build_object('user_metadata', auth.read_metadata(body, 'data')), NULL, request.claims, NULL, NULL, NULL)::auth.request);
    IF problem.code IS NOT NULL THEN
      RETURN problem;
    END IF;
  END IF;
  SELECT u.* INTO STRICT known FROM auth.users AS u WHERE u.email = address;
  SELECT * INTO made FROM auth.create_one_time_token(known.id, kind, proved);
  RETURN auth.succeed(auth.user_json(known) || jsonb_build_object(
    'action_link', auth.verify_link(kind, made.token_hash, auth.text_member(body, 'redirect_to')), 'email_otp', made.otp,
    'hashed_token', made.token_hash, 'verification_type', kind, 'redirect_to', auth.redirect_target(auth.text_member(body, 'redirect_to'))));
END
$$;
COMMENT ON FUNCTION auth.admin_generate_link(auth.request) IS 'POST /admin/generate_link: what a message would hold, for a server that sends its own.';

CREATE FUNCTION auth.admin_invite(request auth.request) RETURNS auth.answer
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  made auth.answer;
  invited auth.users;
BEGIN
  request.body := request.body - ARRAY['email_confirm', 'password'] || jsonb_build_object('user_metadata', auth.read_metadata(request.body, 'data'));
  made := auth.admin_create_user(request);
  IF made.code IS NOT NULL THEN
    RETURN made;
  END IF;
  UPDATE auth.users AS u SET invited_at = now() WHERE u.email = auth.read_email(request.body) RETURNING u.* INTO STRICT invited;
  PERFORM auth.send_one_time_token(invited.id, 'invite', invited.email, request.query ->> 'redirect_to');
  RETURN auth.succeed(auth.user_json(invited));
END
$$;
COMMENT ON FUNCTION auth.admin_invite(auth.request) IS 'POST /invite: a user without a password, and a message with a link to come in.';
