-- A booking from the catalogue to its cancellation, without any HTTP: the whole public API is one SQL function.
\pset format unaligned
\pset tuples_only on
\set SHOW_CONTEXT never

-- A business: one person who cuts hair from 9 to 12 every day.
SELECT booking.create_tenant('tour-salon', 'Tour salon', 'Europe/Budapest', plan => 'pro', approval => 'automatic') AS salon \gset
INSERT INTO booking.staff (tenant_id, name) VALUES (:'salon', 'Kovács Anna');
INSERT INTO booking.services (tenant_id, name, duration_minutes, slot_step_minutes, price_type, price_amount, price_currency)
  VALUES (:'salon', 'Haircut', 45, 45, 'fixed', 4500, 'HUF');
INSERT INTO booking.staff_services (tenant_id, staff_id, service_id)
  SELECT tenant_id, person.id, service.id FROM booking.staff AS person JOIN booking.services AS service USING (tenant_id)
  WHERE tenant_id = :'salon';
INSERT INTO booking.opening_hours (tenant_id, location_id, weekday, opens, closes)
  SELECT tenant_id, id, weekday, '09:00', '12:00' FROM booking.locations, generate_series(1, 7) AS weekday WHERE tenant_id = :'salon';

-- Its API key, which is shown once, here.
SELECT api_key FROM booking.create_api_key(:'salon', 'Tour',
  '{services.read, staff.read, availability.read, booking.create, booking.read, booking.cancel}') \gset
SELECT :'api_key' ~ '^bk_live_[0-9A-Za-z]{48}$';
SELECT jsonb_build_object('Authorization', 'Bearer ' || :'api_key', 'Content-Type', 'application/json') AS headers \gset

-- For this file only: what differs from run to run is masked, and dates count from today.
CREATE FUNCTION masked(body text) RETURNS text LANGUAGE sql AS $$
  SELECT regexp_replace(regexp_replace(regexp_replace(regexp_replace(jsonb_pretty(body::jsonb), '([a-z]+)_[0-9a-z]{26}', '\1_…', 'g'),
                        'T[0-9:.]+Z', 'T…Z', 'g'), '\d{4}-\d\d-\d\d', 'YYYY-MM-DD', 'g'), '\+0[12]:00', '+0…', 'g') $$;
SELECT to_char(now() AT TIME ZONE 'Europe/Budapest' + interval '7 days', 'YYYY-MM-DD') AS day \gset

-- 1. What can be booked?
SELECT status, masked(body) FROM booking.http_request('GET', '/v1/services?salonSlug=tour-salon', :'headers');
SELECT body::jsonb #>> '{data,services,0,id}' AS service_id
FROM booking.http_request('GET', '/v1/services?salonSlug=tour-salon', :'headers') \gset

-- 2. With whom?
SELECT status, masked(body) FROM booking.http_request('GET', '/v1/staff?salonSlug=tour-salon', :'headers');

-- 3. When?
SELECT status, masked(body) FROM booking.http_request('POST', '/v1/availability/search', :'headers', json_build_object(
  'salonSlug', 'tour-salon', 'serviceId', :'service_id', 'dateRange', json_build_object('from', :'day', 'to', :'day'))::text);

-- 4. Book it.
SELECT json_build_object('salonSlug', 'tour-salon', 'serviceId', :'service_id', 'date', :'day', 'startTime', '09:45',
                         'guest', json_build_object('name', 'Minta Petra', 'email', 'petra@example.com')) AS wish \gset
SELECT status, headers - 'X-Request-Id' - 'X-RateLimit-Reset', masked(body) FROM booking.http_request('POST', '/v1/bookings', :'headers', :'wish');
-- Once more: somebody else was quicker.
SELECT status, masked(body) FROM booking.http_request('POST', '/v1/bookings', :'headers', :'wish');

-- 5. Look after it.
SELECT body::jsonb #>> '{data,bookings,0,id}' AS booking_id
FROM booking.http_request('GET', '/v1/bookings?salonSlug=tour-salon&limit=1', :'headers') \gset
SELECT status, body::jsonb #>> '{data,booking,status}' FROM booking.http_request('GET', '/v1/bookings/' || :'booking_id', :'headers');
SELECT status, body::jsonb #>> '{data,booking,status}'
FROM booking.http_request('POST', format('/v1/bookings/%s/cancel', :'booking_id'), :'headers', '{"reason": "The guest is ill."}');
SELECT status, masked(body) FROM booking.http_request('GET', format('/v1/bookings/%s/events', :'booking_id'), :'headers');

-- The same in SQL, as the business's own tools do it: the rows are there, and so are the functions behind the API.
SELECT service_name, status, cancel_reason FROM booking.bookings WHERE tenant_id = :'salon';
SELECT to_char(slot.starts_at AT TIME ZONE 'Europe/Budapest', 'HH24:MI')
FROM booking.services AS s, booking.locations AS l,
  booking.search_slots(s.tenant_id, s.id, l.id, only_staff_id => NULL, from_date => :'day', to_date => :'day') AS slot
WHERE s.tenant_id = :'salon' AND l.tenant_id = s.tenant_id;
SELECT booking.create_booking(s.tenant_id, s.id, l.id, NULL, (:'day'::date + time '09:45') AT TIME ZONE 'Europe/Budapest',
  'Minta Pál', NULL) AS booking_id
FROM booking.services AS s, booking.locations AS l WHERE s.tenant_id = :'salon' AND l.tenant_id = s.tenant_id \gset
SELECT guest_name, status, source FROM booking.bookings WHERE id = :'booking_id';
SELECT answer.reason FROM booking.services AS s, booking.locations AS l,
  booking.explain_slot(s.tenant_id, s.id, l.id, NULL, (:'day'::date + time '09:45') AT TIME ZONE 'Europe/Budapest') AS answer
WHERE s.tenant_id = :'salon' AND l.tenant_id = s.tenant_id;
SELECT booking.cancel_booking(:'salon', :'booking_id');
-- In SQL a refusal is an error with its code in the HINT.
SELECT booking.cancel_booking(:'salon', :'booking_id');

DELETE FROM booking.bookings WHERE tenant_id = :'salon';
DELETE FROM booking.tenants WHERE tenant_id = :'salon';
DROP FUNCTION masked;
