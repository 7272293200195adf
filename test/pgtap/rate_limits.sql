-- Rate limits: who is counted, in which group, with which limit, and what the answers tell. Each test has keys and addresses
-- of its own, so it does not matter what was counted before.
BEGIN;
\ir helpers/fixture.sql
SET LOCAL pg_booking.rate_limits = on;
SELECT plan(88);

-- A key under its name with these limits, of its own (JSON) and by tier.
CREATE FUNCTION test.limited_key(name text, limits jsonb DEFAULT '{}', tier booking.rate_tier DEFAULT 'standard') RETURNS void
  LANGUAGE sql AS $$
    SELECT test.make_key(name, 'a');
    UPDATE booking.api_keys SET rate_limits = limits, rate_tier = tier WHERE id = (SELECT k.id FROM test.keys AS k WHERE k.name = limited_key.name);
  $$;

CREATE FUNCTION test.limit_of(answer test.answer) RETURNS text
  LANGUAGE sql IMMUTABLE AS $$ SELECT answer.headers ->> 'RateLimit-Policy' $$;
CREATE FUNCTION test.remaining(answer test.answer) RETURNS integer
  LANGUAGE sql IMMUTABLE AS $$ SELECT (answer.headers ->> 'X-RateLimit-Remaining')::integer $$;
CREATE FUNCTION test.used(key text, rate_group text) RETURNS integer
  LANGUAGE sql VOLATILE AS $$
    SELECT s.used FROM booking.rate_limit_status() AS s
    WHERE s.identity = (SELECT k.id::text FROM test.keys AS k WHERE k.name = key) AND s.rate_group = used.rate_group $$;

-- A request without a key that counts, from an address.
CREATE FUNCTION test.from_address(peer text, headers jsonb DEFAULT '{}') RETURNS test.answer
  LANGUAGE sql VOLATILE AS $$
    SELECT ROW(answer.status, answer.headers, answer.body::jsonb, answer.body)::test.answer
    FROM booking.http_request('GET', '/v1/services?salonSlug=salon-a', from_address.headers, NULL, peer) AS answer $$;
-- A network that nobody has used in another run.
SELECT format('fd00:%s:%s', to_hex(1 + (random() * 65534)::int), to_hex(1 + (random() * 65534)::int)) AS network \gset

-- One route of each group of API keys.
CREATE TABLE test.routes (rate_group text, method text, target text);
INSERT INTO test.routes VALUES
  ('availability', 'POST', '/v1/availability/search'), ('booking', 'GET', '/v1/bookings'), ('catalog', 'GET', '/v1/staff'),
  ('subscription', 'GET', '/v1/subscription'), ('webhook', 'GET', '/v1/webhooks/config');

-- Defaults.

SELECT results_eq('SELECT * FROM booking.rate_groups()', $$ VALUES
  ('catalog', 'api_key', 120, 600), ('availability', 'api_key', 30, 150), ('booking', 'api_key', 30, 150), ('webhook', 'api_key', 10, 50),
  ('subscription', 'api_key', 60, 300), ('read', 'user', 100, 100), ('write', 'user', 30, 30), ('auth', 'client', 10, 10),
  ('unauthenticated', 'address', 60, 60) $$, 'the limits in force where nobody set others');
SELECT is_empty($$ SELECT rate_group FROM booking.routes() AS r WHERE rate_group NOT IN (SELECT g.rate_group FROM booking.rate_groups() AS g) $$,
  'every route''s group has limits');
SELECT test.limited_key('standard'), test.limited_key('elevated', '{}', 'elevated') \g /dev/null
SELECT is(test.limit_of(test.request(method, target, NULL, 'standard')), format('"%s";q=%s;w=60', rate_group, standard), 'standard: ' || rate_group)
FROM test.routes JOIN booking.rate_groups() AS g USING (rate_group);
SELECT is(test.limit_of(test.request(method, target, NULL, 'elevated')), format('"%s";q=%s;w=60', rate_group, elevated), 'elevated: ' || rate_group)
FROM test.routes JOIN booking.rate_groups() AS g USING (rate_group);

