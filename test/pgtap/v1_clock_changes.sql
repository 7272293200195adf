-- Through /v1, around the next two changes of the clocks of 24 zones: every slot that the search returns can be booked, as the
-- instant it was offered as, and no time beside them can.
BEGIN;
\ir helpers/fixture.sql
SELECT plan(4);

-- Anna's salon is open at night, when clocks change.
UPDATE booking.tenants SET horizon_days = 500 WHERE tenant_id = test.id('a', 'tenant');
DELETE FROM booking.working_hours WHERE tenant_id = test.id('a', 'tenant');
DELETE FROM booking.date_overrides WHERE tenant_id = test.id('a', 'tenant');
DELETE FROM booking.blocked_slots WHERE tenant_id = test.id('a', 'tenant');
DELETE FROM booking.time_off WHERE tenant_id = test.id('a', 'tenant');
UPDATE booking.opening_hours SET opens = '21:00', closes = '04:00' WHERE tenant_id = test.id('a', 'tenant');
UPDATE booking.services SET duration_minutes = 60, slot_step_minutes = 60 WHERE id = test.id('a', 'haircut');

CREATE FUNCTION test.offset_at(at timestamptz, zone text) RETURNS interval
  LANGUAGE sql AS $$ SELECT (at AT TIME ZONE zone) - (at AT TIME ZONE 'UTC') $$;
-- The first two hours from a few days on in which clocks of a zone change.
CREATE FUNCTION test.changes(zone text) RETURNS SETOF timestamptz
  LANGUAGE sql AS $$
    SELECT (SELECT max(hour) FROM generate_series(day, day + interval '23 hours', interval '1 hour') AS hour
            WHERE test.offset_at(hour, zone) = test.offset_at(day, zone))
    FROM generate_series(date_trunc('day', now()) + interval '3 days', now() + interval '450 days', interval '1 day') AS day
    WHERE test.offset_at(day, zone) <> test.offset_at(day + interval '1 day', zone) ORDER BY 1 LIMIT 2 $$;

CREATE FUNCTION test.book(local_time timestamp) RETURNS test.answer
  LANGUAGE sql AS $$
    SELECT test.post('/v1/bookings', jsonb_build_object(
      'salonSlug', 'salon-a', 'serviceId', test.public('svc', 'haircut'), 'staffId', test.public('staff', 'anna'),
      'date', to_char(local_time, 'YYYY-MM-DD'), 'startTime', to_char(local_time, 'HH24:MI'),
      'guest', '{"name": "Guest", "email": "guest@example.com"}'::jsonb)) $$;

CREATE TABLE test.slots (zone text, change timestamptz, place bigint, local_time timestamp, starts_at text, utc_offset text, outcome text);
CREATE TABLE test.others (zone text, change timestamptz, local_time timestamp, outcome text);

-- What is offered on the date of a change; what lies beside it, tried first; then all of it booked.
CREATE FUNCTION test.visit(zone text, change timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  day CONSTANT date := (change AT TIME ZONE zone)::date;
  answer test.answer;
BEGIN
  UPDATE booking.locations SET time_zone = zone WHERE id = test.id('a', 'main');
  answer := test.post('/v1/availability/search', jsonb_build_object(
    'salonSlug', 'salon-a', 'serviceId', test.public('svc', 'haircut'), 'staffId', test.public('staff', 'anna'),
    'dateRange', jsonb_build_object('from', day, 'to', day)));
  INSERT INTO test.slots
    SELECT zone, change, place, (slot ->> 'date')::date + (slot ->> 'startTime')::time, slot ->> 'startsAt', slot ->> 'utcOffset'
    FROM jsonb_array_elements(answer.body #> '{data,slots}') WITH ORDINALITY AS s (slot, place);
  INSERT INTO test.others
    SELECT zone, change, other, test.outcome(test.book(other))
    FROM (SELECT local_time + minutes * interval '1 minute' AS other FROM test.slots AS s, unnest('{-1,1,60}'::integer[]) AS minutes
          WHERE s.zone = visit.zone AND s.change = visit.change AND extract(hour FROM local_time) BETWEEN 0 AND 3
          EXCEPT SELECT local_time FROM test.slots AS s WHERE s.zone = visit.zone AND s.change = visit.change) AS beside
    -- The evening before has slots of its own.
    WHERE other::date = day;
  WITH booked AS MATERIALIZED (
    SELECT o.place, test.book(o.local_time) AS answer
    FROM (SELECT * FROM test.slots AS s WHERE s.zone = visit.zone AND s.change = visit.change ORDER BY s.place) AS o)
  UPDATE test.slots AS s
  SET outcome = concat_ws(' ', test.outcome(booked.answer), (booked.answer).body #>> '{data,booking,startsAt}')
  FROM booked WHERE s.zone = visit.zone AND s.change = visit.change AND s.place = booked.place;
  -- For other zones the same night comes again.
  DELETE FROM booking.bookings WHERE tenant_id = test.id('a', 'tenant') AND staff_id = test.id('a', 'anna');
END $$;

SELECT test.visit(zone, change)
FROM unnest('{Europe/Budapest,Europe/London,Europe/Lisbon,Europe/Chisinau,Atlantic/Azores,Asia/Jerusalem,Asia/Beirut,Africa/Cairo,
  Africa/Casablanca,America/New_York,America/Chicago,America/Denver,America/Los_Angeles,America/Halifax,America/St_Johns,America/Havana,
  America/Santiago,America/Nuuk,Australia/Sydney,Australia/Adelaide,Australia/Lord_Howe,Pacific/Auckland,Pacific/Chatham,Antarctica/Troll}'::text[]) AS zone,
  test.changes(zone) AS change \g /dev/null

-- Some countries give it up.
SELECT cmp_ok((SELECT count(*) FROM (SELECT zone FROM test.slots GROUP BY zone HAVING count(DISTINCT change) = 2) AS zone), '>=', 20::bigint,
  'clocks of at least 20 zones change twice');
SELECT is_empty($$ SELECT * FROM test.slots WHERE outcome IS DISTINCT FROM '201 ' || starts_at $$,
  'every slot that is returned is booked as that instant');
SELECT is_empty($$ SELECT * FROM test.others WHERE outcome <> '409 booking.slot_unavailable' $$, 'nothing beside them is');
SELECT is_empty('SELECT zone, change, count(*) FROM test.slots GROUP BY zone, change HAVING count(*) NOT BETWEEN 5 AND 9',
  'seven a night, give or take two hours');

SELECT * FROM finish();
ROLLBACK;
