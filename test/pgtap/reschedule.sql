-- Moving bookings: which times are offered, what is protected meanwhile, what stays as it was, what is told to whom.
BEGIN;
\ir helpers/studio.sql
SELECT plan(63);

CREATE FUNCTION test.move(id uuid, start timestamp, person text DEFAULT NULL, override boolean DEFAULT false) RETURNS void
  LANGUAGE sql AS $$
    SELECT booking.reschedule_booking(test.id('studio'), move.id, test.at(start), test.id(person), override => move.override,
      now => test.now()) $$;
CREATE FUNCTION test.propose(id uuid, start timestamp, person text DEFAULT NULL, actor booking.actor_type DEFAULT 'provider',
  override boolean DEFAULT false)
  RETURNS void LANGUAGE sql AS $$
    SELECT booking.propose_reschedule(test.id('studio'), propose.id, test.at(start), test.id(person), actor_type => actor,
                                      override => propose.override, now => test.now()) $$;
CREATE FUNCTION test.accept(id uuid) RETURNS void
  LANGUAGE sql AS $$ SELECT booking.accept_reschedule(test.id('studio'), accept.id, now => test.now()) $$;

-- Anna's Monday: a booking at 10:00 (until 11:15 with its buffer) and one at 13:00.
SELECT test.book('2031-05-12 10:00', actor => 'provider') AS first, test.book('2031-05-12 13:00', actor => 'provider') AS second \gset

-- A booking is not in its own way, nor does anybody else move over.
SELECT is(test.starts('2031-05-12'), '11:15 11:30 11:45 14:15 14:30 14:45 15:00 15:15 15:30 15:45 16:00', 'what is free for a new booking');
SELECT is(test.starts('2031-05-12', moved => :'first'),
  '09:00 09:15 09:30 09:45 10:00 10:15 10:30 10:45 11:00 11:15 11:30 11:45 14:15 14:30 14:45 15:00 15:15 15:30 15:45 16:00',
  'for the first one: its own time too');
SELECT is(test.reason('2031-05-12 10:30'), 'busy', 'explain says so: busy');
SELECT is(test.reason('2031-05-12 10:30', moved => :'first'), NULL, 'but not for the booking itself');
SELECT is(test.reason('2031-05-12 12:00', moved => :'first'), 'busy', 'which may not run into the next one');
SELECT results_eq(format($$ SELECT test.local(s.starts_at) FROM booking.next_available(test.id('studio'), test.id('massage'),
  test.id('main'), test.id('anna'),
    test.at('2031-05-12 09:00'), test.now(), moved_booking_id => %L) AS s $$, :'first'), $$ VALUES ('2031-05-12 09:00') $$,
      'the next start for it');
SELECT is(test.refusal(format($$ SELECT test.starts('2031-05-12', moved => %L) $$, booking.uuid_v7())), 'booking.not_found',
  'an unknown booking can not be moved');
SELECT is(test.refusal(format($$ SELECT test.starts('2031-05-12', service => 'yoga', moved => %L) $$, :'first')), 'booking.not_found',
  'nor can one of another service');

SELECT test.move(:'first', '2031-05-12 10:30') \g /dev/null
SELECT is(test.busy(:'first'), 'anna 2031-05-12 10:30 to 11:45', 'moved by less than its length');
SELECT is(test.refusal(format($$ SELECT test.move(%L, '2031-05-12 12:00') $$, :'first')),
  'booking.slot_unavailable {"reason" : "busy", "requestedDate" : "2031-05-12", "requestedStartTime" : "12:00",'
  ' "nextAvailableDate" : "2031-05-12", "nextAvailableStartTime" : "14:15"}',
  'a start that search does not offer is refused with the next one that it does');
SELECT is(test.refusal(format($$ SELECT test.move(%L, %L) $$, :'first', start)) ~ ('"reason" : "' || reason || '"'), true,
  start || ' is ' || reason)
