-- Rooms and devices: a service needs one unit of each of its kinds for as long as the person's time is protected.
BEGIN;
\ir helpers/studio.sql
SELECT plan(44);

-- Massages (an hour, and a quarter to air the room) need one of two rooms; lymph drainage a room and the one device.
INSERT INTO booking.resource_kinds (tenant_id, id, name) VALUES (test.id('studio'), test.id('room'), 'Room'), (test.id('studio'), test.id('device'), 'Device');
CREATE FUNCTION test.unit_id(n integer) RETURNS uuid LANGUAGE sql IMMUTABLE
  AS $$ SELECT format('00000000-0000-7000-8000-%s', lpad(n::text, 12, '0'))::uuid $$;
INSERT INTO booking.resources (tenant_id, id, kind_id, location_id, name) VALUES
  (test.id('studio'), test.unit_id(2), test.id('room'), test.id('main'), 'Room 2'),
  (test.id('studio'), test.unit_id(1), test.id('room'), test.id('main'), 'Room 1'),
  (test.id('studio'), test.unit_id(9), test.id('device'), test.id('main'), 'Device');
INSERT INTO booking.staff (tenant_id, id, name, sort_order) VALUES (test.id('studio'), test.id('csilla'), 'Csilla', 3);
INSERT INTO booking.services (tenant_id, id, name, duration_minutes, slot_step_minutes, price_type)
  VALUES (test.id('studio'), test.id('drainage'), 'Lymph drainage', 60, 30, 'free');
INSERT INTO booking.staff_services (tenant_id, staff_id, service_id)
  SELECT test.id('studio'), test.id(person), test.id(service) FROM (VALUES ('anna', 'drainage'), ('bence', 'drainage'), ('csilla', 'drainage'),
    ('csilla', 'massage')) AS skill (person, service);
INSERT INTO booking.service_resources (tenant_id, service_id, kind_id) VALUES
  (test.id('studio'), test.id('massage'), test.id('room')), (test.id('studio'), test.id('drainage'), test.id('room')),
  (test.id('studio'), test.id('drainage'), test.id('device'));

CREATE FUNCTION test.rooms(id uuid) RETURNS text LANGUAGE sql AS $$
  SELECT coalesce(string_agg(r.name, ', ' ORDER BY r.id), '') FROM booking.resources AS r
  WHERE r.id = ANY ((test.booking(rooms.id)).resource_ids) $$;
-- What is taken of rooms and devices: "Room 1 10:00 to 11:15".
CREATE FUNCTION test.taken(id uuid) RETURNS text LANGUAGE sql AS $$
  SELECT coalesce(string_agg(format('%s %s to %s', r.name, right(test.local(t.protected_from), 5), right(test.local(t.protected_to), 5)), ', '
                             ORDER BY t.kind, r.id), '')
  FROM booking.busy_times AS t JOIN booking.resources AS r ON r.id = t.resource_id WHERE t.booking_id = taken.id $$;
CREATE FUNCTION test.lacking(start timestamp, person text DEFAULT 'anna', service text DEFAULT 'massage') RETURNS text LANGUAGE sql AS $$
  SELECT k.name FROM booking.explain_slot(test.id('studio'), test.id(service), test.id('main'), test.id(person), test.at(start), test.now()) AS e
  JOIN booking.resource_kinds AS k ON k.id = e.lacking_kind_id $$;

-- A room for each booking.
SELECT test.book('2031-05-12 10:00') AS first \gset
SELECT is(test.rooms(:'first'), 'Room 1', 'the first room in order');
SELECT is(test.taken(:'first'), 'Room 1 10:00 to 11:15', 'for as long as the person''s time is protected');
SELECT is((SELECT e.resource_ids FROM booking.explain_slot(test.id('studio'), test.id('massage'), test.id('main'), test.id('bence'),
  test.at('2031-05-12 10:30'), test.now()) AS e), ARRAY[test.unit_id(2)], 'explain tells the room that a booking would get');
SELECT test.book('2031-05-12 10:30', 'bence') AS second \gset
SELECT is(test.rooms(:'second'), 'Room 2', 'the other one for who comes meanwhile');
SELECT is(test.reason('2031-05-12 10:30', 'csilla'), 'capacity', 'the third has nowhere to go');
SELECT is(test.lacking('2031-05-12 10:30', 'csilla'), 'Room', 'for want of a room');
INSERT INTO booking.staff_services (tenant_id, staff_id, service_id) VALUES (test.id('studio'), test.id('csilla'), test.id('yoga'));
SELECT is(test.reason('2031-05-12 10:30', 'csilla', 'yoga'), NULL, 'what needs no room can be booked');
SELECT is(left(test.starts('2031-05-12', 'csilla'), 29), '09:00 09:15 11:15 11:30 11:45', 'search offers what has a room, buffers and all');
SELECT matches(test.refusal($$ SELECT test.book('2031-05-12 10:30', 'csilla') $$), 'booking.slot_unavailable .*"reason" : "capacity"', 'booking refuses the rest');
SELECT matches(test.refusal($$ SELECT test.book('2031-05-12 10:30', 'csilla', 'massage', true, 'provider') $$), '"reason" : "capacity"',
  'the provider''s too: nobody''s room is given away');
