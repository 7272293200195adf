-- POST /v1/bookings/{bookingId}/cancel: the provider may, the guest within the business's rules.
BEGIN;
\ir helpers/fixture.sql
SELECT plan(45);

CREATE FUNCTION test.book(start_time text) RETURNS text
  LANGUAGE sql AS $$
    SELECT (test.post('/v1/bookings', test.wish(jsonb_build_object('startTime', start_time, 'staffId', test.public('staff',
      'anna'))))).body #>> '{data,booking,id}'
  $$;
CREATE FUNCTION test.cancel(booking_id text, body jsonb DEFAULT NULL) RETURNS test.answer
  LANGUAGE sql AS $$ SELECT test.post(format('/v1/bookings/%s/cancel', booking_id), body) $$;
CREATE FUNCTION test.busy(booking_id text) RETURNS bigint
  LANGUAGE sql AS $$
    SELECT count(*) FROM booking.busy_times AS t WHERE t.booking_id = booking.parse_public_id('bkg', busy.booking_id)
  $$;
CREATE FUNCTION test.move(booking_id text, starts_at timestamptz, deadline timestamptz) RETURNS void
  LANGUAGE sql AS $$
    UPDATE booking.bookings AS b SET starts_at = move.starts_at, ends_at = move.starts_at + interval '30 minutes',
      cancel_deadline_at = move.deadline
    WHERE b.id = booking.parse_public_id('bkg', move.booking_id) $$;

