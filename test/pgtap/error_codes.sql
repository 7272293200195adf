-- The error catalogue: what a caller can meet, and how SQL code and the server's own errors get there.
BEGIN;
\ir helpers/fixture.sql
SELECT plan(38);

SELECT cmp_ok((SELECT count(*) FROM booking.error_codes()), '>=', 27::bigint, 'there are codes to look at');
SELECT is_empty('SELECT code FROM booking.error_codes() GROUP BY code HAVING count(*) > 1', 'codes are unique');
SELECT is_empty('SELECT sqlstate FROM booking.error_codes() GROUP BY sqlstate HAVING count(*) > 1', 'SQLSTATEs are unique');
SELECT is_empty($$ SELECT code, sqlstate FROM booking.error_codes() WHERE sqlstate !~ '^BK[0-9A-Z]{3}$' $$,
  'SQLSTATEs are of our own class');
SELECT is_empty($$ SELECT code FROM booking.error_codes()
  WHERE code !~ '^(auth|booking|request|rate_limit|idempotency|service|internal)\.[a-z]+(_[a-z]+)*$' $$,
  'codes are domain.reason, of the seven domains');
SELECT is_empty($$ SELECT code, http_status FROM booking.error_codes() WHERE http_status NOT BETWEEN 400 AND 599 $$,
  'statuses are of errors');
SELECT is_empty($$ SELECT code, message FROM booking.error_codes() WHERE message !~ '^[A-Z].*[.…'']$' OR message ~ '[<>{}]' $$,
  'messages are sentences');

-- Status and retryable of each code are contract.
SELECT results_eq('SELECT code, http_status, retryable FROM booking.error_codes() ORDER BY code', $$ VALUES
  ('auth.capability_missing', 403, false),
  ('auth.invalid_key', 401, false),
  ('auth.key_expired', 401, false),
  ('auth.key_revoked', 401, false),
  ('auth.missing_key', 401, false),
  ('auth.plan_insufficient', 403, false),
  ('auth.scope_mismatch', 403, false),
  ('booking.cancel_deadline_passed', 409, false),
  ('booking.guest_blocked', 403, false),
  ('booking.invalid_state', 409, false),
  ('booking.not_bookable', 409, false),
  ('booking.not_found', 404, false),
  ('booking.outside_booking_window', 409, false),
  ('booking.pricing_changed', 409, false),
  ('booking.slot_unavailable', 409, false),
  ('idempotency.in_progress', 409, true),
  ('idempotency.invalid_key', 400, false),
  ('idempotency.payload_mismatch', 409, false),
  ('internal.error', 500, true),
  ('internal.outcome_unknown', 503, false),
  ('internal.unavailable', 503, true),
  ('rate_limit.exceeded', 429, true),
  ('request.headers_too_large', 431, false),
  ('request.invalid_input', 400, false),
  ('request.method_not_allowed', 405, false),
  ('request.payload_too_large', 413, false),
  ('request.route_not_found', 404, false),
  ('request.target_too_long', 414, false),
  ('request.timeout', 408, true),
  ('request.unsupported_media_type', 415, false),
  ('service.not_found', 404, false)
$$, 'the codes of the contract, and four of the service''s own');

-- raise_error in SQL.
SELECT throws_ok($$ SELECT booking.raise_error('booking.not_found') $$, 'BK101', 'There is no such booking.',
  'an error of ours has its SQLSTATE and message');
CREATE FUNCTION test.raised(code text, details json) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
  detail text;
  hint text;
BEGIN
  PERFORM booking.raise_error(code, details);
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
  RETURN ARRAY[SQLSTATE, SQLERRM, detail, hint];
END $$;
SELECT is(test.raised('service.not_found', '{"resource":"staff"}'), ARRAY['BK201', 'There is no such resource.',
  '{"resource":"staff"}', 'Error code service.not_found.'],
  'details are its DETAIL, the code stands in its HINT');
SELECT is((test.raised('service.not_found', NULL))[3], '', 'which may be none');
SELECT throws_ok($$ SELECT booking.raise_error('booking.nonsense') $$, '22023', NULL, 'only codes of the catalogue');
SELECT throws_ok($$ SELECT booking.raise_error(NULL) $$, '22004', NULL, 'and not none');

-- Over HTTP every code is answered with its status, its message and its details.
CREATE OR REPLACE FUNCTION booking.v1_location_id(tenant_id uuid, slug text) RETURNS uuid LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE current_setting('test.operation');
  RETURN NULL;
