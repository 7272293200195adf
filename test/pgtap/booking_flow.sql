-- Bookings as the SQL API makes and cancels them, and what stands behind: terms copied, time taken, events numbered.
BEGIN;
\ir helpers/fixture.sql
SELECT plan(67);

CREATE FUNCTION test.book(day integer, start_time time, person text DEFAULT NULL, service text DEFAULT 'haircut',
  email text DEFAULT 'guest@example.com') RETURNS uuid
  LANGUAGE sql AS $$
    SELECT booking.create_booking(test.id('a', 'tenant'), test.id('a', service), test.id('a', 'main'), test.id('a', person),
      test.at(day, start_time), 'Guest', email) $$;
-- What a call is refused with: code and details; 'none' when it succeeds.
CREATE FUNCTION test.refusal(call text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  state text;
  detail text;
BEGIN
  EXECUTE call;
  RETURN 'none';
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, detail = PG_EXCEPTION_DETAIL;
  RETURN concat_ws(' ', coalesce((SELECT c.code FROM booking.error_codes() AS c WHERE c.sqlstate = state), state), nullif(detail, ''));
END $$;
CREATE FUNCTION test.person(booking_id uuid) RETURNS text
  LANGUAGE sql AS $$
    SELECT s.name FROM booking.bookings AS b JOIN booking.staff AS s ON s.tenant_id = b.tenant_id AND s.id = b.staff_id
      WHERE b.id = booking_id
  $$;

-- The row: the terms of the moment, copied.
SELECT booking.create_booking(test.id('a', 'tenant'), test.id('a', 'colour'), test.id('a', 'main'), test.id('a', 'anna'),
  test.at(7, '12:00'),
  'Kiss Éva', 'Eva@Example.com', '+36301112233', 'A note.') AS id \gset
SELECT results_eq(format($$
  SELECT location_id, service_id, staff_id, status::text, starts_at, ends_at, buffer_before_minutes, buffer_after_minutes, service_name,
         price_type::text, price_amount, price_currency, guest_name, guest_email, guest_phone, note, source::text,
           cancel_deadline_at, version
  FROM booking.bookings WHERE id = %L
$$, :'id'), $$
  SELECT test.id('a', 'main'), test.id('a', 'colour'), test.id('a', 'anna'), 'confirmed', test.at(7, '12:00'), test.at(7, '13:00'),
    10, 15, 'Colouring',
         'from', 16000.5, 'HUF', 'Kiss Éva', 'Eva@Example.com', '+36301112233', 'A note.', 'dashboard', test.at(7,
           '12:00') - interval '24 hours', 1
$$, 'a booking has the terms that it was made under');
UPDATE booking.services SET name = 'Tinting', duration_minutes = 90, buffer_before_minutes = 0, price_amount = 1
  WHERE id = test.id('a', 'colour');
SELECT results_eq(format('SELECT service_name, buffer_before_minutes, price_amount, ends_at FROM booking.bookings WHERE id = %L', :'id'),
  $$ SELECT 'Colouring', 10, 16000.5, test.at(7, '13:00') $$, 'which later changes of the service do not reach');
UPDATE booking.services SET name = 'Colouring', duration_minutes = 60, buffer_before_minutes = 10, price_amount = 16000.5
  WHERE id = test.id('a', 'colour');

-- Its time.
SELECT results_eq(format('SELECT staff_id, protected_from, protected_to FROM booking.busy_times WHERE booking_id = %L AND staff_id IS NOT NULL', :'id'),
  $$ SELECT test.id('a', 'anna'), test.at(7, '11:50'), test.at(7, '13:15') $$, 'its time is taken, buffers included');

-- Its events.
SELECT results_eq(format('SELECT sequence, event::text, from_status::text, to_status::text, actor_type::text, actor_id, reason FROM booking.booking_events WHERE booking_id = %L ORDER BY sequence', :'id'),
  $$ VALUES (1, 'booking.requested', NULL, 'pending', 'provider', NULL::uuid, NULL), (2, 'booking.confirmed', 'pending',
    'confirmed', 'system', NULL, NULL) $$,
  'it was requested, then confirmed');
SELECT booking.cancel_booking(test.id('a', 'tenant'), :'id', 'Ill', 'guest', test.id('a', 'user'), 'guest') \g /dev/null
SELECT results_eq(format('SELECT status::text, cancelled_by::text, cancel_reason, cancelled_at, version FROM booking.bookings WHERE id = %L', :'id'),
  $$ SELECT 'cancelled', 'guest', 'Ill', now(), 2 $$, 'cancelled: by whom, why, when');
SELECT is_empty(format('SELECT FROM booking.busy_times WHERE booking_id = %L', :'id'), 'its time is free again');
SELECT results_eq(format('SELECT sequence, event::text, from_status::text, to_status::text, actor_type::text, actor_id, reason FROM booking.booking_events WHERE booking_id = %L AND sequence > 2', :'id'),
  $$ SELECT 3, 'booking.cancelled', 'confirmed', 'cancelled', 'guest', test.id('a', 'user'), 'Ill' $$, 'the event follows without a gap');
SELECT is(test.refusal(format('SELECT booking.cancel_booking(%L, %L)', test.id('a', 'tenant'), :'id')),
  'booking.invalid_state {"status":"cancelled","requested":"cancelled"}',
  'it can not be cancelled twice');

-- Approval by hand.
UPDATE booking.tenants SET approval = 'manual' WHERE tenant_id = test.id('a', 'tenant');
SELECT booking.create_booking(test.id('a', 'tenant'), test.id('a', 'haircut'), test.id('a', 'main'), test.id('a', 'anna'),
  test.at(7, '12:00'), 'Guest', 'guest@example.com', actor_type => 'guest') AS id \gset
SELECT is((SELECT status::text FROM booking.bookings WHERE id = :'id'), 'pending', 'with approval by hand a booking waits');
SELECT is((SELECT count(*) FROM booking.busy_times WHERE booking_id = :'id'), 1::bigint, 'and takes its time meanwhile');
SELECT is((SELECT array_agg(event::text) FROM booking.booking_events WHERE booking_id = :'id'), '{booking.requested}',
  'with one event');
SELECT booking.cancel_booking(test.id('a', 'tenant'), :'id') \g /dev/null
SELECT is((SELECT from_status::text FROM booking.booking_events WHERE booking_id = :'id' AND sequence = 2), 'pending',
  'cancelled from there');
UPDATE booking.tenants SET approval = 'automatic' WHERE tenant_id = test.id('a', 'tenant');

-- Anybody: the free person with the fewest bookings of that day; equal ones by sort order.
SELECT is(test.person(test.book(8, '09:00')), 'Anna', 'nobody has any: the first in order');
SELECT is(test.person(test.book(8, '09:30')), 'Bence', 'then the one who has none');
SELECT is(test.person(test.book(8, '10:00')), 'Anna', 'and so on in turn');
SELECT is(test.person(test.book(8, '10:00')), 'Bence', 'the other one while the first is busy');
SELECT is(test.person(test.book(9, '09:00')), 'Anna', 'another day counts for itself');
SELECT test.book(9, hour::time, 'anna') FROM unnest('{10:00,10:30,11:00}'::text[]) AS hour \g /dev/null
SELECT is((SELECT array_agg(test.person(test.book(9, hour::time)) ORDER BY hour) FROM unnest('{12:00,12:30,13:00,13:30}'::text[]) AS hour),
  '{Bence,Bence,Bence,Bence}', 'the less busy one until they are even');
SELECT is(test.person(test.book(9, '14:00')), 'Anna', 'then the first in order again');
SELECT booking.cancel_booking(tenant_id, id) FROM booking.bookings WHERE staff_id = test.id('a', 'bence')
  AND starts_at BETWEEN test.at(9, '00:00') AND test.at(9, '23:00') \g /dev/null
SELECT is(test.person(test.book(9, '14:30')), 'Bence', 'cancelled bookings do not count');
UPDATE booking.staff SET sort_order = 0 WHERE id = test.id('a', 'bence');
SELECT is(test.person(test.book(1, '09:00')), 'Bence', 'sort order decides between equals');
UPDATE booking.staff SET active = false WHERE id = test.id('a', 'bence');
SELECT is((SELECT array_agg(test.person(test.book(10, hour::time)) ORDER BY hour) FROM unnest('{10:00,10:30}'::text[]) AS hour),
  '{Anna,Anna}',
  'who is not active gets nothing');
SELECT is(test.refusal('SELECT test.book(10, ''10:00'')') , 'booking.slot_unavailable {"reason" : "busy", "requestedDate" : "'
  || test.day(10)
  || '", "requestedStartTime" : "10:00", "nextAvailableDate" : "' || test.day(10) || '", "nextAvailableStartTime" : "11:00"}',
    'nobody is free: the next start of anybody');
UPDATE booking.staff SET active = true, sort_order = 2 WHERE id = test.id('a', 'bence');

-- Starts next to each other touch; with buffers they keep their distance, on either side.
SELECT is(test.refusal(format('SELECT test.book(11, %L, ''anna'', %L)', start, service)) ~ '^booking.slot_unavailable.*busy',
  refused, format('%s at %s', service, start))
FROM (VALUES (1, '12:00', 'colour', false), (2, '11:00', 'haircut', false), (3, '11:30', 'haircut', true), (4, '13:00', 'haircut',
  true), (5, '13:30', 'haircut', false),
             (6, '14:00', 'haircut', false), (7, '10:30', 'haircut', false), (8, '14:30', 'colour', true), (9, '15:00', 'colour',
               false)) AS step (place, start, service, refused);

-- Guests: one customer for one address, whatever its case.
SELECT test.book(12, '09:00', 'anna', 'haircut', 'Nagy.Anna@example.com'), test.book(12, '09:30', 'anna', 'haircut',
  'nagy.anna@EXAMPLE.com') \g /dev/null
SELECT is((SELECT count(*) FROM booking.customers WHERE lower(email) = 'nagy.anna@example.com'), 1::bigint,
  'a returning guest is the same customer');
SELECT is((SELECT array_agg(guest_email ORDER BY starts_at) FROM booking.bookings WHERE starts_at BETWEEN test.at(12, '00:00')
  AND test.at(12, '23:00')),
  '{Nagy.Anna@example.com,nagy.anna@EXAMPLE.com}', 'each booking shows the guest as named on it');
SELECT test.book(12, '10:00', 'anna', 'haircut', NULL), test.book(12, '10:30', 'anna', 'haircut', NULL) \g /dev/null
SELECT is((SELECT count(*) FROM booking.customers WHERE email IS NULL AND tenant_id = test.id('a', 'tenant')), 2::bigint,
  'guests without an address are not mixed up');
UPDATE booking.customers SET blocked_at = now() WHERE lower(email) = 'nagy.anna@example.com';
SELECT is(test.refusal('SELECT test.book(12, ''11:00'', ''anna'', ''haircut'', ''NAGY.ANNA@example.com'')'), 'booking.guest_blocked',
  'a blocked guest');
SELECT is_empty($$ SELECT FROM booking.busy_times WHERE protected_from = test.at(12, '11:00') $$, 'takes no time');

-- What does not exist, or is another tenant's.
SELECT is(test.refusal(format('SELECT booking.create_booking(%L, %L, %L, %L, %L, ''G'', ''g@example.com'')', test.id('a',
  'tenant'), service, place, person, test.at(13, '09:00'))), expected, reason)
FROM (VALUES
  (test.id('a', 'x'), test.id('a', 'main'), NULL::uuid, 'service.not_found {"resource":"service"}', 'an unknown service'),
  (test.id('b', 'haircut'), test.id('a', 'main'), NULL, 'service.not_found {"resource":"service"}', 'another tenant''s service'),
  (NULL, test.id('a', 'main'), NULL, 'service.not_found {"resource":"service"}', 'no service'),
  (test.id('a', 'haircut'), test.id('b', 'main'), NULL, 'service.not_found {"resource":"location"}', 'another tenant''s location'),
  (test.id('a', 'haircut'), NULL, NULL, 'service.not_found {"resource":"location"}', 'no location'),
  (test.id('a', 'haircut'), test.id('a', 'main'), test.id('b', 'anna'), 'service.not_found {"resource":"staff"}',
    'another tenant''s person'),
  (test.id('a', 'colour'), test.id('a', 'main'), test.id('a', 'bence'), 'service.not_found {"resource":"staff"}',
    'somebody who does not perform it')) AS step (service, place, person, expected, reason);
SELECT is(test.refusal(format('SELECT booking.cancel_booking(%L, %L)', test.id('a', 'tenant'), id)), 'booking.not_found', reason)
FROM (VALUES (test.first_booking('b'), 'another tenant''s booking'), (booking.uuid_v7(), 'an unknown booking'), (NULL,
  'no booking')) AS step (id, reason);
SELECT is(test.refusal(format('SELECT booking.create_booking(%L, %L, %L, NULL, %L, ''G'', ''g@example.com'')', test.id('a',
  'tenant'), test.id('a', 'haircut'), test.id('a', 'main'), start)),
  '22023', 'no booking at ' || coalesce(start, 'NULL'))
FROM unnest('{NULL,infinity,-infinity}'::text[]) AS start;

-- The last line of defence, below all functions.
SELECT throws_ok(format($$
    INSERT INTO booking.busy_times (tenant_id, staff_id, booking_id, protected_from, protected_to) VALUES (%L, %L, %L, %L, %L)
  $$, test.id('a', 'tenant'), test.id('a', 'bence'), test.first_booking('a'), test.at(40, starts), test.at(40, ends)), '23P01',
    NULL, format('%s to %s overlaps 12:00 to 12:30', starts, ends))
FROM (VALUES ('11:00'::time, '12:01'::time), ('12:29', '13:00'), ('12:10', '12:20'), ('12:00', '12:30'), ('11:00',
  '14:00')) AS period (starts, ends);
SELECT lives_ok(format($$
    INSERT INTO booking.busy_times (tenant_id, staff_id, booking_id, protected_from, protected_to) VALUES (%L, %L, %L, %L, %L)
  $$, test.id(tenant, 'tenant'), test.id(tenant, person), test.first_booking(tenant), test.at(40, starts), test.at(40, ends)), reason)
FROM (VALUES ('a', 'bence', '11:00'::time, '12:00'::time, 'until its start touches'), ('a', 'bence', '12:30', '13:00',
  'from its end touches'),
             ('a', 'anna', '12:00', '12:30', 'another person is free'), ('b', 'anna', '12:00', '12:30',
               'so is another tenant''s')) AS period (tenant, person, starts, ends, reason);
SELECT throws_ok(format($$
    INSERT INTO booking.busy_times (tenant_id, staff_id, booking_id, protected_from, protected_to) VALUES (%L, %L, %L, %L, %L)
  $$, test.id('a', 'tenant'), test.id('a', 'bence'), test.first_booking('a'), starts, ends), '23514', NULL, reason)
FROM (VALUES (test.at(45, '10:00'), test.at(45, '10:00'), 'an empty time'), (test.at(45, '10:00'), test.at(45, '09:00'),
  'one that ends before it starts'),
             (test.at(45, '10:00'), test.at(48, '12:00'), 'one of more than three days'), ('-infinity', test.at(45, '10:00'),
               'one without a start')) AS period (starts, ends, reason);

-- Invariants over everything that happened above.
SELECT is_empty($$
  SELECT b.id FROM booking.bookings AS b LEFT JOIN booking.busy_times AS t ON t.booking_id = b.id
    AND t.protected_from = b.starts_at - make_interval(mins => b.buffer_before_minutes)
    AND t.protected_to = b.ends_at + make_interval(mins => b.buffer_after_minutes) AND t.staff_id = b.staff_id
  WHERE (b.status IN ('pending', 'confirmed', 'reschedule_proposed')) <> (t.id IS NOT NULL)
$$, 'a booking takes its time exactly while it holds');
SELECT is_empty($$
  SELECT booking_id FROM booking.booking_events GROUP BY booking_id HAVING min(sequence) <> 1 OR max(sequence) <> count(*)
$$, 'events are numbered from 1 without gaps');
SELECT is_empty($$
  SELECT booking_id FROM (
    SELECT booking_id, from_status, lag(to_status) OVER (PARTITION BY booking_id ORDER BY sequence) AS before
      FROM booking.booking_events) AS e
  WHERE from_status IS DISTINCT FROM before
$$, 'each starts from where the one before ended');
SELECT is_empty($$
  SELECT b.id FROM booking.bookings AS b WHERE b.status <> (SELECT to_status FROM booking.booking_events AS e
    WHERE e.booking_id = b.id ORDER BY sequence DESC LIMIT 1)
$$, 'and the last one tells the status');

SELECT * FROM finish();
ROLLBACK;
