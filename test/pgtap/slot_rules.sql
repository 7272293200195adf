-- The rules of docs/slots.md, each by its number, from the tables to the answer. What a search offers can be booked and what it
-- does not offer is refused: test.offers asks both and fails when they differ.
BEGIN;
\ir helpers/studio.sql
SELECT plan(58);

-- The starts of a date by search; every quarter of an hour of it that search leaves out must be refused by create, the rest taken.
CREATE FUNCTION test.offers(day date, person text DEFAULT 'anna', service text DEFAULT 'yoga') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  offered CONSTANT timestamptz[] := ARRAY(
    SELECT s.starts_at FROM booking.search_slots(test.id('studio'), test.id(service), test.id('main'), test.id(person), day, day, test.now()) AS s);
  start timestamptz;
  outcome text;
BEGIN
  FOR start IN SELECT generate_series(test.at(day), test.at(day + 1) - interval '1 minute', interval '15 minutes') UNION SELECT unnest(offered) LOOP
    BEGIN
      PERFORM booking.create_booking(test.id('studio'), test.id(service), test.id('main'), test.id(person), start, 'Guest', NULL,
                                     actor_type => 'guest', now => test.now());
      RAISE EXCEPTION 'booked' USING ERRCODE = 'TEST1';
    EXCEPTION WHEN OTHERS THEN
      GET STACKED DIAGNOSTICS outcome = RETURNED_SQLSTATE;
    END;
    IF (outcome = 'TEST1') IS DISTINCT FROM (start = ANY (offered)) THEN
      RETURN format('search and create differ at %s: %s', test.local(start), outcome);
    END IF;
  END LOOP;
  RETURN (SELECT coalesce(string_agg(to_char(o AT TIME ZONE 'Europe/Budapest', 'HH24:MI'), ' ' ORDER BY o), '') FROM unnest(offered) AS o);
END $$;
CREATE FUNCTION test.hours(closes text, opens text DEFAULT '09:00', day smallint DEFAULT NULL) RETURNS void
  LANGUAGE sql AS $$
    UPDATE booking.opening_hours AS h SET opens = hours.opens::time, closes = hours.closes::time
    WHERE h.tenant_id = test.id('studio') AND h.weekday = coalesce(day, h.weekday) $$;
CREATE FUNCTION test.open_on(day date, opens text DEFAULT NULL, closes text DEFAULT NULL, person text DEFAULT NULL) RETURNS void
  LANGUAGE sql AS $$
    INSERT INTO booking.date_overrides (tenant_id, location_id, staff_id, on_date, opens, closes)
    VALUES (test.id('studio'), test.id('main'), test.id(person), day, opens::time, closes::time) $$;

SELECT test.hours('12:00') \g /dev/null
SELECT is(test.offers('2031-05-12'), '09:00 09:30 10:00 10:30 11:00 11:30', 'a free morning');

SELECT test.book('2031-05-12 10:00', 'anna', 'yoga') AS id \gset
SELECT is(test.offers('2031-05-12'), '09:00 09:30 10:30 11:00 11:30', 'rule 1: a visit blocks its time; touching is free');
SELECT is(test.offers('2031-05-12', 'bence'), '09:00 09:30 10:00 10:30 11:00 11:30', 'rule 1: nobody else''s');
SELECT booking.cancel_booking(test.id('studio'), :'id') \g /dev/null

SELECT test.open_on('2031-03-30', '01:00', '04:00'), test.open_on('2031-10-26', '01:00', '04:00') \g /dev/null
UPDATE booking.tenants SET horizon_days = 365 WHERE tenant_id = test.id('studio');
SELECT is((SELECT string_agg(to_char(s.starts_at AT TIME ZONE 'UTC', 'HH24:MI'), ' ') FROM booking.search_slots(test.id('studio'),
  test.id('yoga'), test.id('main'), test.id('anna'), '2031-03-30', '2031-03-30', '2031-03-01 00:00Z') AS s), '00:00 00:30 01:00 01:30',
  'rule 2: a skipped hour is not there');
SELECT is(test.offers('2031-10-26'), '01:00 01:30 02:00 02:30 02:00 02:30 03:00 03:30', 'rule 2: a repeated hour is there twice');
UPDATE booking.tenants SET horizon_days = 60 WHERE tenant_id = test.id('studio');

