-- The order in which a request is checked, and every rule about bodies, slugs and fields.
BEGIN;
\ir helpers/fixture.sql
SELECT plan(166);

-- A request with everything wrong learns of one thing at a time, in this order: each line mends what the one before it told.
SELECT booking.create_tenant('salon-free', 'Free', 'Europe/Budapest', 'free', 'automatic', test.id('free', 'tenant')) \g /dev/null
SELECT test.make_key('revoked', 'free', '{services.read}'), test.make_key('expired', 'free', '{services.read}'),
       test.make_key('free', 'free', '{services.read}'), test.make_key('weak', 'a', '{services.read}') \g /dev/null
UPDATE booking.api_keys SET revoked_at = now(), expires_at = now() WHERE id = (SELECT id FROM test.keys WHERE name = 'revoked');
UPDATE booking.api_keys SET expires_at = now() WHERE id = (SELECT id FROM test.keys WHERE name = 'expired');
SELECT is(test.outcome(test.request(method, target, body, key, headers)), expected, 'in order: ' || expected)
FROM (VALUES
  (1, 'X', '/v1/%', repeat('x', 70000), NULL, '{"content-type": "text/plain"}'::jsonb, '400 request.invalid_input'),
  (2, 'X', '/v1/booking', repeat('x', 70000), NULL, '{"content-type": "text/plain"}', '404 request.route_not_found'),
  (3, 'X', '/v1/bookings', repeat('x', 70000), NULL, '{"content-type": "text/plain"}', '405 request.method_not_allowed'),
  (4, 'POST', '/v1/bookings', repeat('x', 70000), NULL, '{"content-type": "text/plain"}', '401 auth.missing_key'),
  (5, 'POST', '/v1/bookings', repeat('x', 70000), NULL, '{"content-type": "text/plain", "authorization": "Bearer x"}',
    '401 auth.invalid_key'),
  (6, 'POST', '/v1/bookings', repeat('x', 70000), 'revoked', '{"content-type": "text/plain"}', '401 auth.key_revoked'),
  (7, 'POST', '/v1/bookings', repeat('x', 70000), 'expired', '{"content-type": "text/plain"}', '401 auth.key_expired'),
  (8, 'POST', '/v1/bookings', repeat('x', 70000), 'free', '{"content-type": "text/plain"}', '403 auth.plan_insufficient'),
  (9, 'POST', '/v1/bookings', repeat('x', 70000), 'weak', '{"content-type": "text/plain"}', '403 auth.capability_missing'),
  (10, 'POST', '/v1/bookings', repeat('x', 70000), 'a', '{"content-type": "text/plain"}', '413 request.payload_too_large'),
  (11, 'POST', '/v1/bookings', 'x', 'a', '{"content-type": "text/plain"}', '415 request.unsupported_media_type'),
  (12, 'POST', '/v1/bookings', 'x', 'a', '{}', '400 request.invalid_input'),
  (13, 'POST', '/v1/bookings', '[]', 'a', '{}', '400 request.invalid_input'),
  (14, 'POST', '/v1/bookings', '{"serviceId": 1}', 'a', '{}', '400 request.invalid_input'),
  (15, 'POST', '/v1/bookings', '{"serviceId": 1, "salonSlug": "salon-b"}', 'a', '{}', '403 auth.scope_mismatch'),
  (16, 'POST', '/v1/bookings', '{"serviceId": 1, "salonSlug": "salon-a"}', 'a', '{"idempotency-key": "x"}', '400 request.invalid_input'),
  (17, 'POST', '/v1/bookings', test.wish(jsonb_build_object('serviceId', 'x'))::text, 'a', '{"idempotency-key": "x"}',
    '400 idempotency.invalid_key'),
  (18, 'POST', '/v1/bookings', test.wish(jsonb_build_object('serviceId', 'x'))::text, 'a', '{}', '404 service.not_found'))
  AS request (place, method, target, body, key, headers, expected) ORDER BY place;
SELECT is(test.bad_fields(test.post('/v1/bookings', '{"serviceId": 1}')), '{salonSlug}', 'the slug is checked before other fields');

