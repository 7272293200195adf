-- A practice keeps its own calendar: appointments of any length at any free time, whatever hours, grid and notice say to guests.
-- Locks, constraint, statuses and events are those of every booking.

CREATE FUNCTION booking.appointment_status(status booking.booking_status, visit_stage booking.visit_stage) RETURNS text
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT CASE status
    WHEN 'pending' THEN 'scheduled'
    WHEN 'reschedule_proposed' THEN 'scheduled'
    WHEN 'confirmed' THEN CASE visit_stage
      WHEN 'scheduled' THEN 'scheduled' WHEN 'checked_in' THEN 'checked_in' WHEN 'in_progress' THEN 'in_progress' ELSE 'confirmed' END
    WHEN 'completed' THEN 'completed'
    WHEN 'no_show' THEN 'no_show'
    ELSE 'cancelled'
  END;
END;
COMMENT ON FUNCTION booking.appointment_status(booking.booking_status, booking.visit_stage) IS
  'A booking''s status in the words of a practice: scheduled, confirmed, checked_in, in_progress, completed, cancelled, no_show.';

CREATE FUNCTION booking.appointment_transitions(OUT from_status text, OUT to_status text) RETURNS SETOF record
  LANGUAGE sql IMMUTABLE ROWS 12
BEGIN ATOMIC
  SELECT step.from_status, step.to_status FROM (VALUES
    ('scheduled', 'confirmed'), ('scheduled', 'checked_in'), ('scheduled', 'cancelled'), ('scheduled', 'no_show'),
    ('confirmed', 'checked_in'), ('confirmed', 'cancelled'), ('confirmed', 'no_show'),
    ('checked_in', 'in_progress'), ('checked_in', 'completed'), ('checked_in', 'cancelled'),
    ('in_progress', 'completed')) AS step (from_status, to_status);
END;
COMMENT ON FUNCTION booking.appointment_transitions() IS
  'How a practice may move an appointment on; beside this booking.transitions() holds, which knows the time: nobody fails to come before the start.';

CREATE FUNCTION booking.owner_staff_id(tenant_id uuid) RETURNS uuid
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RETURN (SELECT s.id FROM booking.staff AS s WHERE s.tenant_id = owner_staff_id.tenant_id AND s.role = 'owner');
END
$$;
COMMENT ON FUNCTION booking.owner_staff_id(uuid) IS 'The owner as somebody who can be booked; NULL when there is none.';

CREATE FUNCTION booking.default_location_id(tenant_id uuid) RETURNS uuid
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RETURN (SELECT l.id FROM booking.locations AS l WHERE l.tenant_id = default_location_id.tenant_id AND l.is_default);
END
$$;
COMMENT ON FUNCTION booking.default_location_id(uuid) IS 'The location meant when none is named; NULL when there is none.';

CREATE FUNCTION booking.local_start(local_time timestamp, time_zone text) RETURNS timestamptz
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  first_reading CONSTANT timestamptz := (SELECT min(reading) FROM booking.local_instants(local_start.local_time, local_start.time_zone) AS reading);
BEGIN
  IF first_reading IS NULL AND local_start.local_time IS NOT NULL THEN
    RAISE EXCEPTION 'there is no % in %: the clocks skip it', to_char(local_time, 'YYYY-MM-DD HH24:MI'), time_zone
      USING ERRCODE = 'datetime_field_overflow', HINT = 'Take a time before or after the change of the clocks.';
  END IF;
  RETURN first_reading;
END
$$;
COMMENT ON FUNCTION booking.local_start(timestamp, text) IS
  'The first instant at which clocks of the zone read this local time; an error when they never do.';

CREATE FUNCTION booking.local_end(local_time timestamp, time_zone text, starts_at timestamptz) RETURNS timestamptz
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RETURN coalesce(
    (SELECT min(reading) FROM booking.local_instants(local_end.local_time, local_end.time_zone) AS reading WHERE reading > starts_at),
    booking.local_start(local_end.local_time, local_end.time_zone));