-- What every answer tells.

SELECT test.limited_key('first') \g /dev/null
CREATE TABLE test.first AS
SELECT answer.headers, before.seconds AS earliest, extract(epoch FROM clock_timestamp()) + 60 AS latest
FROM (SELECT extract(epoch FROM clock_timestamp()) + 60 AS seconds OFFSET 0) AS before
CROSS JOIN LATERAL (SELECT (test.get('/v1/bookings?salonSlug=salon-a', CASE WHEN before.seconds > 0 THEN 'first' END)).headers OFFSET 0) AS answer;
SELECT is(headers ->> 'RateLimit-Policy', '"booking";q=30;w=60', 'RateLimit-Policy') FROM test.first;
SELECT is(headers ->> 'RateLimit', '"booking";r=29;t=60', 'RateLimit') FROM test.first;
SELECT is(headers ->> 'X-RateLimit-Limit', '30', 'X-RateLimit-Limit') FROM test.first;
SELECT is(headers ->> 'X-RateLimit-Remaining', '29', 'X-RateLimit-Remaining') FROM test.first;
SELECT ok((headers ->> 'X-RateLimit-Reset')::bigint BETWEEN ceil(earliest) AND ceil(latest), 'X-RateLimit-Reset: when the call leaves the window, never earlier')
FROM test.first;
SELECT is(test.remaining(test.request('HEAD', '/v1/bookings?salonSlug=salon-a', NULL, 'first')), 28, 'HEAD counts as GET does');
SELECT is(test.remaining(test.get('/v1/bookings', 'first')), 27, 'a 400 counts and tells');
SELECT is(test.remaining(test.get('/v1/bookings?salonSlug=salon-b', 'first')), 26, 'so does a 403');
SELECT is(test.remaining(test.get('/v1/bookings/' || booking.public_id('bkg', booking.uuid_v7()), 'first')), 25, 'and a 404');
SELECT is(test.remaining(test.request('POST', '/v1/bookings', 'x', 'first', '{"content-type": "text/plain"}')), 24, 'and a 415');
SELECT is((test.get('/v1/nothing', 'first')).headers ->> 'RateLimit', NULL, 'no route, no limit');

-- The limit.

SELECT test.limited_key('many') \g /dev/null
SELECT is(array_agg(test.outcome(answer) || ' ' || test.remaining(answer) ORDER BY n), array_agg('200 ' || 30 - n ORDER BY n), '30 calls')
FROM (SELECT n, test.get('/v1/bookings?salonSlug=salon-a', CASE WHEN n > 0 THEN 'many' END) AS answer FROM generate_series(1, 30) AS n OFFSET 0) AS calls;
CREATE TABLE test.refused AS SELECT (answer).* FROM (SELECT test.get('/v1/bookings?salonSlug=salon-a', 'many') AS answer OFFSET 0) AS call;
SELECT is(status, 429, 'the 31st') FROM test.refused;
SELECT is(body - 'meta', jsonb_build_object('ok', false, 'error', jsonb_build_object('code', 'rate_limit.exceeded', 'message', 'Rate limit exceeded.',
  'retryable', true, 'details', jsonb_build_object('retryAfterSeconds', (headers ->> 'Retry-After')::int))), 'its body') FROM test.refused;
SELECT cmp_ok((headers ->> 'Retry-After')::int, '>=', 1, 'Retry-After: at least a second') FROM test.refused;
SELECT cmp_ok((headers ->> 'Retry-After')::int, '<=', 60, 'and a window at most') FROM test.refused;
SELECT is(headers ->> 'RateLimit', format('"booking";r=0;t=%s', headers ->> 'Retry-After'), 'RateLimit says the same') FROM test.refused;
SELECT is(test.outcome(test.get('/v1/bookings?salonSlug=salon-a', 'many')), '429 rate_limit.exceeded', 'still') FROM generate_series(1, 3);
SELECT is(test.used('many', 'booking'), 30, 'refused calls are not counted');
SELECT is(test.outcome(test.get('/v1/staff?salonSlug=salon-a', 'many')), '200', 'another group has its own count');
SELECT is(test.outcome(test.get('/v1/bookings?salonSlug=salon-a', 'first')), '200', 'another key too');

