-- Two businesses to try things with: a salon with several people, and somebody who works alone.
-- psql --single-transaction --file seed.sql, once, in a database with the extension.

SELECT booking.create_tenant('example-salon', 'Example Salon', 'Europe/Budapest', plan => 'pro', approval => 'automatic') AS salon \gset

INSERT INTO booking.staff (tenant_id, name, bio, role, sort_order) VALUES
  (:'salon', 'Kovács Anna', 'Cuts and colours; founded the salon.', 'owner', 1),
  (:'salon', 'Nagy Bence', 'Cuts and beards.', 'staff', 2),
  (:'salon', 'Szabó Csilla', 'Colours and festive hair.', 'staff', 3),
  (:'salon', 'Tóth Dániel', NULL, 'staff', 4);

INSERT INTO booking.services
  (tenant_id, name, description, category, duration_minutes, buffer_after_minutes, price_type, price_amount, price_currency, sort_order) VALUES
  (:'salon', 'Haircut', 'Wash, cut and styling.', 'Hair', 45, 0, 'fixed', 4500, 'HUF', 1),
  (:'salon', 'Beard trim', NULL, 'Beard', 20, 5, 'fixed', 2900, 'HUF', 2),
  (:'salon', 'Colouring', 'The price depends on length.', 'Hair', 120, 15, 'from', 16000, 'HUF', 3),
  (:'salon', 'Wedding hairstyle', NULL, 'Festive', 90, 0, 'on_request', NULL, NULL, 4),
  (:'salon', 'Consultation', 'What would suit you?', 'Hair', 15, 0, 'free', NULL, NULL, 5);

INSERT INTO booking.staff_services (tenant_id, staff_id, service_id)
SELECT person.tenant_id, person.id, service.id
FROM (VALUES
  ('Kovács Anna', '{Haircut,Colouring,Wedding hairstyle,Consultation}'::text[]),
  ('Nagy Bence', '{Haircut,Beard trim,Consultation}'),
  ('Szabó Csilla', '{Haircut,Colouring,Wedding hairstyle}'),
  ('Tóth Dániel', '{Haircut,Beard trim}')) AS skill (person, services)
JOIN booking.staff AS person ON person.tenant_id = :'salon' AND person.name = skill.person
JOIN booking.services AS service ON service.tenant_id = :'salon' AND service.name = ANY (skill.services);

INSERT INTO booking.opening_hours (tenant_id, location_id, weekday, opens, closes)
SELECT place.tenant_id, place.id, weekday, '09:00', CASE weekday WHEN 6 THEN '14:00' ELSE '19:00' END::time
FROM booking.locations AS place, generate_series(1, 6) AS weekday WHERE place.tenant_id = :'salon';

-- Bence has Mondays off and a break at noon, Dániel comes in the afternoon; the others work the opening hours.
INSERT INTO booking.working_hours (tenant_id, staff_id, location_id, weekday, opens, closes)
SELECT person.tenant_id, person.id, place.id, weekday, shift.opens, shift.closes
FROM (VALUES
  ('Nagy Bence', 2, 5, '09:00'::time, '12:00'::time),
  ('Nagy Bence', 2, 5, '12:30', '18:00'),
  ('Nagy Bence', 6, 6, '09:00', '14:00'),
  ('Tóth Dániel', 1, 5, '13:00', '19:00')) AS shift (person, first_day, last_day, opens, closes)
CROSS JOIN LATERAL generate_series(shift.first_day, shift.last_day) AS weekday
JOIN booking.staff AS person ON person.tenant_id = :'salon' AND person.name = shift.person
JOIN booking.locations AS place ON place.tenant_id = :'salon';

INSERT INTO booking.customers (tenant_id, name, email, phone) VALUES
  (:'salon', 'Varga Eszter', 'eszter@example.com', '+36301234567'),
  (:'salon', 'Horváth Gábor', 'gabor@example.com', NULL),
  (:'salon', 'Kiss Luca', 'luca@example.com', '+36709876543');

-- Each of them has booked the first haircut of a day to come, with anybody.
SELECT count(booking.create_booking(:'salon', service.id, place.id, NULL, slot.starts_at, guest.name, guest.email, guest.phone)) AS booked
FROM (SELECT *, row_number() OVER (ORDER BY email) AS day FROM booking.customers WHERE tenant_id = :'salon') AS guest
JOIN booking.locations AS place ON place.tenant_id = guest.tenant_id
JOIN booking.services AS service ON service.tenant_id = guest.tenant_id AND service.name = 'Haircut'
CROSS JOIN LATERAL booking.next_available(
  guest.tenant_id, service.id, place.id, NULL, now() + guest.day * interval '1 day') AS slot \gset

SELECT booking.create_tenant('anna-therapy', 'Anna Keller, Therapy', 'America/Chicago', plan => 'pro', approval => 'manual') AS practice \gset

INSERT INTO booking.staff (tenant_id, name, role) VALUES (:'practice', 'Anna Keller', 'owner');

INSERT INTO booking.services (tenant_id, name, duration_minutes, buffer_after_minutes, slot_step_minutes, price_type, price_amount, price_currency, sort_order) VALUES
  (:'practice', 'Session', 50, 10, 30, 'fixed', 140, 'USD', 1),
  (:'practice', 'First conversation', 20, 10, 30, 'free', NULL, NULL, 2);

INSERT INTO booking.staff_services (tenant_id, staff_id, service_id)
SELECT person.tenant_id, person.id, service.id
FROM booking.staff AS person JOIN booking.services AS service USING (tenant_id) WHERE person.tenant_id = :'practice';

INSERT INTO booking.opening_hours (tenant_id, location_id, weekday, opens, closes)
SELECT place.tenant_id, place.id, weekday, half.opens, half.closes
FROM booking.locations AS place, generate_series(1, 4) AS weekday,
     (VALUES ('08:00'::time, '12:00'::time), ('13:00', '17:00')) AS half (opens, closes)
WHERE place.tenant_id = :'practice';
