-- What the session around a request brings along, its settings and where the call stands, changes no answer; and an
-- error that is the session's own is no answer at all.
BEGIN;
\ir helpers/fixture.sql
SELECT plan(51);

-- Requests whose answers hold dates, times, numbers and text; the last asks for an hour that clocks skip.
SELECT booking.create_booking(test.id('a', 'tenant'), test.id('a', 'haircut'), test.id('a', 'main'), test.id('a', 'anna'), test.at(41, '12:00'),
                              'Kiss Éva', 'Éva@example.com') \g /dev/null
SELECT (test.get('/v1/bookings?salonSlug=salon-a&limit=1&dateFrom=' || test.day(1))).body #>> '{data,nextCursor}' AS cursor \gset
-- The last Sunday of next year's March.
SELECT day - extract(dow FROM day)::integer AS spring FROM (SELECT make_date(extract(year FROM test.day(0))::integer + 1, 3, 31)) AS march (day) \gset
CREATE TABLE test.requests AS SELECT * FROM (VALUES
  (1, 'GET', '/v1/services?salonSlug=salon-a', NULL),
  (2, 'GET', '/v1/staff?salonSlug=salon-a', NULL),
  (3, 'POST', '/v1/availability/search', json_build_object('salonSlug', 'salon-a', 'serviceId', test.public('svc', 'colour'),
     'dateRange', json_build_object('from', test.day(7), 'to', test.day(8)))::text),
  (4, 'GET', '/v1/bookings?salonSlug=salon-a&limit=1&dateFrom=' || test.day(1), NULL),
  (5, 'GET', format('/v1/bookings?salonSlug=salon-a&limit=1&dateFrom=%s&cursor=%s', test.day(1), :'cursor'), NULL),
  (6, 'GET', '/v1/bookings/' || booking.public_id('bkg', test.first_booking('a')), NULL),
  (7, 'GET', format('/v1/bookings/%s/events', booking.public_id('bkg', test.first_booking('a'))), NULL),
  (8, 'GET', '/v1/webhooks/config?salonSlug=salon-a', NULL),
  (9, 'GET', '/v1/webhooks/deliveries?salonSlug=salon-a&limit=1', NULL),
  (10, 'GET', '/v1/subscription', NULL),
  (11, 'POST', '/v1/bookings', test.wish('{"startTime": "03:00"}')::text),
  (12, 'POST', '/v1/bookings', test.wish(jsonb_build_object('date', :'spring', 'startTime', '02:30'))::text)
) AS request (number, method, target, body);
CREATE FUNCTION test.answers() RETURNS TABLE (number integer, answer text)
  LANGUAGE sql AS $$ SELECT number, test.without_request_id(test.request(method, target, body)) FROM test.requests $$;
CREATE TEMP TABLE usual AS SELECT * FROM test.answers();

SELECT is_empty($$ SELECT number, answer FROM usual WHERE answer !~ '^(200|409)\n' $$, 'every request has its answer');
SELECT is((SELECT answer::text FROM usual WHERE number = 12 AND answer LIKE format('%%"reason" : "closed", "requestedDate" : "%s", "requestedStartTime" : "02:30"%%', :'spring')) IS NOT NULL,
  true, 'an hour that clocks skip is closed');

-- The numbers of answers that differ when a setting does.
CREATE FUNCTION test.differing(setting text, value text) RETURNS integer[] LANGUAGE plpgsql AS $$
DECLARE
  before CONSTANT text := current_setting(setting);
  numbers integer[];
BEGIN
  PERFORM set_config(setting, value, true);
  SELECT array_agg(now_is.number ORDER BY number) INTO numbers FROM test.answers() AS now_is JOIN usual USING (number)
  WHERE now_is.answer <> usual.answer;
  PERFORM set_config(setting, before, true);
  RETURN numbers;