END
$$;
COMMENT ON FUNCTION booking.local_end(timestamp, text, timestamptz) IS
  'The first instant after a start at which clocks of the zone read this local time.';

CREATE FUNCTION booking.lock_free_time(tenant_id uuid, subject booking.bookings, staff_before uuid, now timestamptz) RETURNS uuid[]
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  moved_booking_id CONSTANT uuid := CASE WHEN staff_before IS NOT NULL THEN subject.id END;
  answer record;
BEGIN
  PERFORM booking.lock_calendars(
    lock_free_time.tenant_id, array_remove(ARRAY[subject.staff_id, staff_before], NULL)
      || booking.units_of(lock_free_time.tenant_id, ARRAY[subject.service_id], subject.location_id));
  SELECT slot.reason, slot.resource_ids INTO answer
  FROM booking.explain_slot(
    lock_free_time.tenant_id, subject.service_id, subject.location_id, subject.staff_id, subject.starts_at, lock_free_time.now,
    moved_booking_id, override => true,
    duration_minutes => (extract(epoch FROM subject.ends_at - subject.starts_at) / 60)::integer) AS slot;
  IF answer.reason IS NOT NULL OR answer.resource_ids IS NULL THEN
    PERFORM booking.refuse_slot(lock_free_time.tenant_id, subject.service_id, subject.location_id, subject.staff_id,
                                subject.starts_at, coalesce(answer.reason, 'busy'), moved_booking_id, lock_free_time.now);
  END IF;
  PERFORM booking.clear_expired_holds(lock_free_time.tenant_id, subject.staff_id, answer.resource_ids, lock_free_time.now);
  RETURN answer.resource_ids;
END
$$;
COMMENT ON FUNCTION booking.lock_free_time(uuid, booking.bookings, uuid, timestamptz) IS
  'Locks the calendars of who serves (and of who served before; NULL: the booking is new) and returns the rooms and devices for it; booking.slot_unavailable when the time is taken.';

CREATE FUNCTION booking.require_length(starts_at timestamptz, ends_at timestamptz) RETURNS void
  LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF ends_at <= starts_at OR ends_at > starts_at + interval '24 hours' THEN
    RAISE EXCEPTION 'an appointment ends after its start, within a day' USING ERRCODE = 'check_violation';
  END IF;
  IF date_trunc('minute', starts_at) <> starts_at OR date_trunc('minute', ends_at) <> ends_at THEN
    RAISE EXCEPTION 'an appointment starts and ends at a full minute' USING ERRCODE = 'check_violation';
  END IF;
END
$$;
COMMENT ON FUNCTION booking.require_length(timestamptz, timestamptz) IS 'Refuses what no appointment can be: empty, reversed, over a day long, off the minute.';

CREATE FUNCTION booking.add_appointment(
  tenant_id uuid, appointment_id uuid, service_id uuid, location_id uuid, staff_id uuid, customer_id uuid,
  starts_at timestamptz, ends_at timestamptz, guest_name text, note text, visit_stage booking.visit_stage, actor_id uuid,
  now timestamptz DEFAULT now()) RETURNS uuid
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  service booking.services;
  terms booking.service_terms;
  client booking.customers;
  subject booking.bookings;