SELECT test.hours('02:00', '23:00', 1::smallint), test.hours('24:00', '23:00', 2::smallint) \g /dev/null
SELECT is(test.offers('2031-05-12'), '23:00 23:30', 'rule 3: an evening that crosses midnight');
SELECT is(test.offers('2031-05-13'), '00:00 00:30 01:00 01:30 23:00 23:30', 'rule 3: belongs to the date it starts on; 24:00 ends a day');
SELECT throws_ok('SELECT test.hours(''09:00'', ''09:00'')', '23514', NULL, 'rule 3: hours that are empty are refused');

SELECT test.open_on('2031-05-13') \g /dev/null
SELECT is(test.offers('2031-05-13'), '00:00 00:30 01:00 01:30', 'rule 4: a date that is closed keeps the tail of the evening before');
SELECT test.open_on('2031-05-14', '10:00', '12:00') \g /dev/null
SELECT is(test.offers('2031-05-14'), '10:00 10:30 11:00 11:30', 'rule 4: an override replaces the hours of its date');
INSERT INTO booking.breaks (tenant_id, location_id, weekday, begins, ends) VALUES (test.id('studio'), test.id('main'), 3, '10:30', '11:00');
SELECT is(test.offers('2031-05-14'), '10:00 11:00 11:30', 'rule 4: breaks are taken out of it');
INSERT INTO booking.time_off (tenant_id, staff_id, starts_at, ends_at)
  VALUES (test.id('studio'), test.id('anna'), test.at('2031-05-14 11:15'), test.at('2031-05-14 11:30'));
SELECT is(test.offers('2031-05-14'), '10:00 11:30', 'rule 4: and time off wins over all');

SELECT test.hours('12:00') \g /dev/null
INSERT INTO booking.working_hours (tenant_id, staff_id, location_id, weekday, opens, closes)
  VALUES (test.id('studio'), test.id('bence'), test.id('main'), 1, '11:00', '13:00');
SELECT is(test.offers('2031-05-19', 'bence'), '11:00 11:30', 'rule 5: a person''s hours and the location''s intersect');
UPDATE booking.staff SET own_hours_win = true WHERE tenant_id = test.id('studio');
SELECT is(test.offers('2031-05-19', 'bence'), '11:00 11:30 12:00 12:30', 'rule 5: unless the person''s own win');
SELECT is(test.offers('2031-05-19', 'anna'), '09:00 09:30 10:00 10:30 11:00 11:30', 'rule 5: who has none has the location''s all the same');
INSERT INTO booking.breaks (tenant_id, location_id, weekday, begins, ends) VALUES (test.id('studio'), test.id('main'), 1, '12:00', '12:30');
SELECT is(test.offers('2031-05-19', 'bence'), '11:00 11:30 12:30', 'rule 5: breaks of the location hold for them too');
SELECT test.open_on('2031-05-19') \g /dev/null
SELECT is(test.offers('2031-05-19', 'bence'), '11:00 11:30 12:30', 'rule 5: a holiday of the location does not');
SELECT test.open_on('2031-05-19', person => 'bence') \g /dev/null
SELECT is(test.offers('2031-05-19', 'bence'), '', 'rule 5: one of their own does');
UPDATE booking.staff SET own_hours_win = false WHERE tenant_id = test.id('studio');

DELETE FROM booking.breaks WHERE tenant_id = test.id('studio');
SELECT test.open_on('2031-05-20', '09:10', '11:20') \g /dev/null
INSERT INTO booking.busy_times (tenant_id, staff_id, kind, source, protected_from, protected_to)
  VALUES (test.id('studio'), test.id('anna'), 'external', 'phone', test.at('2031-05-20 09:45'), test.at('2031-05-20 10:05'));
CREATE FUNCTION test.align(alignment booking.slot_alignment) RETURNS void LANGUAGE sql AS $$
  UPDATE booking.services AS s SET slot_alignment = align.alignment WHERE s.tenant_id = test.id('studio') $$;