FROM (VALUES ('2031-05-12 11:40', 'off_grid'), ('2031-05-12 16:15', 'closed'), ('2031-05-11 10:00', 'closed'),
  ('2031-05-08 11:00', 'notice'), ('2031-07-08 10:00', 'horizon')) AS step (start, reason);
SELECT is(test.refusal(format($$ SELECT test.move(%L, %L) $$, :'first', start)) ~ '^booking.outside_booking_window', true,
  start || ' is outside of the window')
FROM unnest('{2031-05-08 11:00,2031-07-08 10:00}'::text[]) AS start;
SELECT is(test.refusal(format($$ SELECT test.move(%L, '2031-05-12 10:30') $$, :'first')),
  'request.invalid_input {"fields":{"startsAt":"must differ from the time that the booking has"}}',
  'the time that it has is no other time');
SELECT is((test.booking(:'first')).version, 2, 'refusals leave no trace');

-- With another person.
SELECT test.move(:'first', '2031-05-12 10:30', 'bence') \g /dev/null
SELECT is(test.busy(:'first'), 'bence 2031-05-12 10:30 to 11:45', 'the same time with another person');
SELECT is(test.reason('2031-05-12 10:30'), NULL, 'the first one is free');
SELECT test.move(:'first', '2031-05-12 11:00') \g /dev/null
SELECT is(test.busy(:'first'), 'bence 2031-05-12 11:00 to 12:15', 'without a person named: the one who has it');
DELETE FROM booking.staff_services WHERE staff_id = test.id('anna') AND service_id = test.id('massage');
SELECT is(test.refusal(format($$ SELECT test.move(%L, '2031-05-12 15:00', 'anna') $$, :'first')), 'service.not_found {"resource":"staff"}',
  'somebody who does not perform the service');
INSERT INTO booking.staff_services (tenant_id, staff_id, service_id) VALUES (test.id('studio'), test.id('anna'), test.id('massage'));

-- It keeps the terms that it was made under.
UPDATE booking.services SET duration_minutes = 120, buffer_after_minutes = 60, price_amount = 1, active = false
  WHERE id = test.id('massage');
SELECT test.move(:'first', '2031-05-13 09:00', 'anna') \g /dev/null
SELECT is(test.busy(:'first'), 'anna 2031-05-13 09:00 to 10:15', 'its duration and buffers');
SELECT is((test.booking(:'first')).price_amount, 9000::numeric, 'its price');
SELECT is(test.starts('2031-05-13', moved => :'first') ~ '15:45 16:00$', true,
  'search for it knows them, though the service is not offered any more');
UPDATE booking.services SET duration_minutes = 60, buffer_after_minutes = 15, price_amount = 9000, active = true
  WHERE id = test.id('massage');
UPDATE booking.tenants SET cancel_deadline_minutes = 0 WHERE tenant_id = test.id('studio');
SELECT test.move(:'first', '2031-05-14 09:00') \g /dev/null
SELECT is((test.booking(:'first')).cancel_deadline_at, test.at('2031-05-13 09:00'), 'its deadline keeps its distance');

-- Across a change of clocks (27 October 2030) 24 hours are 24 hours, wherever the session is.
UPDATE booking.services SET duration_minutes = 1440 WHERE id = test.id('yoga');
SELECT booking.create_booking(test.id('studio'), test.id('yoga'), test.id('main'), test.id('bence'), test.at('2031-05-20 10:00'), 'G', NULL,
                              override => true, now => test.now()) AS long \gset
SELECT test.move(:'long', '2030-10-26 12:00', override => true) \g /dev/null
SELECT is((test.booking(:'long')).ends_at, test.at('2030-10-27 11:00'), 'a booking of a whole day');
SELECT is((test.booking(:'long')).cancel_deadline_at, (test.booking(:'long')).starts_at, 'with its deadline');
UPDATE booking.services SET duration_minutes = 30 WHERE id = test.id('yoga');