-- Content-Type.
SELECT is(test.outcome(test.request('POST', '/v1/availability/search', '{"salonSlug": "salon-a"}',
  headers => jsonb_build_object('content-type', type))),
  expected, coalesce('Content-Type: ' || type, 'no Content-Type'))
FROM (VALUES
  ('application/json', '400 request.invalid_input'),
  ('Application/JSON', '400 request.invalid_input'),
  ('application/json;charset=utf-8', '400 request.invalid_input'),
  ('application/json; charset="UTF-8"', '400 request.invalid_input'),
  ('application/json; charset=utf-8; x=y', '400 request.invalid_input'),
  (NULL, '415 request.unsupported_media_type'),
  ('', '415 request.unsupported_media_type'),
  ('application', '415 request.unsupported_media_type'),
  ('application/json, application/json', '415 request.unsupported_media_type'),
  ('application/json; charset=latin1', '415 request.unsupported_media_type'),
  ('application/json; charset', '415 request.unsupported_media_type'),
  ('application/problem+json', '415 request.unsupported_media_type'),
  ('application/x-www-form-urlencoded', '415 request.unsupported_media_type'),
  ('text/json', '415 request.unsupported_media_type')) AS header (type, expected);

-- Size: 64 KiB and no byte more; characters do not count, bytes do.
CREATE FUNCTION test.body_of(bytes integer) RETURNS text
  LANGUAGE sql AS $$ SELECT '{"salonSlug": "salon-a", "note": "' || repeat('x', bytes - 36) || '"}' $$;
SELECT is(octet_length(test.body_of(65536)), 65536, 'a body of 64 KiB');
SELECT is(test.outcome(test.request('POST', '/v1/bookings', test.body_of(65536))), '400 request.invalid_input', 'is read');
SELECT is(test.outcome(test.request('POST', '/v1/bookings', test.body_of(65537))), '413 request.payload_too_large',
  'one byte more is not');
SELECT is((test.request('POST', '/v1/bookings', test.body_of(65537))).body #> '{error,details}', '{"maximumBytes": 65536}',
  'and the limit is told');
SELECT is(test.outcome(test.request('POST', '/v1/bookings', repeat('é', 32769))), '413 request.payload_too_large',
  'bytes count, not characters');
SELECT is(test.outcome(test.request('GET', '/v1/services?salonSlug=salon-a', repeat('x', 70000))), '200',
  'a GET''s body is not looked at');

-- JSON. A message tells where the fault is.
SELECT is((test.request('POST', '/v1/bookings', body)).body #>> '{error,details,fields,body}', message,
  coalesce(nullif(to_json("left"(body, 30))::text, '""'), 'nothing'))
FROM (VALUES
  ('[]', 'must be a JSON object'),
  ('"salonSlug"', 'must be a JSON object'),
  ('1', 'must be a JSON object'),
  ('null', 'must be a JSON object')) AS request (body, message);
SELECT matches((test.request('POST', '/v1/bookings', body)).body #>> '{error,details,fields,body}', '^is no valid JSON at byte '
  || byte || ': [A-Z].*\.$',
  to_json("left"(body, 30))::text)
FROM (VALUES
  ('x', 0), ('{', 1), ('{"a"}', 4), ('{"a":}', 5), ('{"a":1,}', 7), ('{"a":1} 2', 8), ('{"a":1}}', 7), ('{a:1}', 1), ('{"a":01}', 6),
  ('{"a":NaN}', 5), ('{"a":''x''}', 5), ('{"a":tru}', 8), ('// x', 0), (U&'\FEFF{}', 0), ('{"a":"' || E'\t' || '"}', 6),
  (' ', 1)) AS request (body, byte);
SELECT is(test.bad_fields(test.request('POST', '/v1/bookings', body)), '{body}', to_json("left"(body, 40))::text)
FROM unnest(ARRAY['{"a":1,"a":2}', '{"\u0061":1,"a":2}', '{"a":"\ud800"}', '{"a":"\u0000"}', '{"a":9007199254740992}', '{"a":1e400}',
                  repeat('[', 10000), repeat('{"a":', 65) || '1' || repeat('}', 65)]) AS body;
