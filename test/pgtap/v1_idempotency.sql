-- Idempotency-Key: at most one effect for a key in 24 hours, and the same answer again. What concurrent requests do is in specs/.
BEGIN;
\ir helpers/fixture.sql
SELECT plan(44);

-- Keys by letter, so that the tests read: test.uuid('a').
CREATE FUNCTION test.uuid(letter text) RETURNS text
  LANGUAGE sql IMMUTABLE AS $$
    SELECT format('%s-%s-4%s-8%s-%s', repeat(letter, 8), repeat(letter, 4), repeat(letter, 3), repeat(letter, 3), repeat(letter, 12))
  $$;
CREATE FUNCTION test.once(idempotency_key text, target text, body text DEFAULT NULL, method text DEFAULT 'POST',
  key text DEFAULT 'a') RETURNS test.answer
  LANGUAGE sql AS $$ SELECT test.request(method, target, body, key, jsonb_build_object('idempotency-key', idempotency_key)) $$;
CREATE FUNCTION test.book(letter text, changes jsonb DEFAULT '{}') RETURNS test.answer
  LANGUAGE sql AS $$ SELECT test.once(test.uuid(letter), '/v1/bookings', test.wish(changes)::text) $$;
CREATE FUNCTION test.count_bookings() RETURNS bigint
  LANGUAGE sql AS $$ SELECT count(*) FROM booking.bookings WHERE tenant_id = test.id('a', 'tenant') $$;

-- The header.
SELECT is(test.outcome(test.once(header, '/v1/bookings', test.wish(jsonb_build_object('startTime', start))::text)), expected,
  'Idempotency-Key: ' || header)
FROM (VALUES
  (test.uuid('1'), '12:00', '201'),
  (upper(test.uuid('b')), '12:30', '201'),
  ('"' || test.uuid('2') || '"', '13:00', '201'),
  ('', '14:00', '400 idempotency.invalid_key'),
  ('x', '14:00', '400 idempotency.invalid_key'),
  (replace(test.uuid('3'), '-', ''), '14:00', '400 idempotency.invalid_key'),
  ('{' || test.uuid('3') || '}', '14:00', '400 idempotency.invalid_key'),
  (test.uuid('3') || ', ' || test.uuid('3'), '14:00', '400 idempotency.invalid_key'),
  ('00000000-0000-0000-0000-000000000000', '14:00', '400 idempotency.invalid_key'),
  ('33333333-3333-1333-8333-333333333333', '14:00', '400 idempotency.invalid_key'),
  ('33333333-3333-7333-8333-333333333333', '14:00', '400 idempotency.invalid_key'),
  ('33333333-3333-4333-7333-333333333333', '14:00', '400 idempotency.invalid_key')) AS step (header, start, expected);
SELECT is(test.outcome(test.request('POST', '/v1/bookings', test.wish()::text, headers => jsonb_build_object('idempotency-key',
  ARRAY[test.uuid('3'), test.uuid('3')]))),
  '400 idempotency.invalid_key', 'twice the same is not once');
SELECT is(test.outcome(test.request('GET', '/v1/services?salonSlug=salon-a', headers => '{"idempotency-key": "x"}')), '200',
  'a request that reads ignores it');
SELECT is(test.outcome(test.once('x', '/v1/availability/search', '{"salonSlug": "salon-a"}')), '400 request.invalid_input',
  'a search too');
SELECT is(test.outcome(test.book('b', '{"startTime": "12:30"}')), '201', 'case does not matter');

