-- What a request of /rest/v1 runs as, what its code can read, what it can say of the answer, and how it ends.
BEGIN;
SET LOCAL client_min_messages = warning;
SET LOCAL pg_booking.rate_limits = off;
SET LOCAL pg_booking.rest_require_apikey = off;
CREATE SCHEMA desk;
SET LOCAL pg_booking.rest_schemas = 'desk';
SET LOCAL pg_booking.rest_tx_end = 'commit-allow-override';
GRANT USAGE ON SCHEMA desk TO anon, authenticated;
SELECT plan(37);

CREATE TABLE desk.notes (id integer PRIMARY KEY, body text CHECK (body <> 'bad'), parent integer REFERENCES desk.notes DEFERRABLE INITIALLY DEFERRED);
GRANT ALL ON desk.notes TO anon;
CREATE FUNCTION desk.send(method text, target text, body text DEFAULT NULL, headers jsonb DEFAULT '{}', OUT status integer, OUT headers jsonb, OUT body text)
  LANGUAGE sql AS $$ SELECT status, headers, body FROM booking.http_request(method, '/rest/v1/' || target, headers, body) $$;
CREATE FUNCTION desk.code(method text, target text, body text DEFAULT NULL, headers jsonb DEFAULT '{}') RETURNS text
  LANGUAGE sql AS $$ SELECT status || ' ' || (body::jsonb ->> 'code') FROM desk.send(method, target, body, headers) $$;

-- Whom it runs as, and that nothing inside can leave that.
CREATE FUNCTION desk.who() RETURNS text LANGUAGE sql STABLE AS $$ SELECT current_user || ' ' || current_setting('role') $$;
SELECT is((desk.send('GET', 'rpc/who')).body, '"anon anon"', 'the anonymous role');
CREATE FUNCTION desk.leave() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RESET ROLE; RETURN current_user; END $$;
CREATE FUNCTION desk.become() RETURNS text LANGUAGE plpgsql AS $$ BEGIN PERFORM set_config('role', 'postgres', true); RETURN current_user; END $$;
SELECT is(desk.code('POST', 'rpc/leave', '{}'), '401 42501', 'RESET ROLE inside');
SELECT is(desk.code('POST', 'rpc/become', '{}'), '401 42501', 'another role inside');
SELECT is(current_user, session_user, 'the session is who it was');