SELECT test.align('interval') \g /dev/null
SELECT is(test.offers('2031-05-20'), '09:10 10:10 10:40', 'rule 6: the grid counts from the interval''s start, whatever is booked');
SELECT test.align('clock') \g /dev/null
SELECT is(test.offers('2031-05-20'), '10:30', 'rule 6: or by the clock');
SELECT test.align('gap') \g /dev/null
SELECT is(test.offers('2031-05-20'), '09:10 10:05 10:35', 'rule 6: or anew after what is booked');
SELECT test.align('interval') \g /dev/null

-- The starts by gap: "10:10:5 10:40:5".
CREATE FUNCTION test.ranked(day date, person text DEFAULT 'anna', last_day date DEFAULT NULL, most integer DEFAULT NULL) RETURNS text
  LANGUAGE sql AS $$
    SELECT string_agg(to_char(r.starts_at AT TIME ZONE 'Europe/Budapest', 'HH24:MI') || ':' || r.gap_minutes, ' ' ORDER BY r.rank)
    FROM booking.rank_slots(test.id('studio'), test.id('yoga'), test.id('main'), test.id(person), day, coalesce(last_day, day), test.now(), most)
      WITH ORDINALITY AS r (starts_at, ends_at, staff_id, location_id, gap_minutes, rank) $$;
SELECT is(test.ranked('2031-05-20'), '09:10:0 10:10:5 10:40:5', 'rule 6: starts that leave no hole come first');
SELECT is(test.ranked('2031-05-20', most => 2), '09:10:0 10:10:5', 'rule 6: as many as are asked for');
SELECT is(test.ranked('2031-05-20', last_day => '2031-05-21'), '09:10:0 09:00:0 09:30:0 10:00:0 10:30:0 11:00:0 11:30:0 10:10:5 10:40:5', 'rule 6: of all days together');
SELECT results_eq($$ SELECT r.starts_at, r.ends_at, r.staff_id, r.location_id FROM booking.rank_slots(test.id('studio'), test.id('massage'), NULL, NULL,
    '2031-05-19', '2031-05-23', test.now()) AS r ORDER BY 1, 3, 4 $$,
  $$ SELECT s.* FROM booking.search_slots(test.id('studio'), test.id('massage'), NULL, NULL, '2031-05-19', '2031-05-23', test.now()) AS s $$,
  'rule 6: none is left out');

UPDATE booking.services SET duration_minutes = 120 WHERE id = test.id('yoga');
SELECT test.open_on('2031-05-21', '22:00', '24:00'), test.open_on('2031-05-22', '00:00', '01:00') \g /dev/null
SELECT is(test.offers('2031-05-21'), '22:00 22:30 23:00', 'rule 7: a visit may run through touching intervals and end after the range');
SELECT is(test.offers('2031-05-22'), '', 'rule 7: its start lies in the range');
UPDATE booking.tenants SET horizon_days = 365 WHERE tenant_id = test.id('studio');
SELECT is(test.offers('2031-10-26'), '01:00 01:30 02:00 02:30 02:00', 'rule 7: its duration is elapsed time');
UPDATE booking.tenants SET horizon_days = 60 WHERE tenant_id = test.id('studio');
UPDATE booking.services SET duration_minutes = 30 WHERE id = test.id('yoga');

SELECT is(test.offers('2031-05-23', 'anna', 'massage'),
  '09:00 09:15 09:30 09:45 10:00 10:15 10:30 10:45 11:00', 'rule 8: buffers may lie outside of the hours');
UPDATE booking.services SET buffers_inside_hours = true WHERE id = test.id('massage');
SELECT is(test.offers('2031-05-23', 'anna', 'massage'),
  '09:00 09:15 09:30 09:45 10:00 10:15 10:30 10:45', 'rule 8: unless the service keeps them inside');
SELECT test.book('2031-05-23 10:00', 'anna', 'massage') AS id \gset
UPDATE booking.services SET buffers_inside_hours = false, buffer_before_minutes = 30, buffer_after_minutes = 0 WHERE id = test.id('massage');
SELECT is(test.offers('2031-05-23'), '09:00 09:30 11:30', 'rule 8: a booking keeps the buffers it was made with');
SELECT is(test.offers('2031-05-23', 'anna', 'massage'), '09:00', 'rule 8: those of two bookings add up');
SELECT booking.cancel_booking(test.id('studio'), :'id') \g /dev/null

