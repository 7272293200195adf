-- Slot search: one engine (extension/engine/slots) behind every question about free time.

CREATE FUNCTION booking.class_session(service_id uuid, location_id uuid, staff_id uuid, starts_at timestamptz) RETURNS uuid
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_booking_class_session';
COMMENT ON FUNCTION booking.class_session(uuid, uuid, uuid, timestamptz) IS
  'What tells sessions of classes apart, as busy_times.session_id: bookings of the same service with the same person at the same place and start are one session.';

CREATE FUNCTION booking.slots_preview(spec jsonb, OUT starts_at timestamptz) RETURNS SETOF timestamptz
  LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_booking_slots_preview';
COMMENT ON FUNCTION booking.slots_preview(jsonb) IS
  'Bookable starts of a schedule given inline, in order; touches no table. The members of the spec are described in docs/slots.md.';

CREATE FUNCTION booking.search_slots(
  tenant_id uuid, service_id uuid, only_location_id uuid, only_staff_id uuid, from_date date, to_date date,
  now timestamptz DEFAULT now(), max_slots integer DEFAULT NULL, moved_booking_id uuid DEFAULT NULL,
  OUT starts_at timestamptz, OUT ends_at timestamptz, OUT staff_id uuid, OUT location_id uuid) RETURNS SETOF record
  LANGUAGE c STABLE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'pg_booking_search_slots';
COMMENT ON FUNCTION booking.search_slots(uuid, uuid, uuid, uuid, date, date, timestamptz, integer, uuid) IS
  'Bookable starts of a service, with one person (only_staff_id) or everybody who performs it (NULL), at one location or all (NULL), on the local dates from_date to to_date, ordered by start, staff, location; the first max_slots of them. moved_booking_id: as if that booking were not there, and for its duration and buffers.';

CREATE FUNCTION booking.rank_slots(
  tenant_id uuid, service_id uuid, only_location_id uuid, only_staff_id uuid, from_date date, to_date date,
  now timestamptz DEFAULT now(), max_slots integer DEFAULT NULL, moved_booking_id uuid DEFAULT NULL,
  OUT starts_at timestamptz, OUT ends_at timestamptz, OUT staff_id uuid, OUT location_id uuid, OUT gap_minutes integer)
  RETURNS SETOF record
  LANGUAGE c STABLE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'pg_booking_rank_slots';
COMMENT ON FUNCTION booking.rank_slots(uuid, uuid, uuid, uuid, date, date, timestamptz, integer, uuid) IS
  'The starts of booking.search_slots, all of them, ordered by the gap they leave, then start, staff, location; the first max_slots. gap_minutes: the smaller of what would be left over before and after the booking once as many more of the service as fit are there, 0 when the free time stays in one piece.';

CREATE FUNCTION booking.next_available(
  tenant_id uuid, service_id uuid, only_location_id uuid, only_staff_id uuid, not_before timestamptz,
  now timestamptz DEFAULT now(), max_slots integer DEFAULT 1, moved_booking_id uuid DEFAULT NULL,
  OUT starts_at timestamptz, OUT ends_at timestamptz, OUT staff_id uuid, OUT location_id uuid) RETURNS SETOF record
  LANGUAGE c STABLE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'pg_booking_next_available';
COMMENT ON FUNCTION booking.next_available(uuid, uuid, uuid, uuid, timestamptz, timestamptz, integer, uuid) IS
  'The first bookable starts at or after an instant, up to the booking horizon; stops searching at the last one asked for.';

CREATE FUNCTION booking.explain_slot(
  tenant_id uuid, service_id uuid, only_location_id uuid, only_staff_id uuid, starts_at timestamptz,
  now timestamptz DEFAULT now(), moved_booking_id uuid DEFAULT NULL, override boolean DEFAULT false,
  duration_minutes integer DEFAULT NULL,
  OUT staff_id uuid, OUT reason text, OUT location_id uuid, OUT lacking_kind_id uuid, OUT resource_ids uuid[],
  OUT in_session boolean) RETURNS SETOF record
  LANGUAGE c STABLE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'pg_booking_explain_slot';
COMMENT ON FUNCTION booking.explain_slot(uuid, uuid, uuid, uuid, timestamptz, timestamptz, uuid, boolean, integer) IS
  'Per eligible person and location whether one start is bookable: reason is NULL when it is, else off_grid, closed, time_off, busy, capacity, notice, horizon or limit. capacity: no seat is left in the class, or no room or device of lacking_kind_id. resource_ids: the rooms and devices that a booking would get; in_session: whether it would join a class that has guests. The same predicate that search and booking use. override: what is left when staff override the rules: busy, capacity, or off_grid for what is no whole minute. duration_minutes: with another duration than the service''s.';

CREATE FUNCTION booking.count_suppressed(
  tenant_id uuid, service_id uuid, only_location_id uuid, only_staff_id uuid, from_date date, to_date date,
  now timestamptz DEFAULT now(), moved_booking_id uuid DEFAULT NULL,
  OUT location_id uuid, OUT staff_id uuid, OUT reason text, OUT starts bigint) RETURNS SETOF record
  LANGUAGE c STABLE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'pg_booking_count_suppressed';
COMMENT ON FUNCTION booking.count_suppressed(uuid, uuid, uuid, uuid, date, date, timestamptz, uuid) IS
  'How many starts on the grid booking.search_slots leaves out, by person, location and reason; what is not there has none.';
