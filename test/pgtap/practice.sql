-- A practice keeps its calendar in schema api: the same bookings as /v1's, in the words of a practice.
BEGIN;
\ir helpers/fixture.sql
SELECT plan(53);

CREATE FUNCTION test.sign_in(tenant text) RETURNS void LANGUAGE sql AS $$
  SELECT set_config('role', 'none', true), set_config('pg_booking.tenant_id', test.id(tenant, 'tenant')::text, true),
         set_config('role', 'authenticated', true)
$$;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA test TO authenticated;
GRANT SELECT ON ALL TABLES IN SCHEMA test TO authenticated;
CREATE FUNCTION test.status_of(appointment uuid) RETURNS text LANGUAGE sql AS $$ SELECT status FROM api.appointments WHERE id = appointment $$;

-- Isolation: two practices alike to the last row.

SELECT test.sign_in('a');
SELECT is_empty($$
  SELECT v.name FROM (
    SELECT 'appointments' AS name, therapist_id FROM api.appointments UNION SELECT 'clients', therapist_id FROM api.clients
    UNION SELECT 'sessions', therapist_id FROM api.sessions UNION SELECT 'service_menu', therapist_id FROM api.service_menu
    UNION SELECT 'providers', therapist_id FROM api.providers UNION SELECT 'provider_services', therapist_id FROM api.provider_services
    UNION SELECT 'locations', therapist_id FROM api.locations UNION SELECT 'business_hours', therapist_id FROM api.business_hours
    UNION SELECT 'provider_hours', therapist_id FROM api.provider_hours UNION SELECT 'date_overrides', therapist_id FROM api.date_overrides
    UNION SELECT 'unavailability', therapist_id FROM api.unavailability UNION SELECT 'booking_settings', therapist_id FROM api.booking_settings) AS v
  WHERE v.therapist_id <> test.id('a', 'tenant')
$$, 'no view shows a row of another practice');
SELECT is((SELECT count(*) FROM api.appointments), 1::bigint, 'and each shows its own');
SELECT throws_ok(format($$ INSERT INTO api.clients (name, therapist_id) VALUES ('Mallory', %L) $$, test.id('b', 'tenant')), '42501', NULL,
  'no client of another practice is made');
SELECT throws_ok(format($$ INSERT INTO api.appointments (date, start_time, service_id, client_name, therapist_id) VALUES (%L, '10:00', %L, 'M', %L) $$,
  test.day(20), test.id('b', 'haircut'), test.id('b', 'tenant')), '42501', NULL, 'nor an appointment');
SELECT throws_ok(format($$ INSERT INTO api.appointments (date, start_time, service_id, client_name) VALUES (%L, '10:00', %L, 'M') $$,
  test.day(20), test.id('b', 'haircut')), 'BK201', NULL, 'another practice''s service is none');
SELECT throws_ok(format($$ INSERT INTO api.appointments (date, start_time, service_id, client_id, client_name) VALUES (%L, '10:00', %L, %L, 'M') $$,
  test.day(20), test.id('a', 'haircut'), (SELECT md5('x')::uuid)), '23503', NULL, 'an unknown client is refused');
SELECT throws_ok(format($$ UPDATE api.clients SET therapist_id = %L $$, test.id('b', 'tenant')), '42501', NULL, 'nothing is given to another practice');
SELECT throws_ok(format($$ UPDATE api.appointments SET therapist_id = %L $$, test.id('b', 'tenant')), '42501', NULL, 'nor an appointment');
SELECT throws_ok($$ UPDATE booking.tenants SET plan = 'pro' $$, '42501', NULL, 'what the practice pays for is not its own to change');
SELECT throws_ok($$ UPDATE api.booking_settings SET therapist_id = therapist_id $$, '42501', NULL, 'nor its id');

-- Services and clients.

INSERT INTO api.service_menu (name, duration, price) VALUES ('Swedish Massage', 60, 120);
SELECT is((SELECT (duration, price::text, currency, active)::text FROM api.service_menu WHERE name = 'Swedish Massage'), '(60,120.00,USD,t)',
  'a service has its defaults, and a price with two decimals');