END $$;
CREATE FUNCTION test.operate(statement text) RETURNS test.answer LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('test.operation', statement, true);
  RETURN test.get('/v1/staff?salonSlug=salon-a');
END $$;
SELECT is_empty($$
  SELECT code, answer FROM booking.error_codes(), test.operate(format('SELECT booking.raise_error(%L, ''{"a": ["b"]}'')', code)) AS answer
  WHERE answer.status <> http_status
     OR answer.body -> 'error' <> jsonb_build_object('code', code, 'message', message, 'retryable', retryable, 'details',
       '{"a": ["b"]}'::jsonb)
$$, 'an operation''s refusal is answered as the catalogue says');
SELECT is((test.operate($$SELECT booking.raise_error('internal.unavailable')$$)).headers ->> 'Retry-After', '1',
  'a 503 tells when to come back');

-- The server's own errors: by SQLSTATE, and without a word of theirs.
SELECT is(test.outcome(test.operate(format('DO $do$ BEGIN RAISE EXCEPTION USING ERRCODE = %L, MESSAGE = ''secret'', DETAIL = ''{"secret": 1}'', HINT = ''secret''; END $do$', code))),
  expected, format('SQLSTATE %s (%s)', code, reason))
FROM (VALUES
  ('23P01', 'exclusion', '409 booking.slot_unavailable'),
  ('40001', 'serialization failure', '503 internal.unavailable'),
  ('40P01', 'deadlock', '503 internal.unavailable'),
  ('55P03', 'lock not available', '503 internal.unavailable'),
  ('25006', 'read-only', '503 internal.unavailable'),
  ('53200', 'out of memory', '503 internal.unavailable'),
  ('53300', 'too many connections', '503 internal.unavailable'),
  ('23505', 'unique', '500 internal.error'),
  ('23503', 'foreign key', '500 internal.error'),
  ('23514', 'check', '500 internal.error'),
  ('22P02', 'text representation', '500 internal.error'),
  ('42501', 'privilege', '500 internal.error'),
  ('42P01', 'undefined table', '500 internal.error'),
  ('P0001', 'raise', '500 internal.error'),
  ('BK000', 'a stranger in our class', '500 internal.error'),
  ('XX000', 'internal', '500 internal.error')) AS mapping (code, reason, expected);
SELECT is((test.operate('SELECT 1 FROM secret_table')).body -> 'error',
  '{"code": "internal.error", "message": "Something went wrong on our side.", "retryable": true}',
  'nothing of the server''s words gets out');
SELECT unalike((test.operate($q$DO $do$ BEGIN RAISE exclusion_violation USING MESSAGE = 'secret',
  DETAIL = '{"secret": 1}'; END $do$ $q$)).raw, '%secret%',
  'in mapped errors neither');

SELECT is((test.operate($q$DO $do$ BEGIN RAISE EXCEPTION USING ERRCODE = 'BK101', MESSAGE = 'secret'; END $do$ $q$)).body -> 'error',
  '{"code": "booking.not_found", "message": "There is no such booking.", "retryable": false}',
    'RAISE with a SQLSTATE of ours is an error of ours');
-- What the service answers when it cannot ask: the same words but for its own reason.
SELECT is_empty($$
  SELECT face, code, status, body FROM booking.door_answers() JOIN booking.error_codes() USING (code)
  WHERE status <> http_status OR headers !~ 'X-Request-Id: req_0{26}\n' OR (status = 503) <> (headers ~ 'Retry-After: 1\n')
     OR position('{message}' IN body) = 0
$$, 'every answer of the service has its code''s status, and room for id and reason');
SELECT results_eq($$ SELECT face FROM booking.door_answers() WHERE code = 'internal.unavailable' AND face IN ('', 'v1') ORDER BY face $$,
  $$ VALUES (''), ('v1') $$, 'in the words of each face');
SELECT is((SELECT body::jsonb FROM booking.door_answers() WHERE face = 'v1' AND code = 'internal.unavailable'),
  '{"ok": false, "error": {"code": "internal.unavailable", "message": "{message}", "retryable": true},
    "meta": {"requestId": "req_00000000000000000000000000", "v": "1"}}', 'those of /v1');
-- A failed request leaves the session as good as new.
SELECT is(test.outcome(test.get('/v1/bookings?salonSlug=salon-a')), '200', 'the next request succeeds');

SELECT * FROM finish();
ROLLBACK;
