-- The life of a booking. Every function takes the tenant first and leaves one event per transition.

CREATE FUNCTION booking.lock_calendars(tenant_id uuid, staff_ids uuid[]) RETURNS void
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  -- One global order (by key) for everybody who needs several calendars: waiting in a circle is impossible.
  PERFORM pg_advisory_xact_lock(calendar.key)
  FROM (SELECT DISTINCT hashtextextended(lock_calendars.tenant_id::text || staff_id::text, 0) AS key
        FROM unnest(staff_ids) AS staff_id ORDER BY key) AS calendar;
END
$$;
COMMENT ON FUNCTION booking.lock_calendars(uuid, uuid[]) IS
  'Waits until nobody else is booking these people, and keeps them locked until the transaction ends.';

CREATE FUNCTION booking.record_event(
  tenant_id uuid, booking_id uuid, event booking.booking_event, from_status booking.booking_status,
  to_status booking.booking_status, actor_type booking.actor_type, actor_id uuid, reason text) RETURNS void
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  recorded booking.booking_events;
BEGIN
  INSERT INTO booking.booking_events
    (tenant_id, booking_id, sequence, event, from_status, to_status, actor_type, actor_id, reason)
  SELECT record_event.tenant_id, record_event.booking_id,
         coalesce((SELECT max(e.sequence) FROM booking.booking_events AS e
                   WHERE e.tenant_id = record_event.tenant_id AND e.booking_id = record_event.booking_id), 0) + 1,
         record_event.event, record_event.from_status, record_event.to_status,
         record_event.actor_type, record_event.actor_id, record_event.reason
  RETURNING * INTO recorded;
  PERFORM booking.enqueue_webhook(recorded.tenant_id, recorded.booking_id, recorded.id, recorded.event, recorded.sequence);
END
$$;
COMMENT ON FUNCTION booking.record_event(uuid, uuid, booking.booking_event, booking.booking_status, booking.booking_status, booking.actor_type, uuid, text) IS
  'Appends the next event of a booking and puts it into the webhooks'' outbox; the caller holds the booking''s row lock.';

CREATE FUNCTION booking.refuse_slot(
  tenant_id uuid, service_id uuid, location_id uuid, staff_id uuid, starts_at timestamptz, reason text, time_zone text) RETURNS void
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  next_start timestamptz;
  details json;
BEGIN
  SELECT slot.starts_at INTO next_start
  FROM booking.next_available(tenant_id, service_id, location_id, staff_id, refuse_slot.starts_at) AS slot;
  details := json_build_object(
    'reason', reason,
    'requestedDate', to_char(refuse_slot.starts_at AT TIME ZONE time_zone, 'YYYY-MM-DD'),
    'requestedStartTime', to_char(refuse_slot.starts_at AT TIME ZONE time_zone, 'HH24:MI'),
    'nextAvailableDate', to_char(next_start AT TIME ZONE time_zone, 'YYYY-MM-DD'),
    'nextAvailableStartTime', to_char(next_start AT TIME ZONE time_zone, 'HH24:MI'));
  PERFORM booking.raise_error(
    CASE WHEN reason IN ('notice', 'horizon') THEN 'booking.outside_booking_window' ELSE 'booking.slot_unavailable' END, details);
END
$$;
COMMENT ON FUNCTION booking.refuse_slot(uuid, uuid, uuid, uuid, timestamptz, text, text) IS
  'Raises the refusal of a start with its reason and the next start that is free.';

CREATE FUNCTION booking.find_or_add_customer(tenant_id uuid, name text, email text, phone text) RETURNS uuid
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  known booking.customers;
BEGIN
  SELECT c.* INTO known FROM booking.customers AS c
  WHERE c.tenant_id = find_or_add_customer.tenant_id AND c.email_key = lower(find_or_add_customer.email);
  IF known.id IS NULL THEN
    INSERT INTO booking.customers (tenant_id, name, email, phone)
      VALUES (find_or_add_customer.tenant_id, find_or_add_customer.name, find_or_add_customer.email, find_or_add_customer.phone)
      ON CONFLICT DO NOTHING RETURNING * INTO known;
  END IF;
  IF known.id IS NULL THEN
    -- ON CONFLICT waited for a concurrent first booking of the same guest, whose row this statement sees.
    SELECT c.* INTO STRICT known FROM booking.customers AS c
    WHERE c.tenant_id = find_or_add_customer.tenant_id AND c.email_key = lower(find_or_add_customer.email);
  END IF;
  IF known.blocked_at IS NOT NULL THEN
    PERFORM booking.raise_error('booking.guest_blocked');
  END IF;
  RETURN known.id;
END
$$;
COMMENT ON FUNCTION booking.find_or_add_customer(uuid, text, text, text) IS
  'The customer with this e-mail address, made if new; refuses a blocked one.';

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

