-- Visits: several services for one guest, back to back. Each part is a booking with terms, status and events of its own.

CREATE FUNCTION booking.search_visits(
  tenant_id uuid, service_ids uuid[], only_location_id uuid, staff_ids uuid[], from_date date, to_date date,
  now timestamptz DEFAULT now(), same_staff boolean DEFAULT false, max_visits integer DEFAULT NULL,
  OUT starts_at timestamptz, OUT ends_at timestamptz, OUT location_id uuid, OUT staff_by_part uuid[], OUT starts_by_part timestamptz[])
  RETURNS SETOF record
  LANGUAGE c STABLE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'pg_booking_search_visits';
COMMENT ON FUNCTION booking.search_visits(uuid, uuid[], uuid, uuid[], date, date, timestamptz, boolean, integer) IS
  'Bookable starts of a visit of one to eight services in this order, with one way each to staff it, by start, then location; the first max_visits of them. staff_ids: by part, NULL (or no array) for anybody; same_staff: all parts by one person. A part follows the one before after its service''s processing_minutes, in which the person is free; only the first is on the grid.';

CREATE FUNCTION booking.plan_visit(
  tenant_id uuid, service_ids uuid[], location_id uuid, staff_ids uuid[], starts_at timestamptz, now timestamptz DEFAULT now(),
  same_staff boolean DEFAULT false, staff_order uuid[] DEFAULT NULL, moved_booking_ids uuid[] DEFAULT NULL,
  gap_minutes integer[] DEFAULT NULL,
  OUT part integer, OUT staff_id uuid, OUT part_starts_at timestamptz, OUT part_ends_at timestamptz, OUT buffer_before_minutes integer,
  OUT buffer_after_minutes integer, OUT resource_ids uuid[], OUT reason text) RETURNS SETOF record
  LANGUAGE c STABLE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'pg_booking_plan_visit';
COMMENT ON FUNCTION booking.plan_visit(uuid, uuid[], uuid, uuid[], timestamptz, timestamptz, boolean, uuid[], uuid[], integer[]) IS
  'How a visit that starts then would be staffed, part by part; or one row with the first part that nobody can perform and the reason, as in booking.explain_slot. staff_order: who is tried first. moved_booking_ids: by part, the bookings whose terms count and that are not in their own way; gap_minutes: after each part, instead of the services'' processing_minutes.';

CREATE FUNCTION booking.staff_by_load(
  tenant_id uuid, location_id uuid, service_ids uuid[], starts_at timestamptz, now timestamptz) RETURNS uuid[]
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT ARRAY(
    SELECT person.id
    FROM booking.locations AS place
    CROSS JOIN LATERAL (SELECT (staff_by_load.starts_at AT TIME ZONE place.time_zone)::date AS day) AS local
    JOIN booking.staff AS person ON person.tenant_id = staff_by_load.tenant_id
    WHERE place.tenant_id = staff_by_load.tenant_id AND place.id = staff_by_load.location_id
      AND EXISTS (SELECT FROM booking.staff_services AS skill
                  WHERE skill.tenant_id = staff_by_load.tenant_id AND skill.staff_id = person.id AND skill.service_id = ANY (service_ids))
    ORDER BY (SELECT count(DISTINCT booked.id)
              FROM booking.booked_starts(staff_by_load.tenant_id, ARRAY[person.id], local.day::timestamp AT TIME ZONE place.time_zone,
                                         (local.day + 1)::timestamp AT TIME ZONE place.time_zone, staff_by_load.now, NULL) AS booked),
             (SELECT b.ends_at FROM booking.bookings AS b
              WHERE b.tenant_id = staff_by_load.tenant_id AND b.staff_id = person.id AND b.starts_at < staff_by_load.starts_at
                AND b.status NOT IN ('declined', 'cancelled')
              ORDER BY b.starts_at DESC LIMIT 1) NULLS FIRST,
             person.sort_order, person.id);
END;
COMMENT ON FUNCTION booking.staff_by_load(uuid, uuid, uuid[], timestamptz, timestamptz) IS
  'Those who perform any of these services: who has the fewest bookings that day first, then the longest idle, then the first in order.';

CREATE FUNCTION booking.refuse_visit(tenant_id uuid, location_id uuid, service_ids uuid[], starts_at timestamptz, part integer, reason text,
  now timestamptz) RETURNS void
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  time_zone CONSTANT text := (SELECT l.time_zone FROM booking.locations AS l
                              WHERE l.tenant_id = refuse_visit.tenant_id AND l.id = refuse_visit.location_id);
  local_day CONSTANT date := refuse_visit.starts_at AT TIME ZONE time_zone;
  next_start timestamptz;
