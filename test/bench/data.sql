-- Ten thousand bookings of the example salon, years ago: a calendar with a past, and nothing in the way of new bookings.
WITH salon AS (
  SELECT slug.tenant_id, place.id AS location_id, service.id AS service_id, person.id AS staff_id, guest.id AS customer_id,
         service.name, service.pricing_version
  FROM booking.tenant_slugs AS slug
  JOIN booking.locations AS place USING (tenant_id)
  JOIN booking.services AS service ON service.tenant_id = slug.tenant_id AND service.name = 'Haircut'
  JOIN booking.staff AS person ON person.tenant_id = slug.tenant_id AND person.role = 'owner'
  JOIN booking.customers AS guest ON guest.tenant_id = slug.tenant_id AND guest.email = 'luca@example.com'
  WHERE slug.slug = 'example-salon'
), booked AS (
  INSERT INTO booking.bookings
    (tenant_id, location_id, service_id, staff_id, customer_id, status, starts_at, ends_at, buffer_before_minutes,
     buffer_after_minutes, service_name, price_type, price_amount, price_currency, pricing_version, guest_name, guest_email,
     source, cancel_deadline_at)
  SELECT tenant_id, location_id, service_id, staff_id, customer_id, 'confirmed', start, start + interval '45 minutes', 0, 0,
         name, 'fixed', 4500, 'HUF', pricing_version, 'Kiss Luca', 'luca@example.com', 'dashboard', start - interval '1 day'
  FROM salon, generate_series(timestamptz '2020-01-01 00:00Z', timestamptz '2020-01-01 00:00Z' + 9999 * interval '45 minutes',
                              interval '45 minutes') AS start
  RETURNING *
), busy AS (
  INSERT INTO booking.busy_times (tenant_id, staff_id, booking_id, protected_from, protected_to)
  SELECT tenant_id, staff_id, id, starts_at, ends_at FROM booked
)
INSERT INTO booking.booking_events (tenant_id, booking_id, sequence, event, to_status, actor_type)
SELECT tenant_id, id, 1, 'booking.requested', 'pending', 'provider' FROM booked;
