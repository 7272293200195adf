-- A start kept for somebody who is about to book: blocks like a booking until it expires.

CREATE FUNCTION booking.hold_slot(
  tenant_id uuid, service_id uuid, location_id uuid, staff_id uuid, starts_at timestamptz,
  expires_after interval DEFAULT '10 minutes', now timestamptz DEFAULT now()) RETURNS uuid
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  service booking.services;
  chosen uuid;
  terms booking.service_terms;
  held booking.holds;
BEGIN
  IF expires_after IS NULL OR expires_after <= interval '0' OR expires_after > interval '24 hours' THEN
    RAISE EXCEPTION 'expires_after must be more than nothing and at most 24 hours' USING ERRCODE = 'invalid_parameter_value';
  END IF;
  PERFORM booking.lock_rules(hold_slot.tenant_id);
  service := booking.require_offer(hold_slot.tenant_id, hold_slot.service_id, hold_slot.location_id, hold_slot.staff_id);
  chosen := booking.choose_staff(hold_slot.tenant_id, service.id, hold_slot.location_id, hold_slot.staff_id, hold_slot.starts_at,
                                 override => false, now => hold_slot.now);
  terms := booking.terms_with(hold_slot.tenant_id, service.id, chosen);
  INSERT INTO booking.holds
    (tenant_id, location_id, service_id, staff_id, starts_at, duration_minutes, buffer_before_minutes, buffer_after_minutes, expires_at)
  VALUES
    (hold_slot.tenant_id, hold_slot.location_id, service.id, chosen, hold_slot.starts_at, terms.duration_minutes,
     terms.buffer_before_minutes, terms.buffer_after_minutes, hold_slot.now + expires_after)
  RETURNING * INTO held;
  INSERT INTO booking.busy_times (tenant_id, staff_id, kind, hold_id, expires_at, protected_from, protected_to)
  VALUES (held.tenant_id, held.staff_id, 'hold', held.id, held.expires_at,
          held.starts_at - make_interval(mins => held.buffer_before_minutes),
          held.starts_at + make_interval(mins => held.duration_minutes + held.buffer_after_minutes))
  ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN
    PERFORM booking.refuse_slot(held.tenant_id, held.service_id, held.location_id, hold_slot.staff_id, held.starts_at, 'busy',
                                NULL, hold_slot.now);
  END IF;
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
