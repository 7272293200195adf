-- Which paths and methods exist, how targets are read, and the envelope around every answer.
BEGIN;
\ir helpers/fixture.sql
SELECT plan(114);

-- Routes: 404 for no path, 405 with Allow for no method of a path; both come before the key is looked at.
SELECT is(test.outcome(test.request(method, target, key => NULL)), expected, format('%s %s', method, target))
FROM (VALUES
  ('GET', '/', '404 request.route_not_found'),
  ('GET', '//', '404 request.route_not_found'),
  ('GET', '/v1', '404 request.route_not_found'),
  ('GET', '/v1/', '404 request.route_not_found'),
  ('GET', '/v2/services', '404 request.route_not_found'),
  ('GET', '/services', '404 request.route_not_found'),
  ('GET', '/V1/services', '404 request.route_not_found'),
  ('GET', '/v1/Services', '404 request.route_not_found'),
  ('GET', '/v1/services/', '404 request.route_not_found'),
  ('GET', '//v1/services', '404 request.route_not_found'),
  ('GET', '/v1//services', '404 request.route_not_found'),
  ('GET', '/v1/./services', '404 request.route_not_found'),
  ('GET', '/v1/x/../services', '404 request.route_not_found'),
  ('GET', '/v1%2Fservices', '404 request.route_not_found'),
  ('GET', '/v1/services%2F', '404 request.route_not_found'),
  ('GET', '/v1/services;a=b', '404 request.route_not_found'),
  ('GET', '/v1/bookings/', '404 request.route_not_found'),
  ('GET', '/v1/bookings//events', '404 request.route_not_found'),
  ('GET', '/v1/bookings/x/y', '404 request.route_not_found'),
  ('GET', '/v1/bookings/x/events/y', '404 request.route_not_found'),
  ('NONSENSE', '/v1/nothing', '404 request.route_not_found'),
  ('get', '/v1/services', '405 request.method_not_allowed'),
  ('', '/v1/services', '405 request.method_not_allowed'),
  ('OPTIONS', '/v1/services', '405 request.method_not_allowed'),
  ('TRACE', '/v1/services', '405 request.method_not_allowed'),
  ('POST', '/v1/services', '405 request.method_not_allowed'),
  ('DELETE', '/v1/bookings/x', '405 request.method_not_allowed'),
  ('GET', '/v1/services', '401 auth.missing_key'),
  ('HEAD', '/v1/services', '401'),
  ('GET', '/v1/%73ervices', '401 auth.missing_key'),
  ('GET', '/v1/bookings/%2F', '401 auth.missing_key'),
  ('POST', '/v1/bookings/%E2%82%AC/cancel', '401 auth.missing_key')) AS request (method, target, expected);

SELECT is((test.request('NONE', target, key => NULL)).headers ->> 'Allow', allow, format('Allow of %s', target))
FROM (VALUES
  ('/v1/services', 'GET, HEAD'),
  ('/v1/staff', 'GET, HEAD'),
  ('/v1/availability/search', 'POST'),
  ('/v1/bookings', 'POST, GET, HEAD'),
  ('/v1/bookings/x', 'GET, HEAD'),
  ('/v1/bookings/x/events', 'GET, HEAD'),
  ('/v1/bookings/x/cancel', 'POST'),
  ('/v1/webhooks/config', 'GET, HEAD, PUT, DELETE'),
  ('/v1/webhooks/config/rotate-secret', 'POST'),
  ('/v1/webhooks/deliveries', 'GET, HEAD'),
  ('/v1/subscription', 'GET, HEAD')) AS path (target, allow);

-- Targets that are none.
SELECT is(test.outcome(test.request('GET', target, key => NULL)), '400 request.invalid_input', coalesce(to_json(target)::text,
  'NULL') || ' is no target')
FROM unnest(ARRAY['', '*', 'v1/services', 'http://example.com/v1/services', '/v1/services#top', '/v1/%', '/v1/%4', '/v1/%zz', '/v1/%00',
                  '/v1/%FF', '/v1/%C0%AF', '/v1/%ED%A0%80', E'/v1/\tservices', E'/v1/services\n', '/v1/services?a=%', '/v1/services?a=%ff',
                  '/v1/services?%00=1', NULL]) AS target;
