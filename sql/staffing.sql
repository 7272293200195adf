-- Who serves, and where: calendars and their locks, the choice among several people, and the refusal when nobody can.

CREATE FUNCTION booking.lock_calendars(tenant_id uuid, calendar_ids uuid[]) RETURNS void
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM booking.lock_rules(lock_calendars.tenant_id);
  -- One global order (by key) for everybody who needs several calendars: waiting in a circle is impossible.
  PERFORM pg_advisory_xact_lock(calendar.key)
  FROM (SELECT DISTINCT hashtextextended(lock_calendars.tenant_id::text || calendar_id::text, 0) AS key
        FROM unnest(calendar_ids) AS calendar_id ORDER BY key) AS calendar;
END
$$;
COMMENT ON FUNCTION booking.lock_calendars(uuid, uuid[]) IS
  'Waits until nobody else is booking these people, rooms and devices or changing the tenant''s rules, and keeps them locked until the transaction ends. Rows of bookings are locked before calendars, never after.';

CREATE FUNCTION booking.performs(tenant_id uuid, staff_id uuid, service_id uuid) RETURNS boolean
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RETURN EXISTS (
    SELECT FROM booking.staff_services AS skill
    JOIN booking.staff AS person ON person.tenant_id = skill.tenant_id AND person.id = skill.staff_id
    WHERE skill.tenant_id = performs.tenant_id AND skill.staff_id = performs.staff_id
      AND skill.service_id = performs.service_id AND person.active);
END
$$;
COMMENT ON FUNCTION booking.performs(uuid, uuid, uuid) IS 'Whether this person is active and performs this service.';

CREATE FUNCTION booking.refuse_slot(
  tenant_id uuid, service_id uuid, location_id uuid, staff_id uuid, starts_at timestamptz, reason text, moved_booking_id uuid,
  now timestamptz) RETURNS void
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  time_zone CONSTANT text := (SELECT l.time_zone FROM booking.locations AS l
                              WHERE l.tenant_id = refuse_slot.tenant_id AND l.id = refuse_slot.location_id);
  next_start timestamptz;
BEGIN
  SELECT slot.starts_at INTO next_start
  FROM booking.next_available(tenant_id, service_id, location_id, staff_id, refuse_slot.starts_at, refuse_slot.now,
                              moved_booking_id => refuse_slot.moved_booking_id) AS slot;
  PERFORM booking.raise_error(
    CASE WHEN reason IN ('notice', 'horizon') THEN 'booking.outside_booking_window' ELSE 'booking.slot_unavailable' END,
    json_build_object(
      'reason', reason,
      'requestedDate', to_char(refuse_slot.starts_at AT TIME ZONE time_zone, 'YYYY-MM-DD'),
      'requestedStartTime', to_char(refuse_slot.starts_at AT TIME ZONE time_zone, 'HH24:MI'),
      'nextAvailableDate', to_char(next_start AT TIME ZONE time_zone, 'YYYY-MM-DD'),
      'nextAvailableStartTime', to_char(next_start AT TIME ZONE time_zone, 'HH24:MI')));
END
$$;
COMMENT ON FUNCTION booking.refuse_slot(uuid, uuid, uuid, uuid, timestamptz, text, uuid, timestamptz) IS
  'Raises the refusal of a start with its reason and the next start that is free.';

CREATE FUNCTION booking.booked_starts(
  tenant_id uuid, staff_ids uuid[], from_time timestamptz, to_time timestamptz, now timestamptz, moved_booking_id uuid,
  OUT staff_id uuid, OUT starts_at timestamptz, OUT id uuid) RETURNS SETOF record
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT b.staff_id, b.starts_at,
         CASE WHEN b.capacity > 1 THEN booking.class_session(b.service_id, b.location_id, b.staff_id, b.starts_at) ELSE b.id END
  FROM booking.bookings AS b
  WHERE b.tenant_id = booked_starts.tenant_id AND b.staff_id = ANY (staff_ids) AND b.starts_at >= from_time AND b.starts_at < to_time
    AND b.status NOT IN ('declined', 'cancelled') AND b.id IS DISTINCT FROM moved_booking_id
  UNION ALL
  SELECT b.proposal_staff_id, b.proposal_starts_at,
         CASE WHEN b.capacity > 1 THEN booking.class_session(b.service_id, b.location_id, b.proposal_staff_id, b.proposal_starts_at)
              ELSE b.id END
  FROM booking.bookings AS b
  WHERE b.tenant_id = booked_starts.tenant_id AND b.proposal_staff_id = ANY (staff_ids)
    AND b.proposal_starts_at >= from_time AND b.proposal_starts_at < to_time AND b.id IS DISTINCT FROM moved_booking_id
  UNION ALL
  SELECT h.staff_id, h.starts_at,
         CASE WHEN h.capacity > 1 THEN booking.class_session(h.service_id, h.location_id, h.staff_id, h.starts_at) ELSE h.id END
  FROM booking.holds AS h
  WHERE h.tenant_id = booked_starts.tenant_id AND h.staff_id = ANY (staff_ids) AND h.starts_at >= from_time AND h.starts_at < to_time
    AND h.expires_at > booked_starts.now;
