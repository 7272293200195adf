-- A salon with room for millions of bookings: 500 people around the clock, five minutes each; booking number n has a slot of its own.
SELECT booking.create_tenant('bench-salon', 'Bench salon', 'UTC', plan => 'pro', approval => 'automatic') AS tenant \gset
UPDATE booking.tenants SET horizon_days = 1000 WHERE tenant_id = :'tenant';
INSERT INTO booking.services (tenant_id, name, duration_minutes, slot_step_minutes, price_type)
  VALUES (:'tenant', 'Minutes', 5, 5, 'free');
INSERT INTO booking.staff (tenant_id, name, sort_order) SELECT :'tenant', 'Person ' || n, n FROM generate_series(0, 499) AS n;
INSERT INTO booking.staff_services (tenant_id, staff_id, service_id)
  SELECT tenant_id, person.id, service.id FROM booking.staff AS person JOIN booking.services AS service USING (tenant_id)
  WHERE tenant_id = :'tenant';
INSERT INTO booking.opening_hours (tenant_id, location_id, weekday, opens, closes)
  SELECT tenant_id, id, weekday, '00:00', '24:00' FROM booking.locations, generate_series(1, 7) AS weekday WHERE tenant_id = :'tenant';
CREATE SEQUENCE bench_booking MINVALUE 0;
CREATE FUNCTION bench_booking_body(n bigint) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT format('{"salonSlug":"bench-salon","serviceId":"%s","staffId":"%s","date":"%s","startTime":"%s","guest":{"name":"Guest","email":"guest%s@example.com"}}',
    booking.public_id('svc', service.id), booking.public_id('staff', person.id), start::date, to_char(start, 'HH24:MI'), n % 1000)
  FROM booking.tenant_slugs AS slug
  JOIN booking.services AS service USING (tenant_id)
  JOIN booking.staff AS person ON person.tenant_id = slug.tenant_id AND person.sort_order = n % 500
  CROSS JOIN LATERAL (SELECT date_trunc('day', now() AT TIME ZONE 'UTC') + interval '2 days' + n / 500 * interval '5 minutes' AS start) AS s
  WHERE slug.slug = 'bench-salon'
$$;
INSERT INTO booking.customers (tenant_id, name, email) VALUES (:'tenant', 'Guest', 'guest@example.com');
-- The next free slot, with all that a booking of it consists of.
CREATE FUNCTION bench_next_booking(OUT tenant_id uuid, OUT location_id uuid, OUT service_id uuid, OUT staff_id uuid, OUT customer_id uuid, OUT start timestamptz)
  LANGUAGE sql VOLATILE AS $$
  WITH next AS MATERIALIZED (SELECT nextval('bench_booking') AS n)
  SELECT slug.tenant_id, place.id, service.id, person.id, guest.id, date_trunc('day', now()) + interval '2 days' + n / 500 * interval '5 minutes'
  FROM next
  JOIN booking.tenant_slugs AS slug ON slug.slug = 'bench-salon'
  JOIN booking.locations AS place USING (tenant_id)
  JOIN booking.services AS service USING (tenant_id)
  JOIN booking.staff AS person ON person.tenant_id = slug.tenant_id AND person.sort_order = n % 500
  JOIN booking.customers AS guest ON guest.tenant_id = slug.tenant_id AND guest.email = 'guest@example.com'
$$;