SELECT ok(booking.performs(test.id('a', 'tenant'), test.id('a', 'anna'), (SELECT id FROM api.service_menu WHERE name = 'Swedish Massage')),
  'the owner performs it');
UPDATE api.service_menu SET price = 130.5, active = false WHERE name = 'Swedish Massage';
SELECT is((SELECT (price::text, active)::text FROM api.service_menu WHERE name = 'Swedish Massage'), '(130.50,f)', 'it changes');
UPDATE api.service_menu SET active = true WHERE name = 'Swedish Massage';
SELECT is((SELECT price_type::text FROM booking.services WHERE name = 'Colouring'), 'from', 'a price kind that views do not show stays');
UPDATE api.service_menu SET category = 'Hair' WHERE name = 'Colouring';
SELECT is((SELECT (price_type, price_amount::numeric(12, 1))::text FROM booking.services WHERE name = 'Colouring'), '(from,16000.5)', 'through a change of something else');

INSERT INTO api.clients (name, email, phone) VALUES ('Rebecca Martinez', 'rebecca@email.com', '214-555-0123');
SELECT is((SELECT (status, total_visits)::text FROM api.clients WHERE name = 'Rebecca Martinez'), '(active,0)', 'a client has its defaults');
SELECT throws_ok($$ INSERT INTO api.clients (name, email) VALUES ('Copy', 'Rebecca@email.com') $$, '23505', NULL, 'an e-mail address names one client');

-- Appointments: any free time, of any length.

CREATE TEMP TABLE made (name text PRIMARY KEY, id uuid);
GRANT ALL ON made TO authenticated;
WITH added AS (
  INSERT INTO api.appointments (date, start_time, end_time, status, client_id, client_name, service_id, notes)
  SELECT test.day(20), '20:00', '21:30', 'scheduled', c.id, 'Rebecca M.', s.id, 'Prefers firm pressure'
  FROM api.clients AS c, api.service_menu AS s WHERE c.name = 'Rebecca Martinez' AND s.name = 'Swedish Massage' RETURNING id)
INSERT INTO made SELECT 'evening', id FROM added;
SELECT is((SELECT (date, start_time, end_time, status, client_name, notes, provider_id)::text FROM api.appointments JOIN made USING (id)),
  format('(%s,20:00:00,21:30:00,scheduled,"Rebecca M.","Prefers firm pressure",%s)', test.day(20), test.id('a', 'anna')),
  'an appointment is what was sent: after hours, longer than the service, with the owner');
