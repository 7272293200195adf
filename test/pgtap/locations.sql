-- Searches over every location at once, each by its own clocks; what searches leave out, counted.
BEGIN;
\ir helpers/studio.sql
SELECT plan(39);

-- Main is in Budapest; Tokyo opens an hour a day, New York two. Anna works everywhere, bence at main.
INSERT INTO booking.locations (tenant_id, id, slug, name, time_zone) VALUES
  (test.id('studio'), test.id('tokyo'), 'tokyo', 'Tokyo', 'Asia/Tokyo'),
  (test.id('studio'), test.id('york'), 'york', 'New York', 'America/New_York');
INSERT INTO booking.opening_hours (tenant_id, location_id, weekday, opens, closes)
  SELECT test.id('studio'), test.id(place), weekday, opens, closes
  FROM (VALUES ('tokyo', '09:00'::time, '10:00'::time), ('york', '22:00', '24:00')) AS hours (place, opens, closes),
    generate_series(1, 7) AS weekday;
UPDATE booking.opening_hours SET opens = '12:00', closes = '13:00' WHERE tenant_id = test.id('studio') AND location_id = test.id('main');
INSERT INTO booking.working_hours (tenant_id, staff_id, location_id, weekday, opens, closes)
  SELECT test.id('studio'), test.id('bence'), test.id('main'), weekday, '12:00', '13:00' FROM generate_series(1, 7) AS weekday;

-- A row of an answer: "2031-05-12 09:00 anna tokyo", in UTC.
CREATE FUNCTION test.row(starts_at timestamptz, staff_id uuid, location_id uuid) RETURNS text
  LANGUAGE sql AS $$
    SELECT concat_ws(' ', to_char(row.starts_at AT TIME ZONE 'UTC', 'MM-DD HH24:MI'),
      (SELECT lower(s.name) FROM booking.staff AS s WHERE s.id = row.staff_id),
                     (SELECT l.slug FROM booking.locations AS l WHERE l.id = row.location_id)) $$;
CREATE FUNCTION test.search(place text, person text, from_date date, to_date date, max_slots integer DEFAULT NULL) RETURNS SETOF text
  LANGUAGE sql AS $$
    SELECT test.row(s.starts_at, s.staff_id, s.location_id)
    FROM booking.search_slots(test.id('studio'), test.id('yoga'), test.id(place), test.id(person), from_date, to_date, test.now(),
      max_slots) AS s $$;
CREATE FUNCTION test.next(place text, person text, not_before timestamptz, max_slots integer DEFAULT 1) RETURNS SETOF text
  LANGUAGE sql AS $$
    SELECT test.row(s.starts_at, s.staff_id, s.location_id)
    FROM booking.next_available(test.id('studio'), test.id('yoga'), test.id(place), test.id(person), not_before, test.now(),
      max_slots) AS s $$;

SELECT results_eq($$ SELECT * FROM test.search(NULL, 'anna', '2031-05-12', '2031-05-12') $$, $$ VALUES
  ('05-12 00:00 anna tokyo'), ('05-12 00:30 anna tokyo'), ('05-12 10:00 anna main'), ('05-12 10:30 anna main'),
  ('05-13 02:00 anna york'), ('05-13 02:30 anna york'), ('05-13 03:00 anna york'), ('05-13 03:30 anna york') $$,
  'one date: each place''s own');
SELECT results_eq($$ SELECT * FROM test.search(NULL, NULL, '2031-05-12', '2031-05-12') WHERE search !~ 'york|tokyo' $$,
  $$ SELECT * FROM test.search('main', NULL, '2031-05-12', '2031-05-12') $$, 'of one place the same as asked for alone');
SELECT is((SELECT count(*) FROM test.search(NULL, NULL, '2031-05-12', '2031-05-12')), 10::bigint, 'bence is at main only');
SELECT results_eq($$ SELECT * FROM test.search(NULL, 'anna', '2031-05-12', '2031-05-18') $$, $$
  SELECT found FROM unnest('{main,tokyo,york}'::text[]) AS place, test.search(place, 'anna', '2031-05-12', '2031-05-18') AS found
    ORDER BY found $$,
  'a week: all of them, in order of time');
SELECT results_eq($$ SELECT * FROM test.search(NULL, NULL, '2031-05-12', '2031-05-12', 3) $$, $$ SELECT *
  FROM test.search(NULL, NULL, '2031-05-12', '2031-05-12') LIMIT 3 $$,
  'the first ones only');
SELECT is((SELECT count(DISTINCT s.staff_id || ' ' || s.location_id) FROM booking.search_slots(test.id('studio'), test.id('yoga'), NULL,
  NULL, '2031-05-12', '2031-05-12', test.now()) AS s
           WHERE s.starts_at = test.at('2031-05-12 12:00')), 2::bigint, 'two people at one time');

