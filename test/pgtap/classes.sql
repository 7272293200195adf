-- Classes: guests share a start of the same service with the same person, up to its capacity; anything else blocks.
BEGIN;
\ir helpers/studio.sql
SELECT plan(54);

-- Pilates with anna or bence, an hour for three, and a quarter to tidy up; on the half hour.
INSERT INTO booking.services (tenant_id, id, name, duration_minutes, buffer_after_minutes, slot_step_minutes, capacity, price_type)
  VALUES (test.id('studio'), test.id('pilates'), 'Pilates', 60, 15, 30, 3, 'free');
INSERT INTO booking.staff_services (tenant_id, staff_id, service_id)
  SELECT test.id('studio'), test.id(person), test.id('pilates') FROM unnest('{anna,bence}'::text[]) AS person;

CREATE FUNCTION test.join_class(start timestamp, person text DEFAULT 'anna', service text DEFAULT 'pilates') RETURNS uuid
  LANGUAGE sql AS $$ SELECT test.book(start, person, service) $$;
CREATE FUNCTION test.morning(day date, person text DEFAULT 'anna', service text DEFAULT 'pilates', moved uuid DEFAULT NULL) RETURNS text
  LANGUAGE sql AS $$ SELECT left(test.starts(day, person, service, moved), 35) $$;
-- Seats taken in a session, as "1 2".
CREATE FUNCTION test.seats(start timestamp, person text DEFAULT 'anna') RETURNS text
  LANGUAGE sql AS $$
    SELECT coalesce(string_agg(t.seat::text, ' ' ORDER BY t.seat), '') FROM booking.busy_times AS t
    WHERE t.session_id = booking.class_session(test.id('pilates'), test.id('main'), test.id(person), test.at(start)) $$;

-- Seats of one session.
SELECT is(test.morning('2031-05-12'), '09:00 09:30 10:00 10:30 11:00 11:30', 'nobody has booked');
SELECT test.join_class('2031-05-12 10:00') AS first \gset
SELECT is(test.morning('2031-05-12'), '10:00 11:30 12:00 12:30 13:00 13:30', 'a class with a guest has seats, and blocks its neighbours');
SELECT is(test.reason('2031-05-12 10:00', service => 'pilates'), NULL, 'its start can be booked');
SELECT is(test.reason('2031-05-12 10:30', service => 'pilates'), 'busy', 'another one of the same class can not');
SELECT is(test.reason('2031-05-12 10:00', service => 'yoga'), 'busy', 'nor another service at that start');
SELECT is(test.reason('2031-05-12 10:00', service => 'massage'), 'busy', 'of whatever kind');
SELECT test.join_class('2031-05-12 10:00') AS second \gset
SELECT isnt(:'first'::uuid, :'second'::uuid, 'a second guest has a booking of their own');
SELECT is((test.booking(:'second')).capacity, 3, 'with the capacity among its terms');
SELECT test.join_class('2031-05-12 10:00') AS third \gset
SELECT is(test.seats('2031-05-12 10:00'), '1 2 3', 'each guest has a seat');
SELECT is(test.reason('2031-05-12 10:00', service => 'pilates'), 'capacity', 'then it is full');
SELECT is(test.morning('2031-05-12'), '11:30 12:00 12:30 13:00 13:30 14:00', 'and not offered');
SELECT matches(test.refusal($$ SELECT test.join_class('2031-05-12 10:00') $$), 'booking.slot_unavailable .*"reason" : "capacity"',
  'a fourth guest is refused with the reason');
SELECT matches(test.refusal($$ SELECT test.book('2031-05-12 10:00', 'anna', 'pilates', true, 'provider') $$), '"reason" : "capacity"',
  'the provider too: there is no seat to give');
SELECT results_eq($$ SELECT reason, starts FROM booking.count_suppressed(test.id('studio'), test.id('pilates'), test.id('main'),
  test.id('anna'), '2031-05-12', '2031-05-12', test.now()) WHERE reason IN ('busy', 'capacity') ORDER BY 1 $$,
  $$ VALUES ('busy', 4::bigint), ('capacity', 1) $$, 'counts tell the full class from what it blocks');
SELECT is(test.morning('2031-05-12', 'bence'), '09:00 09:30 10:00 10:30 11:00 11:30', 'another person is free');

-- A seat that is given back.
SELECT booking.cancel_booking(test.id('studio'), :'second', now => test.now()) \g /dev/null
SELECT is(test.seats('2031-05-12 10:00'), '1 3', 'a cancelled seat is free');
SELECT is(test.reason('2031-05-12 10:00', service => 'pilates'), NULL, 'and offered');
SELECT isnt(test.join_class('2031-05-12 10:00'), NULL, 'and booked again');
SELECT is(test.seats('2031-05-12 10:00'), '1 2 3', 'by who comes next');
SELECT is((SELECT e.reason FROM booking.explain_slot(test.id('studio'), test.id('pilates'), test.id('main'), test.id('anna'),
  test.at('2031-05-12 10:00'), test.now(), moved_booking_id => :'first') AS e), NULL, 'a booking that moves is not in its own way');

