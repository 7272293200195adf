-- Holds: a start kept for somebody, in search, booking and constraint alike, until its time is up.
BEGIN;
\ir helpers/studio.sql
SELECT plan(57);

CREATE FUNCTION test.hold(start timestamp, person text DEFAULT 'anna', service text DEFAULT 'massage',
  expires_after interval DEFAULT '10 minutes',
                          moment timestamptz DEFAULT test.now()) RETURNS uuid
  LANGUAGE sql AS $$
    SELECT booking.hold_slot(test.id('studio'), test.id(service), test.id('main'), test.id(person), test.at(start), expires_after,
      moment) $$;
CREATE FUNCTION test.book_held(hold uuid, start timestamp, person text DEFAULT NULL, service text DEFAULT 'massage',
  moment timestamptz DEFAULT test.now())
  RETURNS uuid LANGUAGE sql AS $$
    SELECT booking.create_booking(test.id('studio'), test.id(service), test.id('main'), test.id(person), test.at(start), 'Guest',
      'guest@example.com',
                                  actor_type => 'guest', hold_id => hold, now => moment) $$;
CREATE FUNCTION test.starts_at(moment timestamptz, day date DEFAULT '2031-05-12', person text DEFAULT 'anna') RETURNS text
  LANGUAGE sql AS $$
    SELECT string_agg(to_char(s.starts_at AT TIME ZONE 'Europe/Budapest', 'HH24:MI'), ' ' ORDER BY s.starts_at)
    FROM booking.search_slots(test.id('studio'), test.id('massage'), test.id('main'), test.id(person), day, day, moment) AS s
    WHERE s.starts_at < test.at(day + time '12:00') $$;
CREATE FUNCTION test.later(passed interval) RETURNS timestamptz LANGUAGE sql IMMUTABLE AS $$ SELECT test.now() + passed $$;