BEGIN
  PERFORM booking.lock_rules(add_appointment.tenant_id);
  service := booking.require_offer(add_appointment.tenant_id, add_appointment.service_id, add_appointment.location_id,
                                   add_appointment.staff_id);
  terms := booking.terms_with(add_appointment.tenant_id, service.id, add_appointment.staff_id);
  SELECT c.* INTO client FROM booking.customers AS c
    WHERE c.tenant_id = add_appointment.tenant_id AND c.id = add_appointment.customer_id;
  subject.tenant_id := add_appointment.tenant_id;
  subject.id := coalesce(appointment_id, booking.uuid_v7());
  subject.service_id := service.id;
  subject.location_id := add_appointment.location_id;
  subject.staff_id := add_appointment.staff_id;
  subject.starts_at := add_appointment.starts_at;
  subject.ends_at := coalesce(add_appointment.ends_at, add_appointment.starts_at + make_interval(mins => terms.duration_minutes));
  subject.buffer_before_minutes := terms.buffer_before_minutes;
  subject.buffer_after_minutes := terms.buffer_after_minutes;
  PERFORM booking.require_length(subject.starts_at, subject.ends_at);
  subject.capacity := terms.capacity;
  subject.resource_ids := booking.lock_free_time(add_appointment.tenant_id, subject, NULL, add_appointment.now);
  INSERT INTO booking.bookings
    (tenant_id, id, location_id, service_id, staff_id, customer_id, status, visit_stage, starts_at, ends_at,
     buffer_before_minutes, buffer_after_minutes, capacity, resource_ids, service_name, price_type, price_amount, price_currency,
     pricing_version, guest_name, guest_email, guest_phone, note, source, cancel_deadline_at)
  SELECT subject.tenant_id, subject.id, subject.location_id, subject.service_id, subject.staff_id, add_appointment.customer_id,
         'confirmed', add_appointment.visit_stage, subject.starts_at, subject.ends_at,
         subject.buffer_before_minutes, subject.buffer_after_minutes, subject.capacity, subject.resource_ids, service.name,
         terms.price_type, terms.price_amount, terms.price_currency, terms.pricing_version,
         coalesce(add_appointment.guest_name, client.name), client.email, client.phone, add_appointment.note, 'dashboard',
         subject.starts_at - make_interval(mins => business.cancel_deadline_minutes)
  FROM booking.tenants AS business WHERE business.tenant_id = add_appointment.tenant_id
  RETURNING * INTO subject;
  PERFORM booking.take_time(add_appointment.tenant_id, subject);
  PERFORM booking.record_event(add_appointment.tenant_id, subject.id, 'booking.requested', NULL, 'pending', 'provider',
                               add_appointment.actor_id, NULL);
  PERFORM booking.record_event(add_appointment.tenant_id, subject.id, 'booking.confirmed', 'pending', 'confirmed', 'provider',
                               add_appointment.actor_id, NULL);
  RETURN subject.id;
END
$$;
COMMENT ON FUNCTION booking.add_appointment(uuid, uuid, uuid, uuid, uuid, uuid, timestamptz, timestamptz, text, text, booking.visit_stage, uuid, timestamptz) IS
  'The practice puts an appointment into its calendar, of any length (ends_at NULL: the service''s) at any free time, and returns its id. Refusals: service.not_found, booking.slot_unavailable.';

CREATE FUNCTION booking.move_appointment(
  tenant_id uuid, appointment_id uuid, staff_id uuid, starts_at timestamptz, ends_at timestamptz, actor_id uuid,
  now timestamptz DEFAULT now()) RETURNS void
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  subject booking.bookings := booking.begin_transition(tenant_id, appointment_id, 'reschedule', 'provider', now);
  staff_before CONSTANT uuid := subject.staff_id;
BEGIN
  PERFORM booking.require_length(move_appointment.starts_at, move_appointment.ends_at);
  PERFORM booking.lock_rules(move_appointment.tenant_id);
  IF NOT booking.performs(move_appointment.tenant_id, move_appointment.staff_id, subject.service_id) THEN
    PERFORM booking.raise_error('service.not_found', '{"resource":"staff"}');
  END IF;
  subject := booking.moved_to(subject, move_appointment.starts_at,
                              ROW(move_appointment.staff_id, subject.resource_ids)::booking.assignment);
  subject.ends_at := move_appointment.ends_at;
  subject.resource_ids := booking.lock_free_time(move_appointment.tenant_id, subject, staff_before, move_appointment.now);
  PERFORM booking.take_time(move_appointment.tenant_id, booking.apply_transition(
    move_appointment.tenant_id, subject, 'reschedule', 'provider', move_appointment.actor_id, NULL));
