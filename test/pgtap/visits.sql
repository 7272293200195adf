-- Visits: several services back to back, each part by anybody who can, a given person or one for all; booked as a whole.
BEGIN;
\ir helpers/studio.sql
SELECT plan(87);

-- A colour (an hour, then half an hour to take effect, in which anna is free) and a cut (half an hour), with buffers after both.
INSERT INTO booking.services (tenant_id, id, name, duration_minutes, buffer_after_minutes, processing_minutes, slot_step_minutes, price_type) VALUES
  (test.id('studio'), test.id('colour'), 'Colour', 60, 10, 30, 30, 'free'), (test.id('studio'), test.id('cut'), 'Cut', 30, 10, 0, 15, 'free');
INSERT INTO booking.staff_services (tenant_id, staff_id, service_id)
  SELECT test.id('studio'), test.id(person), test.id(service)
  FROM (VALUES ('anna', 'colour'), ('anna', 'cut'), ('bence', 'cut')) AS skill (person, service);

-- Ten minutes, to fill calendars with.
INSERT INTO booking.services (tenant_id, id, name, duration_minutes, slot_step_minutes, price_type)
  VALUES (test.id('studio'), test.id('advice'), 'Advice', 10, 5, 'free');
INSERT INTO booking.staff_services (tenant_id, staff_id, service_id)
  SELECT test.id('studio'), test.id(person), test.id('advice') FROM unnest('{anna,bence}'::text[]) AS person;

CREATE FUNCTION test.ids(names text[]) RETURNS uuid[] LANGUAGE sql IMMUTABLE AS $$
  SELECT array_agg(CASE WHEN name IS NOT NULL THEN test.id(name) END ORDER BY n) FROM unnest(names) WITH ORDINALITY AS u (name, n) $$;
-- The starts of visits on a date: "09:00 09:30".
CREATE FUNCTION test.visits(day date, services text[], staff text[] DEFAULT NULL, same boolean DEFAULT false) RETURNS text LANGUAGE sql AS $$
  SELECT coalesce(string_agg(right(test.local(v.starts_at), 5), ' ' ORDER BY v.starts_at), '')
  FROM booking.search_visits(test.id('studio'), test.ids(services), test.id('main'), test.ids(staff), day, day, test.now(), same) AS v $$;
-- How one would be staffed: "Anna 10:00 to 11:00, Bence 11:30 to 12:00"; or the part and the reason.
CREATE FUNCTION test.plan(start timestamp, services text[], staff text[] DEFAULT NULL, same boolean DEFAULT false, first text DEFAULT NULL)
  RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(coalesce(p.part || ': ' || p.reason, format('%s %s to %s', s.name, right(test.local(p.part_starts_at), 5),
                             right(test.local(p.part_ends_at), 5))), ', ' ORDER BY p.part)
  FROM booking.plan_visit(test.id('studio'), test.ids(services), test.id('main'), test.ids(staff), test.at(start), test.now(), same,
                          ARRAY[test.id(first)]) AS p
  LEFT JOIN booking.staff AS s ON s.id = p.staff_id $$;
CREATE FUNCTION test.visit(start timestamp, services text[], staff text[] DEFAULT NULL, same boolean DEFAULT false,
  actor booking.actor_type DEFAULT 'provider') RETURNS uuid LANGUAGE sql AS $$
  SELECT booking.create_visit(test.id('studio'), test.ids(services), test.id('main'), test.ids(staff), test.at(start), 'Guest',
    'guest@example.com', actor_type => actor, same_staff => same, now => test.now()) $$;
-- What a visit takes: "1 Anna 10:00 to 11:10 confirmed".
CREATE FUNCTION test.parts(visit uuid) RETURNS text LANGUAGE sql AS $$
  SELECT coalesce(string_agg(concat_ws(' ', b.visit_part, s.name, right(test.local(t.protected_from), 5) || ' to ' ||
    right(test.local(t.protected_to), 5), b.status), ', ' ORDER BY b.visit_part), '')
  FROM booking.bookings AS b JOIN booking.staff AS s ON s.id = b.staff_id
  LEFT JOIN booking.busy_times AS t ON t.booking_id = b.id AND t.staff_id IS NOT NULL WHERE b.visit_id = visit $$;

