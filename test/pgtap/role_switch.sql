-- Attacks on the gateway's change of role. What a request runs is ours, so the tests put hostile code in its place: an
-- operation's function, a trigger, a policy's helper, operators on the search path. Each tries to leave the caller's role
-- or tenant, swallows the refusal and goes on.
BEGIN;
\ir helpers/fixture.sql
SELECT plan(37);

CREATE TABLE test.attacks (number integer GENERATED ALWAYS AS IDENTITY, statement text, sqlstate text);
INSERT INTO test.attacks (statement, sqlstate) VALUES
  ('RESET ROLE', '42501'),
  ('SET ROLE NONE', '42501'),
  ('SET ROLE service_role', '42501'),
  ('SET LOCAL ROLE service_role', '42501'),
  ('SET ROLE authenticator', '42501'),
  ('SET ROLE postgres', '42501'),
  ('SET ROLE anon', '42501'),
  ('SET SESSION AUTHORIZATION DEFAULT', '42501'),
  ('SET SESSION AUTHORIZATION authenticator', '42501'),
  ('SET SESSION AUTHORIZATION postgres', '42501'),
  ('RESET SESSION AUTHORIZATION', '42501'),
  ($$SELECT set_config('role', 'service_role', false)$$, '42501'),
  ($$SELECT set_config('role', 'none', true)$$, '42501'),
  ($$SELECT set_config('session_authorization', 'postgres', true)$$, '42501'),
  ($$UPDATE pg_settings SET setting = '' WHERE name = 'pg_booking.tenant_id'$$, '42501'),
  ($$SELECT set_config('pg_booking.tenant_id', test.id('b', 'tenant')::text, true)$$, '42501'),
  ($$SELECT set_config('pg_booking.tenant_id', test.id('b', 'tenant')::text, false)$$, '42501'),
  ('RESET pg_booking.tenant_id', '42501'),
  ('SET pg_booking.tenant_id = DEFAULT', '42501'),
  ('SET LOCAL session_replication_role = replica', '42501'),
  ('DISCARD ALL', '25001'),
  ('GRANT service_role TO booking_integration', '42501'),
  ('ALTER ROLE booking_integration BYPASSRLS', '42501'),
  ('ALTER TABLE booking.staff DISABLE ROW LEVEL SECURITY', '42501'),
  ('DROP POLICY own_tenant ON booking.staff', '42501'),
  ('CREATE TABLE booking.mine ()', '42501'),
  ('SELECT FROM booking.api_key_secrets', '42501'),
  ('SELECT api_key FROM booking.create_api_key(booking.current_tenant(), ''mine'', ''{services.read}'')', '42501'),
  ($$SELECT booking.http_request('GET', '/v1/services')$$, '42501'),
  ('SET LOCAL row_security = off; SELECT FROM booking.staff', '42501');
GRANT SELECT ON test.attacks TO PUBLIC;

-- Tries everything; tells, for each, what came of it and who one is afterwards.
CREATE FUNCTION test.attack() RETURNS TABLE (statement text, outcome text, role name, setting text, tenant uuid)
  LANGUAGE plpgsql AS $$
DECLARE
  attempt record;
BEGIN
  FOR attempt IN SELECT * FROM test.attacks ORDER BY number LOOP
    statement := attempt.statement;
    BEGIN
      EXECUTE attempt.statement;
      outcome := 'done';
    EXCEPTION WHEN OTHERS THEN
      outcome := SQLSTATE;
    END;
    role := current_user;
    setting := current_setting('role');
    tenant := booking.current_tenant();
    RETURN NEXT;
  END LOOP;
END $$;

-- In a read-only request writes fail before rights are looked at.
CREATE FUNCTION test.is_refusal(attempt text, outcome text) RETURNS boolean
  LANGUAGE sql AS $$ SELECT outcome IN (a.sqlstate, '25006') FROM test.attacks AS a WHERE a.statement = attempt $$;