BEGIN
  SELECT visit.starts_at INTO next_start
  FROM booking.search_visits(tenant_id, service_ids, location_id, NULL, local_day, local_day + 7, refuse_visit.now) AS visit
  WHERE visit.starts_at > refuse_visit.starts_at LIMIT 1;
  PERFORM booking.raise_error(
    CASE WHEN reason IN ('notice', 'horizon') THEN 'booking.outside_booking_window' ELSE 'booking.slot_unavailable' END,
    json_build_object(
      'reason', reason, 'part', part,
      'requestedDate', to_char(local_day, 'YYYY-MM-DD'),
      'requestedStartTime', to_char(refuse_visit.starts_at AT TIME ZONE time_zone, 'HH24:MI'),
      'nextAvailableDate', to_char(next_start AT TIME ZONE time_zone, 'YYYY-MM-DD'),
      'nextAvailableStartTime', to_char(next_start AT TIME ZONE time_zone, 'HH24:MI')));
END
$$;
COMMENT ON FUNCTION booking.refuse_visit(uuid, uuid, uuid[], timestamptz, integer, text, timestamptz) IS
  'Raises the refusal of a visit with the part (from 1) that nobody can perform, the reason, and the next start with anybody within a week.';

CREATE FUNCTION booking.create_visit(
  tenant_id uuid, service_ids uuid[], location_id uuid, staff_ids uuid[], starts_at timestamptz,
  guest_name text, guest_email text, guest_phone text DEFAULT NULL, note text DEFAULT NULL,
  source booking.booking_source DEFAULT 'dashboard',
  actor_type booking.actor_type DEFAULT 'provider', actor_id uuid DEFAULT NULL,
  same_staff boolean DEFAULT false, now timestamptz DEFAULT now()) RETURNS uuid
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  new_visit_id CONSTANT uuid := booking.uuid_v7();
  guest_id uuid;
  planned record;
  draft booking.bookings;
BEGIN
  PERFORM booking.lock_rules(create_visit.tenant_id);
  FOR part IN 1 .. coalesce(cardinality(service_ids), 0) LOOP
    PERFORM booking.require_offer(create_visit.tenant_id, service_ids[part], create_visit.location_id, staff_ids[part]);
  END LOOP;
  PERFORM booking.lock_calendars(
    create_visit.tenant_id,
    ARRAY(SELECT s.staff_id FROM booking.staff_services AS s
          WHERE s.tenant_id = create_visit.tenant_id AND s.service_id = ANY (service_ids))
      || booking.units_of(create_visit.tenant_id, service_ids, create_visit.location_id));
  FOR planned IN
    SELECT * FROM booking.plan_visit(
      create_visit.tenant_id, service_ids, create_visit.location_id, staff_ids, create_visit.starts_at, create_visit.now, same_staff,
      booking.staff_by_load(create_visit.tenant_id, create_visit.location_id, service_ids, create_visit.starts_at, create_visit.now))
    ORDER BY part
  LOOP
    IF planned.reason IS NOT NULL THEN
      PERFORM booking.refuse_visit(create_visit.tenant_id, create_visit.location_id, service_ids, create_visit.starts_at, planned.part,
                                   planned.reason, create_visit.now);
    END IF;
    guest_id := coalesce(guest_id, booking.find_or_add_customer(create_visit.tenant_id, guest_name, guest_email, guest_phone));
    draft := booking.draft_booking(create_visit.tenant_id, service_ids[planned.part], create_visit.location_id,
                                   ROW(planned.staff_id, planned.resource_ids)::booking.assignment, planned.part_starts_at);
    draft.visit_id := new_visit_id;
    draft.visit_part := planned.part;
    draft.buffer_before_minutes := planned.buffer_before_minutes;
    draft.buffer_after_minutes := planned.buffer_after_minutes;
    -- The whole visit can be cancelled as long as its first part can.
    draft.cancel_deadline_at := draft.cancel_deadline_at - booking.elapsed(create_visit.starts_at, planned.part_starts_at);
    draft.customer_id := guest_id;
    draft.guest_name := create_visit.guest_name;
    draft.guest_email := create_visit.guest_email;
    draft.guest_phone := create_visit.guest_phone;
    draft.note := create_visit.note;
    draft.source := create_visit.source;
    PERFORM booking.clear_expired_holds(create_visit.tenant_id, planned.staff_id, planned.resource_ids, create_visit.now);
    PERFORM booking.add_booking(create_visit.tenant_id, draft, create_visit.actor_type, create_visit.actor_id);
  END LOOP;
  RETURN new_visit_id;
END
$$;
COMMENT ON FUNCTION booking.create_visit(uuid, uuid[], uuid, uuid[], timestamptz, text, text, text, text, booking.booking_source, booking.actor_type, uuid, boolean, timestamptz) IS
  'Books a visit that booking.search_visits would offer, all parts or none, and returns its id (bookings.visit_id). Who serves is decided under the calendars'' locks. Refusals as of booking.create_booking; details.part tells which part (from 1) is not available.';

CREATE FUNCTION booking.lock_visit(tenant_id uuid, visit_id uuid) RETURNS SETOF booking.bookings
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM FROM booking.bookings AS b
    WHERE b.tenant_id = lock_visit.tenant_id AND b.visit_id = lock_visit.visit_id ORDER BY b.id FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    PERFORM booking.raise_error('booking.not_found');
  END IF;
  RETURN QUERY
    SELECT * FROM booking.bookings AS b
    WHERE b.tenant_id = lock_visit.tenant_id AND b.visit_id = lock_visit.visit_id
      AND b.status IN ('pending', 'confirmed', 'reschedule_proposed')
    ORDER BY b.visit_part;