SELECT test.open_on('2031-05-08', '12:00', '15:00') \g /dev/null
UPDATE booking.tenants SET minimum_notice_minutes = 60 WHERE tenant_id = test.id('studio');
SELECT is(test.offers('2031-05-08'), '13:00 13:30 14:00 14:30', 'rule 9: notice, to the minute and inclusive');
UPDATE booking.tenants SET minimum_notice_minutes = 0 WHERE tenant_id = test.id('studio');

UPDATE booking.tenants SET horizon_days = 2 WHERE tenant_id = test.id('studio');
DELETE FROM booking.date_overrides WHERE tenant_id = test.id('studio');
SELECT is(string_agg(day::date || '=' || (test.offers(day::date) <> ''), ' '), '2031-05-09=true 2031-05-12=false 2031-05-13=false',
  'rule 10: the horizon is whole days') FROM unnest('{2031-05-09,2031-05-12,2031-05-13}'::date[]) AS day;
UPDATE booking.tenants SET horizon_business_days = true WHERE tenant_id = test.id('studio');
SELECT is(string_agg(day::date || '=' || (test.offers(day::date) <> ''), ' '), '2031-05-09=true 2031-05-12=true 2031-05-13=false',
  'rule 10: or business days') FROM unnest('{2031-05-09,2031-05-12,2031-05-13}'::date[]) AS day;
SELECT is((SELECT test.local(max(n.starts_at)) FROM booking.next_available(test.id('studio'), test.id('yoga'), NULL, NULL, test.now(),
  test.now(), 1000) AS n), '2031-05-12 11:30', 'rule 10: for the next available starts too');
UPDATE booking.tenants SET horizon_days = 60, horizon_business_days = false WHERE tenant_id = test.id('studio');

SELECT test.book('2031-05-26 09:00', 'anna', 'yoga') \g /dev/null
DELETE FROM booking.working_hours WHERE tenant_id = test.id('studio');
SELECT is((SELECT string_agg(split_part(s.name, ' ', 1), ' ' ORDER BY s.name) FROM booking.search_slots(test.id('studio'), test.id('yoga'),
    test.id('main'), NULL, '2031-05-26', '2031-05-26', test.now()) AS slot JOIN booking.staff AS s ON s.id = slot.staff_id
  WHERE slot.starts_at = test.at('2031-05-26 09:00')), 'Bence', 'rule 11: a start is offered if somebody is free, and by whom');
SELECT is((SELECT split_part(test.busy(test.book('2031-05-26 10:00', NULL, 'yoga')), ' ', 1)), 'bence',
  'rule 11: the least busy of the day serves');

UPDATE booking.services SET capacity = 2 WHERE id = test.id('yoga');
SELECT test.book('2031-06-02 09:00', 'anna', 'yoga') \g /dev/null
SELECT is(test.offers('2031-06-02'), '09:00 09:30 10:00 10:30 11:00 11:30', 'rule 12: guests of a class share its start');
SELECT unalike(test.offers('2031-06-02', 'anna', 'massage'), '09:00%', 'rule 12: anything else it blocks');
SELECT test.book('2031-06-02 09:00', 'anna', 'yoga') \g /dev/null
SELECT is(test.offers('2031-06-02'), '09:30 10:00 10:30 11:00 11:30', 'rule 12: until every seat is taken');
UPDATE booking.services SET capacity = 1 WHERE id = test.id('yoga');
INSERT INTO booking.resource_kinds (tenant_id, id, name) VALUES (test.id('studio'), test.id('room'), 'Room');
INSERT INTO booking.resources (tenant_id, kind_id, location_id, name) VALUES (test.id('studio'), test.id('room'), test.id('main'), 'The room');
INSERT INTO booking.service_resources (tenant_id, service_id, kind_id) VALUES (test.id('studio'), test.id('yoga'), test.id('room'));
SELECT test.book('2031-06-03 09:00', 'anna', 'yoga') \g /dev/null
SELECT is(test.offers('2031-06-03', 'bence'), '09:30 10:00 10:30 11:00 11:30', 'rule 12: people who share a room are not there at once');
DELETE FROM booking.service_resources WHERE tenant_id = test.id('studio');