-- Anybody: who has a class begun serves, however busy; then by the usual order.
SELECT test.join_class('2031-05-13 10:00', 'bence') \g /dev/null
SELECT test.book('2031-05-13 15:00', 'bence', 'yoga') \g /dev/null
CREATE FUNCTION test.join_any(start timestamp) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  made CONSTANT uuid := booking.create_booking(test.id('studio'), test.id('pilates'), test.id('main'), NULL, test.at(start), 'Guest',
    'guest@example.com', actor_type => 'guest', now => test.now());
BEGIN
  RETURN (SELECT s.name FROM booking.bookings AS b JOIN booking.staff AS s ON s.id = b.staff_id WHERE b.id = made);
END $$;
SELECT is(test.join_any('2031-05-13 10:00'), 'Bence', 'a class that has begun to fill goes on filling');
SELECT is(test.join_any('2031-05-13 10:00'), 'Bence', 'to its last seat');
SELECT is(test.join_any('2031-05-13 10:00'), 'Anna', 'then another person''s begins');

-- Holds have seats.
CREATE FUNCTION test.hold_seat(start timestamp, moment timestamptz DEFAULT test.now()) RETURNS uuid LANGUAGE sql AS $$
  SELECT booking.hold_slot(test.id('studio'), test.id('pilates'), test.id('main'), test.id('anna'), test.at(start), now => moment) $$;
SELECT test.hold_seat('2031-05-14 10:00') AS hold \gset
SELECT test.join_class('2031-05-14 10:00') \g /dev/null
SELECT test.hold_seat('2031-05-14 10:00') \g /dev/null
SELECT is(test.reason('2031-05-14 10:00', service => 'pilates'), 'capacity', 'two holds and a booking fill a class of three');
SELECT is(test.seats('2031-05-14 10:00'), '1 2 3', 'each on its seat');
SELECT isnt(booking.create_booking(test.id('studio'), test.id('pilates'), test.id('main'), test.id('anna'), test.at('2031-05-14 10:00'),
  'Guest', 'guest@example.com', hold_id => :'hold', now => test.now()), NULL, 'who holds a seat books it though the class is full');
SELECT is(test.seats('2031-05-14 10:00'), '1 2 3', 'instead of the hold');
SELECT is((SELECT e.reason FROM booking.explain_slot(test.id('studio'), test.id('pilates'), test.id('main'), test.id('anna'),
  test.at('2031-05-14 10:00'), test.now() + interval '10 minutes') AS e), NULL, 'an expired hold leaves its seat');
SELECT isnt(booking.create_booking(test.id('studio'), test.id('pilates'), test.id('main'), test.id('anna'), test.at('2031-05-14 10:00'),
  'Guest', 'guest@example.com', now => test.now() + interval '10 minutes'), NULL, 'to somebody else');
SELECT test.hold_seat('2031-05-14 13:00') AS alone \gset
SELECT is(test.reason('2031-05-14 13:00', service => 'yoga'), 'busy', 'a held seat keeps its class''s time');
SELECT is(booking.release_hold(test.id('studio'), :'alone'), true, 'until it is released');
SELECT is(test.reason('2031-05-14 13:00', service => 'yoga'), NULL, 'then nobody is there');

