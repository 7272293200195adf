-- What else takes time away: breaks, blocked slots, time off, other calendars.
BEGIN;
\ir helpers/studio.sql
SELECT plan(69);

-- The morning's and noon's starts of yoga (half an hour, every half hour), which show holes best.
CREATE FUNCTION test.yoga(day date, person text DEFAULT 'anna', place text DEFAULT 'main') RETURNS text
  LANGUAGE sql AS $$
    SELECT coalesce(string_agg(to_char(s.starts_at AT TIME ZONE 'Europe/Budapest', 'HH24:MI'), ' ' ORDER BY s.starts_at), '')
    FROM booking.search_slots(test.id('studio'), test.id('yoga'), test.id(place), test.id(person), day, day, test.now()) AS s
    WHERE s.starts_at < test.at(day + time '14:00') $$;
CREATE FUNCTION test.block(on_date date, begins time, ends time, weekly boolean DEFAULT false, person text DEFAULT NULL,
  place text DEFAULT 'main') RETURNS uuid
  LANGUAGE sql AS $$
    INSERT INTO booking.blocked_slots (tenant_id, location_id, staff_id, kind, on_date, begins, ends, weekly)
    VALUES (test.id('studio'), test.id(place), test.id(person), 'meeting', block.on_date, block.begins, block.ends,
      block.weekly) RETURNING id $$;
CREATE FUNCTION test.give_break(weekday integer, begins time, ends time, person text DEFAULT NULL, place text DEFAULT 'main') RETURNS uuid
  LANGUAGE sql AS $$
    INSERT INTO booking.breaks (tenant_id, location_id, staff_id, weekday, begins, ends)
    VALUES (test.id('studio'), test.id(place), test.id(person), give_break.weekday, give_break.begins, give_break.ends) RETURNING id $$;
CREATE FUNCTION test.work(person text, opens time, closes time, place text DEFAULT 'main') RETURNS void
  LANGUAGE sql AS $$
    INSERT INTO booking.working_hours (tenant_id, staff_id, location_id, weekday, opens, closes)
    SELECT test.id('studio'), test.id(person), test.id(place), weekday, opens, closes FROM generate_series(1, 7) AS weekday $$;

\set all_morning '''09:00 09:30 10:00 10:30 11:00 11:30 12:00 12:30 13:00 13:30'''
SELECT is(test.yoga('2031-05-12'), :all_morning, 'a Monday');

-- Breaks of a weekday: of one person or of everybody, whose hours they are does not matter.
SELECT test.give_break(1, '10:15', '11:00', 'anna') AS id \gset
SELECT is(test.yoga('2031-05-12'), '09:00 09:30 11:00 11:30 12:00 12:30 13:00 13:30', 'a break of somebody who works the opening hours');
SELECT is(test.yoga('2031-05-12', 'bence'), :all_morning, 'is nobody else''s');
SELECT is(test.yoga('2031-05-13'), :all_morning, 'on that weekday');
SELECT is(test.yoga('2031-05-19'), '09:00 09:30 11:00 11:30 12:00 12:30 13:00 13:30', 'every week');
SELECT is(test.reason('2031-05-12 10:30', service => 'yoga'), 'closed', 'a break is no open time');
SELECT test.work('anna', '09:00', '14:00') \g /dev/null
SELECT is(test.yoga('2031-05-12'), '09:00 09:30 11:00 11:30 12:00 12:30 13:00 13:30', 'out of own hours too');
SELECT is(test.yoga('2031-05-12', 'bence'), :all_morning, 'others are as they were');
INSERT INTO booking.date_overrides (tenant_id, location_id, staff_id, on_date, opens, closes)
  VALUES (test.id('studio'), test.id('main'), test.id('anna'), '2031-05-12', '10:00', '12:00');
SELECT is(test.yoga('2031-05-12'), '11:00 11:30', 'and of the hours of a date');
DELETE FROM booking.date_overrides WHERE tenant_id = test.id('studio');
DELETE FROM booking.breaks WHERE id = :'id';
SELECT test.give_break(1, '12:00', '13:00') AS id \gset
SELECT is(test.yoga('2031-05-12', person), '09:00 09:30 10:00 10:30 11:00 11:30 13:00 13:30', 'everybody''s break: ' || person)
  FROM unnest('{anna,bence}'::text[]) AS person;
