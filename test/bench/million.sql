-- A million bookings of the bench salon in years gone by: 2000 of each of its 500 people.
SET session_replication_role = replica;  -- foreign keys hold by the way the rows are made
INSERT INTO booking.customers (tenant_id, name, email)
  SELECT tenant_id, 'Guest', 'past@example.com' FROM booking.tenant_slugs WHERE slug = 'bench-salon';
WITH booked AS (
  INSERT INTO booking.bookings
    (tenant_id, location_id, service_id, staff_id, customer_id, status, starts_at, ends_at, buffer_before_minutes,
     buffer_after_minutes, service_name, price_type, pricing_version, guest_name, guest_email, source, cancel_deadline_at)
  SELECT tenant_id, place.id, service.id, person.id, guest.id, 'completed', start, start + interval '5 minutes', 0, 0,
         service.name, 'free', service.pricing_version, 'Guest', 'past@example.com', 'dashboard', start
  FROM booking.tenant_slugs AS slug
  JOIN booking.locations AS place USING (tenant_id)
  JOIN booking.services AS service USING (tenant_id)
  JOIN booking.staff AS person USING (tenant_id)
  JOIN booking.customers AS guest USING (tenant_id),
  generate_series(timestamptz '2020-01-01 00:00Z', timestamptz '2020-01-01 00:00Z' + 1999 * interval '5 minutes', interval '5 minutes') AS start
  WHERE slug.slug = 'bench-salon' AND guest.email = 'past@example.com'
  RETURNING *
), busy AS (
  INSERT INTO booking.busy_times (tenant_id, staff_id, booking_id, protected_from, protected_to)
  SELECT tenant_id, staff_id, id, starts_at, ends_at FROM booked
)
INSERT INTO booking.booking_events (tenant_id, booking_id, sequence, event, to_status, actor_type)
SELECT tenant_id, id, 1, 'booking.requested', 'pending', 'provider' FROM booked;
VACUUM ANALYZE;