-- A booking anywhere takes the person's time everywhere.
SELECT booking.create_booking(test.id('studio'), test.id('yoga'), test.id('tokyo'), test.id('anna'), timestamptz '2031-05-12 00:00Z', 'G',
  NULL, now => test.now()) AS tokyo,
       test.book('2031-05-13 04:00', 'anna', 'yoga', true, 'provider') AS main \gset
SELECT results_eq($$ SELECT * FROM test.search(NULL, 'anna', '2031-05-12', '2031-05-12') $$, $$ VALUES
  ('05-12 00:30 anna tokyo'), ('05-12 10:00 anna main'), ('05-12 10:30 anna main'), ('05-13 02:30 anna york'), ('05-13 03:00 anna york'),
  ('05-13 03:30 anna york') $$,
  'a booking at one place takes the time at the others');
DELETE FROM booking.bookings WHERE tenant_id = test.id('studio');

-- The next ones.
SELECT is(test.next(NULL, 'anna', not_before), found, 'from ' || not_before)
FROM (VALUES ('2031-05-12 00:00Z'::timestamptz, '05-12 00:00 anna tokyo'), ('2031-05-12 00:00:01Z', '05-12 00:30 anna tokyo'),
  ('2031-05-12 00:31Z', '05-12 02:00 anna york'), ('2031-05-12 05:00Z', '05-12 10:00 anna main'),
             ('2031-05-12 11:00Z', '05-13 00:00 anna tokyo'), ('2031-05-13 01:00Z', '05-13 02:00 anna york'),
             ('2031-05-01 00:00Z', '05-08 10:00 anna main')) AS step (not_before, found);
SELECT is((SELECT array_agg(found) FROM test.next(NULL, 'anna', '2031-05-12 00:00Z', 200) AS found),
  (SELECT array_agg(found ORDER BY found) FROM test.next(NULL, 'anna', '2031-05-12 00:00Z', 200) AS found),
  'many: in order of time, over the weeks');
SELECT results_eq($$ SELECT * FROM test.next(NULL, 'anna', '2031-05-12 00:00Z', 52) $$, $$
  SELECT found FROM unnest('{main,tokyo,york}'::text[]) AS place, test.search(place, 'anna', '2031-05-11', '2031-05-18') AS found
  WHERE found >= '05-12 00:00' AND found < '05-19 00:00' ORDER BY found $$, 'a week of them: those of the searches');
SELECT is((SELECT max(found) FROM test.next(NULL, 'anna', '2031-05-12 00:00Z', 10000) AS found), '07-08 03:30 anna york',
  'up to each place''s horizon');
SELECT is((SELECT count(*) FROM test.next(NULL, 'anna', '2031-07-08 03:31Z')), 0::bigint, 'and not beyond');
INSERT INTO booking.time_off (tenant_id, staff_id, starts_at, ends_at) VALUES (test.id('studio'), test.id('anna'), '2031-05-08 00:00Z',
  '2031-06-20 00:00Z');
SELECT is(test.next(NULL, 'anna', '2031-05-12 00:00Z'), '06-20 00:00 anna tokyo', 'weeks ahead');
SELECT is(test.next(NULL, NULL, '2031-05-12 00:00Z'), '05-12 10:00 bence main', 'or somebody else');
DELETE FROM booking.time_off WHERE tenant_id = test.id('studio');

-- Explain.
SELECT results_eq($$ SELECT test.row(timestamptz '2031-05-12 10:00Z', e.staff_id, e.location_id), e.reason
    FROM booking.explain_slot(test.id('studio'), test.id('yoga'), NULL, NULL, '2031-05-12 10:00Z', test.now()) AS e ORDER BY 1 $$, $$ VALUES
  ('05-12 10:00 anna main', NULL), ('05-12 10:00 anna tokyo', 'closed'), ('05-12 10:00 anna york', 'closed'),
  ('05-12 10:00 bence main', NULL), ('05-12 10:00 bence tokyo', 'closed'), ('05-12 10:00 bence york', 'closed') $$, 'everybody everywhere');

-- Inactive places, and none at all.
UPDATE booking.locations SET active = false WHERE id = test.id('tokyo');
SELECT is(test.next(NULL, 'anna', '2031-05-12 00:00Z'), '05-12 02:00 anna york', 'an inactive place offers nothing');
SELECT is(test.refusal('SELECT test.search(''tokyo'', NULL, ''2031-05-12'', ''2031-05-12'')'), 'service.not_found {"resource":"location"}',
  'and is not found');
UPDATE booking.locations SET active = false WHERE tenant_id = test.id('studio');
SELECT is(test.refusal('SELECT test.search(NULL, NULL, ''2031-05-12'', ''2031-05-12'')'), 'service.not_found {"resource":"location"}',
  'where all are inactive there is nowhere to search');