DELETE FROM booking.working_hours WHERE tenant_id = test.id('studio');
SELECT is(test.yoga('2031-05-12'), '09:00 09:30 10:00 10:30 11:00 11:30 13:00 13:30', 'with or without own hours');
DELETE FROM booking.opening_hours WHERE tenant_id = test.id('studio');
SELECT is(test.yoga('2031-05-12'), '', 'without any hours nobody works');
SELECT test.work('anna', '09:00', '14:00') \g /dev/null
SELECT is(test.yoga('2031-05-12'), '09:00 09:30 10:00 10:30 11:00 11:30 13:00 13:30', 'at a place without opening hours');
DELETE FROM booking.breaks WHERE id = :'id';
SELECT test.give_break(1, '12:15', '12:45', 'anna') AS id \gset
SELECT is(test.yoga('2031-05-12'), '09:00 09:30 10:00 10:30 11:00 11:30 12:45 13:15', 'the grid begins anew after a break');
DELETE FROM booking.breaks WHERE id = :'id';
SELECT test.give_break(7, '23:00', '10:00', 'anna') AS id \gset
SELECT is(test.yoga('2031-05-12'), '10:00 10:30 11:00 11:30 12:00 12:30 13:00 13:30', 'a break may run past midnight');
DELETE FROM booking.breaks WHERE id = :'id';
DELETE FROM booking.working_hours WHERE tenant_id = test.id('studio');
INSERT INTO booking.opening_hours (tenant_id, location_id, weekday, opens, closes)
  SELECT test.id('studio'), test.id('main'), weekday, '09:00', '17:00' FROM generate_series(1, 7) AS weekday;

-- Blocked slots, once.
SELECT test.block('2031-05-12', '10:15', '11:00', person => 'anna') AS id \gset
SELECT is(test.yoga('2031-05-12'), '09:00 09:30 11:00 11:30 12:00 12:30 13:00 13:30', 'a blocked time');
SELECT is(test.reason('2031-05-12 10:00', service => 'yoga'), 'time_off', 'is time off');
SELECT is(test.yoga(day, person), :all_morning, format('and no more: %s, %s', person, day))
FROM (VALUES ('2031-05-12'::date, 'bence'), ('2031-05-19', 'anna'), ('2031-05-11', 'anna'), ('2031-05-13', 'anna')) AS step (day, person);
SELECT matches(test.refusal('SELECT test.book(''2031-05-12 10:30'', service => ''yoga'')'), '"reason" : "time_off"', 'nobody books it');
SELECT is(test.refusal('SELECT test.book(''2031-05-12 10:30'', service => ''yoga'', actor => ''provider'', override => true)'), 'none',
  'but who overrides');
DELETE FROM booking.blocked_slots WHERE id = :'id';
DELETE FROM booking.bookings WHERE tenant_id = test.id('studio');
SELECT test.block('2031-05-12', '13:00', '24:00') AS id \gset
SELECT is(test.yoga('2031-05-12', person), '09:00 09:30 10:00 10:30 11:00 11:30 12:00 12:30', 'everybody''s: ' || person)
  FROM unnest('{anna,bence}'::text[]) AS person;
DELETE FROM booking.blocked_slots WHERE id = :'id';
SELECT test.block('2031-05-11', '22:00', '09:30') AS id \gset
SELECT is(test.yoga('2031-05-12'), '09:30 10:00 10:30 11:00 11:30 12:00 12:30 13:00 13:30', 'from the evening before');
SELECT is(test.yoga('2031-05-11'), :all_morning, 'which is free until then');
DELETE FROM booking.blocked_slots WHERE id = :'id';

-- Weekly, from a date on.
SELECT test.block('2031-05-13', '10:00', '11:00', true, 'anna') AS id \gset
SELECT is(test.yoga(day), CASE WHEN blocked THEN '09:00 09:30 11:00 11:30 12:00 12:30 13:00 13:30' ELSE :all_morning END,
  format('weekly: %s', day))
FROM (VALUES ('2031-05-12'::date, false), ('2031-05-13', true), ('2031-05-14', false), ('2031-05-20', true), ('2031-06-24', true))
  AS step (day, blocked);
UPDATE booking.blocked_slots SET on_date = '2031-05-20' WHERE id = :'id';
SELECT is(test.yoga('2031-05-13'), :all_morning, 'not before it begins');
UPDATE booking.blocked_slots SET on_date = '2009-09-01' WHERE id = :'id';
SELECT is(test.yoga('2031-05-13'), '09:00 09:30 11:00 11:30 12:00 12:30 13:00 13:30', 'since long ago');
UPDATE booking.blocked_slots SET on_date = '2031-05-12', begins = '20:00', ends = '09:45' WHERE id = :'id';
SELECT is(test.yoga('2031-05-13'), '10:00 10:30 11:00 11:30 12:00 12:30 13:00 13:30', 'over midnight');
SELECT is(test.yoga('2031-05-12'), :all_morning, 'from the evening of the first day');
SELECT is((SELECT count(*) FROM booking.search_slots(test.id('studio'), test.id('yoga'), test.id('main'), test.id('anna'), '2031-05-12',
  '2031-06-08', test.now())), (28 * 16 - 4 * 2)::bigint,
  'each week of a month');