SELECT is((SELECT (api.json(start_time) #>> '{}') || '|' || (api.json(starts_at) #>> '{}') FROM api.appointments JOIN made USING (id)),
  '20:00|' || booking.rfc3339(test.at(20, '20:00')), 'callers see HH:MM and UTC');
SELECT is((SELECT source::text || ' ' || status FROM booking.bookings JOIN made USING (id)), 'dashboard confirmed', 'for /v1 it is a confirmed booking');
SELECT is((SELECT array_agg(event::text ORDER BY sequence) FROM booking.booking_events JOIN made ON made.id = booking_id),
  ARRAY['booking.requested', 'booking.confirmed'], 'with the events of one');
SELECT throws_ok(format($$ INSERT INTO api.appointments (date, start_time, service_id, client_name)
  VALUES (%L, '21:00', (SELECT id FROM api.service_menu WHERE name = 'Swedish Massage'), 'Other') $$, test.day(20)), 'BK102', NULL,
  'nobody is booked twice');
SELECT is_empty($$ SELECT FROM api.clients WHERE name = 'Other' $$, 'and a refused appointment leaves no client');
SELECT lives_ok(format($$ INSERT INTO api.appointments (date, start_time, service_id, client_name)
  VALUES (%L, '21:30', (SELECT id FROM api.service_menu WHERE name = 'Swedish Massage'), 'Other') $$, test.day(20)), 'touching is free');
SELECT is((SELECT (end_time, client_id = (SELECT id FROM api.clients WHERE name = 'Other'))::text FROM api.appointments WHERE client_name = 'Other'),
  '(22:30:00,t)', 'the end follows from the service, the client from the name');
SELECT throws_ok(format($$ INSERT INTO api.appointments (date, start_time, end_time, service_id, client_name)
  VALUES (%L, '15:00', '14:00', (SELECT id FROM api.service_menu WHERE name = 'Swedish Massage'), 'X') $$, test.day(20)), '23514', NULL, 'an end before the start');
SELECT throws_ok(format($$ INSERT INTO api.appointments (date, start_time, client_name) VALUES (%L, '15:00', 'X') $$, test.day(20)), '23502', NULL, 'no service');
SELECT throws_ok(format($$ INSERT INTO api.appointments (date, start_time, service_id)
  VALUES (%L, '15:00', (SELECT id FROM api.service_menu WHERE name = 'Swedish Massage')) $$, test.day(20)), '23502', NULL, 'no client');
SELECT throws_ok(format($$ INSERT INTO api.appointments (date, start_time, service_id, client_name, status)
  VALUES (%L, '15:00', (SELECT id FROM api.service_menu WHERE name = 'Swedish Massage'), 'X', 'completed') $$, test.day(20)), 'BK103', NULL, 'none begins as completed');
SELECT throws_ok($$ INSERT INTO api.appointments (date, start_time, service_id, client_name)
  VALUES ('2027-03-28', '02:30', (SELECT id FROM api.service_menu WHERE name = 'Swedish Massage'), 'X') $$, '22008', NULL, 'a skipped hour is no time');

-- Moves.

UPDATE api.appointments SET start_time = '19:00' WHERE id = (SELECT id FROM made WHERE name = 'evening');
SELECT is((SELECT (start_time, end_time, status)::text FROM api.appointments JOIN made USING (id)), '(19:00:00,20:30:00,scheduled)',
  'a new start keeps the length, and the status');
UPDATE api.appointments SET end_time = '20:00' WHERE id = (SELECT id FROM made WHERE name = 'evening');
SELECT is((SELECT (start_time, end_time)::text FROM api.appointments JOIN made USING (id)), '(19:00:00,20:00:00)', 'a new end changes it');
SELECT throws_ok($$ UPDATE api.appointments SET end_time = '22:00' WHERE id = (SELECT id FROM made WHERE name = 'evening') $$, 'BK102', NULL,
  'not over the next one');
UPDATE api.appointments SET notes = 'Call before' WHERE id = (SELECT id FROM made WHERE name = 'evening');
SELECT is((SELECT notes FROM api.appointments JOIN made USING (id)), 'Call before', 'notes change');
SELECT is((SELECT count(*) FROM booking.booking_events JOIN made ON made.id = booking_id), 4::bigint, 'moves are events, notes are not');
UPDATE api.appointments SET client_id = (SELECT id FROM api.clients WHERE name = 'Other') WHERE id = (SELECT id FROM made WHERE name = 'evening');
SELECT is((SELECT client_name FROM api.appointments JOIN made USING (id)), 'Other', 'another client brings their name');

-- The way of an appointment.

SELECT throws_ok($$ UPDATE api.appointments SET status = 'completed' WHERE id = (SELECT id FROM made WHERE name = 'evening') $$, 'BK103', NULL,
  'who never checked in has not been here');
UPDATE api.appointments SET status = 'confirmed' WHERE id = (SELECT id FROM made WHERE name = 'evening');
SELECT is(test.status_of((SELECT id FROM made WHERE name = 'evening')), 'confirmed', 'confirmed');
SELECT throws_ok($$ UPDATE api.appointments SET status = 'scheduled' WHERE id = (SELECT id FROM made WHERE name = 'evening') $$, 'BK103', NULL, 'never back');
UPDATE api.appointments SET status = 'checked_in' WHERE id = (SELECT id FROM made WHERE name = 'evening');
UPDATE api.appointments SET status = 'in_progress' WHERE id = (SELECT id FROM made WHERE name = 'evening');
SELECT is(test.status_of((SELECT id FROM made WHERE name = 'evening')), 'in_progress', 'in progress');
SELECT throws_ok($$ UPDATE api.appointments SET status = 'completed' WHERE id = (SELECT id FROM made WHERE name = 'evening') $$, 'BK103', NULL,
  'not over before it starts');
SELECT throws_ok($$ UPDATE api.appointments SET status = 'held' WHERE id = (SELECT id FROM made WHERE name = 'evening') $$, 'BK103', NULL, 'no such status');
WITH yesterday AS (
  INSERT INTO api.appointments (date, start_time, service_id, client_name)
  SELECT test.day(-1), '10:00', s.id, 'Early' FROM api.service_menu AS s WHERE s.name = 'Swedish Massage' RETURNING id)
INSERT INTO made SELECT 'yesterday', id FROM yesterday;
UPDATE api.appointments SET status = 'checked_in' WHERE id = (SELECT id FROM made WHERE name = 'yesterday');
UPDATE api.appointments SET status = 'completed' WHERE id = (SELECT id FROM made WHERE name = 'yesterday');
SELECT is((SELECT total_visits FROM api.clients WHERE name = 'Early'), 1, 'a completed appointment is a visit');
SELECT is((SELECT status::text FROM booking.bookings JOIN made USING (id) WHERE made.name = 'yesterday'), 'completed', 'for /v1 too');
UPDATE api.appointments SET status = 'cancelled' WHERE client_name = 'Other' AND start_time = '21:30';
SELECT lives_ok($$ UPDATE api.appointments SET end_time = '22:00' WHERE id = (SELECT id FROM made WHERE name = 'evening') $$, 'a cancelled appointment frees its time');

-- Removal.

DELETE FROM api.appointments WHERE id = (SELECT id FROM made WHERE name = 'evening');
SELECT is_empty($$ SELECT FROM api.appointments JOIN made USING (id) WHERE made.name = 'evening' $$, 'a deleted appointment is gone');
SELECT is((SELECT (status, removed_at IS NOT NULL)::text FROM booking.bookings JOIN made USING (id) WHERE made.name = 'evening'), '(cancelled,t)',
  'cancelled, its record stays');
SELECT is((SELECT event::text FROM booking.booking_events JOIN made ON made.id = booking_id WHERE made.name = 'evening' ORDER BY sequence DESC LIMIT 1),
  'booking.cancelled', 'and tells so');

-- Session notes.

INSERT INTO api.sessions (client_id, appointment_id, subjective) SELECT client_id, id, 'Neck pain' FROM api.appointments JOIN made USING (id);
SELECT is((SELECT count(*) FROM api.sessions WHERE subjective = 'Neck pain'), 1::bigint, 'a note');
SELECT throws_ok($$ DELETE FROM api.clients WHERE name = 'Early' $$, '23503', NULL, 'who has notes is not deleted');

-- Free times.

SELECT is((SELECT count(*) FROM api.available_slots(test.id('a', 'haircut'), test.day(21), test.day(21), test.id('a', 'anna'))), 16::bigint, 'free times of a day');
SELECT is((SELECT array_agg(start_time ORDER BY starts_at) FROM api.ranked_slots(test.id('a', 'haircut'), test.day(21), test.day(21), test.id('a', 'anna'))),
  (SELECT array_agg(start_time) FROM api.available_slots(test.id('a', 'haircut'), test.day(21), test.day(21), test.id('a', 'anna'))), 'the same by the gaps they leave');
SELECT is((SELECT reason FROM api.explain_slot(test.id('a', 'haircut'), test.at(21, '09:10'), test.id('a', 'anna'), test.id('a', 'main'))), 'off_grid', 'and why not');

SELECT * FROM finish();
ROLLBACK;