-- The answer, the change, and nothing but the change.
SELECT test.book('10:00') AS id \gset
SELECT is(test.busy(:'id'), 1::bigint, 'a booking takes time');
CREATE TEMP TABLE before AS SELECT (test.get('/v1/bookings/' || :'id')).body #> '{data,booking}' AS booking;
CREATE TEMP TABLE cancelled AS SELECT test.cancel(:'id', '{"reason": "Ill"}') AS answer;
SELECT is((answer).status, 200, 'it is cancelled') FROM cancelled;
SELECT is(((answer).body #> '{data,booking}') - 'updatedAt' #- '{cancellation,at}',
  (booking || '{"status": "cancelled", "version": 2, "cancellation": {"by": "provider", "reason": "Ill"}}') - 'updatedAt',
  'status, version and cancellation change, nothing else') FROM cancelled, before;
SELECT is((answer).body #>> '{data,booking,cancellation,at}', booking.rfc3339(now()), 'it says when') FROM cancelled;
SELECT cmp_ok(((answer).body #>> '{data,booking,updatedAt}')::timestamptz, '>', (booking ->> 'updatedAt')::timestamptz,
  'and counts as changed') FROM cancelled, before;
SELECT is((test.get('/v1/bookings/' || :'id')).body -> 'data', (answer).body -> 'data', 'reading it gives the same') FROM cancelled;
SELECT is(test.busy(:'id'), 0::bigint, 'its time is free');
SELECT is((SELECT jsonb_agg(event - 'id' - 'occurredAt' - 'actor') -> 2
  FROM jsonb_array_elements((test.get(format('/v1/bookings/%s/events', :'id'))).body #> '{data,events}') AS event),
  '{"event": "booking.cancelled", "fromStatus": "confirmed", "toStatus": "cancelled", "reason": "Ill", "sequence": 3}', 'it has its event');
SELECT isnt(test.book('10:00'), NULL, 'the time can be booked again');
SELECT is(test.outcome(test.cancel(:'id')), '409 booking.invalid_state', 'it can not be cancelled twice');
SELECT is((test.cancel(:'id')).body #> '{error,details}', '{"status": "cancelled", "requested": "cancelled"}', 'and says why');

-- Bodies.
SELECT is(test.outcome(test.request('POST', format('/v1/bookings/%s/cancel', test.book(start)), body, headers => headers)),
  expected, reason)
FROM (VALUES
  ('11:00', NULL, '{}'::jsonb, '200', 'no body'),
  ('11:30', '', '{"content-type": "text/plain"}', '200', 'an empty body, whatever its type'),
  ('12:00', '{}', '{}', '200', 'an empty object'),
  ('12:30', '{"reason": null, "initiator": null}', '{}', '200', 'members that are null'),
  ('13:00', '{"salonSlug": "salon-a", "initiator": "provider"}', '{}', '200', 'the slug and the initiator'),
  ('13:30', '[]', '{}', '400 request.invalid_input', 'no object'),
  ('14:00', '{"reason": ""}', '{}', '400 request.invalid_input', 'an empty reason'),
  ('14:30', '{"reason": 1}', '{}', '400 request.invalid_input', 'a reason that is no string'),
  ('15:00', jsonb_build_object('reason', repeat('é', 501))::text, '{}', '400 request.invalid_input', 'too long a reason'),
  ('15:30', jsonb_build_object('reason', repeat('é', 500))::text, '{}', '200', 'as long a reason as can be'),
  ('16:00', '{"initiator": "system"}', '{}', '400 request.invalid_input', 'somebody else'),
  ('16:30', '{"initiator": "api_key"}', '{}', '400 request.invalid_input', 'the key itself')) AS step (start, body, headers,
    expected, reason);
SELECT is((test.cancel('x', '{"initiator": "system"}')).body #> '{error,details,fields}',
  '{"initiator": "is none of the allowed values: provider,guest"}',
  'a fault is named');

-- The guest's rule: until the deadline that the booking was made under, and never after the start.
DELETE FROM booking.busy_times WHERE tenant_id = test.id('a', 'tenant');
CREATE TEMP TABLE guest AS
  SELECT place, reason, test.book(to_char(time '09:00' + place * interval '30 minutes', 'HH24:MI')) AS id, starts_at, deadline, expected
  FROM (VALUES
    (0, 'before the deadline', now() + interval '2 days', now() + interval '1 day', '200'),
    (1, 'at the deadline', now() + interval '2 days', now(), '200'),
    (2, 'past the deadline', now() + interval '2 days', now() - interval '1 microsecond', '409 booking.cancel_deadline_passed'),
    (3, 'at the start', now(), now() + interval '1 day', '200'),
    (4, 'past the start', now() - interval '1 microsecond', now() + interval '1 day', '409 booking.cancel_deadline_passed'))
    AS step (place, reason, starts_at, deadline, expected);
SELECT test.move(id, starts_at, deadline) FROM guest \g /dev/null
CREATE TEMP TABLE guest_answers AS SELECT guest.*, test.cancel(id, '{"initiator": "guest"}') AS answer FROM guest ORDER BY place;
SELECT is(test.outcome(answer), expected, 'a guest ' || reason) FROM guest_answers;
SELECT is((answer).body #>> '{data,booking,cancellation,by}', 'guest', 'who is named') FROM guest_answers WHERE place = 0;
SELECT is((answer).body #> '{error,details}', jsonb_build_object('cause', 'deadline', 'deadlineAt', booking.rfc3339(least(deadline,
  starts_at))),
  'the refusal tells the deadline')
FROM guest_answers WHERE place IN (2, 4);
SELECT is((SELECT status::text FROM booking.bookings WHERE id = booking.parse_public_id('bkg', guest.id)), 'confirmed',
  'a refusal changes nothing') FROM guest WHERE place = 2;
SELECT is(test.busy(id), 1::bigint, 'and frees nothing') FROM guest WHERE place = 2;
SELECT is(test.outcome(test.cancel(id)), '200', 'the provider has no deadline') FROM guest WHERE place IN (2, 4);

SELECT test.book('12:00') AS id \gset
UPDATE booking.tenants SET cancel_deadline_minutes = 30 * 24 * 60 WHERE tenant_id = test.id('a', 'tenant');
SELECT is(test.outcome(test.cancel(:'id', '{"initiator": "guest"}')), '200',
  'a later change of the rule does not reach earlier bookings');
SELECT test.book('12:30') AS id \gset
SELECT is(test.outcome(test.cancel(:'id', '{"initiator": "guest"}')), '409 booking.cancel_deadline_passed', 'but new ones');
UPDATE booking.tenants SET cancel_deadline_minutes = 0, guest_cancel = false WHERE tenant_id = test.id('a', 'tenant');
SELECT test.book('13:00') AS id \gset
SELECT is(((test.cancel(:'id', '{"initiator": "guest"}')).body -> 'error') - 'message',
  '{"code": "booking.cancel_deadline_passed", "retryable": false, "details": {"cause": "disabled", "deadlineAt": null}}',
    'guests may be kept from cancelling at all');
SELECT is(test.outcome(test.cancel(:'id', '{"initiator": "provider"}')), '200', 'providers not');

-- States.
CREATE TEMP TABLE states AS
  SELECT status::booking.booking_status, expected, test.book(to_char(time '14:00' + place * interval '30 minutes', 'HH24:MI')) AS id
  FROM (VALUES (0, 'pending', '200'), (1, 'reschedule_proposed', '200'), (2, 'declined', '409 booking.invalid_state'),
               (3, 'completed', '409 booking.invalid_state'), (4, 'no_show', '409 booking.invalid_state')) AS step (place, status,
                 expected);
UPDATE booking.bookings AS b SET status = states.status FROM states
  WHERE b.id = booking.parse_public_id('bkg', states.id) AND states.status <> 'reschedule_proposed';
SELECT booking.propose_reschedule(test.id('a', 'tenant'), booking.parse_public_id('bkg', id), test.at(8, '09:00'))
  FROM states WHERE status = 'reschedule_proposed' \g /dev/null
SELECT is(test.outcome(test.cancel(id)), expected, 'a booking that is ' || status) FROM states;

SELECT * FROM finish();
ROLLBACK;