SELECT is(test.bad_fields(test.request('POST', '/v1/bookings', body)), '{salonSlug}', to_json("left"(body, 40))::text || ' is good JSON')
FROM unnest(ARRAY['{}', E' \n\t{} \r\n', '{"salonSlug":null}', '{"a":9007199254740991,"b":-0.0,"c":1e-999,"d":"\ud83d\ude00"}',
                  repeat('{"a":', 63) || '1' || repeat('}', 63)]) AS body;
SELECT is(test.bad_fields(test.request('POST', '/v1/bookings', body)), '{salonSlug}', 'an empty body: nothing was said')
FROM unnest(ARRAY[NULL, '']) AS body;

-- The slug.
SELECT is(test.outcome(test.post(target, jsonb_build_object('salonSlug', slug))) || coalesce(test.bad_fields(test.post(target,
  jsonb_build_object('salonSlug', slug)))::text, ''),
  expected, format('%s with the slug %s', target, slug))
FROM unnest(ARRAY['/v1/bookings', '/v1/availability/search']) AS target,
  (VALUES ('null'::jsonb, '400 request.invalid_input{salonSlug}'), ('1', '400 request.invalid_input{salonSlug}'),
          ('["salon-a"]', '400 request.invalid_input{salonSlug}'), ('""', '403 auth.scope_mismatch'), ('"salon-x"',
            '403 auth.scope_mismatch'),
          ('"salon-a "', '403 auth.scope_mismatch'), ('"SALON-A"', '403 auth.scope_mismatch')) AS given (slug, expected);
SELECT is(test.bad_fields(test.request(method, target)), '{salonSlug}', format('%s %s needs a slug', method, target))
FROM (VALUES ('GET', '/v1/services'), ('GET', '/v1/staff'), ('GET', '/v1/bookings'), ('POST', '/v1/bookings'), ('POST',
  '/v1/availability/search'),
             ('GET', '/v1/webhooks/config'), ('PUT', '/v1/webhooks/config'), ('DELETE', '/v1/webhooks/config'),
             ('POST', '/v1/webhooks/config/rotate-secret'), ('GET', '/v1/webhooks/deliveries')) AS route (method, target);
SELECT is(test.outcome(test.request(method, format(target, '?salonSlug=salon-x'))), '403 auth.scope_mismatch',
  format('%s %s refuses a wrong slug first', method, target))
FROM (VALUES ('GET', '/v1/bookings/x%s'), ('GET', '/v1/bookings/x/events%s'), ('POST', '/v1/bookings/x/cancel%s'), ('GET',
  '/v1/subscription%s')) AS route (method, target);
SELECT is(test.outcome(test.request(method, format(target, ''))), expected, format('%s %s needs none', method, target))
FROM (VALUES ('GET', '/v1/bookings/x%s', '404 booking.not_found'), ('GET', '/v1/bookings/x/events%s', '404 booking.not_found'),
             ('POST', '/v1/bookings/x/cancel%s', '404 booking.not_found'), ('GET', '/v1/subscription%s', '200')) AS route (method,
               target, expected);
SELECT is(test.outcome(test.post('/v1/bookings/x/cancel', '{"salonSlug": "salon-x"}')), '403 auth.scope_mismatch',
  'nor does a wrong one in the body pass');

-- Fields of a search.
CREATE FUNCTION test.search(changes jsonb) RETURNS test.answer
  LANGUAGE sql VOLATILE AS $$
    SELECT test.post('/v1/availability/search', jsonb_build_object('salonSlug', 'salon-a', 'serviceId', test.public('svc', 'haircut'),
      'dateRange', jsonb_build_object('from', test.day(7), 'to', test.day(7))) || changes) $$;
CREATE FUNCTION test.range(first jsonb, last jsonb) RETURNS jsonb
  LANGUAGE sql IMMUTABLE AS $$ SELECT jsonb_build_object('dateRange', jsonb_build_object('from', first, 'to', last)) $$;