CREATE FUNCTION booking.choose_staff(
  tenant_id uuid, service_id uuid, location_id uuid, staff_id uuid, starts_at timestamptz, time_zone text) RETURNS uuid
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  chosen uuid;
  refusal text;
  local_day date := (choose_staff.starts_at AT TIME ZONE time_zone)::date;
BEGIN
  PERFORM booking.lock_calendars(choose_staff.tenant_id, ARRAY(
    SELECT s.staff_id FROM booking.staff_services AS s
    WHERE s.tenant_id = choose_staff.tenant_id AND s.service_id = choose_staff.service_id
      AND (choose_staff.staff_id IS NULL OR s.staff_id = choose_staff.staff_id)));
  -- A new statement, so a new snapshot: it sees what those committed who held the locks before.
  SELECT answer.staff_id INTO chosen
  FROM booking.explain_slot(choose_staff.tenant_id, choose_staff.service_id, choose_staff.location_id,
                            choose_staff.staff_id, choose_staff.starts_at) AS answer
  JOIN booking.staff AS person ON person.tenant_id = choose_staff.tenant_id AND person.id = answer.staff_id
  WHERE answer.reason IS NULL
  ORDER BY (SELECT count(*) FROM booking.bookings AS b
            WHERE b.tenant_id = choose_staff.tenant_id AND b.staff_id = answer.staff_id
              AND b.status NOT IN ('declined', 'cancelled')
              AND b.starts_at >= local_day::timestamp AT TIME ZONE time_zone
              AND b.starts_at < (local_day + 1)::timestamp AT TIME ZONE time_zone),
           person.sort_order, person.id
  LIMIT 1;
  IF chosen IS NULL THEN
    -- With several people the reason closest to a free slot says most.
    SELECT answer.reason INTO refusal
    FROM booking.explain_slot(choose_staff.tenant_id, choose_staff.service_id, choose_staff.location_id,
                              choose_staff.staff_id, choose_staff.starts_at) AS answer
    ORDER BY array_position(ARRAY['busy', 'time_off', 'notice', 'horizon', 'off_grid', 'closed'], answer.reason)
    LIMIT 1;
    PERFORM booking.refuse_slot(choose_staff.tenant_id, choose_staff.service_id, choose_staff.location_id,
                                choose_staff.staff_id, choose_staff.starts_at, coalesce(refusal, 'closed'), time_zone);
  END IF;
  RETURN chosen;
END
$$;
COMMENT ON FUNCTION booking.choose_staff(uuid, uuid, uuid, uuid, timestamptz, text) IS
  'Locks the calendars that may serve this start and returns who will: the person asked for, or the free one with the fewest bookings that day. Refuses when nobody is free.';

CREATE FUNCTION booking.create_booking(
  tenant_id uuid, service_id uuid, location_id uuid, staff_id uuid, starts_at timestamptz,
  guest_name text, guest_email text, guest_phone text DEFAULT NULL, note text DEFAULT NULL,
  source booking.booking_source DEFAULT 'dashboard',
  actor_type booking.actor_type DEFAULT 'provider', actor_id uuid DEFAULT NULL) RETURNS uuid
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  business booking.tenants;
  service booking.services;
  location booking.locations;
  chosen uuid;
  booking_id uuid := booking.uuid_v7();
  customer_id uuid;
  first_status booking.booking_status;
  end_at timestamptz;