SELECT booking.hold_slot(test.id('studio'), test.id('yoga'), test.id('main'), test.id('anna'), test.at('2031-05-27 09:00'),
  interval '10 minutes', test.now() - interval '9 minutes 59.999999 seconds') AS hold \gset
SELECT is(test.offers('2031-05-27'), '09:30 10:00 10:30 11:00 11:30', 'rule 14: a hold blocks like a booking');
SELECT booking.release_hold(test.id('studio'), :'hold') \g /dev/null
SELECT booking.hold_slot(test.id('studio'), test.id('yoga'), test.id('main'), test.id('anna'), test.at('2031-05-27 09:00'),
  interval '10 minutes', test.now() - interval '10 minutes') \g /dev/null
SELECT is(test.offers('2031-05-27'), '09:00 09:30 10:00 10:30 11:00 11:30', 'rule 14: until the instant it expires, for search and create');
SELECT test.book('2031-05-28 09:00', 'anna', 'yoga') AS id \gset
SELECT is((test.booking(:'id')).status::text || ' ' || test.offers('2031-05-28'), 'pending 09:30 10:00 10:30 11:00 11:30',
  'rule 14: so does a request that is not answered yet');

SELECT is((SELECT array_agg(s::text ORDER BY s.starts_at, s.staff_id) FROM booking.search_slots(test.id('studio'), test.id('yoga'), NULL, NULL,
    '2031-05-26', '2031-05-30', test.now()) AS s),
  (SELECT array_agg(s::text) FROM booking.search_slots(test.id('studio'), test.id('yoga'), NULL, NULL, '2031-05-26', '2031-05-30', test.now()) AS s),
  'rule 15: starts come in order of time, then person');
SELECT results_eq($$ SELECT c.reason, c.starts FROM booking.count_suppressed(test.id('studio'), test.id('yoga'), NULL, test.id('anna'),
    '2031-05-28', '2031-05-28', test.now()) AS c $$, $$ VALUES ('busy', 1::bigint) $$, 'rule 15: what is left out is counted by reason');

CREATE FUNCTION test.refused(start timestamp, override boolean DEFAULT false) RETURNS text LANGUAGE sql AS $$
  SELECT substring(test.refusal(format('SELECT test.book(%L, ''anna'', ''yoga'', %L, %L)', start, override,
                                       CASE WHEN override THEN 'provider' ELSE 'guest' END)) FROM '"reason" : "([a-z_]*)"') $$;
UPDATE booking.tenants SET minimum_notice_minutes = 1440 WHERE tenant_id = test.id('studio');
INSERT INTO booking.time_off (tenant_id, staff_id, starts_at, ends_at)
  VALUES (test.id('studio'), test.id('anna'), test.at('2031-05-29 09:00'), test.at('2031-05-29 10:00'));
UPDATE booking.staff SET max_bookings_per_day = 1 WHERE id = test.id('anna');
SELECT is(test.refused(start), reason, 'rule 16: create refuses for the reason ' || reason)
FROM (VALUES ('2031-05-29 11:10'::timestamp, 'off_grid'), ('2031-05-29 13:00', 'closed'), ('2031-05-29 09:30', 'time_off'),
             ('2031-05-28 09:00', 'busy'), ('2031-05-09 09:00', 'notice'), ('2031-07-08 09:00', 'horizon'), ('2031-05-28 10:00', 'limit'))
  AS refusal (start, reason);
SELECT is(test.refused('2031-05-28 09:00', override => true), 'busy', 'rule 16: an override does not take anybody''s time');
SELECT is(test.refusal('SELECT test.book(''2031-05-29 09:10'', ''anna'', ''yoga'', true, ''provider'')'), 'none', 'rule 16: but no other rule binds it');
SELECT is(test.refusal('SELECT test.book(''2031-05-29 11:00'', ''anna'', ''yoga'', true, ''guest'')'), '42501', 'rule 16: the provider''s alone');

SELECT is_empty('SELECT * FROM test.broken_invariants()', 'nothing that must hold is broken');
SELECT * FROM finish();
ROLLBACK;