END;
COMMENT ON FUNCTION booking.booked_starts(uuid, uuid[], timestamptz, timestamptz, timestamptz, uuid) IS
  'What counts as work that people have: bookings that are not declined or cancelled, proposals, holds; a booking with a proposal comes twice, the guests of a class under one id.';

CREATE FUNCTION booking.units_of(tenant_id uuid, service_ids uuid[], location_id uuid) RETURNS uuid[]
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RETURN ARRAY(
    SELECT unit.id FROM booking.service_resources AS need
    JOIN booking.resources AS unit ON unit.tenant_id = need.tenant_id AND unit.kind_id = need.kind_id
    WHERE need.tenant_id = units_of.tenant_id AND need.service_id = ANY (service_ids) AND unit.location_id = units_of.location_id);
END
$$;
COMMENT ON FUNCTION booking.units_of(uuid, uuid[], uuid) IS 'The rooms and devices at a location of which these services need some: calendars to be locked with those of people.';

CREATE FUNCTION booking.clear_expired_holds(tenant_id uuid, staff_id uuid, resource_ids uuid[], now timestamptz) RETURNS void
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
  -- Only what is on calendars that the caller has locked: who deleted whole holds could wait in a circle with who does the same.
  DELETE FROM booking.busy_times AS t USING booking.holds AS h
  WHERE h.tenant_id = clear_expired_holds.tenant_id AND h.staff_id = clear_expired_holds.staff_id
    AND h.expires_at <= clear_expired_holds.now
    AND t.tenant_id = clear_expired_holds.tenant_id AND t.hold_id = h.id AND t.staff_id = clear_expired_holds.staff_id;
  IF cardinality(clear_expired_holds.resource_ids) > 0 THEN
    DELETE FROM booking.busy_times AS t USING booking.holds AS h
    WHERE h.tenant_id = clear_expired_holds.tenant_id AND h.resource_ids && clear_expired_holds.resource_ids
      AND h.expires_at <= clear_expired_holds.now
      AND t.tenant_id = clear_expired_holds.tenant_id AND t.hold_id = h.id AND t.resource_id = ANY (clear_expired_holds.resource_ids);
  END IF;
END
$$;
COMMENT ON FUNCTION booking.clear_expired_holds(uuid, uuid, uuid[], timestamptz) IS
  'Deletes the busy times of expired holds from calendars that are locked: search looks through them, the constraint that guards busy_times does not.';

CREATE TYPE booking.assignment AS (staff_id uuid, resource_ids uuid[]);
COMMENT ON TYPE booking.assignment IS 'Who serves, and in or with which rooms and devices.';

CREATE FUNCTION booking.choose_assignment(
  tenant_id uuid, service_id uuid, location_id uuid, staff_id uuid, starts_at timestamptz, override boolean, now timestamptz,
  moved_booking_id uuid DEFAULT NULL, hold_id uuid DEFAULT NULL) RETURNS booking.assignment
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
  candidates CONSTANT uuid[] := ARRAY(
    SELECT s.staff_id FROM booking.staff_services AS s
    WHERE s.tenant_id = choose_assignment.tenant_id AND s.service_id = choose_assignment.service_id
      AND (choose_assignment.staff_id IS NULL OR s.staff_id = choose_assignment.staff_id));
  held booking.holds;
  best record;
  time_zone text;
  local_day date;
