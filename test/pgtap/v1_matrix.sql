-- Each operation with every key, plan and slug that it must refuse: the cells of the table in docs/v1-reference.md.
BEGIN;
\ir helpers/fixture.sql

CREATE TEMP TABLE routes AS SELECT * FROM booking.routes();
CREATE TEMP VIEW keyed AS SELECT * FROM routes WHERE capability IS NOT NULL;

-- A request to an operation with a key by name (NULL: none) and a slug where it belongs (NULL: none).
CREATE FUNCTION test.call(operation text, key text DEFAULT 'a', slug text DEFAULT 'salon-a') RETURNS test.answer
  LANGUAGE sql VOLATILE AS $$
    SELECT test.request(
      route.method,
      replace(route.path, '{bookingId}', booking.public_id('bkg', test.first_booking('a')))
        || CASE WHEN slug IS NOT NULL AND route.salon_slug <> 'body' THEN '?salonSlug=' || slug ELSE '' END,
      CASE WHEN route.method IN ('POST', 'PUT')
           THEN jsonb_strip_nulls(jsonb_build_object('salonSlug', CASE WHEN route.salon_slug = 'body' THEN slug END))::text END,
      key)
    FROM routes AS route WHERE route.operation_id = operation $$;

-- Keys to be refused.
SELECT test.make_key('revoked', 'a'), test.make_key('expired', 'a'), test.make_key('partner', 'a',
         '{services.read, staff.read, availability.read, booking.create}', 'guest_partner') \g /dev/null
SELECT booking.revoke_api_key(test.id('a', 'tenant'), id) FROM test.keys WHERE name = 'revoked' \g /dev/null
UPDATE booking.api_keys SET expires_at = now() WHERE id = (SELECT id FROM test.keys WHERE name = 'expired');
INSERT INTO test.keys VALUES ('nobody''s', NULL, booking.generate_api_key()), ('garbage', NULL, 'bk_live_garbage');
SELECT test.make_key('all but ' || c, 'a', array_remove(enum_range(NULL::booking.capability), c))
FROM unnest(enum_range(NULL::booking.capability)) AS c \g /dev/null
SELECT test.make_tenant(plan), test.make_key(plan, plan) FROM unnest('{free,starter,lapsed}'::text[]) AS plan \g /dev/null
UPDATE booking.tenants SET plan = 'free' WHERE tenant_id = test.id('free', 'tenant');
UPDATE booking.tenants SET plan = 'starter' WHERE tenant_id = test.id('starter', 'tenant');
UPDATE booking.tenants SET plan_period_end = now() WHERE tenant_id = test.id('lapsed', 'tenant');

CREATE TEMP TABLE cell AS
  SELECT operation_id, salon_slug, cause, answer, expected, test.outcome(answer) AS outcome
  FROM keyed
  CROSS JOIN LATERAL (VALUES
    ('no key', test.call(operation_id, NULL), '401 auth.missing_key'),
    ('text that is no key', test.call(operation_id, 'garbage'), '401 auth.invalid_key'),
    ('a key that nobody has', test.call(operation_id, 'nobody''s'), '401 auth.invalid_key'),
    ('a revoked key', test.call(operation_id, 'revoked'), '401 auth.key_revoked'),
    ('an expired key', test.call(operation_id, 'expired'), '401 auth.key_expired'),
    ('plan free', test.call(operation_id, 'free', 'salon-free'), '403 auth.plan_insufficient'),
    ('plan starter', test.call(operation_id, 'starter', 'salon-starter'), '403 auth.plan_insufficient'),
    ('plan pro of last month', test.call(operation_id, 'lapsed', 'salon-lapsed'), '403 auth.plan_insufficient'),
    ('a key without the capability', test.call(operation_id, 'all but ' || capability), '403 auth.capability_missing'),
    ('another business''s slug', test.call(operation_id, slug => 'salon-b'), '403 auth.scope_mismatch'),
    ('nobody''s slug', test.call(operation_id, slug => 'no-such-salon'), '403 auth.scope_mismatch'),
    ('another business''s key', test.call(operation_id, 'b', 'salon-a'), '403 auth.scope_mismatch')) AS c (cause, answer, expected);