DELETE FROM booking.blocked_slots WHERE id = :'id';
SELECT is(test.yoga('2031-05-20'), :all_morning, 'deleting it ends all');

-- Where: a person is blocked everywhere by the clocks of the block's place, a place only there.
INSERT INTO booking.locations (tenant_id, id, slug, name, time_zone) VALUES (test.id('studio'), test.id('london'), 'london', 'London',
  'Europe/London');
INSERT INTO booking.opening_hours (tenant_id, location_id, weekday, opens, closes)
  SELECT test.id('studio'), test.id('london'), weekday, '08:00', '16:00' FROM generate_series(1, 7) AS weekday;
SELECT test.block('2031-05-12', '09:00', '10:00', person => 'anna', place => 'london') AS id \gset
SELECT is(test.yoga('2031-05-12', place => place), '09:00 09:30 11:00 11:30 12:00 12:30 13:00 13:30',
  'a person, in London''s time: ' || place) FROM unnest('{main,london}'::text[]) AS place;
UPDATE booking.blocked_slots SET staff_id = NULL WHERE id = :'id';
SELECT is(test.yoga('2031-05-12', place => 'london'), '09:00 09:30 11:00 11:30 12:00 12:30 13:00 13:30', 'a place');
SELECT is(test.yoga('2031-05-12'), :all_morning, 'and no other place');
DELETE FROM booking.blocked_slots WHERE id = :'id';

-- Clocks: on 30 March 2031 there is no 02:30, on 26 October 02:30 comes twice.
UPDATE booking.opening_hours SET opens = '00:00', closes = '05:00' WHERE tenant_id = test.id('studio') AND location_id = test.id('main');
UPDATE booking.tenants SET horizon_days = 1000 WHERE tenant_id = test.id('studio');
CREATE FUNCTION test.night(day date) RETURNS text
  LANGUAGE sql AS $$
    SELECT coalesce(string_agg(to_char(s.starts_at AT TIME ZONE 'UTC', 'HH24:MI'), ' ' ORDER BY s.starts_at), '')
    FROM booking.search_slots(test.id('studio'), test.id('yoga'), test.id('main'), test.id('anna'), day, day,
      test.at('2030-12-01 00:00')) AS s $$;
SELECT is(test.night('2031-03-30'), '23:00 23:30 00:00 00:30 01:00 01:30 02:00 02:30', 'the night that lacks an hour, in UTC');
SELECT is(test.night('2031-10-26'), '22:00 22:30 23:00 23:30 00:00 00:30 01:00 01:30 02:00 02:30 03:00 03:30',
  'the night that has one more');
SELECT test.block('2031-03-30', '02:00', '03:30') AS spring, test.block('2031-10-26', '02:00', '02:30') AS autumn \gset
SELECT is(test.night('2031-03-30'), '23:00 23:30 00:00 00:30 01:30 02:00 02:30', 'half an hour of 02:00 to 03:30 is left in spring');
SELECT is(test.night('2031-10-26'), '22:00 22:30 23:00 23:30 00:30 01:30 02:00 02:30 03:00 03:30', '02:00 to 02:30 comes twice in autumn');
DELETE FROM booking.blocked_slots WHERE id IN (:'spring', :'autumn');
UPDATE booking.opening_hours SET opens = '09:00', closes = '17:00' WHERE tenant_id = test.id('studio') AND location_id = test.id('main');

-- Other calendars.
CREATE FUNCTION test.import(covered text, busy text[], source text DEFAULT 'google') RETURNS void
  LANGUAGE sql AS $$
    SELECT booking.set_external_busy(test.id('studio'), test.id('anna'), source,
      tstzrange(test.at(split_part(covered, '/', 1)::timestamp), test.at(split_part(covered, '/', 2)::timestamp)),
      (SELECT coalesce(range_agg(tstzrange(test.at(split_part(period, '/', 1)::timestamp),
      test.at(split_part(period, '/', 2)::timestamp))), '{}') FROM unnest(busy) AS period)) $$;
CREATE FUNCTION test.external(wanted text DEFAULT 'google') RETURNS text
  LANGUAGE sql AS $$
    SELECT coalesce(string_agg(test.local(t.protected_from) || ' to ' || test.local(t.protected_to), ', ' ORDER BY t.protected_from), '')
    FROM booking.busy_times AS t WHERE t.source = wanted $$;