-- Proposals protect both times; where they overlap, each minute once.
SELECT test.propose(:'second', '2031-05-12 13:30') \g /dev/null
SELECT is(test.busy(:'second'), 'anna 2031-05-12 13:00 to 14:15, anna 2031-05-12 14:15 to 14:45', 'half an hour later');
SELECT is(test.starts('2031-05-12') ~ '14:30', false, 'nobody else gets the proposed time');
SELECT is(test.starts('2031-05-12') ~ '11:45 14:45', true, 'all else is free');
SELECT is(test.starts('2031-05-12', moved => :'second') ~ '11:45 12:00 12:15 12:30 12:45 13:00 13:15 13:30 13:45 14:00 14:15 14:30', true,
  'neither is in the booking''s own way');
SELECT test.accept(:'second') \g /dev/null
SELECT is(test.busy(:'second'), 'anna 2031-05-12 13:30 to 14:45', 'accepted');
SELECT test.propose(:'second', '2031-05-12 13:00') \g /dev/null
SELECT is(test.busy(:'second'), 'anna 2031-05-12 13:30 to 14:45, anna 2031-05-12 13:00 to 13:30', 'half an hour earlier');
SELECT booking.refuse_reschedule(test.id('studio'), :'second') \g /dev/null
SELECT is(test.busy(:'second'), 'anna 2031-05-12 13:30 to 14:45', 'refused');
SELECT test.propose(:'second', '2031-05-12 13:30', 'bence') \g /dev/null
SELECT is(test.busy(:'second'), 'anna 2031-05-12 13:30 to 14:45, bence 2031-05-12 13:30 to 14:45', 'the same time with another person');
SELECT test.accept(:'second') \g /dev/null
SELECT is(test.busy(:'second'), 'bence 2031-05-12 13:30 to 14:45', 'accepted');
SELECT test.propose(:'second', '2031-05-12 14:45') \g /dev/null
SELECT is(test.busy(:'second'), 'bence 2031-05-12 13:30 to 14:45, bence 2031-05-12 14:45 to 16:00', 'right after');
SELECT booking.cancel_booking(test.id('studio'), :'second') \g /dev/null
SELECT is(test.busy(:'second'), '', 'cancelled: both are free');
SELECT is(num_nulls(b.proposal_starts_at, b.proposal_ends_at, b.proposal_staff_id, b.proposal_from_status, b.proposed_by, b.proposed_at),
  6, 'and no proposal is left')
FROM test.booking(:'second') AS b;

-- What is proposed must be bookable.
SELECT test.book('2031-05-13 12:00', actor => 'provider') AS third \gset
SELECT is(test.refusal(format($$ SELECT test.propose(%L, %L, actor => %L) $$, :'third', start, actor)) ~ ('"reason" : "' || reason || '"'),
  true, format('%s by %s is %s', start, actor, reason))
FROM (VALUES ('2031-05-14 09:30', 'provider', 'busy'), ('2031-05-14 09:30', 'guest', 'busy'), ('2031-05-13 17:00', 'guest', 'closed'))
  AS step (start, actor, reason);
UPDATE booking.tenants SET guest_reschedule = false WHERE tenant_id = test.id('studio');
SELECT is(test.refusal(format($$ SELECT test.propose(%L, '2031-05-13 15:00', actor => 'guest') $$, :'third')),
  'booking.invalid_state {"status" : "confirmed", "requested" : "reschedule_proposed", "cause" : "disabled"}',
  'guests may be kept from asking');
SELECT is(test.refusal(format($$ SELECT test.propose(%L, '2031-05-13 15:00') $$, :'third')), 'none', 'providers not');
UPDATE booking.tenants SET guest_reschedule = true WHERE tenant_id = test.id('studio');
SELECT booking.refuse_reschedule(test.id('studio'), :'third') \g /dev/null