UPDATE booking.locations SET active = true WHERE id = test.id('main');
SELECT is(test.refusal('
    SELECT booking.create_booking(test.id(''studio''), test.id(''yoga''), NULL, NULL, test.at(''2031-05-12 12:00''), ''G'', NULL)'),
  'service.not_found {"resource":"location"}', 'a booking is somewhere');

-- What a search leaves out, by reason.
CREATE FUNCTION test.suppressed(from_date date, to_date date, person text DEFAULT 'anna', service text DEFAULT 'yoga',
  place text DEFAULT 'main', moved uuid DEFAULT NULL) RETURNS text
  LANGUAGE sql AS $$
    SELECT coalesce(string_agg(format('%s %s', c.reason, c.starts), ', ' ORDER BY c.reason), 'nothing')
    FROM booking.count_suppressed(test.id('studio'), test.id(service), test.id(place), test.id(person), from_date, to_date, test.now(),
      moved) AS c $$;
UPDATE booking.opening_hours SET opens = '09:00', closes = '17:00' WHERE tenant_id = test.id('studio') AND location_id = test.id('main');
SELECT is(test.suppressed('2031-05-12', '2031-05-12'), 'nothing', 'nothing is left out of a free day');
SELECT is(test.suppressed('2031-05-12', '2031-05-12', service => 'massage'), 'closed 3',
  'but starts from which a visit would not end in time');
SELECT test.book('2031-05-12 10:00', 'anna', 'massage', actor => 'provider') AS id \gset
SELECT is(test.suppressed('2031-05-12', '2031-05-12'), 'busy 3', 'a booking of an hour and a quarter');
SELECT is(test.suppressed('2031-05-12', '2031-05-12', 'bence'), 'nothing', 'is one person''s');
SELECT is(test.suppressed('2031-05-12', '2031-05-12', service => 'massage'), 'busy 9, closed 3', 'takes more from longer visits');
SELECT is(test.suppressed('2031-05-12', '2031-05-12', service => 'massage', moved => :'id'), 'closed 3', 'nothing from itself');
INSERT INTO booking.time_off (tenant_id, staff_id, starts_at, ends_at) VALUES (test.id('studio'), test.id('anna'),
  test.at('2031-05-12 14:00'), test.at('2031-05-12 15:00'));
SELECT is(test.suppressed('2031-05-12', '2031-05-12'), 'busy 3, time_off 2', 'time off');
SELECT is(test.suppressed('2031-05-08', '2031-05-08'), 'notice 6', 'what has passed');
SELECT is(test.suppressed('2031-07-07', '2031-07-09'), 'horizon 32', 'what is too far');
UPDATE booking.staff SET max_bookings_per_day = 1 WHERE id = test.id('anna');
SELECT is(test.suppressed('2031-05-12', '2031-05-12'), 'busy 3, limit 11, time_off 2', 'a full day: what the other reasons leave');
UPDATE booking.staff SET max_bookings_per_day = NULL WHERE id = test.id('anna');
SELECT is_empty($$
  SELECT day, person, found, suppressed FROM generate_series(date '2031-05-05', '2031-05-25', interval '1 day') AS day,
    unnest('{anna,bence}'::text[]) AS person
  CROSS JOIN LATERAL (SELECT count(*) AS found FROM test.search('main', person, day::date, day::date)) AS search
  CROSS JOIN LATERAL (SELECT coalesce(sum(c.starts), 0) AS suppressed
    FROM booking.count_suppressed(test.id('studio'), test.id('yoga'), test.id('main'), test.id(person), day::date, day::date,
      test.now()) AS c) AS count
  WHERE found + suppressed <> CASE WHEN extract(isodow FROM day) > 5 THEN 0 WHEN person = 'anna' THEN 16 ELSE 2 END
$$, 'what is found and what is left out make the whole grid of every day');
UPDATE booking.locations SET active = true WHERE tenant_id = test.id('studio');
SELECT results_eq($$ SELECT test.row(timestamptz '2031-05-12 00:00Z', c.staff_id, c.location_id), c.reason, c.starts
    FROM booking.count_suppressed(test.id('studio'), test.id('massage'), NULL, NULL, '2031-05-12', '2031-05-12', test.now()) AS c
      ORDER BY 1, 2 $$, $$ VALUES
  ('05-12 00:00 anna main', 'busy', 9::bigint), ('05-12 00:00 anna main', 'closed', 3), ('05-12 00:00 anna main', 'time_off', 7),
  ('05-12 00:00 anna tokyo', 'closed', 3), ('05-12 00:00 anna york', 'closed', 3), ('05-12 00:00 bence main', 'closed', 3) $$,
  'everybody everywhere');
SELECT is(test.suppressed('2031-05-13', '2031-05-12'), 'nothing', 'of no dates nothing');

SELECT is_empty('SELECT * FROM test.broken_invariants()', 'nothing that must hold is broken');
SELECT * FROM finish();
ROLLBACK;