END
$$;
COMMENT ON FUNCTION booking.lock_visit(uuid, uuid) IS
  'Locks the bookings of a visit, by id, and returns those still to come, in order. Refusal: booking.not_found.';

CREATE FUNCTION booking.cancel_visit(
  tenant_id uuid, visit_id uuid, reason text DEFAULT NULL,
  actor_type booking.actor_type DEFAULT 'provider', actor_id uuid DEFAULT NULL,
  on_behalf_of booking.actor_type DEFAULT NULL, now timestamptz DEFAULT now()) RETURNS void
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  part booking.bookings;
BEGIN
  FOR part IN SELECT * FROM booking.lock_visit(cancel_visit.tenant_id, cancel_visit.visit_id) LOOP
    PERFORM booking.cancel_booking(cancel_visit.tenant_id, part.id, cancel_visit.reason, cancel_visit.actor_type, cancel_visit.actor_id,
                                   cancel_visit.on_behalf_of, cancel_visit.now);
  END LOOP;
  IF part.id IS NULL THEN
    PERFORM booking.raise_error('booking.invalid_state', '{"requested":"cancelled"}');
  END IF;
END
$$;
COMMENT ON FUNCTION booking.cancel_visit(uuid, uuid, text, booking.actor_type, uuid, booking.actor_type, timestamptz) IS
  'Cancels what is left of a visit, all parts or none, as booking.cancel_booking does each.';

CREATE FUNCTION booking.reschedule_visit(
  tenant_id uuid, visit_id uuid, starts_at timestamptz, reason text DEFAULT NULL,
  actor_type booking.actor_type DEFAULT 'provider', actor_id uuid DEFAULT NULL, now timestamptz DEFAULT now()) RETURNS void
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  parts CONSTANT booking.bookings[] := ARRAY(SELECT b FROM booking.lock_visit(tenant_id, visit_id) AS b);
  place_id CONSTANT uuid := parts[1].location_id;
  service_ids CONSTANT uuid[] := ARRAY(SELECT b.service_id FROM unnest(parts) AS b ORDER BY b.visit_part);
  staff_ids CONSTANT uuid[] := ARRAY(SELECT b.staff_id FROM unnest(parts) AS b ORDER BY b.visit_part);
  booking_ids CONSTANT uuid[] := ARRAY(SELECT b.id FROM unnest(parts) AS b ORDER BY b.visit_part);
  gaps CONSTANT integer[] := ARRAY(
    SELECT (extract(epoch FROM coalesce(lead(b.starts_at) OVER (ORDER BY b.visit_part), b.ends_at) - b.ends_at) / 60)::integer
    FROM unnest(parts) AS b ORDER BY b.visit_part);
  planned record;
  subject booking.bookings;
BEGIN
  FOREACH subject IN ARRAY parts LOOP
    PERFORM booking.begin_transition(reschedule_visit.tenant_id, subject.id, 'reschedule', reschedule_visit.actor_type, reschedule_visit.now);
  END LOOP;
  IF parts = '{}' THEN
    PERFORM booking.raise_error('booking.invalid_state', '{"requested":"confirmed"}');
  END IF;
  PERFORM booking.lock_calendars(reschedule_visit.tenant_id,
                                 staff_ids || booking.units_of(reschedule_visit.tenant_id, service_ids, place_id));
  -- The parts are not in each other's way.
  DELETE FROM booking.busy_times AS t WHERE t.tenant_id = reschedule_visit.tenant_id AND t.booking_id = ANY (booking_ids);
  FOR planned IN
    SELECT * FROM booking.plan_visit(
      reschedule_visit.tenant_id, service_ids, place_id, staff_ids, reschedule_visit.starts_at, reschedule_visit.now,
      moved_booking_ids => booking_ids, gap_minutes => gaps)
    ORDER BY part
  LOOP
    IF planned.reason IS NOT NULL THEN
      PERFORM booking.refuse_visit(reschedule_visit.tenant_id, place_id, service_ids, reschedule_visit.starts_at, planned.part,
                                   planned.reason, reschedule_visit.now);
    END IF;
    subject := booking.moved_to(parts[planned.part], planned.part_starts_at,
                                ROW(planned.staff_id, planned.resource_ids)::booking.assignment);
    PERFORM booking.clear_expired_holds(reschedule_visit.tenant_id, planned.staff_id, planned.resource_ids, reschedule_visit.now);
    PERFORM booking.take_time(reschedule_visit.tenant_id, booking.apply_transition(
      reschedule_visit.tenant_id, subject, 'reschedule', reschedule_visit.actor_type, reschedule_visit.actor_id, reschedule_visit.reason));
  END LOOP;
END
$$;
COMMENT ON FUNCTION booking.reschedule_visit(uuid, uuid, timestamptz, text, booking.actor_type, uuid, timestamptz) IS
  'The provider moves what is left of a visit to another start, all parts or none, with the same people and the gaps it has, if all of it is bookable there. Every part must be confirmed.';