BEGIN
  SELECT l.time_zone, (choose_assignment.starts_at AT TIME ZONE l.time_zone)::date INTO time_zone, local_day
    FROM booking.locations AS l WHERE l.tenant_id = choose_assignment.tenant_id AND l.id = choose_assignment.location_id;
  PERFORM booking.lock_calendars(
    choose_assignment.tenant_id,
    candidates || booking.units_of(choose_assignment.tenant_id, ARRAY[choose_assignment.service_id], choose_assignment.location_id) || (
      SELECT h.staff_id || h.resource_ids FROM booking.holds AS h
      WHERE h.tenant_id = choose_assignment.tenant_id AND h.id = choose_assignment.hold_id));
  -- From here on new statements with new snapshots: they see what those committed who held the locks before.
  IF choose_assignment.hold_id IS NOT NULL THEN
    -- Used up in any case. If it is what was held, nobody else can have that time; the rules were asked when it was made.
    DELETE FROM booking.holds AS h WHERE h.tenant_id = choose_assignment.tenant_id AND h.id = choose_assignment.hold_id RETURNING * INTO held;
    IF held.expires_at > choose_assignment.now AND held.staff_id = ANY (candidates)
       AND (held.service_id, held.location_id, held.starts_at) = (choose_assignment.service_id, choose_assignment.location_id, choose_assignment.starts_at)
       AND (held.duration_minutes, held.buffer_before_minutes, held.buffer_after_minutes) = (
         SELECT t.duration_minutes, t.buffer_before_minutes, t.buffer_after_minutes
         FROM booking.terms_with(choose_assignment.tenant_id, held.service_id, held.staff_id) AS t) THEN
      RETURN ROW(held.staff_id, held.resource_ids)::booking.assignment;
    END IF;
  END IF;
  -- Who is free comes first; of the others, whose reason is closest to a free slot, which says most.
  SELECT answer.staff_id, answer.resource_ids, answer.reason INTO best
  FROM booking.explain_slot(choose_assignment.tenant_id, choose_assignment.service_id, choose_assignment.location_id, choose_assignment.staff_id,
                            choose_assignment.starts_at, choose_assignment.now, choose_assignment.moved_booking_id, choose_assignment.override) AS answer
  JOIN booking.staff AS person ON person.tenant_id = choose_assignment.tenant_id AND person.id = answer.staff_id
  -- Of those who are free, and only where nobody is asked for by name.
  CROSS JOIN LATERAL (SELECT answer.reason IS NULL AND choose_assignment.staff_id IS NULL AS compared) AS candidate
  WHERE answer.staff_id = ANY (candidates)
  ORDER BY array_position(ARRAY['capacity', 'busy', 'limit', 'time_off', 'notice', 'horizon', 'off_grid', 'closed'], answer.reason) NULLS FIRST,
           answer.in_session DESC,
           CASE WHEN compared THEN (
             SELECT count(DISTINCT booked.id)
             FROM booking.booked_starts(choose_assignment.tenant_id, ARRAY[answer.staff_id], local_day::timestamp AT TIME ZONE time_zone,
                                        (local_day + 1)::timestamp AT TIME ZONE time_zone, choose_assignment.now,
                                        choose_assignment.moved_booking_id) AS booked) END,
           CASE WHEN compared THEN (
             SELECT b.ends_at FROM booking.bookings AS b
             WHERE b.tenant_id = choose_assignment.tenant_id AND b.staff_id = answer.staff_id AND b.starts_at < choose_assignment.starts_at
               AND b.status NOT IN ('declined', 'cancelled')
             ORDER BY b.starts_at DESC LIMIT 1) END NULLS FIRST,
           person.sort_order, person.id
  LIMIT 1;
  IF best.staff_id IS NULL OR best.reason IS NOT NULL THEN
    PERFORM booking.refuse_slot(choose_assignment.tenant_id, choose_assignment.service_id, choose_assignment.location_id, choose_assignment.staff_id,
                                choose_assignment.starts_at, coalesce(best.reason, 'closed'), choose_assignment.moved_booking_id, choose_assignment.now);
  END IF;
  PERFORM booking.clear_expired_holds(choose_assignment.tenant_id, best.staff_id, best.resource_ids, choose_assignment.now);
  RETURN ROW(best.staff_id, best.resource_ids)::booking.assignment;
END
$$;
COMMENT ON FUNCTION booking.choose_assignment(uuid, uuid, uuid, uuid, timestamptz, boolean, timestamptz, uuid, uuid) IS
  'Locks the calendars that may serve this start and returns who will, and where: the person asked for, or of those who are free the one whose class has begun to fill, then with the fewest bookings that day, then the longest idle before, then the first in order. Refuses when nobody is free. override: whatever the rules say, as long as the time is free. hold_id: that hold ends, and is not in the way.';