-- Which limit.

SELECT test.limited_key('own', '{"catalog": 2}') \g /dev/null
SELECT is(test.limit_of(test.get('/v1/staff?salonSlug=salon-a', 'own')), '"catalog";q=2;w=60', 'a key''s own limit');
SELECT is(test.limit_of(test.get('/v1/subscription', 'own')), '"subscription";q=60;w=60', 'for the groups that it names');
INSERT INTO booking.rate_limit_overrides VALUES
  ('pro', 'standard', 'catalog', 7), ('pro', 'standard', 'subscription', 8), ('pro', 'elevated', 'catalog', 9), ('starter', 'standard', 'booking', 3);
SELECT is(test.limit_of(test.get('/v1/staff?salonSlug=salon-a', 'own')), '"catalog";q=2;w=60', 'goes before the plan''s');
SELECT is(test.limit_of(test.get('/v1/subscription', 'own')), '"subscription";q=8;w=60', 'which goes before the default');
SELECT is(test.limit_of(test.get('/v1/staff?salonSlug=salon-a', 'elevated')), '"catalog";q=9;w=60', 'by tier');
SELECT is(test.limit_of(test.get('/v1/bookings?salonSlug=salon-a', 'own')), '"booking";q=30;w=60', 'and by plan');
SELECT is(test.outcome(test.get('/v1/staff?salonSlug=salon-a', 'own')), '429 rate_limit.exceeded', 'two calls were made');
UPDATE booking.api_keys SET rate_limits = '{"catalog": 4}' WHERE name = 'key own';
SELECT is(test.remaining(test.get('/v1/staff?salonSlug=salon-a', 'own')), 1, 'a limit raised counts at once');
UPDATE booking.api_keys SET rate_limits = '{"catalog": 3}' WHERE name = 'key own';
SELECT is(test.outcome(test.get('/v1/staff?salonSlug=salon-a', 'own')), '429 rate_limit.exceeded', 'and one lowered, with the calls made before');
UPDATE booking.tenants SET plan = 'starter' WHERE tenant_id = test.id('a', 'tenant');
SELECT is(test.outcome(test.get('/v1/bookings?salonSlug=salon-a', 'own')), '403 auth.plan_insufficient', 'a plan without the API');
SELECT is(test.limit_of(test.get('/v1/bookings?salonSlug=salon-a', 'own')), '"booking";q=3;w=60', 'has a limit');
SELECT is(test.outcome(test.get('/v1/bookings?salonSlug=salon-a', 'own')), '429 rate_limit.exceeded', 'that comes first');
UPDATE booking.tenants SET plan = 'pro' WHERE tenant_id = test.id('a', 'tenant');
SELECT test.make_key('narrow', 'a', '{services.read}') \g /dev/null
UPDATE booking.api_keys SET rate_limits = '{"webhook": 1}' WHERE name = 'key narrow';
SELECT is(test.outcome(test.get('/v1/webhooks/config?salonSlug=salon-a', 'narrow')), '403 auth.capability_missing', 'a missing capability');
SELECT is(test.outcome(test.get('/v1/webhooks/config?salonSlug=salon-a', 'narrow')), '429 rate_limit.exceeded', 'comes after the limit too');
SELECT throws_ok(format('INSERT INTO booking.rate_limit_overrides VALUES (''pro'', ''elevated'', %L, %s)', rate_group, max_requests), '23514', NULL, why)
FROM (VALUES ('bookings', 10, 'a group that does not exist'), ('auth', 10, 'a group of addresses, which have no plan'), ('booking', 0, 'no calls'),
             ('booking', 1001, 'more than can be counted')) AS bad (rate_group, max_requests, why);
SELECT throws_ok(format('UPDATE booking.api_keys SET rate_limits = %L WHERE name = ''key own''', limits), '23514', NULL, 'no limits of a key: ' || limits)
FROM unnest(ARRAY['{"bookings": 10}', '{"booking": 0}', '{"booking": 1001}', '{"booking": "10"}', '[10]']) AS limits;