-- Back to back, with time to take effect.
SELECT is(test.plan('2031-05-12 10:00', '{colour,cut}'), 'Anna 10:00 to 11:00, Anna 11:30 to 12:00', 'rule 13: the second part follows the first and its processing');
SELECT is(test.plan('2031-05-12 10:00', '{colour,cut}', '{anna,bence}'), 'Anna 10:00 to 11:00, Bence 11:30 to 12:00', 'rule 13: with the people asked for');
SELECT is(test.plan('2031-05-12 10:00', '{colour,cut}', '{NULL,bence}'), 'Anna 10:00 to 11:00, Bence 11:30 to 12:00', 'rule 13: or anybody for a part');
SELECT is(test.plan('2031-05-12 10:00', '{colour,cut}', first => 'bence'), 'Anna 10:00 to 11:00, Bence 11:30 to 12:00', 'in the order given');
SELECT is(test.plan('2031-05-12 10:00', '{colour,cut}', same => true, first => 'bence'), 'Anna 10:00 to 11:00, Anna 11:30 to 12:00', 'rule 13: one person for all of it');
SELECT is(test.plan('2031-05-12 10:00', '{cut,cut,cut}'), 'Anna 10:00 to 10:30, Anna 10:30 to 11:00, Anna 11:00 to 11:30', 'rule 13: parts touch where nothing has to take effect');
SELECT is(test.plan('2031-05-12 10:15', '{colour,cut}'), '1: off_grid', 'rule 13: the first part is on the grid');
SELECT is(test.plan('2031-05-12 10:00', '{cut,colour}'), 'Anna 10:00 to 10:30, Anna 10:30 to 11:30', 'a later one need not be');
SELECT is(test.plan('2031-05-12 10:15', '{cut,colour}'), 'Anna 10:15 to 10:45, Anna 10:45 to 11:45', 'wherever it falls');
SELECT is(test.plan('2031-05-12 15:30', '{colour,cut}'), '2: closed', 'all of it in open hours: the part and the reason');
SELECT is(right(test.visits('2031-05-12', '{colour,cut}'), 17), '14:00 14:30 15:00', 'the last start is the one that ends with the day');
SELECT is(test.visits('2031-05-12', '{colour,cut}', '{anna,anna}'), test.visits('2031-05-12', '{colour,cut}', same => true), 'one way to say it or the other');

-- Busy people.
SELECT test.book('2031-05-13 11:30', 'anna', 'yoga') \g /dev/null
SELECT is(test.plan('2031-05-13 10:00', '{colour,cut}'), 'Anna 10:00 to 11:00, Bence 11:30 to 12:00', 'who is free serves');
SELECT is(test.plan('2031-05-13 10:00', '{colour,cut}', same => true), '2: busy', 'if anybody may');
SELECT is(test.plan('2031-05-13 11:00', '{colour,cut}'), '1: busy', 'the first part is told, too');
SELECT test.book('2031-05-14 11:00', 'anna', 'yoga', true, 'provider') AS meanwhile \gset
UPDATE booking.services SET buffer_after_minutes = 0 WHERE id = test.id('colour');
SELECT is(test.plan('2031-05-14 10:00', '{colour,cut}'), 'Anna 10:00 to 11:00, Anna 11:30 to 12:00', 'somebody else fits between, while the colour takes effect');
UPDATE booking.services SET buffer_after_minutes = 10 WHERE id = test.id('colour');
SELECT is(test.plan('2031-05-14 10:00', '{colour,cut}'), '1: busy', 'but not into the buffer');

-- Buffers.
SELECT test.visit('2031-05-15 10:00', '{cut,cut}', '{anna,anna}') AS visit \gset
SELECT is(test.parts(:'visit'), '1 Anna 10:00 to 10:30 confirmed, 2 Anna 10:30 to 11:10 confirmed', 'who goes on with the same guest needs no buffer between');
SELECT test.visit('2031-05-15 12:00', '{cut,cut}', '{anna,bence}') AS mixed \gset
SELECT is(test.parts(:'mixed'), '1 Anna 12:00 to 12:40 confirmed, 2 Bence 12:30 to 13:10 confirmed', 'who passes the guest on does');
SELECT test.visit('2031-05-15 14:00', '{colour,cut}', '{anna,anna}') AS processed \gset
SELECT is(test.parts(:'processed'), '1 Anna 14:00 to 15:10 confirmed, 2 Anna 15:30 to 16:10 confirmed', 'and who is free in between');
UPDATE booking.services SET processing_minutes = 5 WHERE id = test.id('colour');
SELECT is(test.plan('2031-05-16 10:00', '{colour,cut}', '{anna,anna}'), 'Anna 10:00 to 11:00, Anna 11:05 to 11:35', 'a buffer is cut to the time between');
UPDATE booking.services SET processing_minutes = 30 WHERE id = test.id('colour');
SELECT is(test.plan('2031-05-16 10:00', '{cut,cut,cut}', '{anna,bence,anna}'), 'Anna 10:00 to 10:30, Bence 10:30 to 11:00, Anna 11:00 to 11:30', 'people may come back');
UPDATE booking.services SET buffer_before_minutes = 25 WHERE id = test.id('cut');
SELECT is(test.plan('2031-05-16 10:00', '{cut,cut,cut}', '{anna,bence,anna}'), '3: busy', 'unless their own buffers are in the way');
UPDATE booking.services SET buffer_before_minutes = 0 WHERE id = test.id('cut');