SELECT is(test.bad_fields(test.get('/v1/%')), '{target}', 'the fault is named');

-- Queries.
SELECT is(test.outcome(test.get('/v1/services' || query)), expected, format('query %s', query))
FROM (VALUES
  ('?salonSlug=salon-a', '200'),
  ('?salonSlug=salon%2Da', '200'),
  ('?s%61lonSlug=salon-a', '200'),
  ('?&&salonSlug=salon-a&', '200'),
  ('?unknown=1&salonSlug=salon-a&unknown=2', '400 request.invalid_input'),
  ('?salonSlug=salon-a&x?y=/z', '400 request.invalid_input'),
  ('', '400 request.invalid_input'),
  ('?', '400 request.invalid_input'),
  ('?salonslug=salon-a', '400 request.invalid_input'),
  ('?salonSlug', '403 auth.scope_mismatch'),
  ('?salonSlug=', '403 auth.scope_mismatch'),
  ('?salonSlug=Salon-a', '403 auth.scope_mismatch'),
  ('?salonSlug=salon-a%20', '403 auth.scope_mismatch'),
  ('?salonSlug=salon-a+', '403 auth.scope_mismatch'),
  ('?salonSlug=salon-a&locationSlug=', '400 request.invalid_input'),
  ('?salonSlug=salon-a&locationSlug=main&locationSlug=main', '400 request.invalid_input')) AS request (query, expected);

-- HEAD is GET without the body.
CREATE TEMP TABLE head AS
  SELECT target, test.request('HEAD', target) AS head, test.request('GET', target) AS get
  FROM unnest(ARRAY['/v1/services?salonSlug=salon-a', '/v1/services', '/v1/bookings/x', '/v1/nothing', '/v1/%']) AS target;
SELECT is((head).raw, '', format('HEAD %s has no body', target)) FROM head;
SELECT is((head).status, (get).status, format('and the status of GET %s', target)) FROM head;
SELECT is((head).headers - 'X-Request-Id', ((get).headers - 'X-Request-Id') || jsonb_build_object('Content-Length',
  octet_length((get).raw)::text),
  'its headers, and the length of its body') FROM head;

-- Every answer.
CREATE TEMP TABLE answers AS
  SELECT test.get('/v1/services?salonSlug=salon-a') AS answer
  UNION ALL SELECT test.get('/v1/bookings?salonSlug=salon-a')
  UNION ALL SELECT test.post('/v1/bookings', test.wish())
  UNION ALL SELECT test.get('/v1/nothing')
  UNION ALL SELECT test.get('/v1/%')
  UNION ALL SELECT test.request('PUT', '/v1/services')
  UNION ALL SELECT test.request('GET', '/v1/services', key => NULL)
  UNION ALL SELECT test.get('/v1/services')
  UNION ALL SELECT test.get('/v1/bookings/x');
