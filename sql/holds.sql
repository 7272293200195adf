-- A start kept for somebody who is about to book: blocks like a booking until it expires.

CREATE FUNCTION booking.hold_slot(
  tenant_id uuid, service_id uuid, location_id uuid, staff_id uuid, starts_at timestamptz,
  expires_after interval DEFAULT '10 minutes', now timestamptz DEFAULT now()) RETURNS uuid
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  service booking.services;
  chosen booking.assignment;
  terms booking.service_terms;
  held booking.holds;
  subject booking.bookings;
BEGIN
  IF expires_after IS NULL OR expires_after <= interval '0' OR expires_after > interval '24 hours' THEN
    RAISE EXCEPTION 'expires_after must be more than nothing and at most 24 hours' USING ERRCODE = 'invalid_parameter_value';
  END IF;
  PERFORM booking.lock_rules(hold_slot.tenant_id);
  service := booking.require_offer(hold_slot.tenant_id, hold_slot.service_id, hold_slot.location_id, hold_slot.staff_id);
  chosen := booking.choose_assignment(hold_slot.tenant_id, service.id, hold_slot.location_id, hold_slot.staff_id,
                                      hold_slot.starts_at, override => false, now => hold_slot.now);
  terms := booking.terms_with(hold_slot.tenant_id, service.id, chosen.staff_id);
  INSERT INTO booking.holds
    (tenant_id, location_id, service_id, staff_id, starts_at, duration_minutes, buffer_before_minutes, buffer_after_minutes,
     capacity, resource_ids, expires_at)
  VALUES
    (hold_slot.tenant_id, hold_slot.location_id, service.id, chosen.staff_id, hold_slot.starts_at, terms.duration_minutes,
     terms.buffer_before_minutes, terms.buffer_after_minutes, terms.capacity, chosen.resource_ids, hold_slot.now + expires_after)
  RETURNING * INTO held;
  -- What it takes is what the booking would.
  subject.id := held.id;
  subject.status := 'pending';
  subject.location_id := held.location_id;
  subject.service_id := held.service_id;
  subject.staff_id := held.staff_id;
  subject.resource_ids := held.resource_ids;
  subject.starts_at := held.starts_at;
  subject.ends_at := held.starts_at + make_interval(mins => held.duration_minutes);
  subject.buffer_before_minutes := held.buffer_before_minutes;
  subject.buffer_after_minutes := held.buffer_after_minutes;
  subject.capacity := held.capacity;
  PERFORM booking.take_time(hold_slot.tenant_id, subject, held.expires_at);
  RETURN held.id;
END
$$;
COMMENT ON FUNCTION booking.hold_slot(uuid, uuid, uuid, uuid, timestamptz, interval, timestamptz) IS
  'Keeps a start that search would offer, with one person or whoever is free (staff_id NULL), until expires_after has passed (at most 24 hours), and returns the hold''s id for booking.create_booking. Refusals as there.';

CREATE FUNCTION booking.release_hold(tenant_id uuid, hold_id uuid) RETURNS boolean
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  DELETE FROM booking.holds AS h WHERE h.tenant_id = release_hold.tenant_id AND h.id = release_hold.hold_id;
  RETURN FOUND;
END
$$;
COMMENT ON FUNCTION booking.release_hold(uuid, uuid) IS 'Gives a held time back before it expires; false when there is no such hold any more.';