-- What a call is.

SELECT test.limited_key('undone') \g /dev/null
SAVEPOINT before;
SELECT test.outcome(test.get('/v1/staff?salonSlug=salon-a', 'undone')) \g /dev/null
ROLLBACK TO before;
SELECT is(test.used('undone', 'catalog'), 1, 'a call that was rolled back stays counted');
SELECT test.outcome(test.request('DELETE', '/v1/webhooks/config?salonSlug=salon-a', NULL, 'undone')) \g /dev/null
CREATE SEQUENCE test.attempts;
GRANT USAGE ON SEQUENCE test.attempts TO booking_integration;
CREATE OR REPLACE FUNCTION booking.v1_delete_webhook_config(tenant_id uuid, api_key_id uuid) RETURNS SETOF booking.v1_webhook_config_answer
  LANGUAGE plpgsql AS $$
BEGIN
  IF nextval('test.attempts') < 3 THEN RAISE EXCEPTION USING ERRCODE = 'serialization_failure'; END IF;
  RETURN QUERY SELECT booking.v1_webhook_config(tenant_id);
END $$;
SELECT is(test.outcome(test.request('DELETE', '/v1/webhooks/config?salonSlug=salon-a', NULL, 'undone')), '200', 'a call that met conflicts');
SELECT is(currval('test.attempts'), 3::bigint, 'and was tried three times');
SELECT is(test.used('undone', 'webhook'), 2, 'counts once');
SELECT is(test.remaining(test.request('POST', '/v1/bookings', test.wish()::text, 'undone', '{"idempotency-key": "1f0c3e2a-7b7c-4c56-9d3a-0d8a3c1b2a4f"}')), 29, 'a booking');
SELECT is(test.remaining(test.request('POST', '/v1/bookings', test.wish()::text, 'undone', '{"idempotency-key": "1f0c3e2a-7b7c-4c56-9d3a-0d8a3c1b2a4f"}')), 28,
  'and its replay are two calls');

-- Callers without a valid key, by address.

UPDATE booking.api_keys SET revoked_at = now() WHERE name = 'key narrow';
SELECT is(array_agg(test.outcome(answer) || ' ' || test.remaining(answer) ORDER BY n),
          array_agg(CASE n % 3 WHEN 0 THEN '401 auth.missing_key ' WHEN 1 THEN '401 auth.invalid_key ' ELSE '401 auth.key_revoked ' END || 60 - n ORDER BY n),
          '60 calls without a valid key, of whatever sort')
FROM (SELECT n, test.from_address(:'network' || ':1::' || to_hex(n), CASE n % 3 WHEN 0 THEN '{}' ELSE
        jsonb_build_object('authorization', 'Bearer ' || CASE n % 3 WHEN 1 THEN booking.generate_api_key() ELSE test.key('narrow') END) END) AS answer
      FROM generate_series(1, 60) AS n OFFSET 0) AS calls;
SELECT is(test.outcome(test.from_address(:'network' || ':1::1')), '429 rate_limit.exceeded', 'one more from anywhere in the network');
SELECT is(test.limit_of(test.from_address(:'network' || ':1::1')), '"unauthenticated";q=60;w=60', 'is told of the limit');
SELECT is(test.outcome(test.from_address(:'network' || ':1::1', '{"authorization": "Bearer x"}')), '429 rate_limit.exceeded', 'whatever it brings');
SELECT is(test.outcome(test.from_address(:'network' || ':1::1', jsonb_build_object('authorization', 'Bearer ' || test.key('a')))), '200',
  'but a valid key is never refused for its address');