SELECT is_empty($$
  SELECT (answer).headers FROM answers
  WHERE (answer).headers ->> 'Content-Type' <> 'application/json' OR (answer).headers ->> 'Cache-Control' <> 'no-store'
     OR (answer).headers ->> 'X-Content-Type-Options' <> 'nosniff' OR (answer).headers ? 'Access-Control-Allow-Origin'
$$, 'headers of every answer');
SELECT is_empty($$
  SELECT (answer).raw FROM answers
  WHERE (answer).body #>> '{meta,requestId}' !~ '^req_[0-7][0-9a-hjkmnp-tv-z]{25}$'
     OR (answer).body #>> '{meta,requestId}' <> (answer).headers ->> 'X-Request-Id' OR (answer).body #> '{meta,v}' <> '"1"'
$$, 'every answer has its request id, in meta and in X-Request-Id, and the version as a string');
SELECT is((SELECT count(DISTINCT (answer).body #>> '{meta,requestId}') FROM answers), (SELECT count(*) FROM answers),
  'no two share an id');
SELECT is_empty($$
  SELECT (answer).raw FROM answers
  WHERE (answer).status < 300 AND ((answer).body #> '{ok}' <> 'true' OR (SELECT array_agg(k ORDER BY k)
    FROM jsonb_object_keys((answer).body) AS k) <> '{data,meta,ok}')
$$, 'a success has ok, data, meta');
SELECT is_empty($$
  SELECT (answer).raw FROM answers
  WHERE (answer).status >= 300 AND (
    (answer).body #> '{ok}' <> 'false' OR (SELECT array_agg(k ORDER BY k) FROM jsonb_object_keys((answer).body) AS k) <> '{error,meta,ok}'
    OR (SELECT array_agg(k ORDER BY k) FROM jsonb_object_keys(((answer).body -> 'error') - 'details') AS k) <> '{code,message,retryable}'
    OR (answer).body #> '{error,retryable}' <> 'false' OR jsonb_typeof((answer).body #> '{error,message}') <> 'string')
$$, 'an error has ok, error, meta; error has code, message, retryable');
SELECT is((SELECT max((answer).headers ->> 'WWW-Authenticate') FROM answers WHERE (answer).status = 401), 'Bearer',
  'a 401 says what it wants');

-- The function's own arguments.
SELECT throws_ok($$ SELECT booking.http_request('GET', '/v1/services', '[]') $$, '22023', NULL, 'headers must be an object');
SELECT throws_ok($$ SELECT booking.http_request('GET', '/v1/services', '{"a": 1}') $$, '22023', NULL, 'of strings');
SELECT throws_ok($$ SELECT booking.http_request('GET', '/v1/services', '{"a": ["b", 1]}') $$, '22023', NULL,
  'or arrays of strings');
SELECT throws_ok($$ SELECT booking.http_request('GET', '/v1/services', '{"a": {"b": "c"}}') $$, '22023', NULL,
  'and nothing deeper');
SELECT throws_ok($$ SELECT booking.http_request('GET', '/v1/services', '{"a": [{"authorization": "Bearer x"}]}') $$, '22023', NULL,
  'in arrays neither');
SELECT throws_ok($$ SELECT booking.http_request('GET', '/v1/services', '{"a": "b\nauthorization: Bearer x"}') $$, '22023', NULL,
  'a header''s value can not bring another header with it');
SELECT throws_ok($$ SELECT booking.http_request('GET', '/v1/services', '{"a\nb": "c"}') $$, '22023', NULL, 'nor can its name');
SELECT is((SELECT status FROM booking.http_request('GET', '/v1/services', NULL, NULL, NULL)), 401, 'no headers at all');
SELECT is((SELECT status FROM booking.http_request('GET', '/v1/services?salonSlug=salon-a',
  jsonb_build_object('AUTHORIZATION', ARRAY['Bearer ' || test.key('a')]))), 200, 'names in any case, one value in an array');

-- The packed form, for the HTTP service: the same answer as lines of bytes.
CREATE FUNCTION test.packed(method text, target text, headers text, body bytea DEFAULT '') RETURNS text
  LANGUAGE sql AS $$ SELECT convert_from(booking.http_request_packed(method, target, headers, body, '127.0.0.1'), 'UTF8') $$;
SELECT is(regexp_replace(test.packed('GET', '/v1/staff?salonSlug=salon-a', 'Authorization: Bearer ' || test.key('a')),
  'req_[0-9a-z]{26}', 'req_', 'g'),
  format(E'200 listStaff %s\nContent-Type: application/json\nCache-Control: no-store\nX-Request-Id: req_\nX-Content-Type-Options: nosniff\n\n',
    test.id('a', 'tenant'))
  || regexp_replace((test.get('/v1/staff?salonSlug=salon-a')).raw, 'req_[0-9a-z]{26}', 'req_', 'g'),
    'status, headers, an empty line, the body');
SELECT is("left"(test.packed('GET', '/v1/staff?salonSlug=salon-a', E'x: y\r\nauthorization:Bearer ' || test.key('a') || E'\r\n'), 3), '200',
  'header lines may end in CRLF');
SELECT is("left"(test.packed('POST', '/v1/bookings', E'content-type: application/json\nauthorization: Bearer ' || test.key('a'),
  body), 3), '400', 'bytes that are no text: ' || body::text)
FROM unnest(ARRAY['\xff', '\x7b00227d', '\x7b22ed a0 80223a317d']::bytea[]) AS body;
SELECT is("left"(test.packed('GET', NULL, NULL, NULL), 3), '400', 'NULLs are empty');

SELECT * FROM finish();
ROLLBACK;
