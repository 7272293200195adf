-- Who may call what: keys, their states, plans, capabilities.
BEGIN;
\ir helpers/fixture.sql
SELECT plan(97);

CREATE FUNCTION test.with_authorization(value jsonb) RETURNS test.answer
  LANGUAGE sql VOLATILE AS $$
    SELECT test.request('GET', '/v1/services?salonSlug=salon-a', NULL, NULL, jsonb_build_object('authorization', value)) $$;

-- The header. KEY stands for a good key.
SELECT is(test.outcome(test.with_authorization(replace(value, 'KEY', test.key('a'))::jsonb)), expected, 'Authorization: ' || value)
FROM (VALUES
  ('"Bearer KEY"', '200'),
  ('"bearer KEY"', '200'),
  ('"BEARER   KEY"', '200'),
  ('"  Bearer KEY\t"', '200'),
  ('["Bearer KEY"]', '200'),
  ('null', '401 auth.missing_key'),
  ('[]', '401 auth.missing_key'),
  ('""', '401 auth.missing_key'),
  ('"KEY"', '401 auth.missing_key'),
  ('"Bearer"', '401 auth.missing_key'),
  ('"Bearer "', '401 auth.missing_key'),
  ('"BearerKEY"', '401 auth.missing_key'),
  ('"Bearer\tKEY"', '401 auth.missing_key'),
  ('"Bearer KEY x"', '401 auth.missing_key'),
  ('"Bearer KEY, Bearer KEY"', '401 auth.missing_key'),
  ('"Bearer \"KEY\""', '401 auth.missing_key'),
  ('"Bearer clé"', '401 auth.missing_key'),
  ('"Basic dXNlcjpwYXNz"', '401 auth.missing_key'),
  ('"Token KEY"', '401 auth.missing_key'),
  ('["Bearer KEY", "Bearer KEY"]', '401 auth.missing_key'),
  ('["Basic x", "Bearer KEY"]', '401 auth.missing_key'),
  ('"Bearer KEYx"', '401 auth.invalid_key'),
  ('"Bearer xKEY"', '401 auth.invalid_key'),
  ('"Bearer KEY="', '401 auth.invalid_key'),
  ('"Bearer x"', '401 auth.invalid_key'),
  ('"Bearer bk_live_"', '401 auth.invalid_key'),
  ('"Bearer bk_live_abc123def456"', '401 auth.invalid_key'),
  ('"Bearer bk_test_abc123def456"', '401 auth.invalid_key')) AS header (value, expected);
SELECT is(test.outcome(test.request('GET', '/v1/services?salonSlug=salon-a', NULL, NULL,
  jsonb_build_object('Authorization', 'Bearer ' || test.key('a'), 'authorization', 'Bearer ' || test.key('a')))), '401 auth.missing_key',
  'two headers that differ in case only are two headers');
SELECT is((test.with_authorization(value)).headers ->> 'WWW-Authenticate', 'Bearer', 'every 401 names the scheme')
FROM unnest('{null,"\"Bearer x\""}'::jsonb[]) AS value;

-- A key changed anywhere is not a key; nor is the text of one that nobody made.
SELECT is_empty($$
  SELECT position FROM generate_series(1, length(test.key('a'))) AS position,
    overlay(test.key('a') PLACING CASE substr(test.key('a'), position, 1) WHEN '0' THEN '1' ELSE '0' END FROM position) AS changed
  WHERE test.outcome(test.with_authorization(to_jsonb('Bearer ' || changed))) <> '401 auth.invalid_key'
$$, 'a key with any character changed is invalid');
SELECT is_empty($$
  SELECT n FROM generate_series(1, length(test.key('a')) - 1) AS n
  WHERE test.outcome(test.with_authorization(to_jsonb('Bearer ' || "left"(test.key('a'), n)))) <> '401 auth.invalid_key'
$$, 'so is one that was cut');
SELECT is(test.outcome(test.with_authorization(to_jsonb('Bearer ' || booking.generate_api_key()))), '401 auth.invalid_key',
  'and a well-formed one that is not stored');
UPDATE booking.api_key_secrets SET digest = sha256('something else') WHERE api_key_id = (SELECT id FROM test.keys WHERE name = 'b');
SELECT is(test.outcome(test.get('/v1/services?salonSlug=salon-b', 'b')), '401 auth.invalid_key',
  'the whole key is compared, not its look-up part');