SELECT is(test.outcome(test.from_address(:'network' || ':2::1')), '401 auth.missing_key', 'nor is the network next to it');
SELECT is_empty($$
  SELECT FROM generate_series(1, 61) AS n, unnest(ARRAY[NULL, '', 'local']) AS peer
  WHERE test.outcome(test.from_address(CASE WHEN n > 0 THEN peer END)) <> '401 auth.missing_key'
$$, 'a caller without an address is not limited');
SELECT is((booking.http_request('GET', '/v1/openapi.json', '{}', NULL, :'network' || ':1::1')).status, 429, 'a public document counts as a call without a key');
SELECT results_eq(format($$ SELECT scope, rate_group, max_requests, used FROM booking.rate_limit_status() WHERE identity = %L $$, host((:'network' || ':1::')::inet) || '/64'),
  $$ VALUES ('address', 'unauthenticated', 60, 60) $$, 'the status names the network');

-- For administrators.

SELECT results_eq($$
  SELECT scope, max_requests, used, oldest_age > '0' AND oldest_age < '60 s', retry_after > '0' AND retry_after + oldest_age = '60 s',
         last_used_at BETWEEN transaction_timestamp() AND clock_timestamp()
  FROM booking.rate_limit_status() WHERE identity = (SELECT id::text FROM test.keys WHERE name = 'many') AND rate_group = 'booking'
$$, $$ VALUES ('api_key', 30, 30, true, true, true) $$, 'the status of a key that has used its calls up');
SELECT results_eq($$
  SELECT used, retry_after FROM booking.rate_limit_status() WHERE identity = (SELECT id::text FROM test.keys WHERE name = 'many') AND rate_group = 'catalog'
$$, $$ VALUES (1, interval '0') $$, 'and of one that has not');
SELECT cmp_ok(booking.flush_key_usage(), '>=', 5::bigint, 'last uses are written');
SELECT is(k.last_used_at, (SELECT max(s.last_used_at) FROM booking.rate_limit_status() AS s WHERE s.identity = k.id::text), 'as the limiter knows them')
FROM booking.api_keys AS k WHERE k.name = 'key many';
SELECT is(booking.flush_key_usage(), 0::bigint, 'once');
UPDATE booking.api_keys SET last_used_at = last_used_at - interval '1 minute' WHERE name = 'key many';
SELECT is(booking.flush_key_usage(), 0::bigint, 'not for a minute''s difference');
UPDATE booking.api_keys SET last_used_at = last_used_at - interval '1 second' WHERE name = 'key many';
SELECT is((SELECT changed_rows FROM booking.housekeeping() WHERE task = 'last uses of API keys written'), 1::bigint, 'but for more, by the housekeeping');
SELECT is(string_agg(rolname, ' '), 'service_role', 'service_role sees the status')
FROM pg_roles WHERE rolname IN ('authenticator', 'anon', 'authenticated', 'service_role', 'booking_integration')
  AND has_function_privilege(oid, 'booking.rate_limit_status()', 'EXECUTE');

-- The switch.

SELECT test.limited_key('free', '{"catalog": 1}') \g /dev/null
SET LOCAL pg_booking.rate_limits = off;
SELECT is(test.outcome(test.get('/v1/staff?salonSlug=salon-a', 'free')), '200', 'off: nobody is refused') FROM generate_series(1, 3);
SELECT is((test.get('/v1/staff?salonSlug=salon-a', 'free')).headers ->> 'RateLimit', NULL, 'or told of limits');
SELECT is(test.used('free', 'catalog'), NULL, 'or counted');
SET LOCAL ROLE service_role;
SELECT throws_ok('SET pg_booking.rate_limits = on', '42501', NULL, 'only superusers set it');
RESET ROLE;

-- Counting writes no table.

SET LOCAL pg_booking.rate_limits = on;
CREATE FUNCTION test.rows_written() RETURNS numeric LANGUAGE sql VOLATILE AS $$
  SELECT sum(pg_stat_get_xact_tuples_inserted(oid) + pg_stat_get_xact_tuples_updated(oid) + pg_stat_get_xact_tuples_deleted(oid))
  FROM pg_class WHERE relkind = 'r' $$;
SELECT test.rows_written() AS before \gset
SELECT count(test.outcome(test.get('/v1/staff?salonSlug=salon-a', 'first'))) FROM generate_series(1, 10) \g /dev/null
SELECT is(test.rows_written(), :before::numeric, 'a counted call writes no row');

SELECT * FROM finish();
ROLLBACK;
