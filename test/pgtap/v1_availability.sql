-- POST /v1/availability/search: every member of the answer, and what /v1 adds to the slot engine.
BEGIN;
\ir helpers/fixture.sql
SELECT plan(26);

CREATE FUNCTION test.search(changes jsonb DEFAULT '{}', first_day integer DEFAULT 7, last_day integer DEFAULT NULL) RETURNS test.answer
  LANGUAGE sql AS $$
    SELECT test.post('/v1/availability/search', jsonb_strip_nulls(jsonb_build_object(
      'salonSlug', 'salon-a', 'serviceId', test.public('svc', 'colour'),
      'dateRange', jsonb_build_object('from', test.day(first_day), 'to', test.day(coalesce(last_day, first_day)))) || changes)) $$;
CREATE FUNCTION test.starts(answer test.answer) RETURNS text
  LANGUAGE sql AS $$
    SELECT string_agg(DISTINCT slot ->> 'startTime', ' ' ORDER BY slot ->> 'startTime')
      FROM jsonb_array_elements(answer.body #> '{data,slots}') AS slot $$;

SELECT is((test.search()).body - 'meta', jsonb_build_object('ok', true, 'data', jsonb_build_object('timezone', 'Europe/Budapest', 'slots', (
    SELECT jsonb_agg(jsonb_build_object(
      'date', test.day(7), 'startTime', to_char(start, 'HH24:MI'), 'endTime', to_char(start + interval '1 hour', 'HH24:MI'),
      'startsAt', booking.rfc3339(test.at(7, start::time)), 'endsAt', booking.rfc3339(test.at(7, start::time) + interval '1 hour'),
      'utcOffset', CASE extract(hour FROM test.at(7, '12:00') AT TIME ZONE 'UTC') WHEN 11 THEN '+01:00' ELSE '+02:00' END,
      'staffId', test.public('staff', 'anna')) ORDER BY start)
    FROM generate_series('2000-01-01 09:00'::timestamp, '2000-01-01 16:00', interval '30 minutes') AS start))),
  'slots, member by member');
SELECT is(((test.search()).body -> 'meta') - 'requestId', '{"v": "1", "truncated": false, "nextCursor": null, "returnedSlots": 15, "suppressed": false}',
  'meta, member by member');
SELECT is((test.search(jsonb_build_object('serviceId', test.public('svc', 'haircut')))).body #> '{meta,returnedSlots}', '32',
  'a service of two people: a slot each');
SELECT is((
    SELECT array_agg(slot ORDER BY slot ->> 'startsAt', slot ->> 'staffId')
      FROM jsonb_array_elements(answer.body #> '{data,slots}') AS slot),
  (SELECT array_agg(slot ORDER BY place) FROM jsonb_array_elements(answer.body #> '{data,slots}') WITH ORDINALITY AS s (slot, place)),
  'ordered by start, then person')
FROM test.search(jsonb_build_object('serviceId', test.public('svc', 'haircut')), 7, 9) AS answer;
SELECT is((test.search(jsonb_build_object('serviceId', test.public('svc', 'haircut'), 'staffId', test.public('staff',
  'bence')))).body #> '{meta,returnedSlots}',
  '16', 'one person''s slots');
SELECT is(test.starts(test.search(jsonb_build_object('serviceId', test.public('svc', 'haircut'), 'locationSlug', 'branch'))),
  '09:00 09:30 10:00 10:30 11:00 11:30', 'the hours of another location');

-- A booking and its buffers (10 before, 15 after) leave these starts of an hour each.
SELECT is(test.outcome(test.post('/v1/bookings', test.wish(jsonb_build_object('serviceId', test.public('svc', 'colour'),
  'startTime', '12:00')))), '201',
  'after a booking at noon');
SELECT is(test.starts(test.search()), '09:00 09:30 10:00 10:30 13:30 14:00 14:30 15:00 15:30 16:00',
  'nothing is offered that would touch it or its buffers');
SELECT is(test.starts(test.search(jsonb_build_object('serviceId', test.public('svc', 'haircut'), 'staffId', test.public('staff', 'anna')))),
  '09:00 09:30 10:00 10:30 11:00 13:30 14:00 14:30 15:00 15:30 16:00 16:30', 'nor for another service of the same person');
SELECT is(test.starts(test.search(jsonb_build_object('serviceId', test.public('svc', 'haircut'), 'staffId', test.public('staff',
  'bence')))),
  '09:00 09:30 10:00 10:30 11:00 11:30 12:00 12:30 13:00 13:30 14:00 14:30 15:00 15:30 16:00 16:30', 'while others are as free as before');

-- Rules of the business.
UPDATE booking.tenants SET horizon_days = 7, minimum_notice_minutes = 0 WHERE tenant_id = test.id('a', 'tenant');
SELECT is((test.search('{}', 7, 10)).body #> '{meta,returnedSlots}', '10', 'the horizon ends the search at its last day');
SELECT is((test.search('{}', -3, -1)).body #> '{meta,returnedSlots}', '0', 'the past offers nothing');
UPDATE booking.tenants SET horizon_days = 60 WHERE tenant_id = test.id('a', 'tenant');
SELECT is((test.search('{}', 50)).body #> '{meta,returnedSlots}', '0', 'a day off');
SELECT is(test.starts(test.search('{}', 51)), '12:00 12:30 13:00 13:30 14:00 14:30 15:00 15:30 16:00', 'a morning off');

-- Not bookable: an answer without a reason. An inactive service is not there at all.
UPDATE booking.tenants SET published = false WHERE tenant_id = test.id('a', 'tenant');
SELECT is(((test.search()).body - 'ok') #- '{meta,requestId}',
  '{"data": {"timezone": "Europe/Budapest", "slots": []}, "meta": {"v": "1", "truncated": false, "nextCursor": null, "returnedSlots": 0, "suppressed": true}}',
  'a business that is not published');
UPDATE booking.tenants SET published = true WHERE tenant_id = test.id('a', 'tenant');
UPDATE booking.services SET bookable_online = false WHERE id = test.id('a', 'colour');
SELECT is((test.search()).body #> '{meta,suppressed}', 'true', 'a service that is not bookable online');
UPDATE booking.services SET bookable_online = true, active = false WHERE id = test.id('a', 'colour');
SELECT is(test.outcome(test.search()), '404 service.not_found', 'a service that is not active');
UPDATE booking.services SET active = true WHERE id = test.id('a', 'colour');

-- Truncation: the earliest 1000.
UPDATE booking.services SET slot_step_minutes = 5, duration_minutes = 5, buffer_before_minutes = 0, buffer_after_minutes = 0
  WHERE id = test.id('a', 'haircut');
CREATE TEMP TABLE truncated AS SELECT test.search(jsonb_build_object('serviceId', test.public('svc', 'haircut')), 8, 20) AS answer;
SELECT is(((answer).body -> 'meta') - '{requestId,nextCursor}'::text[], '{"v": "1", "truncated": true, "returnedSlots": 1000, "suppressed": false}',
  'more than 1000 slots are cut') FROM truncated;
SELECT is(jsonb_array_length((answer).body #> '{data,slots}'), 1000, 'to 1000') FROM truncated;
SELECT is((answer).body #>> '{data,slots,999,date}', (test.day(8) + 5)::text, 'the earliest ones: 192 a day') FROM truncated;
CREATE FUNCTION test.go_on(cursor text, changes jsonb DEFAULT '{}') RETURNS test.answer
  LANGUAGE sql AS $$ SELECT test.search(jsonb_build_object('serviceId', test.public('svc', 'haircut'), 'cursor', cursor) || changes, 8, 20) $$;
CREATE FUNCTION test.slots(answer test.answer) RETURNS SETOF text
  LANGUAGE sql AS $$ SELECT concat_ws(' ', slot ->> 'startsAt', slot ->> 'staffId') FROM jsonb_array_elements(answer.body #> '{data,slots}') AS slot $$;
CREATE TEMP TABLE pages AS WITH RECURSIVE page AS (
  SELECT 1 AS number, answer FROM truncated
  UNION ALL
  SELECT number + 1, test.go_on((answer).body #>> '{meta,nextCursor}') FROM page WHERE (answer).body #>> '{meta,nextCursor}' IS NOT NULL)
SELECT * FROM page;
SELECT is((SELECT string_agg((answer).body #>> '{meta,returnedSlots}', ' ' ORDER BY number) FROM pages), '1000 1000 496',
  'rule 15: a truncated answer goes on by its cursor, page by page, to the end');
SELECT results_eq('SELECT slot FROM pages, test.slots(answer) WITH ORDINALITY AS s (slot, place) ORDER BY number, place', $$
    SELECT concat_ws(' ', booking.rfc3339(s.starts_at), booking.public_id('staff', s.staff_id)) FROM booking.search_slots(
      test.id('a', 'tenant'), test.id('a', 'haircut'), test.id('a', 'main'), NULL, test.day(8), test.day(20)) AS s $$,
  'rule 15: the pages are the whole search, in its order');
SELECT is(test.outcome(test.go_on((answer).body #>> '{meta,nextCursor}', jsonb_build_object('staffId', test.public('staff', 'anna')))),
  '400 request.invalid_input', 'a cursor is for the same search') FROM truncated;
SELECT is(test.outcome(test.go_on('x')), '400 request.invalid_input', 'and none that somebody made up');
SELECT is((test.search(jsonb_build_object('serviceId', test.public('svc', 'haircut')), 8, 12)).body #> '{meta,truncated}', 'false',
  '960 are not cut');

-- Reading leaves no trace.
SELECT is((SELECT count(*) FROM booking.bookings WHERE tenant_id = test.id('a', 'tenant')), 2::bigint, 'a search books nothing');

SELECT * FROM finish();
ROLLBACK;