-- Override: the provider books against the rules, but nobody's time twice.
SELECT is(test.refusal(format($$ SELECT test.book(%L, override => true, actor => 'provider') $$, start)) ~ outcome, true,
  format('%s: %s', start, outcome))
FROM (VALUES ('2031-05-11 22:10', '^none$'), ('2031-05-08 11:00', '^none$'), ('2032-05-12 10:00', '^none$'),
             ('2031-05-11 22:00', '"busy"'), ('2031-05-13 12:30', '"busy"'), ('2031-05-13 18:00:30', '"off_grid"'))
             AS step (start, outcome);
SELECT throws_ok(format($$ SELECT test.book('2031-05-12 20:00', override => true, actor => %L) $$, actor), '42501', NULL,
  actor || ' has no override')
FROM unnest('{guest,api_key,system}'::text[]) AS actor;
SELECT throws_ok(format($$ SELECT test.propose(%L, '2031-05-13 20:00', actor => 'guest', override => true) $$, :'third'), '42501', NULL,
  'nor has a guest who asks for another time');
SELECT test.propose(:'third', '2031-05-13 20:00', override => true) \g /dev/null
SELECT test.accept(:'third') \g /dev/null
SELECT is(test.busy(:'third'), 'anna 2031-05-13 20:00 to 21:15', 'the provider proposes a time out of hours');

-- What is told: the refusal of a proposal is logged, but is none of the public events and leaves no gap in their numbers.
SELECT results_eq(format('
  SELECT sequence, event::text, from_status::text, to_status::text FROM booking.booking_events WHERE booking_id = %L ORDER BY sequence
', :'third'), $$ VALUES
  (1, 'booking.requested', NULL, 'pending'), (2, 'booking.confirmed', 'pending', 'confirmed'),
  (3, 'booking.reschedule_proposed', 'confirmed', 'reschedule_proposed'),
  (4, NULL, 'reschedule_proposed', 'confirmed'), (5, 'booking.reschedule_proposed', 'confirmed', 'reschedule_proposed'),
  (6, 'booking.reschedule_confirmed', 'reschedule_proposed', 'confirmed') $$, 'the log');
SELECT results_eq(format('SELECT e.sequence, e.event::text FROM booking.v1_list_booking_events(%L, %L) AS e', test.id('studio'), :'third'),
  $$ VALUES
  (1, 'booking.requested'), (2, 'booking.confirmed'), (3, 'booking.reschedule_proposed'), (4, 'booking.reschedule_proposed'),
  (5, 'booking.reschedule_confirmed') $$, '/v1''s list');
SELECT results_eq(format($$ SELECT (payload::json ->> 'sequence')::integer, event::text FROM booking.webhook_deliveries
  WHERE booking_id = %L ORDER BY 1 $$, :'third'), $$ VALUES
  (1, 'booking.requested'), (2, 'booking.confirmed'), (3, 'booking.reschedule_proposed'), (4, 'booking.reschedule_proposed'),
  (5, 'booking.reschedule_confirmed') $$, 'the webhooks');
SELECT test.propose(:'third', '2031-05-13 15:00', 'bence') \g /dev/null
SELECT is(to_jsonb(b.proposal), jsonb_build_object('date', '2031-05-13', 'startTime', '15:00', 'endTime', '16:00',
  'staffId', booking.public_id('staff', test.id('bence')), 'proposedAt', booking.rfc3339(now())), 'the proposal as /v1 shows it')
FROM booking.v1_get_booking(test.id('studio'), :'third') AS b;
SELECT is((SELECT payload::jsonb #>> '{data,booking,proposal,startTime}' FROM booking.webhook_deliveries WHERE booking_id = :'third'
  ORDER BY (payload::json ->> 'sequence')::integer DESC LIMIT 1),
  '15:00', 'and as the webhook tells it');

SELECT is_empty('SELECT * FROM test.broken_invariants()', 'nothing that must hold is broken');
SELECT * FROM finish();
ROLLBACK;