-- States.
CREATE FUNCTION test.key_state(change text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  result text;
BEGIN
  PERFORM test.make_key('state', 'a');
  EXECUTE format(change, (SELECT id FROM test.keys WHERE name = 'state'));
  result := test.outcome(test.get('/v1/services?salonSlug=salon-a', 'state'));
  RAISE EXCEPTION USING ERRCODE = 'P0001', MESSAGE = result;
EXCEPTION WHEN raise_exception THEN
  RETURN result;
END $$;
SELECT is(test.key_state('SELECT %L'), '200', 'a fresh key works');
SELECT is(test.key_state('UPDATE booking.api_keys SET expires_at = now() + interval ''1 second'' WHERE id = %L'), '200',
  'until it expires');
SELECT is(test.key_state('UPDATE booking.api_keys SET expires_at = now() WHERE id = %L'), '401 auth.key_expired',
  'from that moment on');
SELECT is(test.key_state('UPDATE booking.api_key_secrets SET expires_at = now() WHERE api_key_id = %L'), '401 auth.key_expired',
  'a text that was rotated out');
SELECT is(test.key_state('SELECT booking.revoke_api_key(test.id(''a'', ''tenant''), %L)'), '401 auth.key_revoked', 'a revoked key');
SELECT is(test.key_state('UPDATE booking.api_keys SET expires_at = now(), revoked_at = now() WHERE id = %L'), '401 auth.key_revoked',
  'revoked says more than expired');
SELECT is(test.key_state('DELETE FROM booking.api_keys WHERE id = %L'), '401 auth.invalid_key', 'a deleted key');
SELECT is(test.key_state('UPDATE booking.api_keys SET type = ''personal'', created_by = test.id(''a'', ''user'') WHERE id = %L'), '200',
  'a member''s personal key');
SELECT is(test.key_state('UPDATE booking.api_keys SET type = ''personal'', created_by = test.id(''b'', ''user'') WHERE id = %L'),
  '401 auth.key_revoked',
  'a personal key of somebody who is no member');
SELECT is(test.key_state('UPDATE booking.tenants SET plan = ''starter'' WHERE tenant_id = test.id(''a'', ''tenant'') AND %L IS NOT NULL'),
  '403 auth.plan_insufficient', 'plan starter');
SELECT is(test.key_state('UPDATE booking.tenants SET plan = ''free'' WHERE tenant_id = test.id(''a'', ''tenant'') AND %L IS NOT NULL'),
  '403 auth.plan_insufficient', 'plan free');
SELECT is(test.key_state('UPDATE booking.tenants SET plan_period_end = now() WHERE tenant_id = test.id(''a'', ''tenant'') AND %L IS NOT NULL'),
  '403 auth.plan_insufficient', 'plan pro whose period is over');
SELECT is(test.key_state('UPDATE booking.tenants SET plan_period_end = now() + interval ''1 second'' WHERE tenant_id = test.id(''a'', ''tenant'') AND %L IS NOT NULL'),
  '200', 'plan pro until it is');
SELECT is(test.key_state('UPDATE booking.tenants SET published = false WHERE tenant_id = test.id(''a'', ''tenant'') AND %L IS NOT NULL'), '200',
  'a business that is not published keeps its API');

-- Capabilities: each route with all but its own, and with nothing but its own.
CREATE TEMP TABLE routes (method text, target text, capability booking.capability);
INSERT INTO routes VALUES
  ('GET', '/v1/services?salonSlug=salon-a', 'services.read'),
  ('GET', '/v1/staff?salonSlug=salon-a', 'staff.read'),
  ('POST', '/v1/availability/search', 'availability.read'),
  ('POST', '/v1/bookings', 'booking.create'),
  ('GET', '/v1/bookings?salonSlug=salon-a', 'booking.read'),
  ('GET', '/v1/bookings/x', 'booking.read'),
  ('GET', '/v1/bookings/x/events', 'booking.read'),
  ('POST', '/v1/bookings/x/cancel', 'booking.cancel'),
  ('GET', '/v1/webhooks/config', 'webhook.manage'),
  ('PUT', '/v1/webhooks/config', 'webhook.manage'),
  ('DELETE', '/v1/webhooks/config', 'webhook.manage'),
  ('POST', '/v1/webhooks/config/rotate-secret', 'webhook.manage'),
  ('GET', '/v1/webhooks/deliveries', 'webhook.manage'),
  ('GET', '/v1/subscription', 'subscription.read');
SELECT count(test.make_key('only ' || c, 'a', ARRAY[c])),
       count(test.make_key('all but ' || c, 'a', array_remove(enum_range(NULL::booking.capability), c)))
FROM unnest(enum_range(NULL::booking.capability)) AS c \g /dev/null

SELECT is((test.request(method, target, NULL, 'all but ' || capability)).body -> 'error' -> 'details',
  jsonb_build_object('required', capability),
  format('%s %s needs %s', method, target, capability)) FROM routes;
SELECT is(test.outcome(test.request(method, target, NULL, 'all but ' || capability)), '403 auth.capability_missing',
  'and says so') FROM routes;
SELECT isnt((test.request(method, target, NULL, 'only ' || capability)).status, 403, 'and nothing else') FROM routes;

-- What a booking partner's key can hold.
SELECT lives_ok($$ SELECT test.make_key('partner', 'a', '{services.read, staff.read, availability.read, booking.create}',
  'guest_partner') $$,
  'a partner''s key with all that it may hold');
SELECT throws_ok(format('SELECT test.make_key(''partner 2'', ''a'', ARRAY[%L]::booking.capability[], ''guest_partner'')', c),
  '23514', NULL, 'but not ' || c)
FROM unnest('{booking.read, booking.cancel, webhook.manage, subscription.read}'::booking.capability[]) AS c;
SELECT throws_ok($$ SELECT test.make_key('nothing', 'a', '{}') $$, '23514', NULL, 'a key needs a capability');

SELECT * FROM finish();
ROLLBACK;