BEGIN
  SELECT t.* INTO business FROM booking.tenants AS t WHERE t.tenant_id = create_booking.tenant_id;
  SELECT s.* INTO service FROM booking.services AS s
    WHERE s.tenant_id = create_booking.tenant_id AND s.id = create_booking.service_id AND s.active;
  IF service.id IS NULL THEN
    PERFORM booking.raise_error('service.not_found', '{"resource":"service"}');
  END IF;
  SELECT l.* INTO location FROM booking.locations AS l
    WHERE l.tenant_id = create_booking.tenant_id AND l.id = create_booking.location_id AND l.active;
  IF location.id IS NULL THEN
    PERFORM booking.raise_error('service.not_found', '{"resource":"location"}');
  END IF;
  IF create_booking.staff_id IS NOT NULL AND NOT booking.performs(create_booking.tenant_id, create_booking.staff_id, service.id) THEN
    PERFORM booking.raise_error('service.not_found', '{"resource":"staff"}');
  END IF;

  chosen := booking.choose_staff(create_booking.tenant_id, service.id, location.id, create_booking.staff_id,
                                 create_booking.starts_at, location.time_zone);
  customer_id := booking.find_or_add_customer(create_booking.tenant_id, guest_name, guest_email, guest_phone);
  first_status := CASE business.approval WHEN 'automatic' THEN 'confirmed' ELSE 'pending' END;
  end_at := create_booking.starts_at + make_interval(mins => service.duration_minutes);

  INSERT INTO booking.bookings
    (tenant_id, id, location_id, service_id, staff_id, customer_id, status, starts_at, ends_at,
     buffer_before_minutes, buffer_after_minutes, service_name, price_type, price_amount, price_currency, pricing_version,
     guest_name, guest_email, guest_phone, note, source, cancel_deadline_at)
  VALUES
    (create_booking.tenant_id, booking_id, location.id, service.id, chosen, customer_id, first_status,
     create_booking.starts_at, end_at, service.buffer_before_minutes, service.buffer_after_minutes, service.name,
     service.price_type, service.price_amount, service.price_currency, service.pricing_version,
     guest_name, guest_email, guest_phone, note, source,
     create_booking.starts_at - make_interval(mins => business.cancel_deadline_minutes));

  INSERT INTO booking.busy_times (tenant_id, staff_id, booking_id, protected_from, protected_to)
  VALUES (create_booking.tenant_id, chosen, booking_id,
          create_booking.starts_at - make_interval(mins => service.buffer_before_minutes),
          end_at + make_interval(mins => service.buffer_after_minutes))
  ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN
    PERFORM booking.refuse_slot(create_booking.tenant_id, service.id, location.id, create_booking.staff_id,
                                create_booking.starts_at, 'busy', location.time_zone);
  END IF;

  PERFORM booking.record_event(create_booking.tenant_id, booking_id, 'booking.requested', NULL, 'pending',
                               create_booking.actor_type, create_booking.actor_id, NULL);
  IF first_status = 'confirmed' THEN
    PERFORM booking.record_event(create_booking.tenant_id, booking_id, 'booking.confirmed', 'pending', 'confirmed',
                                 'system', NULL, NULL);
  END IF;
  RETURN booking_id;
END
$$;
COMMENT ON FUNCTION booking.create_booking(uuid, uuid, uuid, uuid, timestamptz, text, text, text, text, booking.booking_source, booking.actor_type, uuid) IS
  'Books a start that search would offer, with one person or whoever is free (staff_id NULL), and returns the booking''s id. Refusals: service.not_found, booking.slot_unavailable, booking.outside_booking_window, booking.guest_blocked.';

CREATE FUNCTION booking.cancel_booking(
  tenant_id uuid, booking_id uuid, reason text DEFAULT NULL,
  actor_type booking.actor_type DEFAULT 'provider', actor_id uuid DEFAULT NULL,
  on_behalf_of booking.actor_type DEFAULT 'provider') RETURNS void
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  subject booking.bookings;
  guest_may_cancel boolean;
BEGIN
  SELECT b.* INTO subject FROM booking.bookings AS b
    WHERE b.tenant_id = cancel_booking.tenant_id AND b.id = cancel_booking.booking_id FOR NO KEY UPDATE;
  IF subject.id IS NULL THEN
    PERFORM booking.raise_error('booking.not_found');
  END IF;
  IF subject.status NOT IN ('pending', 'confirmed', 'reschedule_proposed') THEN
    PERFORM booking.raise_error('booking.invalid_state',
                                json_build_object('status', subject.status, 'requested', 'cancelled'));
  END IF;
  IF on_behalf_of = 'guest' THEN
    SELECT t.guest_cancel INTO guest_may_cancel FROM booking.tenants AS t WHERE t.tenant_id = cancel_booking.tenant_id;
    IF NOT guest_may_cancel OR now() > least(subject.cancel_deadline_at, subject.starts_at) THEN
      PERFORM booking.raise_error('booking.cancel_deadline_passed', json_build_object(
        'cause', CASE WHEN guest_may_cancel THEN 'deadline' ELSE 'disabled' END,
        'deadlineAt', CASE WHEN guest_may_cancel THEN booking.rfc3339(least(subject.cancel_deadline_at, subject.starts_at)) END));
    END IF;
  END IF;

  UPDATE booking.bookings AS b
  SET status = 'cancelled', cancelled_by = on_behalf_of, cancel_reason = cancel_booking.reason, cancelled_at = now(),
      updated_at = clock_timestamp(), version = b.version + 1
  WHERE b.tenant_id = cancel_booking.tenant_id AND b.id = cancel_booking.booking_id;
  DELETE FROM booking.busy_times AS t
  WHERE t.tenant_id = cancel_booking.tenant_id AND t.booking_id = cancel_booking.booking_id;
  PERFORM booking.record_event(cancel_booking.tenant_id, cancel_booking.booking_id, 'booking.cancelled', subject.status, 'cancelled',
                               cancel_booking.actor_type, cancel_booking.actor_id, cancel_booking.reason);
END
$$;
COMMENT ON FUNCTION booking.cancel_booking(uuid, uuid, text, booking.actor_type, uuid, booking.actor_type) IS
  'Cancels a booking that is not final and frees its time at once. on_behalf_of guest obeys the business''s cancellation rule; provider does not. Refusals: booking.not_found, booking.invalid_state, booking.cancel_deadline_passed.';