SELECT results_eq($$ SELECT reason, starts FROM booking.count_suppressed(test.id('studio'), test.id('massage'), test.id('main'),
  test.id('csilla'), '2031-05-12', '2031-05-12', test.now()) ORDER BY 1 $$,
  $$ VALUES ('capacity', 7::bigint), ('closed', 3) $$, 'what is left out for want of a room is counted');

-- Two kinds at once.
SELECT test.book('2031-05-13 10:00', 'anna', 'drainage') AS both \gset
SELECT is(test.rooms(:'both'), 'Room 1, Device', 'one of each kind');
SELECT is(test.reason('2031-05-13 10:00', 'bence', 'drainage'), 'capacity', 'the device is taken');
SELECT is(test.lacking('2031-05-13 10:00', 'bence', 'drainage'), 'Device', 'and named');
SELECT is(test.reason('2031-05-13 10:00', 'bence'), NULL, 'the other room is not');
SELECT is(test.reason('2031-05-13 11:00', 'bence', 'drainage'), NULL, 'touching is free');

-- Given back with the booking, in every way.
SELECT booking.cancel_booking(test.id('studio'), :'both') \g /dev/null
SELECT is(test.taken(:'both'), '', 'a cancelled booking needs no room');
SELECT is(test.rooms(:'both'), 'Room 1, Device', 'but tells what it had');
SELECT is(test.reason('2031-05-13 10:00', 'bence', 'drainage'), NULL, 'all is free');

-- The choice: the longest free stretch is left to others, then the first in order.
SELECT test.book('2031-05-14 09:00', 'anna') AS early \gset
SELECT test.book('2031-05-14 12:00', 'anna') AS late \gset
SELECT is(test.rooms(:'early') || ', ' || test.rooms(:'late'), 'Room 1, Room 1', 'what fits between goes there, the other room stays whole');
SELECT test.book('2031-05-14 09:15', 'bence') AS other \gset
SELECT is(test.rooms(:'other'), 'Room 2', 'as long as it is free');
SELECT test.book('2031-05-14 10:30', 'csilla') AS between \gset
SELECT is(test.rooms(:'between'), 'Room 1', 'a short gap is filled before a long one is cut');

-- Moves and proposals.
SELECT test.book('2031-05-15 10:00', 'anna', actor => 'provider') AS mover \gset
SELECT booking.reschedule_booking(test.id('studio'), :'mover', test.at('2031-05-15 10:30'), now => test.now()) \g /dev/null
SELECT is(test.taken(:'mover'), 'Room 1 10:30 to 11:45', 'a booking that moves is not in its own room''s way');
SELECT test.book('2031-05-15 13:00', 'bence') AS blocker \gset
SELECT booking.propose_reschedule(test.id('studio'), :'mover', test.at('2031-05-15 13:00'), now => test.now()) \g /dev/null
SELECT is(test.taken(:'mover'), 'Room 1 10:30 to 11:45, Room 2 13:00 to 14:15', 'a proposal keeps a room too');
SELECT is(test.reason('2031-05-15 13:00', 'csilla'), 'capacity', 'that nobody else gets');
SELECT booking.accept_reschedule(test.id('studio'), :'mover', now => test.now()) \g /dev/null
SELECT is(test.taken(:'mover') || '; ' || test.rooms(:'mover'), 'Room 2 13:00 to 14:15; Room 2', 'accepted, it is the booking''s');
SELECT booking.propose_reschedule(test.id('studio'), :'mover', test.at('2031-05-15 13:30'), now => test.now()) \g /dev/null
SELECT is(test.taken(:'mover'), 'Room 2 13:00 to 14:15, Room 2 14:15 to 14:45', 'of an overlapping one, what it adds');
SELECT booking.refuse_reschedule(test.id('studio'), :'mover') \g /dev/null
SELECT is(test.taken(:'mover'), 'Room 2 13:00 to 14:15', 'refused, it is as before');
SELECT is_empty('SELECT test.broken_invariants()', 'all else holds');