-- All or nothing.
SELECT is((SELECT count(DISTINCT (b.guest_name, b.customer_id, b.source, b.cancel_deadline_at)) FROM booking.bookings AS b WHERE b.visit_id = :'visit'), 1::bigint,
  'parts share guest and deadline');
SELECT is((SELECT array_agg(b.service_name ORDER BY b.visit_part) FROM booking.bookings AS b WHERE b.visit_id = :'processed'), '{Colour,Cut}', 'terms are each part''s own');
SELECT is((SELECT b.cancel_deadline_at FROM booking.bookings AS b WHERE b.visit_id = :'processed' AND b.visit_part = 2), test.at('2031-05-14 14:00'),
  'the deadline is counted from the visit''s start');
SELECT is((SELECT count(*) FROM booking.booking_events AS e JOIN booking.bookings AS b ON b.id = e.booking_id WHERE b.visit_id = :'visit'), 4::bigint,
  'each part has its events');
SELECT count(*) AS before FROM booking.bookings \gset
SELECT matches(test.refusal($$ SELECT test.visit('2031-05-13 10:00', '{colour,cut}', same => true) $$),
  'booking.slot_unavailable .*"reason" : "busy", "part" : 2.*"nextAvailableDate" : "2031-05-13"', 'a part that is taken refuses all, with part, reason and the next start');
SELECT is((SELECT count(*) FROM booking.bookings), :before::bigint, 'nothing is left of it');
SELECT is((test.refusal($$ SELECT test.visit('2031-05-12 10:00', '{colour,nothing}') $$)), 'service.not_found {"resource":"service"}', 'an unknown service');
SELECT is((test.refusal($$ SELECT test.visit('2031-05-12 10:00', '{colour,cut}', '{bence,anna}') $$)), 'service.not_found {"resource":"staff"}', 'a person who does not perform it');
SELECT is(test.refusal($$ SELECT test.visit('2031-05-12 10:00', '{}') $$), '22023', 'no services are no visit');
SELECT is(test.refusal($$ SELECT test.visit('2031-05-12 10:00', '{cut,cut,cut,cut,cut,cut,cut,cut,cut}') $$), '22023', 'nor are nine');
SELECT is(test.refusal($$ SELECT test.plan('2031-05-12 10:00', '{cut,cut}', '{anna}') $$), '22023', 'people go with parts');
SELECT test.book('2031-05-12 15:30', 'anna', 'yoga') \g /dev/null
SELECT test.visit('2031-05-12 10:00', '{colour,cut}', actor => 'guest') AS asked \gset
SELECT is(test.parts(:'asked'), '1 Anna 10:00 to 11:10 pending, 2 Bence 11:30 to 12:10 pending', 'a guest''s waits for approval; who has less to do that day serves');

-- Rooms and classes within visits.
INSERT INTO booking.resource_kinds (tenant_id, id, name) VALUES (test.id('studio'), test.id('room'), 'Room');
INSERT INTO booking.resources (tenant_id, id, kind_id, location_id, name) VALUES (test.id('studio'), test.id('room 1'), test.id('room'), test.id('main'), 'Room 1');
INSERT INTO booking.service_resources (tenant_id, service_id, kind_id) VALUES (test.id('studio'), test.id('cut'), test.id('room'));
SELECT is(test.plan('2031-05-19 10:00', '{cut,cut}', '{anna,anna}'), 'Anna 10:00 to 10:30, Anna 10:30 to 11:00', 'one room, one person: the guest stays');
SELECT is(test.plan('2031-05-19 10:00', '{cut,cut}', '{anna,bence}'), '2: busy', 'with another one the room is not free in time');
UPDATE booking.services SET buffer_after_minutes = 0 WHERE id = test.id('cut');
SELECT test.visit('2031-05-19 10:00', '{cut,cut}', '{anna,bence}') AS roomed \gset
SELECT is((SELECT array_agg(b.resource_ids ORDER BY b.visit_part) FROM booking.bookings AS b WHERE b.visit_id = :'roomed'),
  ARRAY[ARRAY[test.id('room 1')], ARRAY[test.id('room 1')]], 'each part has its room');
