# A booking (rules, locks, terms, events) against the bare insert of the rows that it leaves, constraints and all. Goal: A/B at
# least 0.45.
# shellcheck shell=bash disable=SC2034,SC2154
title_a="booking.create_booking, $pgbench_clients clients"
title_b="insert of its rows, $pgbench_clients clients"

bench_salon

side_a() {
  pgbench_sql "$pgbench_clients" "SELECT booking.create_booking(tenant_id, service_id, location_id, staff_id, start, 'Guest', 'guest@example.com')
    FROM bench_next_booking();"
}
side_b() {
  pgbench_sql "$pgbench_clients" "WITH next AS MATERIALIZED (SELECT * FROM bench_next_booking()),
    made AS (INSERT INTO booking.bookings
      (tenant_id, location_id, service_id, staff_id, customer_id, status, starts_at, ends_at, buffer_before_minutes, buffer_after_minutes,
       service_name, price_type, pricing_version, guest_name, guest_email, source, cancel_deadline_at)
      SELECT tenant_id, location_id, service_id, staff_id, customer_id, 'confirmed', start, start + interval '5 minutes', 0, 0, 'Minutes',
             'free', '0', 'Guest', 'guest@example.com', 'dashboard', start FROM next RETURNING *),
    busy AS (INSERT INTO booking.busy_times (tenant_id, staff_id, booking_id, protected_from, protected_to)
      SELECT tenant_id, staff_id, id, starts_at, ends_at FROM made)
    INSERT INTO booking.booking_events (tenant_id, booking_id, sequence, event, from_status, to_status, actor_type)
      SELECT tenant_id, id, step.sequence, step.event::booking.booking_event, step.from_status::booking.booking_status,
             step.to_status::booking.booking_status, 'provider'
      FROM made, (VALUES (1, 'booking.requested', NULL, 'pending'), (2, 'booking.confirmed', 'pending', 'confirmed'))
        AS step (sequence, event, from_status, to_status);"
}