END
$$;
COMMENT ON FUNCTION booking.move_appointment(uuid, uuid, uuid, timestamptz, timestamptz, uuid, timestamptz) IS
  'The practice moves an appointment or changes its length, to any free time. Refusals: booking.not_found, booking.invalid_state, service.not_found, booking.slot_unavailable.';

CREATE FUNCTION booking.set_appointment_status(
  tenant_id uuid, appointment_id uuid, to_status text, actor_id uuid, now timestamptz DEFAULT now()) RETURNS void
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  subject booking.bookings;
  status_before text;
BEGIN
  SELECT b.* INTO subject FROM booking.bookings AS b
    WHERE b.tenant_id = set_appointment_status.tenant_id AND b.id = appointment_id FOR NO KEY UPDATE;
  status_before := booking.appointment_status(subject.status, subject.visit_stage);
  IF status_before = to_status THEN
    RETURN;
  END IF;
  IF NOT EXISTS (SELECT FROM booking.appointment_transitions() AS t
                 WHERE t.from_status = status_before AND t.to_status = set_appointment_status.to_status) THEN
    PERFORM booking.raise_error('booking.invalid_state', json_build_object(
      'status', status_before, 'requested', to_status,
      'allowed', (SELECT coalesce(json_agg(t.to_status), '[]') FROM booking.appointment_transitions() AS t
                  WHERE t.from_status = status_before)));
  END IF;
  -- A request that the practice goes on with is accepted by that.
  IF subject.status <> 'confirmed' AND to_status <> 'cancelled' THEN
    PERFORM booking.confirm_booking(set_appointment_status.tenant_id, appointment_id, actor_id => set_appointment_status.actor_id);
  END IF;
  CASE to_status
    WHEN 'cancelled' THEN
      PERFORM booking.cancel_booking(set_appointment_status.tenant_id, appointment_id, actor_id => set_appointment_status.actor_id,
                                     now => set_appointment_status.now);
    WHEN 'completed' THEN
      PERFORM booking.complete_booking(set_appointment_status.tenant_id, appointment_id, actor_id => set_appointment_status.actor_id,
                                       now => set_appointment_status.now);
    WHEN 'no_show' THEN
      PERFORM booking.mark_no_show(set_appointment_status.tenant_id, appointment_id, actor_id => set_appointment_status.actor_id,
                                   now => set_appointment_status.now);
    ELSE
      UPDATE booking.bookings AS b
      SET visit_stage = CASE WHEN to_status <> 'confirmed' THEN to_status::booking.visit_stage END,
          updated_at = clock_timestamp(), version = b.version + 1
      WHERE b.tenant_id = set_appointment_status.tenant_id AND b.id = appointment_id;
  END CASE;
END
$$;
COMMENT ON FUNCTION booking.set_appointment_status(uuid, uuid, text, uuid, timestamptz) IS
  'The practice moves an appointment on, along booking.appointment_transitions(). Refusal: booking.invalid_state.';

CREATE FUNCTION booking.remove_appointment(tenant_id uuid, appointment_id uuid, actor_id uuid) RETURNS void
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM FROM booking.bookings AS b
    WHERE b.tenant_id = remove_appointment.tenant_id AND b.id = appointment_id
      AND b.status IN ('pending', 'confirmed', 'reschedule_proposed') FOR NO KEY UPDATE;
  IF FOUND THEN
    PERFORM booking.cancel_booking(remove_appointment.tenant_id, appointment_id, actor_id => remove_appointment.actor_id);
  END IF;
  UPDATE booking.bookings AS b SET removed_at = now(), updated_at = clock_timestamp(), version = b.version + 1
  WHERE b.tenant_id = remove_appointment.tenant_id AND b.id = appointment_id;
END
$$;
COMMENT ON FUNCTION booking.remove_appointment(uuid, uuid, uuid) IS
  'Takes an appointment out of the practice''s list, cancelled first if it was still to come. Its record and its events stay.';
