-- Another time for a booking: at once by the provider, or proposed by one side and answered by the other. A booking that moves
-- keeps the terms it was made under (duration, buffers, price) and the distance of its cancellation deadline.

CREATE FUNCTION booking.elapsed(from_time timestamptz, to_time timestamptz) RETURNS interval
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  -- The difference of two times has days in it, and a day added to a time need not last 24 hours.
  SELECT make_interval(secs => extract(epoch FROM to_time - from_time)::double precision);
END;
COMMENT ON FUNCTION booking.elapsed(timestamptz, timestamptz) IS 'The time between two instants, to be added to another one: no days in it.';

CREATE FUNCTION booking.find_new_time(
  tenant_id uuid, subject booking.bookings, starts_at timestamptz, staff_id uuid, override boolean, now timestamptz) RETURNS booking.assignment
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  wanted_staff_id CONSTANT uuid := coalesce(find_new_time.staff_id, subject.staff_id);
BEGIN
  IF wanted_staff_id = subject.staff_id AND find_new_time.starts_at = subject.starts_at THEN
    PERFORM booking.raise_error('request.invalid_input', '{"fields":{"startsAt":"must differ from the time that the booking has"}}');
  END IF;
  IF NOT booking.performs(find_new_time.tenant_id, wanted_staff_id, subject.service_id) THEN
    PERFORM booking.raise_error('service.not_found', '{"resource":"staff"}');
  END IF;
  RETURN booking.choose_assignment(find_new_time.tenant_id, subject.service_id, subject.location_id, wanted_staff_id,
                                   find_new_time.starts_at, find_new_time.override, find_new_time.now, subject.id);
END
$$;
COMMENT ON FUNCTION booking.find_new_time(uuid, booking.bookings, timestamptz, uuid, boolean, timestamptz) IS
  'Locks the calendars that a booking is to move to and returns whose they are (staff_id NULL: who has the booking) if the time is bookable with the booking out of the way.';

CREATE FUNCTION booking.moved_to(subject booking.bookings, starts_at timestamptz, assigned booking.assignment) RETURNS booking.bookings
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  distance CONSTANT interval := booking.elapsed(subject.starts_at, moved_to.starts_at);
BEGIN
  subject.staff_id := assigned.staff_id;
  subject.resource_ids := assigned.resource_ids;
  subject.starts_at := moved_to.starts_at;
  subject.ends_at := subject.ends_at + distance;
  subject.cancel_deadline_at := subject.cancel_deadline_at + distance;
  RETURN subject;
END
$$;
COMMENT ON FUNCTION booking.moved_to(booking.bookings, timestamptz, booking.assignment) IS
  'The booking as it is at another time, with this person, these rooms and devices.';

CREATE FUNCTION booking.reschedule_booking(
  tenant_id uuid, booking_id uuid, starts_at timestamptz, staff_id uuid DEFAULT NULL, reason text DEFAULT NULL,
  actor_type booking.actor_type DEFAULT 'provider', actor_id uuid DEFAULT NULL, override boolean DEFAULT false,
  now timestamptz DEFAULT now()) RETURNS void
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  subject booking.bookings := booking.begin_transition(tenant_id, booking_id, 'reschedule', actor_type, now);
BEGIN
  subject := booking.moved_to(subject, reschedule_booking.starts_at, booking.find_new_time(
    reschedule_booking.tenant_id, subject, reschedule_booking.starts_at, reschedule_booking.staff_id, override, reschedule_booking.now));
  PERFORM booking.take_time(reschedule_booking.tenant_id, booking.apply_transition(
    reschedule_booking.tenant_id, subject, 'reschedule', actor_type, actor_id, reason));
END
$$;
COMMENT ON FUNCTION booking.reschedule_booking(uuid, uuid, timestamptz, uuid, text, booking.actor_type, uuid, boolean, timestamptz) IS
  'The provider moves a confirmed booking to another start, with the same person (staff_id NULL) or another one, if search would offer it; override: if only the time is free.';

CREATE FUNCTION booking.propose_reschedule(
  tenant_id uuid, booking_id uuid, starts_at timestamptz, staff_id uuid DEFAULT NULL, reason text DEFAULT NULL,
  actor_type booking.actor_type DEFAULT 'provider', actor_id uuid DEFAULT NULL, override boolean DEFAULT false,
  now timestamptz DEFAULT now()) RETURNS void
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  subject booking.bookings := booking.begin_transition(tenant_id, booking_id, 'propose_reschedule', actor_type, now);
  buffers CONSTANT interval := make_interval(mins => subject.buffer_before_minutes + subject.buffer_after_minutes);
  assigned booking.assignment;