-- An operation that reads: its report is its answer.
CREATE OR REPLACE FUNCTION booking.v1_list_staff(tenant_id uuid, location_slug text)
  RETURNS SETOF booking.v1_staff_member
  LANGUAGE sql AS $$ SELECT statement, outcome, concat_ws(' ', role, setting, tenant), NULL::text[] FROM test.attack() $$;

CREATE FUNCTION test.report(answer test.answer) RETURNS TABLE (statement text, outcome text, identity text)
  LANGUAGE sql AS $$
    SELECT line ->> 'id', line ->> 'name', line ->> 'bio' FROM jsonb_array_elements(answer.body #> '{data,staff}') AS line $$;

CREATE FUNCTION test.expected_identity() RETURNS text
  LANGUAGE sql AS $$ SELECT concat_ws(' ', 'booking_integration', 'booking_integration', test.id('a', 'tenant')) $$;

CREATE TEMP TABLE report AS SELECT * FROM test.report(test.get('/v1/staff?salonSlug=salon-a'));
SELECT is((SELECT count(*) FROM report), (SELECT count(*) FROM test.attacks),
  'superuser''s session, reading: every attack was tried');
SELECT is_empty('SELECT statement, outcome FROM report WHERE NOT test.is_refusal(statement, outcome)', 'and refused');
SELECT is_empty('SELECT statement, identity FROM report WHERE identity <> test.expected_identity()',
  'role and tenant stay as they were');

-- As the HTTP service connects: a session of authenticator's own. Its results come back through psql.
SELECT test.key('a') AS key \gset
SET LOCAL SESSION AUTHORIZATION authenticator;
SELECT status, headers, body FROM booking.http_request('GET', '/v1/staff?salonSlug=salon-a',
  jsonb_build_object('authorization', 'Bearer ' || :'key')) \gset
SELECT current_user || ' ' || session_user || ' ' || current_setting('role') AS session \gset
RESET SESSION AUTHORIZATION;
TRUNCATE report;
INSERT INTO report SELECT * FROM test.report(ROW(:'status', :'headers', :'body', :'body')::test.answer);
SELECT is((SELECT count(*) FROM report), (SELECT count(*) FROM test.attacks),
  'authenticator''s session, reading: every attack was tried');
SELECT is_empty('SELECT statement, outcome FROM report WHERE NOT test.is_refusal(statement, outcome)', 'and refused');
SELECT is_empty('SELECT statement, identity FROM report WHERE identity <> test.expected_identity()',
  'role and tenant stay as they were');
SELECT is(:'session'::text, 'authenticator authenticator none', 'the session is authenticator''s again');

-- A trigger in a request that writes, and a policy's helper.
CREATE TABLE test.log (place text, statement text, outcome text, identity text);
GRANT INSERT ON test.log TO booking_integration;
CREATE FUNCTION test.attack_and_log(place text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO test.log SELECT place, statement, outcome, concat_ws(' ', role, setting, tenant) FROM test.attack();
  RETURN true;
END $$;
CREATE FUNCTION test.hostile_trigger() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM test.attack_and_log('trigger');
  RETURN NEW;
END $$;
CREATE TRIGGER hostile BEFORE INSERT ON booking.busy_times FOR EACH ROW EXECUTE FUNCTION test.hostile_trigger();
CREATE POLICY hostile ON booking.customers AS RESTRICTIVE FOR INSERT WITH CHECK (test.attack_and_log('policy'));

CREATE FUNCTION test.check_log(place text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
  RETURN NEXT is((SELECT count(*) FROM test.log AS l WHERE l.place = check_log.place), (SELECT count(*) FROM test.attacks),
    format('%s, writing: every attack was tried', place));
  RETURN NEXT is_empty(format('SELECT statement, outcome FROM test.log WHERE place = %L AND NOT test.is_refusal(statement, outcome)', place),
    'and refused');
  RETURN NEXT is_empty(format('SELECT statement, identity FROM test.log WHERE place = %L AND identity <> test.expected_identity()', place),
    'role and tenant stay as they were');
END $$;
SELECT is(test.outcome(test.post('/v1/bookings', test.wish())), '201', 'the request itself succeeds');
SELECT test.check_log('trigger');
SELECT test.check_log('policy');
DROP TRIGGER hostile ON booking.busy_times;
DROP POLICY hostile ON booking.customers;

-- RESET ALL is nobody's to forbid: it must leave no tenant at all, and end with the request.
CREATE OR REPLACE FUNCTION booking.v1_list_staff(tenant_id uuid, location_slug text)
  RETURNS SETOF booking.v1_staff_member LANGUAGE plpgsql AS $$
BEGIN
  RESET ALL;
  RETURN QUERY SELECT t.name::booking.v1_id, NULL, current_user::text, NULL::text[] FROM booking.tenants AS t;
END $$;
SELECT is((test.get('/v1/staff?salonSlug=salon-a')).body #>> '{data,staff}', '[]', 'after RESET ALL a request sees nothing');

-- What the session has set is there again after a request, whatever became of it.
CREATE OR REPLACE FUNCTION booking.v1_list_staff(tenant_id uuid, location_slug text)
  RETURNS SETOF booking.v1_staff_member LANGUAGE plpgsql AS $$
BEGIN
  RETURN QUERY EXECUTE format('SELECT id::booking.v1_id, name, bio, ids FROM (%s) AS answer (id, name, bio, ids)',
                              current_setting('test.operation'));
END $$;
CREATE FUNCTION test.session() RETURNS text
  LANGUAGE sql AS $$
    SELECT concat_ws(', ', current_user, session_user, current_setting('role'), current_setting('pg_booking.tenant_id'),
                     current_setting('search_path'), current_setting('row_security'), current_setting('lock_timeout'),
                     current_setting('transaction_read_only')) $$;
CREATE FUNCTION test.operate(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('test.operation', statement, true);
  RETURN test.outcome(test.get('/v1/staff?salonSlug=salon-a'));
END $$;
SET LOCAL search_path = public, pg_catalog;
SET LOCAL lock_timeout = '7s';
SELECT set_config('pg_booking.tenant_id', test.id('b', 'tenant')::text, true) \g /dev/null
SELECT test.session() AS before \gset

SELECT is(test.operate('SELECT current_user::text, NULL, NULL, NULL::text[]'), '200', 'a request that succeeds');
SELECT is(test.session(), :'before'::text, 'leaves the session as it was');
SELECT is(test.operate($$SELECT (1 / 0)::text, NULL, NULL, NULL::text[]$$), '500 internal.error',
  'a request that fails in its middle');
SELECT is(test.session(), :'before'::text, 'leaves the session as it was');
SELECT is(test.operate($$SELECT booking.raise_error('booking.not_found')::text, NULL, NULL, NULL::text[]$$), '404 booking.not_found',
  'a request that is refused in its middle');
SELECT is(test.session(), :'before'::text, 'leaves the session as it was');
SELECT test.operate($$SELECT set_config('search_path', 'test', false), set_config('row_security', 'off', false),
                             set_config('lock_timeout', '1h', false), NULL::text[]$$) AS outcome \gset
SELECT test.session() AS after \gset
SET LOCAL search_path = public, pg_catalog;
SET LOCAL row_security = on;
SET LOCAL lock_timeout = '7s';
SELECT is(:'outcome'::text, '200', 'a request that changes settings which are everybody''s');
SELECT is(:'after'::text, :'before', 'leaves the session as it was');
SELECT is(test.operate($$SELECT set_config('search_path', 'test', false) || (1 / 0), NULL, NULL, NULL::text[]$$), '500 internal.error',
  'one that does so and then fails');
SELECT is(test.session(), :'before'::text, 'leaves the session as it was');

-- A request that reads can not write, even if it goes on after the refusal.
CREATE FUNCTION test.write() RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO booking.customers (tenant_id, name) VALUES (booking.current_tenant(), 'Written by a GET');
  RETURN 'written';
END $$;
CREATE FUNCTION test.write_quietly() RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  RETURN test.write();
EXCEPTION WHEN read_only_sql_transaction THEN
  RETURN 'refused';
END $$;
SELECT is(test.operate('SELECT test.write(), NULL, NULL, NULL::text[]'), '503 internal.unavailable', 'a GET that writes fails');
SELECT test.operate('SELECT test.write_quietly(), NULL, NULL, NULL::text[]') AS outcome \gset
SELECT is(:'outcome'::text, '200', 'a GET that swallows the refusal');
SELECT is_empty($$ SELECT FROM booking.customers WHERE name = 'Written by a GET' $$, 'has not written either');
SELECT is(test.operate('SELECT set_config(''transaction_read_only'', ''off'', true), NULL, NULL, NULL::text[]'), '500 internal.error',
  'a GET can not become a request that writes');
RESET search_path;

-- The API key is looked up with the rights of the functions' owner: no code from the session's search path may run then.
CREATE SCHEMA hostile;
GRANT USAGE ON SCHEMA hostile TO PUBLIC;
-- The lock is the trace: it outlives the request, which a setting would not, and can be taken where nothing can be written.
CREATE FUNCTION hostile.equal(text, text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(20262, 1);
  RETURN $1 OPERATOR(pg_catalog.=) $2;
END $$;
CREATE OPERATOR hostile.= (LEFTARG = text, RIGHTARG = text, FUNCTION = hostile.equal);
CREATE FUNCTION test.traces() RETURNS bigint LANGUAGE sql SET search_path = pg_catalog
  AS $$ SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = 20262 $$;
SET LOCAL search_path = hostile, pg_catalog;
SELECT status FROM booking.http_request('GET', '/v1/services?salonSlug=salon-a', jsonb_build_object('authorization', 'Bearer '
  || :'key')) \gset
SELECT test.traces() AS traces \gset
SELECT 'a'::text = 'b'::text AS used \gset
SELECT test.traces() AS traces_when_used \gset
SET LOCAL search_path = public, pg_catalog;
SELECT is(:'status' || ', traces: ' || :'traces', '200, traces: 0', 'operators on the search path are not used');
SELECT is(:traces_when_used, 1, 'and would have left a trace');

-- Who may not become booking_integration gets nothing by calling the door.
CREATE FUNCTION test.secured() RETURNS test.answer
  LANGUAGE sql SECURITY DEFINER AS $$ SELECT test.get('/v1/services?salonSlug=salon-a') $$;
SELECT is(test.outcome(test.secured()), '500 internal.error', 'no request from inside a SECURITY DEFINER function');
CREATE ROLE test_stranger NOLOGIN;
GRANT USAGE ON SCHEMA booking TO test_stranger;
GRANT EXECUTE ON FUNCTION booking.http_request TO test_stranger;
SET LOCAL SESSION AUTHORIZATION test_stranger;
SELECT status FROM booking.http_request('GET', '/v1/services?salonSlug=salon-a', jsonb_build_object('authorization', 'Bearer '
  || :'key')) \gset
RESET SESSION AUTHORIZATION;
SELECT is(:status, 500, 'no request by a role that is no member of booking_integration');

-- Plans are kept, rights are not: what is taken away is gone for the next request.
SELECT is(test.outcome(test.get('/v1/services?salonSlug=salon-a')), '200', 'a request whose plans are kept');
REVOKE SELECT ON booking.services FROM booking_integration;
SELECT is(test.outcome(test.get('/v1/services?salonSlug=salon-a')), '500 internal.error',
  'fails once its right to read is taken away');
GRANT SELECT ON booking.services TO booking_integration;
SELECT is(test.outcome(test.get('/v1/services?salonSlug=salon-a')), '200', 'and succeeds when it is given back');
ALTER POLICY own_tenant ON booking.services USING (false);
SELECT is((test.get('/v1/services?salonSlug=salon-a')).body #> '{data,services}', '[]', 'a policy that changes holds at once');

SELECT * FROM finish();
ROLLBACK;