INSERT INTO cell
  SELECT operation_id, salon_slug, 'no slug', answer, '400 request.invalid_input', test.outcome(answer)
  FROM keyed, test.call(operation_id, slug => NULL) AS answer WHERE salon_slug <> 'optional';
INSERT INTO cell
  SELECT operation_id, salon_slug, 'a booking partner''s key', answer, '403 auth.capability_missing', test.outcome(answer)
  FROM keyed, test.call(operation_id, 'partner') AS answer
  WHERE capability NOT IN ('services.read', 'staff.read', 'availability.read', 'booking.create');

-- A key of its own for each operation, which admits one request of the operation's group a minute.
SELECT test.make_key('limited ' || operation_id, 'a') FROM keyed \g /dev/null
UPDATE booking.api_keys AS k SET rate_limits = jsonb_build_object(rate_group, 1)
FROM keyed, test.keys AS t WHERE t.name = 'limited ' || operation_id AND k.id = t.id;
SET LOCAL pg_booking.rate_limits = on;
CREATE TEMP TABLE first_call AS SELECT operation_id, test.call(operation_id, 'limited ' || operation_id) AS answer FROM keyed;
INSERT INTO cell
  SELECT operation_id, salon_slug, 'one request more than the limit', answer, '429 rate_limit.exceeded', test.outcome(answer)
  FROM keyed, test.call(operation_id, 'limited ' || operation_id) AS answer;
SET LOCAL pg_booking.rate_limits = off;

SELECT plan((SELECT count(*)::integer FROM cell) + 10);

SELECT is(outcome, expected, format('%s with %s', operation_id, cause)) FROM cell;

SELECT cmp_ok((SELECT count(*) FROM cell), '>=', 14 * 13::bigint, 'there are cells to look at');
SELECT is_empty($$
  SELECT operation_id, cause, outcome FROM cell JOIN routes USING (operation_id)
  WHERE (answer).body #>> '{error,code}' <> ALL (error_codes)
$$, 'every refusal is one that the operation documents');
SELECT is_empty($$
  SELECT operation_id, (answer).body #> '{error,details}' FROM cell JOIN routes USING (operation_id)
  WHERE expected = '403 auth.capability_missing' AND (answer).body #> '{error,details}' <> jsonb_build_object('required', capability)
$$, 'a missing capability is named');
SELECT is_empty($$ SELECT operation_id FROM cell WHERE cause = 'no slug' AND NOT test.bad_fields(answer) @> '{salonSlug}' $$, 'so is a missing slug');
SELECT is_empty($$ SELECT operation_id FROM first_call WHERE (answer).status IN (401, 403, 429) $$, 'a request within the limit is admitted');
SELECT is_empty($$
  SELECT operation_id FROM cell
  WHERE cause = 'one request more than the limit' AND (answer).body #>> '{error,details,retryAfterSeconds}' <> (answer).headers ->> 'Retry-After'
$$, 'one too many is told when to come back');
SELECT is_empty($$
  SELECT operation_id FROM cell WHERE cause IN ('another business''s slug', 'nobody''s slug')
  GROUP BY operation_id HAVING count(DISTINCT test.without_request_id(answer)) > 1
$$, 'a slug that is not the key''s is refused alike, whether it exists or not');

-- What is not refused: the same requests with the right key.
SELECT is_empty($$
  SELECT operation_id, test.outcome(answer) FROM keyed, test.call(operation_id) AS answer
  WHERE answer.status IN (401, 403) OR answer.status >= 300 AND answer.body #>> '{error,code}' <> ALL (error_codes)
$$, 'with key, capability, plan and slug, no operation is forbidden');
SELECT is_empty($$
  SELECT operation_id, test.outcome(answer) FROM keyed, test.call(operation_id, slug => NULL) AS answer
  WHERE salon_slug = 'optional' AND answer.status <> success_status
    -- the first call has cancelled the booking
    AND test.outcome(answer) <> '409 booking.invalid_state'
$$, 'where the slug is optional none is needed');
SELECT is_empty($$
  SELECT operation_id, key, test.outcome(answer) FROM routes, unnest('{a,revoked,garbage,NULL}'::text[]) AS key, test.call(operation_id, key) AS answer
  WHERE capability IS NULL AND answer.status <> 200
$$, 'what is for everybody looks at no key');

SELECT * FROM finish();
ROLLBACK;
