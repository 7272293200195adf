-- A practice over /rest/v1: its tables and functions as supabase-js asks for them, and what the seed's table of errors promises.
BEGIN;
\ir helpers/fixture.sql
\ir helpers/token.sql
SELECT plan(28);

SELECT is(status, 200, 'appointments are read') FROM test.rest('a', 'GET', '/appointments?select=*');
SELECT is(body_out, jsonb_build_array(jsonb_build_object('start_time', '12:00', 'end_time', '12:30', 'client_name', 'Guest of a')),
  'as the practice sees them') FROM test.rest('a', 'GET', '/appointments?select=start_time,end_time,client_name');
SELECT is(body_out, '[{"client_name": "Guest of a", "clients": {"email": "guest@example.com"}, "service_menu": {"name": "Haircut"}}]',
  'with their client and service') FROM test.rest('a', 'GET', '/appointments?select=client_name,clients(email),service_menu(name)');
SELECT is(body_out, '[]', 'never another practice''s')
  FROM test.rest('a', 'GET', '/appointments?therapist_id=eq.' || test.id('b', 'tenant'));
SELECT is(jsonb_array_length(body_out), 1, 'with or without a filter') FROM test.rest('b', 'GET', '/appointments');

SELECT is(status, 200, 'supabase-js calls every schema public')
  FROM test.rest('a', 'GET', '/appointments', headers => '{"accept-profile": "public"}');
SELECT is(status, 406, 'no other name will do')
  FROM test.rest('a', 'GET', '/appointments', headers => '{"accept-profile": "booking"}');

CREATE TEMP TABLE made AS
  SELECT * FROM test.rest('a', 'POST', '/appointments', jsonb_build_object(
    'date', test.day(20), 'start_time', '14:00', 'end_time', '15:00', 'status', 'scheduled', 'client_name', 'Rebecca Martinez',
    'service_id', test.id('a', 'haircut'), 'therapist_id', test.id('a', 'tenant')), '{"prefer": "return=representation"}');
SELECT is(status, 201, 'an appointment is made') FROM made;
SELECT is(body_out -> 0 ->> 'start_time', '14:00', 'and shown') FROM made;
SELECT is(status, 200, 'for /v1 it is a booking')
  FROM test.request('GET', '/v1/bookings/' || booking.public_id('bkg', (SELECT (body_out -> 0 ->> 'id')::uuid FROM made)));
SELECT is((status, body_out ->> 'code')::text, '(409,booking.slot_unavailable)', 'nobody is booked twice: 409')
  FROM test.rest('a', 'POST', '/appointments', jsonb_build_object(
    'date', test.day(20), 'start_time', '14:30', 'client_name', 'X', 'service_id', test.id('a', 'haircut')));
SELECT is(body_out -> 'details' ->> 'nextAvailableStartTime', '15:00', 'with the next free start')
  FROM test.rest('a', 'POST', '/appointments', jsonb_build_object(
    'date', test.day(20), 'start_time', '14:30', 'client_name', 'X', 'service_id', test.id('a', 'haircut')));
SELECT is(status, 204, 'it moves on')
  FROM test.rest('a', 'PATCH', '/appointments?id=eq.' || (SELECT body_out -> 0 ->> 'id' FROM made), '{"status": "confirmed"}');
SELECT is(status, 409, 'never back: 409')
  FROM test.rest('a', 'PATCH', '/appointments?id=eq.' || (SELECT body_out -> 0 ->> 'id' FROM made), '{"status": "scheduled"}');
SELECT is((status, body_out)::text, '(200,[])', 'what another practice has is not there to be changed')
  FROM test.rest('b', 'PATCH', '/appointments?id=eq.' || (SELECT body_out -> 0 ->> 'id' FROM made), '{"status": "cancelled"}',
                 '{"prefer": "return=representation"}');
SELECT is(status, 204, 'it is deleted')
  FROM test.rest('a', 'DELETE', '/appointments?id=eq.' || (SELECT body_out -> 0 ->> 'id' FROM made));