-- Holds.
SELECT booking.hold_slot(test.id('studio'), test.id('massage'), test.id('main'), test.id('anna'), test.at('2031-05-16 10:00'), now => test.now()) AS hold \gset
SELECT test.book('2031-05-16 10:00', 'bence') \g /dev/null
SELECT is(test.reason('2031-05-16 10:00', 'csilla'), 'capacity', 'a hold keeps a room');
SELECT booking.create_booking(test.id('studio'), test.id('massage'), test.id('main'), test.id('anna'), test.at('2031-05-16 10:00'),
  'Guest', 'guest@example.com', hold_id => :'hold', now => test.now()) AS held \gset
SELECT is(test.taken(:'held'), 'Room 1 10:00 to 11:15', 'for its owner');
SELECT booking.hold_slot(test.id('studio'), test.id('drainage'), test.id('main'), test.id('anna'), test.at('2031-05-16 14:00'), now => test.now()) \g /dev/null
SELECT is(test.reason('2031-05-16 14:00', 'bence', 'drainage'), 'capacity', 'and the device');
SELECT isnt(booking.create_booking(test.id('studio'), test.id('drainage'), test.id('main'), test.id('bence'), test.at('2031-05-16 14:00'),
  'Guest', 'guest@example.com', now => test.now() + interval '10 minutes'), NULL, 'until it expires, then for whoever comes');

-- A class takes one room for all.
UPDATE booking.services SET capacity = 2 WHERE id = test.id('drainage');
SELECT test.book('2031-05-19 10:00', 'anna', 'drainage') AS one \gset
SELECT test.book('2031-05-19 10:00', 'bence', 'massage') \g /dev/null
SELECT is(test.reason('2031-05-19 10:00', service => 'drainage'), NULL, 'with every room taken, the class still has a seat');
SELECT test.book('2031-05-19 10:00', 'anna', 'drainage') AS two \gset
SELECT is(test.taken(:'two'), test.taken(:'one'), 'in its own room, with its own device');
SELECT is(test.lacking('2031-05-19 10:00', service => 'drainage'), NULL, 'and it is full of guests, not of rooms');
SELECT is(test.reason('2031-05-19 10:00', service => 'drainage'), 'capacity', 'then');
SELECT is(test.reason('2031-05-19 10:00', 'csilla', 'drainage'), 'capacity', 'another person''s class needs a room of its own');

-- Which units there are.
UPDATE booking.resources SET active = false WHERE id = test.unit_id(9);
SELECT is(test.starts('2031-05-20', service => 'drainage'), '', 'without a device there are no starts');
SELECT is(test.reason('2031-05-20 10:00', service => 'drainage'), 'capacity', 'but a reason');
INSERT INTO booking.locations (tenant_id, id, slug, name, time_zone) VALUES (test.id('studio'), test.id('branch'), 'branch', 'Branch', 'Europe/Budapest');
INSERT INTO booking.opening_hours (tenant_id, location_id, weekday, opens, closes)
  SELECT test.id('studio'), test.id('branch'), weekday, '09:00', '17:00' FROM generate_series(1, 5) AS weekday;
INSERT INTO booking.resources (tenant_id, id, kind_id, location_id, name) VALUES (test.id('studio'), test.unit_id(8), test.id('device'), test.id('branch'), 'Device'),
  (test.id('studio'), test.unit_id(3), test.id('room'), test.id('branch'), 'Room');
SELECT is((SELECT count(DISTINCT s.location_id) FROM booking.search_slots(test.id('studio'), test.id('drainage'), NULL, NULL, '2031-05-20', '2031-05-20',
  test.now()) AS s WHERE s.location_id = test.id('branch')), 1::bigint, 'each location has its own');
SELECT is((SELECT count(*) FROM booking.search_slots(test.id('studio'), test.id('drainage'), test.id('main'), NULL, '2031-05-20', '2031-05-20',
  test.now())), 0::bigint, 'and lends none');

-- The last line of defence: whatever code runs.
SELECT throws_ok(format($$ INSERT INTO booking.busy_times (tenant_id, resource_id, booking_id, protected_from, protected_to)
  SELECT tenant_id, resource_id, %L, protected_from, protected_to FROM booking.busy_times WHERE booking_id = %L AND resource_id IS NOT NULL $$,
  :'first', :'held'), '23P01', NULL, 'a room is used once at a time');
SELECT throws_ok(format($$ UPDATE booking.busy_times SET staff_id = %L WHERE booking_id = %L AND resource_id IS NOT NULL $$, test.id('anna'), :'held'),
  '23514', NULL, 'a busy time is a person''s or a unit''s');

SELECT * FROM finish();
ROLLBACK;