-- What can be read of the request.
CREATE FUNCTION desk.told(name text) RETURNS text LANGUAGE sql STABLE AS $$ SELECT current_setting(name, true) $$;
SELECT is((desk.send('GET', 'rpc/told?name=request.method')).body, '"GET"', 'the method');
SELECT is((desk.send('GET', 'rpc/told?name=request.path')).body, '"/rpc/told"', 'the path');
SELECT is((desk.send('GET', 'rpc/told?name=request.headers', NULL, '{"X-One": "a\"b", "cookie": "c=d"}')).body::json #>> '{}', '{"x-one":"a\"b"}', 'the headers');
SELECT is((desk.send('GET', 'rpc/told?name=request.cookies', NULL, '{"cookie": "a=b; c=d=e"}')).body::json #>> '{}', '{"a":"b","c":"d=e"}', 'the cookies');
SELECT is(((desk.send('GET', 'rpc/told?name=request.jwt.claims')).body::json #>> '{}')::json ->> 'role', 'anon', 'the claims');
SELECT is((desk.send('GET', 'rpc/told?name=search_path')).body, '"\"desk\", \"public\""', 'the search path');
SELECT is((desk.send('GET', 'rpc/told?name=TimeZone', NULL, '{"prefer": "timezone=Asia/Tokyo"}')).body, '"Asia/Tokyo"', 'a time zone');
SELECT is(desk.code('GET', 'rpc/told?name=TimeZone', NULL, '{"prefer": "timezone=Nowhere"}'), '400 22023', 'a time zone that is none');
SELECT is(current_setting('request.method', true), '', 'and nothing of it afterwards');

-- What its code can say of the answer.
CREATE FUNCTION desk.say(status text, headers text) RETURNS text LANGUAGE sql AS $$
  SELECT set_config('response.status', $1, true); SELECT set_config('response.headers', $2, true); SELECT 'said' $$;
SELECT is((desk.send('POST', 'rpc/say', '{"status": "418", "headers": "[{\"X-Tea\": \"pot\"}]"}')).status, 418, 'its status');
SELECT is((desk.send('POST', 'rpc/say', '{"status": "", "headers": "[{\"X-Tea\": \"pot\"}]"}')).headers ->> 'X-Tea', 'pot', 'its headers');
SELECT is((desk.send('POST', 'rpc/say', '{"status": "", "headers": "[{\"vary\": \"x\"}]"}')).headers ->> 'Vary', NULL, 'instead of ours');
SELECT is(desk.code('POST', 'rpc/say', '{"status": "tea", "headers": ""}'), '500 PGRST112', 'a status that is none');
SELECT is(desk.code('POST', 'rpc/say', '{"status": "", "headers": "[{\"X-Tea\": 1}]"}'), '500 PGRST111', 'headers that are none');
SELECT is(desk.code('POST', 'rpc/say', '{"status": "", "headers": "[{\"X-Tea\": \"a\\nSet-Cookie: b\"}]"}'), '500 PGRST111', 'a header that would be two');

-- Errors of the database, word for word.
CREATE FUNCTION desk.fail(state text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION USING ERRCODE = state, MESSAGE = 'm', DETAIL = 'd', HINT = 'h'; END $$;
SELECT is((desk.send('POST', 'rpc/fail', '{"state": "P0001"}')).body, '{"code":"P0001","details":"d","hint":"h","message":"m"}', 'a raised error');
SELECT is((desk.send('POST', 'rpc/fail', '{"state": "PT429"}')).status, 429, 'a raised status');
SET LOCAL pg_booking.rest_client_error_verbosity = 'minimal';
SELECT is((desk.send('POST', 'rpc/fail', '{"state": "P0001"}')).body, '{"code":"P0001","message":"m"}', 'without details');
SET LOCAL pg_booking.rest_client_error_verbosity = 'verbose';

-- Reads do not write.
CREATE FUNCTION desk.write() RETURNS void LANGUAGE sql AS $$ INSERT INTO desk.notes VALUES (1, 'written') $$;
SELECT is(desk.code('GET', 'rpc/write'), '405 25006', 'a GET that would write');
SELECT is((desk.send('POST', 'rpc/write', '{}')).status, 204, 'a POST may');
SELECT is((SELECT count(*) FROM desk.notes)::integer, 1, 'and has');

-- How it ends.
SELECT is((desk.send('POST', 'notes', '{"id": 2}', '{"prefer": "tx=rollback,return=representation"}')).status, 201, 'a write that is taken back');
SELECT is((SELECT count(*) FROM desk.notes)::integer, 1, 'is answered and leaves nothing');
SELECT is(desk.code('POST', 'notes', '{"id": 3, "parent": 77}'), '409 23503', 'a deferred constraint is answered');
SELECT is(desk.code('POST', 'notes', '[{"id": 4}, {"id": 1}]'), '409 23505', 'one bad row takes all back');
SELECT is(desk.code('PATCH', 'notes?id=gt.0', '{"body": "bad"}'), '400 23514', 'a check');
SELECT is(desk.code('DELETE', 'notes?id=gt.0', NULL, '{"prefer": "handling=strict,max-affected=0"}'), '400 PGRST124', 'more rows than wanted');
SELECT is(desk.code('DELETE', 'notes?id=gt.5', NULL, '{"accept": "application/vnd.pgrst.object+json", "prefer": "return=representation"}'), '406 PGRST116', 'not one row');
SELECT is((SELECT count(*) FROM desk.notes)::integer, 1, 'none of them changed anything');
SET LOCAL pg_booking.rest_tx_end = 'rollback';
SELECT is((desk.send('POST', 'notes', '{"id": 5}', '{"prefer": "tx=commit"}')).status || ' ' || (SELECT count(*) FROM desk.notes), '201 1', 'no choice where there is none');
SET LOCAL pg_booking.rest_tx_end = 'commit';

-- The function before each request, which may choose the role.
CREATE FUNCTION desk.before() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('request.path') = '/rpc/who' THEN SET LOCAL ROLE authenticated; ELSE RAISE SQLSTATE 'PT403' USING MESSAGE = 'closed'; END IF;
END $$;
SET LOCAL pg_booking.rest_pre_request = 'desk.before';
SELECT is((desk.send('GET', 'rpc/who')).body, '"authenticated authenticated"', 'it chooses the role');
SELECT is((desk.send('GET', 'notes')).status, 403, 'it refuses');
SELECT is(current_user || ' ' || current_setting('role'), session_user || ' none', 'the session is who it was');
SELECT * FROM finish();
ROLLBACK;