-- The seed's table of errors, and its shape.
SELECT is((status, (SELECT array_agg(key ORDER BY key) FROM jsonb_object_keys(body_out) AS key))::text, '(400,"{code,details,hint,message}")',
  '400: a bad request') FROM test.rest('a', 'POST', '/clients', '{"nonsense": 1}');
SELECT is(status, 401, '401: an invalid token') FROM booking.http_request('GET', '/rest/v1/clients', '{"authorization": "Bearer x.y.z"}');
SELECT is(status, 401, '401: an expired token') FROM booking.http_request('GET', '/rest/v1/clients', jsonb_build_object('authorization',
  'Bearer ' || test.token(jsonb_build_object('sub', test.id('a', 'tenant'), 'role', 'authenticated', 'exp', 1000000000))));
SELECT is((status, body_out ->> 'code')::text, '(403,42501)', '403: another practice''s row')
  FROM test.rest('a', 'POST', '/clients', jsonb_build_object('name', 'M', 'therapist_id', test.id('b', 'tenant')));
SELECT is(status, 404, '404: no such resource') FROM test.rest('a', 'GET', '/nowhere');
SELECT is((status, body_out ->> 'code')::text, '(409,23505)', '409: a duplicate')
  FROM test.rest('a', 'POST', '/clients', '{"name": "Copy", "email": "guest@example.com"}');

SELECT is((status, jsonb_array_length(body_out))::text, '(200,16)', 'free times of a day') FROM test.rest('a', 'POST', '/rpc/available_slots',
  jsonb_build_object('service_id', test.id('a', 'haircut'), 'from', test.day(21), 'to', test.day(21), 'provider_id', test.id('a', 'anna')));
SELECT is((status, jsonb_array_length(body_out))::text, '(200,1)', 'the next free time')
  FROM test.rest('a', 'POST', '/rpc/next_available', jsonb_build_object('service_id', test.id('a', 'haircut')));
SELECT is((status, body_out -> 0 ->> 'reason')::text, '(200,off_grid)', 'why not') FROM test.rest('a', 'POST', '/rpc/explain_slot',
  jsonb_build_object('service_id', test.id('a', 'haircut'), 'starts_at', test.at(21, '09:10'), 'provider_id', test.id('a', 'anna'),
                     'location_id', test.id('a', 'main')));
SELECT matches(body_out ->> 'api_key', '^bk_live_', 'the owner makes a key for /v1')
  FROM test.rest('a', 'POST', '/rpc/create_api_key', '{"name": "Website"}');

-- Limits: 30 writes a minute and user. One that no other run of this test has counted: limits are not transactional.
SET LOCAL pg_booking.rate_limits = on;
CREATE TEMP TABLE somebody AS
  SELECT jsonb_build_object('authorization', 'Bearer ' || test.token(jsonb_build_object('sub', gen_random_uuid(), 'role', 'authenticated'))) AS headers;
CREATE FUNCTION test.write_as_somebody(OUT status integer, OUT headers jsonb, OUT body jsonb) LANGUAGE sql AS $$
  SELECT r.status, r.headers, nullif(r.body, '')::jsonb
  FROM somebody, booking.http_request('DELETE', '/rest/v1/clients?id=eq.' || md5('nobody')::uuid, somebody.headers) AS r
$$;
SELECT is((SELECT array_agg(status ORDER BY n) FROM (
    SELECT n, (test.write_as_somebody()).status FROM generate_series(1, 31) AS n OFFSET 0) AS call),
  array_fill(204, ARRAY[30]) || 429, '429: too many writes');
SELECT is((status, headers ? 'Retry-After', body ->> 'code', body ? 'hint')::text, '(429,t,rate_limit.exceeded,t)', 'with what to do')
  FROM test.write_as_somebody();

SELECT * FROM finish();
ROLLBACK;