-- What a hold is.
SELECT test.hold('2031-05-12 10:00') AS hold \gset
SELECT results_eq(format('SELECT staff_id, kind::text, test.local(protected_from), test.local(protected_to), expires_at, booking_id
  FROM booking.busy_times WHERE hold_id = %L', :'hold'),
  $$ VALUES (test.id('anna'), 'hold', '2031-05-12 10:00', '2031-05-12 11:15', test.now() + interval '10 minutes', NULL::uuid) $$,
    'it takes the time that the booking would');
SELECT is_empty('SELECT FROM booking.bookings', 'and is no booking');
SELECT is_empty('SELECT FROM booking.booking_events', 'and no event');

-- It blocks until it expires, in every function, at the same instant.
SELECT is(test.starts_at(test.later(passed)), starts, format('search %s later', passed))
FROM (VALUES ('0'::interval, '11:15 11:30 11:45'), ('9 minutes 59.999999 seconds', '11:15 11:30 11:45'),
             ('10 minutes', '09:00 09:15 09:30 09:45 10:00 10:15 10:30 10:45 11:00 11:15 11:30 11:45')) AS step (passed, starts);
SELECT results_eq(format($$ SELECT test.local(s.starts_at) FROM booking.next_available(test.id('studio'), test.id('massage'),
  test.id('main'), test.id('anna'),
    test.at('2031-05-12 09:00'), test.later(%L)) AS s $$, passed), format('VALUES (%L)', start), format('next available %s later', passed))
FROM (VALUES ('9 minutes 59.999999 seconds', '2031-05-12 11:15'), ('10 minutes', '2031-05-12 09:00')) AS step (passed, start);
SELECT is((SELECT e.reason FROM booking.explain_slot(test.id('studio'), test.id('massage'), test.id('main'), test.id('anna'),
  test.at('2031-05-12 10:30'), test.later(passed)) AS e),
  reason, format('explain %s later', passed))
FROM (VALUES ('9 minutes 59.999999 seconds'::interval, 'busy'), ('10 minutes', NULL)) AS step (passed, reason);
SELECT is((SELECT e.reason FROM booking.explain_slot(test.id('studio'), test.id('massage'), test.id('main'), test.id('anna'),
  test.at('2031-05-12 10:30'), test.later(passed), override => true) AS e),
  reason, format('override %s later', passed))
FROM (VALUES ('9 minutes 59.999999 seconds'::interval, 'busy'), ('10 minutes', NULL)) AS step (passed, reason);
SELECT matches(test.refusal(format('SELECT test.book_held(NULL, %L, ''anna'', moment => test.later(''9 minutes 59.999999 seconds''))',
  start)), '"reason" : "busy"', 'nobody books ' || start)
FROM unnest('{2031-05-12 10:00,2031-05-12 09:15,2031-05-12 11:00}'::text[]) AS start;
SELECT matches(test.refusal(format('SELECT test.hold(%L, moment => test.later(''9 minutes 59.999999 seconds''))', start)),
  '"reason" : "busy"', 'nor holds ' || start)
FROM unnest('{2031-05-12 10:00,2031-05-12 11:00}'::text[]) AS start;
SELECT is(test.refusal('SELECT test.hold(''2031-05-12 10:00'', ''bence'')'), 'none', 'other people are free');
SELECT isnt(test.book_held(NULL, '2031-05-12 11:15', 'anna'), NULL, 'what touches it is free');

-- An expired hold whose row is still there is in nobody's way.
SELECT is((SELECT count(*) FROM booking.holds WHERE id = :'hold'), 1::bigint, 'the row is there');
SELECT isnt(test.book_held(NULL, '2031-05-12 09:45', 'anna', moment => test.later('10 minutes')), NULL, 'its time is booked');
SELECT is_empty(format('SELECT FROM booking.busy_times WHERE hold_id = %L', :'hold'), 'what it kept is gone');
SELECT is(test.refusal(format('SELECT test.book_held(%L, ''2031-05-12 10:00'', ''anna'', moment => test.later(''10 minutes''))', :'hold'))
  ~ '"reason" : "busy"', true, 'who held it comes too late');

-- The one who holds books.
SELECT test.hold('2031-05-13 10:00') AS hold \gset
SELECT test.book_held(:'hold', '2031-05-13 10:00') AS id \gset
SELECT is(test.busy(:'id'), 'anna 2031-05-13 10:00 to 11:15', 'the held start, with the held person');
SELECT is_empty(format('SELECT FROM booking.busy_times WHERE hold_id = %L', :'hold'), 'the hold is used up');
SELECT is(test.refusal(format('SELECT test.book_held(%L, ''2031-05-13 10:00'', ''anna'')', :'hold')) ~ '"reason" : "busy"', true,
  'it can not be used twice');

-- Nothing can come between: notice, hours, time off and the like were asked when it was made.
UPDATE booking.tenants SET minimum_notice_minutes = 60 WHERE tenant_id = test.id('studio');
SELECT test.hold('2031-05-13 12:00', moment => test.at('2031-05-13 11:00')) AS hold \gset
SELECT is(test.refusal(format('SELECT test.book_held(%L, ''2031-05-13 12:00'', moment => test.at(''2031-05-13 11:05''))', NULL)) ~ 'busy',
  true, 'somebody else');
INSERT INTO booking.time_off (tenant_id, staff_id, starts_at, ends_at) VALUES (test.id('studio'), test.id('anna'),
  test.at('2031-05-13 12:00'), test.at('2031-05-13 14:00'));
SELECT isnt(test.book_held(:'hold', '2031-05-13 12:00', moment => test.at('2031-05-13 11:09:59')), NULL,
  'books within the notice, though the person has taken the day off');
SELECT test.hold('2031-05-13 15:00', moment => test.at('2031-05-13 14:00')) AS hold \gset
SELECT matches(test.refusal(format('SELECT test.book_held(%L, ''2031-05-13 15:00'', moment => test.at(''2031-05-13 14:10''))', :'hold')),
  '"reason" : "notice"',
  'once it has expired, the rules count again');
UPDATE booking.tenants SET minimum_notice_minutes = 0 WHERE tenant_id = test.id('studio');
SELECT isnt(test.book_held(:'hold', '2031-05-13 15:00', moment => test.at('2031-05-13 14:10')), NULL,
  'a late one is served if the time is still free');

-- A hold of something else helps nobody, but is not in its owner's way.
SELECT test.hold('2031-05-14 10:00') AS hold \gset
SELECT matches(test.refusal(format('SELECT test.book_held(%L, ''2031-05-14 10:10'')', :'hold')), '"reason" : "off_grid"',
  'another start: by the rules');
SELECT is((SELECT count(*) FROM booking.busy_times WHERE hold_id = :'hold'), 1::bigint, 'a refusal leaves the hold');
SELECT is(test.busy(test.book_held(:'hold', '2031-05-14 10:15', 'anna')), 'anna 2031-05-14 10:15 to 11:30',
  'its own hold was not in the way');
SELECT is_empty('SELECT FROM booking.holds AS h JOIN booking.busy_times AS t ON t.hold_id = h.id
  WHERE test.local(h.starts_at) = ''2031-05-14 10:00''', 'and is used up');
SELECT test.hold('2031-05-14 13:00') AS hold \gset
SELECT is(test.busy(test.book_held(:'hold', '2031-05-14 13:00', 'bence')), 'bence 2031-05-14 13:00 to 14:15', 'another person');
SELECT test.hold('2031-05-14 15:00') AS hold \gset
SELECT is(test.busy(test.book_held(:'hold', '2031-05-14 15:00', 'anna', 'yoga')), 'anna 2031-05-14 15:00 to 15:30', 'another service');
SELECT test.hold('2031-05-15 09:00') AS hold \gset
UPDATE booking.services SET duration_minutes = 90 WHERE id = test.id('massage');
SELECT is(test.busy(test.book_held(:'hold', '2031-05-15 09:00', 'anna')), 'anna 2031-05-15 09:00 to 10:45',
  'a service that takes longer now: the rules again');
UPDATE booking.services SET duration_minutes = 60 WHERE id = test.id('massage');
SELECT isnt(test.book_held(booking.uuid_v7(), '2031-05-15 12:00', 'anna'), NULL, 'an unknown hold is like none');

-- Anybody: whoever holds counts as busy that day.
DELETE FROM booking.bookings WHERE tenant_id = test.id('studio');
SELECT test.hold('2031-05-16 09:00', NULL) AS first, test.hold('2031-05-16 09:00', NULL) AS second,
  test.hold('2031-05-16 11:00', NULL) AS third \gset
SELECT results_eq(format('SELECT s.name FROM booking.holds AS h JOIN booking.staff AS s ON s.id = h.staff_id WHERE h.id IN (%L, %L, %L)
  ORDER BY h.starts_at, s.name', :'first', :'second', :'third'),
  $$ VALUES ('Anna'), ('Bence'), ('Anna') $$, 'a hold with anybody');
SELECT is(test.busy(test.book_held(NULL, '2031-05-16 14:00')), 'bence 2031-05-16 14:00 to 15:15', 'a booking goes to who has less');
SELECT is(test.busy(test.book_held(:'second', '2031-05-16 09:00')), 'bence 2031-05-16 09:00 to 10:15', 'the held person serves');

-- Given back.
SELECT is(booking.release_hold(test.id('studio'), :'first'), true, 'a hold is given back');
SELECT is(booking.release_hold(test.id('studio'), :'first'), false, 'once');
SELECT is(test.starts_at(test.now(), '2031-05-16') ~ '^09:00', true, 'and its time is free');

-- How long.
SELECT throws_ok(format('SELECT test.hold(''2031-05-16 15:00'', expires_after => %L)', expires_after), '22023', NULL,
  format('not for %s', coalesce(expires_after, 'NULL')))
FROM unnest('{0,-1 minute,24 hours 1 second,NULL}'::text[]) AS expires_after;
SELECT is(test.refusal('SELECT test.hold(''2031-05-16 15:00'', expires_after => ''24 hours'')'), 'none', 'but for a day');

-- Rows that the rules about them refuse.
SELECT throws_ok(format('
    INSERT INTO booking.busy_times (tenant_id, staff_id, kind, hold_id, booking_id, expires_at, protected_from, protected_to)
    VALUES (%L, %L, %L, %L, %L, %L, %L, %L)',
    test.id('studio'), test.id('bence'), kind, hold_id, booking_id, expires_at, test.at('2031-06-02 09:00'), test.at('2031-06-02 10:00')),
      '23514', NULL, reason)
FROM (VALUES ('hold', :'third'::uuid, NULL::uuid, NULL::timestamptz, 'a hold without an end'),
  ('hold', NULL, NULL, test.now(), 'one of nobody'),
             ('booking', NULL, :'id', test.now(), 'a booking that expires'), ('hold', :'third', :'id', test.now(), 'both at once'))
             AS step (kind, hold_id, booking_id, expires_at, reason);

-- Housekeeping: by the real clock, before which all of these begin.
SELECT is((SELECT changed_rows FROM booking.housekeeping() WHERE task = 'expired holds deleted'), 0::bigint, 'nothing has expired yet');
UPDATE booking.holds SET expires_at = now() - interval '1 hour' WHERE id = :'third';
SELECT is((SELECT changed_rows FROM booking.housekeeping() WHERE task = 'expired holds deleted'), 1::bigint, 'what has expired is deleted');
SELECT is_empty(format('SELECT FROM booking.busy_times WHERE hold_id = %L', :'third'), 'with the time it took');

SELECT is_empty('SELECT * FROM test.broken_invariants()', 'nothing that must hold is broken');
SELECT * FROM finish();
ROLLBACK;
