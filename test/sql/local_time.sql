-- Local times and instants. What clocks read is not always a time, and sometimes two.

-- A summer's night in Budapest, and the nights in which its clocks are put forward and back.
SELECT local_time, ARRAY(SELECT booking.rfc3339(i) FROM booking.local_instants(local_time, 'Europe/Budapest') AS i) AS instants
FROM unnest(ARRAY['2025-07-01 12:00', '2025-03-30 01:59:59', '2025-03-30 02:00', '2025-03-30 02:59:59', '2025-03-30 03:00',
                  '2025-10-26 01:59:59', '2025-10-26 02:00', '2025-10-26 02:59:59', '2025-10-26 03:00']::timestamp[]) AS local_time;
-- New York.
SELECT local_time, ARRAY(SELECT booking.rfc3339(i) FROM booking.local_instants(local_time, 'America/New_York') AS i) AS instants
FROM unnest(ARRAY['2025-03-09 02:30', '2025-03-09 03:00', '2025-11-02 00:59', '2025-11-02 01:00', '2025-11-02 01:59',
  '2025-11-02 02:00']::timestamp[]) AS local_time;
-- Lord Howe Island moves its clocks by half an hour.
SELECT local_time, ARRAY(SELECT booking.rfc3339(i) FROM booking.local_instants(local_time, 'Australia/Lord_Howe') AS i) AS instants
FROM unnest(ARRAY['2025-04-06 01:29', '2025-04-06 01:30', '2025-04-06 01:59', '2025-04-06 02:00', '2025-10-05 01:59',
  '2025-10-05 02:00', '2025-10-05 02:29', '2025-10-05 02:30']::timestamp[]) AS local_time;
-- Apia crossed the date line: it never was 30 December 2011 there.
SELECT local_time, ARRAY(SELECT booking.rfc3339(i) FROM booking.local_instants(local_time, 'Pacific/Apia') AS i) AS instants
FROM unnest(ARRAY['2011-12-29 23:59', '2011-12-30 00:00', '2011-12-30 12:00', '2011-12-30 23:59',
  '2011-12-31 00:00']::timestamp[]) AS local_time;
-- Kwajalein lived through its 21 August 1993 in no time, too; Monrovia's clocks were 44 minutes and 30 seconds off.
SELECT zone, local_time, ARRAY(SELECT booking.rfc3339(i) FROM booking.local_instants(local_time, zone) AS i) AS instants
FROM (VALUES ('Pacific/Kwajalein', '1993-08-21 12:00'::timestamp), ('Africa/Monrovia', '1972-01-07 00:20'), ('Africa/Monrovia',
  '1972-01-07 00:45'),
             ('Antarctica/Troll', '2025-03-30 02:00'), ('Antarctica/Troll', '2025-10-26 02:30'), ('America/Sao_Paulo',
               '2018-11-04 00:30'), ('UTC', '2025-01-01 00:00')) AS night (zone, local_time);

-- In every hour of two years, in zones of every kind: each instant is a reading of the clock, and found by it.
SELECT zone, count(*) AS lost
FROM unnest(ARRAY['Europe/Budapest', 'America/New_York', 'Australia/Lord_Howe', 'Pacific/Apia', 'Asia/Kathmandu',
  'Africa/Casablanca', 'Antarctica/Troll']) AS zone,
     generate_series('2010-06-01T00:00:00Z'::timestamptz, '2012-06-01T00:00:00Z', interval '1 hour') AS hour
WHERE hour NOT IN (SELECT booking.local_instants(hour AT TIME ZONE zone, zone))
GROUP BY zone;

SELECT booking.local_instants(NULL, 'Europe/Budapest');
SELECT booking.local_instants('2026-01-01', 'Mars/Olympus');

-- Instants as /v1 writes them: UTC, fractions of a second only where there are any.
SELECT booking.rfc3339(instant)
FROM unnest(ARRAY['2026-05-12T10:00:00+02:00', '2026-05-12T10:00:00.5+02:00', '2026-05-12T10:00:00.123456+02:00',
  '2026-05-12T10:00:00.100000Z', '1970-01-01T00:00:00Z', '1969-12-31T23:59:59.999999Z',
                  '2000-02-29T12:00:00Z', '0001-01-01T00:00:00Z', '9999-12-31T23:59:59.999999Z']::timestamptz[]) AS instant;
SELECT booking.rfc3339('infinity');
SELECT booking.rfc3339('-infinity');
SELECT booking.rfc3339('294276-12-31');

-- Slots are searched in the years 0001 to 9999; no other date or instant is calculated with.
CREATE FUNCTION refusal(call text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('SELECT * FROM booking.%s', replace(call, '…', repeat(quote_literal('00000000-0000-0000-0000-000000000000') || ', ', 3) || 'NULL'));
  RETURN 'none';
EXCEPTION WHEN invalid_parameter_value THEN
  RETURN SQLERRM;
END $$;
SELECT call, refusal(call)
FROM unnest(ARRAY[
  $$search_slots(…, '5874897-12-01', '5874897-12-31')$$, $$search_slots(…, 'infinity', 'infinity')$$,
  $$search_slots(…, '2026-01-01', '5874897-12-31')$$, $$search_slots(…, '4713-01-01 BC', '2026-01-01')$$,
  $$search_slots(…, '2026-01-01', NULL)$$, $$search_slots(…, '2026-01-01', '2026-01-02', '294276-12-31')$$,
  $$next_available(…, '294276-12-31')$$, $$next_available(…, '-infinity')$$, $$next_available(…, NULL)$$,
  $$explain_slot(…, '294276-12-31')$$, $$explain_slot(…, '4713-01-01 BC')$$]) AS call;
DROP FUNCTION refusal;

-- Time zones are regions, not offsets.
SELECT name, booking.is_time_zone(name)
FROM unnest(ARRAY['Europe/Budapest', 'America/Argentina/Buenos_Aires', 'America/Port-au-Prince', 'Etc/GMT+5', 'UTC',
  'Mars/Olympus', 'europe/budapest', 'Europe/Budapest ', 'CET-1CEST', 'XYZ5', '+01:00', '<+01>-1',
  'Etc/GMT-14', 'Etc/GMT+99', 'Etc/GMT5EDT', 'Etc/GMT+5-6',
                  '../../etc/passwd', '']) AS name;