SELECT test.import('2031-05-12 00:00/2031-05-13 00:00', '{2031-05-12 10:15/2031-05-12 11:00}') \g /dev/null
SELECT is(test.yoga('2031-05-12'), '09:00 09:30 11:00 11:30 12:00 12:30 13:00 13:30', 'another calendar''s time');
SELECT is(test.reason('2031-05-12 10:30', service => 'yoga'), 'busy', 'is busy');
SELECT is(test.starts('2031-05-12') ~ '^09:00 11:00', true, 'it has no buffer of its own, but meets that of the new booking');
SELECT is(test.yoga('2031-05-12', 'bence'), :all_morning, 'and no other person');
SELECT matches(test.refusal('SELECT test.book(''2031-05-12 10:30'', service => ''yoga'')'), '"reason" : "busy"', 'nobody books it');
SELECT matches(test.refusal('SELECT test.book(''2031-05-12 10:30'', service => ''yoga'', actor => ''provider'', override => true)'),
  '"reason" : "busy"', 'not even who overrides');
SELECT test.import('2031-05-12 00:00/2031-05-13 00:00', '{2031-05-12 12:00/2031-05-12 12:30}') \g /dev/null
SELECT is(test.external(), '2031-05-12 12:00 to 2031-05-12 12:30', 'a later word replaces the earlier one');
SELECT test.import('2031-05-12 00:00/2031-05-13 00:00', '{2031-05-12 12:15/2031-05-12 13:00}', 'work') \g /dev/null
SELECT is(test.external() || ' and ' || test.external('work'),
  '2031-05-12 12:00 to 2031-05-12 12:30 and 2031-05-12 12:15 to 2031-05-12 13:00', 'of that calendar only');
SELECT is(test.yoga('2031-05-12'), '09:00 09:30 10:00 10:30 11:00 11:30 13:00 13:30', 'both count');
SELECT test.import('2031-05-01 00:00/2031-06-01 00:00', '{2031-05-10 10:00/2031-05-20 12:00}') \g /dev/null
SELECT is(test.external(), concat_ws(', ',
  '2031-05-10 10:00 to 2031-05-13 10:00', '2031-05-13 10:00 to 2031-05-16 10:00', '2031-05-16 10:00 to 2031-05-19 10:00',
  '2031-05-19 10:00 to 2031-05-20 12:00'),
  'a long one is kept in pieces');
SELECT test.import('2031-05-12 00:00/2031-05-14 00:00', '{2031-05-12 09:00/2031-05-12 10:00}') \g /dev/null
SELECT is(test.external(), concat_ws(', ',
  '2031-05-10 10:00 to 2031-05-12 00:00', '2031-05-12 09:00 to 2031-05-12 10:00', '2031-05-14 00:00 to 2031-05-16 10:00',
  '2031-05-16 10:00 to 2031-05-19 10:00', '2031-05-19 10:00 to 2031-05-20 12:00'),
  'what lies outside of the range stays');
SELECT booking.set_external_busy(test.id('studio'), test.id('anna'), 'google', '(,)', '{}') \g /dev/null
SELECT is(test.external(), '', 'a calendar may be empty');
SELECT test.book('2031-05-14 10:00') AS id \gset
SELECT test.import('2031-05-14 00:00/2031-05-15 00:00', '{2031-05-14 10:30/2031-05-14 12:00}') \g /dev/null
SELECT is(test.busy(:'id'), 'anna 2031-05-14 10:00 to 11:15', 'a booking that was there before stays');
SELECT is(test.refusal(format($$ SELECT booking.reschedule_booking(test.id('studio'), %L, test.at('2031-05-14 12:00'),
  now => test.now()) $$, (SELECT test.book('2031-05-14 15:00', actor => 'provider')))),
  'none', 'others move around it');
SELECT throws_ok(format('SELECT booking.set_external_busy(test.id(''studio''), test.id(''anna''), ''google'', %L, %L)', covered, busy),
  '22023', NULL, reason)
FROM (VALUES ('[2031-05-12, 2031-05-13)', '{[2031-05-13, 2031-05-14)}', 'outside of its range'),
  ('(,)', '{[2031-05-13,)}', 'without an end'), ('(,)', '{(,2031-05-13)}', 'without a start'),
             ('(,)', '{[2031-05-13,infinity)}', 'until for ever'), ('(,)', NULL, 'nothing'), (NULL, '{}', 'nowhere'))
             AS step (covered, busy, reason);
SELECT throws_ok($$ INSERT INTO booking.busy_times (tenant_id, staff_id, kind, protected_from, protected_to)
  VALUES (test.id('studio'), test.id('anna'), 'external', test.at('2031-05-12 09:00'), test.at('2031-05-12 10:00')) $$, '23514', NULL,
    'an external time names its source');

SELECT is_empty('SELECT * FROM test.broken_invariants()', 'nothing that must hold is broken');
SELECT * FROM finish();
ROLLBACK;