SELECT is(test.outcome(test.search('{}')), '200', 'a search without a fault');
SELECT is((test.search(changes)).body #> '{error,details,fields}', fields::jsonb, 'search with ' || changes::text)
FROM (VALUES
  ('{"serviceId": null, "dateRange": null}'::jsonb,
    '{"serviceId": "is required", "dateRange.from": "is required", "dateRange.to": "is required"}'),
  ('{"serviceId": 7}', '{"serviceId": "must be a string"}'),
  ('{"staffId": []}', '{"staffId": "must be a string"}'),
  ('{"locationSlug": false}', '{"locationSlug": "must be a string"}'),
  ('{"locationSlug": ""}', '{"locationSlug": "must be a slug of 1 to 100 characters"}'),
  ('{"dateRange": "2030-01-01"}', '{"dateRange.from": "is required", "dateRange.to": "is required"}'),
  ('{"dateRange": []}', '{"dateRange.from": "is required", "dateRange.to": "is required"}'),
  ('{"dateRange": {"from": 20300101, "to": {}}}', '{"dateRange.from": "must be a string", "dateRange.to": "must be a string"}'),
  (test.range('"2030-02-29"', '"2030-03-01"'), '{"dateRange.from": "must be a date, YYYY-MM-DD"}'),
  (test.range('"2030-2-1"', '"20300201"'),
    '{"dateRange.from": "must be a date, YYYY-MM-DD", "dateRange.to": "must be a date, YYYY-MM-DD"}'),
  (test.range('"today"', '"infinity"'), '{"dateRange.from": "must be a date, YYYY-MM-DD", "dateRange.to": "must be a date, YYYY-MM-DD"}'),
  (test.range('""', '" 2030-01-01"'), '{"dateRange.from": "must be a date, YYYY-MM-DD", "dateRange.to": "must be a date, YYYY-MM-DD"}'),
  (test.range('"2030-01-02"', '"2030-01-01"'), '{"dateRange.to": "must not be before from"}'),
  (test.range('"2030-01-01"', '"2030-02-02"'), '{"dateRange.to": "must be at most 31 days after from"}')) AS request (changes, fields);
SELECT is(test.outcome(test.search(test.range('"2030-01-01"', '"2030-02-01"'))), '200', '31 days after from is the last');
SELECT is(test.outcome(test.search(test.range('"0001-01-01"', '"0001-01-01"'))), '200', 'the first date there is');
SELECT is(test.outcome(test.search(test.range('"9999-12-31"', '"9999-12-31"'))), '200', 'and the last');
SELECT is(test.bad_fields(test.search('{"dateRange.from": "2030-01-01", "dateRange": {"to": "2030-01-01"}}')), '{dateRange.from}',
  'a dot in a member''s name leads nowhere');

-- Fields of a booking.
CREATE FUNCTION test.guest(changes jsonb) RETURNS jsonb
  LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_build_object('guest', '{"name": "Kiss Éva", "email": "eva@example.com"}'::jsonb || changes)
  $$;
SELECT is((test.post('/v1/bookings', test.wish(changes))).body #> '{error,details,fields}', fields::jsonb, 'booking with '
  || "left"(changes::text, 60))
FROM (VALUES
  ('{"serviceId": null, "date": null, "startTime": null, "guest": null}'::jsonb,
   '{"serviceId": "is required", "date": "is required", "startTime": "is required", "guest.name": "is required", "guest.email": "is required"}'),
  ('{"date": 1, "startTime": 2, "staffId": 3, "note": 4, "pricingVersion": 5, "locationSlug": 6}',
   '{"date": "must be a string", "startTime": "must be a string", "staffId": "must be a string", "note": "must be a string",
     "pricingVersion": "must be a string", "locationSlug": "must be a string"}'),
  ('{"date": "2030-13-01"}', '{"date": "must be a date, YYYY-MM-DD"}'),
  ('{"startTime": "24:00"}', '{"startTime": "must be a time of day, HH:MM"}'),
  ('{"startTime": "9:00"}', '{"startTime": "must be a time of day, HH:MM"}'),
  ('{"startTime": "09:60"}', '{"startTime": "must be a time of day, HH:MM"}'),
  ('{"startTime": "10:00:00"}', '{"startTime": "must be a time of day, HH:MM"}'),
  ('{"startTime": "allballs"}', '{"startTime": "must be a time of day, HH:MM"}'),
  ('{"guest": "Éva"}', '{"guest.name": "is required", "guest.email": "is required"}'),
  (test.guest('{"name": ""}'), '{"guest.name": "must have 1 to 200 characters"}'),
  (test.guest('{"email": "nobody"}'), '{"guest.email": "must be an e-mail address"}'),
  (test.guest('{"email": ""}'), '{"guest.email": "must be an e-mail address"}'),
  (test.guest('{"email": "a@b@example.com"}'), '{"guest.email": "must be an e-mail address"}'),
  (test.guest('{"email": "a b@example.com"}'), '{"guest.email": "must be an e-mail address"}'),
  (test.guest('{"phone": "06 30 111"}'), '{"guest.phone": "must be an international phone number such as +36301234567"}'),
  (test.guest('{"phone": "+36301234567 "}'), '{"guest.phone": "must be an international phone number such as +36301234567"}'),
  (test.guest('{"phone": "+0301234567"}'), '{"guest.phone": "must be an international phone number such as +36301234567"}'),
  (test.guest('{"phone": ""}'), '{"guest.phone": "must be an international phone number such as +36301234567"}'),
  ('{"note": ""}', '{"note": "must have 1 to 1000 characters"}'),
  (jsonb_build_object('note', repeat('é', 1001)), '{"note": "must have 1 to 1000 characters"}'),
  (test.guest(jsonb_build_object('name', repeat('é', 201))), '{"guest.name": "must have 1 to 200 characters"}'),
  (test.guest(jsonb_build_object('email', repeat('a', 64) || '@' || repeat(repeat('b', 60) || '.', 4) || 'example.com')),
    '{"guest.email": "must be an e-mail address"}'),
  (jsonb_build_object('pricingVersion', repeat('x', 101)),
    '{"pricingVersion": "must have 1 to 100 characters"}')) AS request (changes, fields);
SELECT is(test.outcome(test.post('/v1/bookings', test.wish(changes))), '201', 'booking with ' || "left"(changes::text, 60))
FROM (VALUES
  (jsonb_build_object('startTime', '09:00', 'note', repeat('é', 1000))),
  (jsonb_build_object('startTime', '09:30') || test.guest(jsonb_build_object('name', repeat('é', 200)))),
  (jsonb_build_object('startTime', '10:00') || test.guest('{"phone": "+36301234567"}')),
  (jsonb_build_object('startTime', '12:30') || test.guest('{"phone": "+36 (30) 123-45.67"}')),
  (jsonb_build_object('startTime', '10:30') || test.guest('{"email": "eva+salon@sub.example.co.uk"}')),
  (jsonb_build_object('startTime', '11:00', 'unknown', 1)),
  (jsonb_build_object('startTime', '11:30', 'locationSlug', 'main')),
  (jsonb_build_object('startTime', '12:00') || test.guest('{"name": "  "}'))) AS request (changes);

-- Things named that are not there.
SELECT is(test.outcome(test.post('/v1/bookings', test.wish(changes))) || ' ' || ((test.post('/v1/bookings',
  test.wish(changes))).body #>> '{error,details,resource}'),
  '404 service.not_found ' || resource, 'booking with ' || changes::text)
FROM (VALUES
  ('{"serviceId": ""}'::jsonb, 'service'),
  ('{"serviceId": "svc_haircut_01"}', 'service'),
  (jsonb_build_object('serviceId', test.public('staff', 'haircut')), 'service'),
  (jsonb_build_object('serviceId', upper(test.public('svc', 'haircut'))), 'service'),
  (jsonb_build_object('serviceId', test.id('a', 'haircut')), 'service'),
  ('{"staffId": "staff_anna_01"}', 'staff'),
  (jsonb_build_object('staffId', test.public('staff', 'bence'), 'serviceId', test.public('svc', 'colour')), 'staff'),
  ('{"locationSlug": "moon"}', 'location'),
  ('{"locationSlug": "Main"}', 'location')) AS request (changes, resource);

SELECT * FROM finish();
ROLLBACK;