BEGIN
  PERFORM booking.require_provider_to_override(override, actor_type);
  IF actor_type = 'guest' AND NOT (SELECT t.guest_reschedule FROM booking.tenants AS t
                                   WHERE t.tenant_id = propose_reschedule.tenant_id) THEN
    PERFORM booking.raise_error('booking.invalid_state', json_build_object(
      'status', subject.status, 'requested', 'reschedule_proposed', 'cause', 'disabled'));
  END IF;
  assigned := booking.find_new_time(
    propose_reschedule.tenant_id, subject, propose_reschedule.starts_at, propose_reschedule.staff_id, override, propose_reschedule.now);
  subject.proposal_staff_id := assigned.staff_id;
  subject.proposal_resource_ids := assigned.resource_ids;
  subject.proposal_starts_at := propose_reschedule.starts_at;
  subject.proposal_ends_at := propose_reschedule.starts_at + booking.elapsed(subject.starts_at, subject.ends_at);
  subject.proposal_from_status := subject.status;
  subject.proposed_by := actor_type;
  subject.proposed_at := now();
  -- Nobody else is in its session now, but until the proposal is answered somebody may take a seat there.
  IF subject.capacity > 1 AND (assigned.staff_id = subject.staff_id OR assigned.resource_ids && subject.resource_ids)
     AND tstzrange(subject.starts_at, subject.ends_at + buffers) && tstzrange(subject.proposal_starts_at, subject.proposal_ends_at + buffers)
  THEN
    PERFORM booking.refuse_slot(propose_reschedule.tenant_id, subject.service_id, subject.location_id, assigned.staff_id,
                                subject.proposal_starts_at, 'busy', subject.id, propose_reschedule.now);
  END IF;
  PERFORM booking.take_time(propose_reschedule.tenant_id, booking.apply_transition(
    propose_reschedule.tenant_id, subject, 'propose_reschedule', actor_type, actor_id, reason));
END
$$;
COMMENT ON FUNCTION booking.propose_reschedule(uuid, uuid, timestamptz, uuid, text, booking.actor_type, uuid, boolean, timestamptz) IS
  'Provider or guest ask for another time, chosen as in booking.reschedule_booking. Until the other side answers, the booking keeps its own time and the proposed one is kept free too. In a class the two can not overlap: somebody may take a seat beside the guest meanwhile.';

CREATE FUNCTION booking.accept_reschedule(
  tenant_id uuid, booking_id uuid, reason text DEFAULT NULL,
  actor_type booking.actor_type DEFAULT 'guest', actor_id uuid DEFAULT NULL, now timestamptz DEFAULT now()) RETURNS void
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  subject booking.bookings := booking.begin_transition(tenant_id, booking_id, 'accept_reschedule', actor_type, now);
BEGIN
  -- Nobody else has had that time since it was proposed; it may only have passed.
  IF accept_reschedule.now >= subject.proposal_starts_at THEN
    PERFORM booking.refuse_slot(accept_reschedule.tenant_id, subject.service_id, subject.location_id, subject.proposal_staff_id,
                                subject.proposal_starts_at, 'notice', subject.id, accept_reschedule.now);
  END IF;
  IF subject.capacity > 1 THEN
    -- Its time is not in question, but others count the free seats.
    PERFORM booking.lock_calendars(accept_reschedule.tenant_id, ARRAY[subject.proposal_staff_id]);
  END IF;
  subject := booking.moved_to(subject, subject.proposal_starts_at,
                              ROW(subject.proposal_staff_id, subject.proposal_resource_ids)::booking.assignment);
  PERFORM booking.take_time(accept_reschedule.tenant_id, booking.apply_transition(
    accept_reschedule.tenant_id, subject, 'accept_reschedule', actor_type, actor_id, reason));
END
$$;
COMMENT ON FUNCTION booking.accept_reschedule(uuid, uuid, text, booking.actor_type, uuid, timestamptz) IS
  'The other side takes the proposed time: the booking moves there and is confirmed.';

CREATE FUNCTION booking.refuse_reschedule(
  tenant_id uuid, booking_id uuid, reason text DEFAULT NULL,
  actor_type booking.actor_type DEFAULT 'guest', actor_id uuid DEFAULT NULL) RETURNS void
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  SELECT booking.change_status(tenant_id, booking_id, 'refuse_reschedule', reason, actor_type, actor_id);
END;
COMMENT ON FUNCTION booking.refuse_reschedule(uuid, uuid, text, booking.actor_type, uuid) IS
  'The other side declines the proposed time: the booking is what it was before. Logged, but none of the public events.';