END $$;
CREATE SCHEMA hostile;
GRANT USAGE ON SCHEMA hostile TO PUBLIC;
CREATE FUNCTION hostile.never(uuid, uuid) RETURNS boolean LANGUAGE sql AS 'SELECT false';
CREATE OPERATOR hostile.= (leftarg = uuid, rightarg = uuid, function = hostile.never);
CREATE FUNCTION hostile.now() RETURNS timestamptz LANGUAGE sql AS $$ SELECT '2000-01-01'::timestamptz $$;
CREATE FUNCTION hostile.lower(text) RETURNS text LANGUAGE sql AS $$ SELECT 'x' $$;
SELECT is(test.differing(setting, value), NULL, format('with %s = %s every answer is the same', setting, value))
FROM (VALUES
  ('search_path', 'hostile, pg_catalog, test'),
  ('DateStyle', 'German, DMY'), ('DateStyle', 'SQL, MDY'), ('DateStyle', 'Postgres, YMD'),
  ('IntervalStyle', 'sql_standard'),
  ('TimeZone', 'Asia/Kathmandu'), ('TimeZone', 'America/Chicago'),
  ('extra_float_digits', '-15'),
  ('bytea_output', 'escape'),
  ('standard_conforming_strings', 'off'), ('backslash_quote', 'off'),
  ('transform_null_equals', 'on'),
  ('array_nulls', 'off'),
  ('quote_all_identifiers', 'on'),
  ('xmloption', 'document'),
  ('row_security', 'off'),
  ('lc_messages', 'C'), ('lc_numeric', 'C'), ('lc_time', 'C'), ('lc_monetary', 'C'),
  ('plan_cache_mode', 'force_custom_plan'), ('plan_cache_mode', 'force_generic_plan'),
  ('enable_indexscan', 'off'), ('enable_seqscan', 'off'), ('enable_nestloop', 'off'), ('enable_hashjoin', 'off'), ('enable_sort', 'off'),
  ('force_parallel_mode', 'on'),
  ('jit', 'off'),
  ('work_mem', '64kB'),
  ('geqo_threshold', '2'), ('from_collapse_limit', '1'), ('join_collapse_limit', '1'),
  ('plpgsql.variable_conflict', 'use_column'), ('plpgsql.variable_conflict', 'use_variable'), ('plpgsql.extra_errors', 'all'),
  ('check_function_bodies', 'off'),
  ('session_replication_role', 'replica'),
  ('lock_timeout', '1ms'),
  ('statement_timeout', '1min')) AS hostile (setting, value);

-- Where the call stands.
CREATE FUNCTION test.caught() RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  BEGIN
    PERFORM test.post('/v1/bookings', test.wish());
    RAISE EXCEPTION 'undone';
  EXCEPTION WHEN raise_exception THEN
    RETURN test.outcome(test.post('/v1/bookings', test.wish()));
  END;
END $$;
SELECT is(test.caught(), '201', 'a booking goes with the block that it was made in');
CREATE FUNCTION test.as_definer() RETURNS text LANGUAGE sql SECURITY DEFINER AS $$ SELECT test.outcome(test.get('/v1/services?salonSlug=salon-a')) $$;
SELECT is(test.as_definer(), '500 internal.error', 'no role can be taken inside SECURITY DEFINER');
SELECT is(test.outcome(test.get('/v1/services?salonSlug=salon-a')), '200', 'which leaves nothing behind');
DECLARE answers SCROLL CURSOR FOR SELECT test.outcome(test.get('/v1/services?salonSlug=salon-a')) FROM generate_series(1, 2);
CREATE FUNCTION test.fetch() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  answers CONSTANT refcursor := 'answers';
  outcome text;
BEGIN
  FETCH answers INTO outcome;
  RETURN outcome;
END $$;
SELECT is(test.fetch() || ', ' || test.fetch(), '200, 200', 'a cursor asks as it is read');

-- Where no subtransaction can begin there is nothing to answer from.
CREATE FUNCTION test.mislabelled() RETURNS text LANGUAGE sql PARALLEL SAFE AS $$ SELECT test.outcome(test.get('/v1/services?salonSlug=salon-a')) $$;
SET LOCAL force_parallel_mode = on;
SELECT throws_ok('SELECT test.mislabelled()', '25000', NULL, 'a call in a parallel plan is an error');
RESET force_parallel_mode;

-- A cancellation is meant for the whole statement.
CREATE FUNCTION test.cancel() RETURNS uuid LANGUAGE plpgsql AS $$ BEGIN RAISE query_canceled; END $$;
CREATE OR REPLACE FUNCTION booking.v1_location_id(tenant_id uuid, slug text) RETURNS uuid LANGUAGE sql AS 'SELECT test.cancel()';
CREATE FUNCTION test.ended(method text, target text, body jsonb DEFAULT NULL, headers jsonb DEFAULT '{}') RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  RETURN test.outcome(test.request(method, target, body::text, headers => headers));
EXCEPTION WHEN query_canceled THEN  -- OTHERS does not catch it
  RETURN 'cancelled';
END $$;
SELECT is(test.ended('GET', '/v1/services?salonSlug=salon-a'), 'cancelled', 'a cancellation goes through');
CREATE OR REPLACE FUNCTION booking.v1_location(tenant_id uuid, slug text) RETURNS booking.locations LANGUAGE sql
  AS 'SELECT l FROM booking.locations AS l WHERE id = test.cancel()';
SELECT is(test.ended('POST', '/v1/bookings', test.wish(), '{"idempotency-key": "11111111-1111-4111-8111-111111111111"}'), 'cancelled',
  'that of a request with an Idempotency-Key too');
SELECT is_empty($$ SELECT FROM booking.idempotency_keys WHERE key = '11111111-1111-4111-8111-111111111111' $$, 'which leaves the key free');
SELECT is(current_user || ' ' || current_setting('role'), 'postgres none', 'and leaves the session as it was');

SELECT * FROM finish();
ROLLBACK;