DELETE FROM booking.service_resources;
UPDATE booking.services SET capacity = 2 WHERE id = test.id('yoga');
SELECT test.book('2031-05-19 13:30', 'anna', 'yoga') \g /dev/null
SELECT is(test.plan('2031-05-19 13:00', '{cut,yoga}', '{anna,anna}'), 'Anna 13:00 to 13:30, Anna 13:30 to 14:00', 'a part may be a class that others come to');
SELECT test.book('2031-05-19 13:30', 'anna', 'yoga') \g /dev/null
SELECT is(test.plan('2031-05-19 13:00', '{cut,yoga}', '{anna,anna}'), '2: capacity', 'if it has a seat');

-- Limits count every part.
UPDATE booking.staff SET max_bookings_per_day = 1 WHERE id = test.id('anna');
SELECT is(test.plan('2031-05-20 10:00', '{cut,cut}'), 'Anna 10:00 to 10:30, Bence 10:30 to 11:00', 'one part fills the day, the next goes to somebody else');
SELECT is(left(test.plan('2031-05-20 10:00', '{cut,cut}', same => true, first => 'anna'), 5), 'Bence', 'or both do');
UPDATE booking.staff SET max_bookings_per_day = NULL WHERE id = test.id('anna');

-- Moving and cancelling as a whole.
SELECT booking.reschedule_visit(test.id('studio'), :'visit', test.at('2031-05-15 10:15'), now => test.now()) \g /dev/null
SELECT is(test.parts(:'visit'), '1 Anna 10:15 to 10:45 confirmed, 2 Anna 10:45 to 11:25 confirmed', 'a visit moves though it overlaps itself, with the buffers it was booked with');
SELECT matches(test.refusal(format($$ SELECT booking.reschedule_visit(test.id('studio'), %L, test.at('2031-05-15 11:45'), now => test.now()) $$, :'visit')),
  '"reason" : "busy", "part" : 1', 'not to where others are');
SELECT is(test.parts(:'visit'), '1 Anna 10:15 to 10:45 confirmed, 2 Anna 10:45 to 11:25 confirmed', 'then all stays as it was');
SELECT booking.reschedule_visit(test.id('studio'), :'processed', test.at('2031-05-16 09:00'), now => test.now()) \g /dev/null
SELECT is(test.parts(:'processed'), '1 Anna 09:00 to 10:10 confirmed, 2 Anna 10:30 to 11:10 confirmed', 'and keeps its gap');
SELECT is(test.refusal(format($$ SELECT booking.reschedule_visit(test.id('studio'), %L, test.at('2031-05-16 14:00'), now => test.now()) $$, :'asked'))
  ~ 'booking.invalid_state', true, 'every part must be confirmed');
SELECT is(test.refusal(format($$ SELECT booking.cancel_visit(test.id('studio'), %L, actor_type => 'guest', now => test.at('2031-05-14 10:01')) $$, :'mixed'))
  ~ 'none', true, 'a guest cancels a visit before its deadline');
SELECT is(test.parts(:'mixed'), '1 Anna cancelled, 2 Bence cancelled', 'all parts of it');
SELECT is(test.refusal(format($$ SELECT booking.cancel_visit(test.id('studio'), %L, actor_type => 'guest', now => test.at('2031-05-14 10:16')) $$, :'visit'))
  ~ 'booking.cancel_deadline_passed', true, 'not after it');
SELECT is(test.parts(:'visit'), '1 Anna 10:15 to 10:45 confirmed, 2 Anna 10:45 to 11:25 confirmed', 'no part of it');
SELECT booking.cancel_booking(test.id('studio'), id) FROM booking.bookings WHERE visit_id = :'visit' AND visit_part = 1 \g /dev/null
SELECT is(test.parts(:'visit'), '1 Anna cancelled, 2 Anna 10:45 to 11:25 confirmed', 'a part can be cancelled alone');
SELECT booking.cancel_visit(test.id('studio'), :'visit') \g /dev/null
SELECT is(test.parts(:'visit'), '1 Anna cancelled, 2 Anna cancelled', 'then what is left');
SELECT is(test.refusal(format($$ SELECT booking.cancel_visit(test.id('studio'), %L) $$, :'visit')) ~ 'booking.invalid_state', true, 'not twice');
SELECT is(test.refusal($$ SELECT booking.cancel_visit(test.id('studio'), test.id('no visit')) $$), 'booking.not_found', 'an unknown one');
SELECT is_empty('SELECT test.broken_invariants()', 'everything else holds');