-- A repeated request.
SELECT test.count_bookings() AS before \gset
CREATE TEMP TABLE answers AS SELECT test.book('c') AS first;
ALTER TABLE answers ADD COLUMN again test.answer;
UPDATE answers SET again = test.book('c');
SELECT is(test.count_bookings(), :before + 1::bigint, 'has its effect once');
SELECT is((again).status, (first).status, 'gets the same status') FROM answers;
SELECT is((again).body - 'meta', (first).body - 'meta', 'and the same body') FROM answers;
SELECT is(((again).body -> 'meta') - 'requestId', '{"v": "1", "idempotent": true}', 'but for meta, which says so') FROM answers;
SELECT isnt((again).body #> '{meta,requestId}', (first).body #> '{meta,requestId}', 'with a request id of its own') FROM answers;
SELECT is((first).body #> '{meta,idempotent}', NULL, 'the first answer does not say so') FROM answers;
SELECT is((again).headers - 'X-Request-Id', (first).headers - 'X-Request-Id' || '{"Idempotent-Replayed": "true"}',
  'a header says it too') FROM answers;

-- What is the same request: the body's meaning, not its spelling.
SELECT is((test.once(test.uuid('c'), '/v1/bookings', replace(jsonb_pretty(test.wish()), 'Kiss',
  '\u004biss'))).body #> '{meta,idempotent}', 'true',
  'the same JSON, spelled otherwise');
SELECT is(test.outcome(test.once(test.uuid('c'), '/v1/bookings?salonSlug=salon-a', test.wish()::text)), '201', 'the query does not count');
SELECT is(test.outcome(test.book('c', changes)), '409 idempotency.payload_mismatch', 'another request: ' || changes::text)
FROM unnest(ARRAY['{"startTime": "10:30"}', '{"unknown": 1}',
  '{"guest": {"name": "Kiss Éva", "email": "eva2@example.com"}}']::jsonb[]) AS changes;
SELECT is(test.outcome(test.once(test.uuid('c'), format('/v1/bookings/%s/cancel', (first).body #>> '{data,booking,id}'),
  test.wish()::text)), '409 idempotency.payload_mismatch',
  'another operation') FROM answers;
SELECT test.make_key('a2', 'a') \g /dev/null
SELECT is((test.once(test.uuid('c'), '/v1/bookings', test.wish()::text, key => 'a2')).body #> '{meta,idempotent}', 'true',
  'keys of one tenant share their requests');
SELECT is(test.outcome(test.once(test.uuid('c'), '/v1/bookings', test.wish('{}', 'b')::text, key => 'b')), '201', 'tenants do not');

-- Refusals: final ones are kept, others leave the key free.
UPDATE booking.tenants SET horizon_days = 1 WHERE tenant_id = test.id('a', 'tenant');
SELECT is(test.outcome(test.book('d', '{"startTime": "11:00"}')), '409 booking.outside_booking_window', 'a refusal');
UPDATE booking.tenants SET horizon_days = 60 WHERE tenant_id = test.id('a', 'tenant');
SELECT is(test.outcome(test.book('d', '{"startTime": "11:00"}')), '409 booking.outside_booking_window',
  'is the answer to every repetition, even when it would succeed now');
SELECT is(test.outcome(test.book('e', '{"startTime": "11:00"}')), '201', 'as it does with another key');
SELECT is(test.outcome(test.book('f', '{"startTime": "25:00"}')), '400 request.invalid_input', 'a faulty request');
SELECT is(test.outcome(test.book('f', '{"startTime": "15:00"}')), '201', 'leaves the key free');
SELECT is(test.outcome(test.once(test.uuid('0'), '/v1/bookings/x/cancel')), '404 booking.not_found', 'what was not found');
SELECT is((test.once(test.uuid('0'), '/v1/bookings/x/cancel')).body #> '{meta,idempotent}', 'true', 'is kept');

-- A secret is told once.
DELETE FROM booking.webhook_configs WHERE tenant_id = test.id('a', 'tenant');
SELECT matches((test.once(test.uuid('9'), '/v1/webhooks/config?salonSlug=salon-a', '{"url": "https://example.com"}',
  'PUT')).body #>> '{data,secret}', '^[0-9a-f]{64}$',
  'a secret is told');
SELECT is((test.once(test.uuid('9'), '/v1/webhooks/config?salonSlug=salon-a', '{"url": "https://example.com"}',
  'PUT')).body #> '{data,secret}', 'null',
  'but not again');
SELECT unalike((SELECT answer FROM booking.idempotency_keys WHERE key = test.uuid('9')::uuid), '%secret":"%',
  'it is not kept either');

-- A row without an answer, which only somebody else can have written, answers nobody.
INSERT INTO booking.idempotency_keys (tenant_id, key, fingerprint, expires_at)
  VALUES (test.id('a', 'tenant'), test.uuid('8')::uuid, sha256('x'), now() + interval '1 hour');
SELECT is(test.outcome(test.book('8')), '500 internal.error', 'a key without an answer is an error');

-- 24 hours.
SELECT is((SELECT date_trunc('minute', max(expires_at) - now()) FROM booking.idempotency_keys), interval '24 hours',
  'a key is kept for 24 hours');
UPDATE booking.idempotency_keys SET expires_at = now();
SELECT is(test.outcome(test.book('c', '{"startTime": "16:00"}')), '201', 'then it is free');

SELECT * FROM finish();
ROLLBACK;