-- Moving seats.
SELECT test.join_class('2031-05-15 10:00') AS mover \gset
SELECT test.join_class('2031-05-15 10:00') AS stays \gset
SELECT booking.confirm_booking(test.id('studio'), id) FROM unnest(ARRAY[:'mover', :'stays']::uuid[]) AS id \g /dev/null
SELECT is(test.reason('2031-05-15 10:30', service => 'pilates', moved => :'mover'), 'busy', 'a guest can not move to where the others block');
SELECT booking.reschedule_booking(test.id('studio'), :'mover', test.at('2031-05-15 14:00'), now => test.now()) \g /dev/null
SELECT is(test.seats('2031-05-15 10:00') || '; ' || test.seats('2031-05-15 14:00'), '2; 1', 'a guest moves alone');
SELECT is(test.busy(:'mover'), 'anna 2031-05-15 14:00 to 15:15', 'with all that the booking takes');
SELECT booking.reschedule_booking(test.id('studio'), :'mover', test.at('2031-05-15 14:30'), now => test.now()) \g /dev/null
SELECT is(test.seats('2031-05-15 14:30'), '1', 'a class of one guest moves with them');
SELECT booking.propose_reschedule(test.id('studio'), :'stays', test.at('2031-05-15 14:30'), now => test.now()) \g /dev/null
SELECT is(test.seats('2031-05-15 10:00') || '; ' || test.seats('2031-05-15 14:30'), '2; 1 2', 'a proposal keeps a seat in both');
SELECT test.join_class('2031-05-15 14:30') \g /dev/null
SELECT is(test.reason('2031-05-15 14:30', service => 'pilates'), 'capacity', 'it counts');
SELECT booking.accept_reschedule(test.id('studio'), :'stays', now => test.now()) \g /dev/null
SELECT is(test.seats('2031-05-15 10:00') || '; ' || test.seats('2031-05-15 14:30'), '; 1 2 3', 'accepted, it is the booking''s');
SELECT test.join_class('2031-05-15 10:00') AS early \gset
SELECT matches(test.refusal(format($$ SELECT booking.propose_reschedule(test.id('studio'), %L, test.at('2031-05-15 10:30'),
  actor_type => 'guest', now => test.now()) $$, :'early')), '"reason" : "busy"',
  'no proposal overlaps the booking''s own class, where somebody may take a seat meanwhile');
SELECT is(test.reason('2031-05-15 10:30', service => 'pilates', moved => :'early'), NULL, 'though alone in it, the guest could move at once');

-- Limits: a class is one piece of work, however many come.
UPDATE booking.staff SET max_bookings_per_day = 1 WHERE id = test.id('anna');
SELECT test.join_class('2031-05-16 10:00') \g /dev/null
SELECT is(test.reason('2031-05-16 10:00', service => 'pilates'), NULL, 'one more guest is no more work');
SELECT is(test.reason('2031-05-16 12:00', service => 'pilates'), 'limit', 'another class is');
SELECT is(test.starts('2031-05-16', service => 'pilates'), '10:00', 'search says the same');
SELECT isnt(test.join_class('2031-05-16 10:00'), NULL, 'and so does booking');
UPDATE booking.staff SET max_bookings_per_day = 2 WHERE id = test.id('anna');
SELECT is(test.reason('2031-05-16 12:00', service => 'pilates'), NULL, 'two guests of one class are one of two');
UPDATE booking.staff SET max_bookings_per_day = NULL WHERE id = test.id('anna');

-- Terms that change afterwards touch new bookings only.
UPDATE booking.services SET capacity = 2 WHERE id = test.id('pilates');
SELECT is(test.reason('2031-05-16 10:00', service => 'pilates'), 'capacity', 'a smaller class is full earlier');
UPDATE booking.services SET capacity = 4, duration_minutes = 90 WHERE id = test.id('pilates');
SELECT test.join_class('2031-05-16 10:00') AS long \gset
SELECT is(test.busy(:'long'), 'anna 2031-05-16 10:00 to 11:45', 'a longer one is joined by who stays longer');
SELECT test.book('2031-05-16 14:00', 'anna', 'yoga') \g /dev/null
UPDATE booking.services SET duration_minutes = 60 WHERE id = test.id('pilates');
SELECT test.join_class('2031-05-16 12:30') \g /dev/null
UPDATE booking.services SET duration_minutes = 120 WHERE id = test.id('pilates');
SELECT is(test.reason('2031-05-16 12:30', service => 'pilates'), 'busy', 'unless somebody else is in the way of that');
UPDATE booking.services SET capacity = 1, duration_minutes = 60 WHERE id = test.id('pilates');
SELECT is(test.reason('2031-05-16 10:00', service => 'pilates'), 'busy', 'what is no class any more is not shared');

-- The last line of defence: whatever code runs.
SELECT throws_ok(format($$ INSERT INTO booking.busy_times (tenant_id, staff_id, booking_id, session_id, session_starts_at, seat, capacity,
    protected_from, protected_to)
  SELECT tenant_id, staff_id, %L, session_id, session_starts_at, seat, capacity, protected_from, protected_to FROM booking.busy_times
  WHERE booking_id = %L $$, :'first', :'long'), '23505', NULL, 'a seat is taken once');
SELECT throws_ok(format($$ UPDATE booking.busy_times SET seat = 5 WHERE booking_id = %L $$, :'long'), '23514', NULL, 'there are no seats beyond the capacity');
SELECT throws_ok(format($$ UPDATE booking.busy_times SET session_id = %L WHERE booking_id = %L $$, test.id('other'), :'long'), '23P01', NULL,
  'two sessions never overlap');
SELECT is_empty('SELECT test.broken_invariants()', 'and everything else holds');

SELECT * FROM finish();
ROLLBACK;