-- Search against all there is to try: every start of the grid, every pair of people, minutes and buffers counted here once more.
UPDATE booking.services SET buffer_before_minutes = 5, buffer_after_minutes = 10 WHERE id IN (test.id('colour'), test.id('cut'));
UPDATE booking.staff_services SET duration_minutes = 45 WHERE staff_id = test.id('bence') AND service_id = test.id('cut');
INSERT INTO booking.staff_services (tenant_id, staff_id, service_id) VALUES (test.id('studio'), test.id('bence'), test.id('colour'));
SELECT setseed(0.5) \g /dev/null
DO $$ BEGIN
  FOR n IN 1 .. 60 LOOP
    BEGIN
      PERFORM test.book(timestamp '2031-05-21 09:00' + (n / 20) * interval '1 day' + (random() * 92)::integer * interval '5 minutes',
                        CASE n % 2 WHEN 0 THEN 'anna' ELSE 'bence' END, 'advice', true, 'provider');
    EXCEPTION WHEN SQLSTATE 'BK102' THEN NULL;
    END;
  END LOOP;
END $$;
CREATE FUNCTION test.is_free(person uuid, from_time timestamptz, to_time timestamptz) RETURNS boolean LANGUAGE sql AS $$
  SELECT NOT EXISTS (SELECT FROM booking.busy_times AS t
                     WHERE t.staff_id = person AND t.protected_from < to_time AND t.protected_to > from_time) $$;
-- For a visit of a colour and a cut.
CREATE FUNCTION test.visits_by_trial(day date, gap interval, same boolean) RETURNS text LANGUAGE sql AS $$
  SELECT coalesce(string_agg(DISTINCT right(test.local(start), 5), ' '), '')
  FROM generate_series(test.at(day + time '09:00'), test.at(day + time '17:00'), '30 minutes') AS start,
       (VALUES (test.id('anna'), interval '60 minutes'), (test.id('bence'), '60 minutes')) AS one (id, lasts),
       (VALUES (test.id('anna'), interval '30 minutes'), (test.id('bence'), '45 minutes')) AS two (id, lasts)
  CROSS JOIN LATERAL (SELECT CASE WHEN one.id = two.id THEN least(interval '10 minutes', gap) ELSE '10 minutes' END AS after_one) AS a
  CROSS JOIN LATERAL (SELECT CASE WHEN one.id = two.id THEN least(interval '5 minutes', gap - after_one) ELSE '5 minutes' END AS before_two) AS b
  CROSS JOIN LATERAL (SELECT start + one.lasts + gap AS next) AS n
  WHERE (NOT same OR one.id = two.id) AND next + two.lasts <= test.at(day + time '17:00')
    AND test.is_free(one.id, start - interval '5 minutes', start + one.lasts + after_one)
    AND test.is_free(two.id, next - before_two, next + two.lasts + interval '10 minutes') $$;
CREATE FUNCTION test.visits_after(gap integer, day date, same boolean) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  UPDATE booking.services SET processing_minutes = gap WHERE id = test.id('colour');
  RETURN test.visits(day, '{colour,cut}', same => same);
END $$;
SELECT is(test.visits_after(gap, day::date, same), test.visits_by_trial(day::date, make_interval(mins => gap), same),
          format('search finds what trial finds: %s, %s minutes, %s', day::date, gap, CASE WHEN same THEN 'one person' ELSE 'anybody' END))
FROM unnest('{0,3,12,30,100}'::integer[]) AS gap, generate_series(date '2031-05-21', '2031-05-23', '1 day') AS day, unnest('{f,t}'::boolean[]) AS same;
SELECT cmp_ok((SELECT count(*) FROM generate_series(date '2031-05-21', '2031-05-23', '1 day') AS day
               WHERE test.visits(day::date, '{colour,cut}', same => true) <> test.visits(day::date, '{colour,cut}')), '>', 0::bigint,
  'and who serves makes a difference there');

SELECT * FROM finish();
ROLLBACK;
