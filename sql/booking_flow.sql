-- From the request for a booking to its end. Every function takes the tenant first and leaves one event per change of status.

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

CREATE FUNCTION booking.require_offer(tenant_id uuid, service_id uuid, location_id uuid, staff_id uuid) RETURNS booking.services
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  service booking.services;
BEGIN
  SELECT s.* INTO service FROM booking.services AS s
    WHERE s.tenant_id = require_offer.tenant_id AND s.id = require_offer.service_id AND s.active;
  IF service.id IS NULL THEN
    PERFORM booking.raise_error('service.not_found', '{"resource":"service"}');
  END IF;
  IF NOT EXISTS (SELECT FROM booking.locations AS l
                 WHERE l.tenant_id = require_offer.tenant_id AND l.id = require_offer.location_id AND l.active) THEN
    PERFORM booking.raise_error('service.not_found', '{"resource":"location"}');
  END IF;
  IF require_offer.staff_id IS NOT NULL AND NOT booking.performs(require_offer.tenant_id, require_offer.staff_id, service.id) THEN
    PERFORM booking.raise_error('service.not_found', '{"resource":"staff"}');
  END IF;
  RETURN service;
END
$$;
COMMENT ON FUNCTION booking.require_offer(uuid, uuid, uuid, uuid) IS
  'The service, if it is active and there is such a location and, unless NULL, such a person for it; else service.not_found.';

CREATE FUNCTION booking.require_provider_to_override(override boolean, actor_type booking.actor_type) RETURNS void
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF override AND actor_type IS DISTINCT FROM 'provider' THEN
    RAISE EXCEPTION 'only the provider may override the booking rules' USING ERRCODE = 'insufficient_privilege';
  END IF;
END
$$;
COMMENT ON FUNCTION booking.require_provider_to_override(boolean, booking.actor_type) IS 'Refuses an override by anybody else than the provider.';

CREATE FUNCTION booking.draft_booking(
  tenant_id uuid, service_id uuid, location_id uuid, assigned booking.assignment, starts_at timestamptz) RETURNS booking.bookings
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
  terms CONSTANT booking.service_terms := booking.terms_with(tenant_id, service_id, assigned.staff_id);
  draft booking.bookings;
BEGIN
  SELECT s.name, draft_booking.starts_at - make_interval(mins => business.cancel_deadline_minutes),
         CASE business.approval WHEN 'automatic' THEN 'confirmed' ELSE 'pending' END
  INTO draft.service_name, draft.cancel_deadline_at, draft.status
  FROM booking.services AS s JOIN booking.tenants AS business ON business.tenant_id = s.tenant_id
  WHERE s.tenant_id = draft_booking.tenant_id AND s.id = draft_booking.service_id;
  draft.location_id := draft_booking.location_id;
  draft.service_id := draft_booking.service_id;
  draft.staff_id := assigned.staff_id;
  draft.resource_ids := assigned.resource_ids;
  draft.starts_at := draft_booking.starts_at;
  draft.ends_at := draft_booking.starts_at + make_interval(mins => terms.duration_minutes);
  draft.buffer_before_minutes := terms.buffer_before_minutes;
  draft.buffer_after_minutes := terms.buffer_after_minutes;
  draft.capacity := terms.capacity;
  draft.price_type := terms.price_type;
  draft.price_amount := terms.price_amount;
  draft.price_currency := terms.price_currency;
  draft.pricing_version := terms.pricing_version;
  RETURN draft;
END
$$;
COMMENT ON FUNCTION booking.draft_booking(uuid, uuid, uuid, booking.assignment, timestamptz) IS
  'A booking that is not made yet, with the terms of the moment copied; without guest and source. Its status is what it would be for a guest.';

CREATE FUNCTION booking.add_booking(
  tenant_id uuid, draft booking.bookings, actor_type booking.actor_type, actor_id uuid) RETURNS uuid
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  is_automatic CONSTANT boolean := draft.status = 'confirmed';
  subject booking.bookings;
BEGIN
  INSERT INTO booking.bookings
    (tenant_id, location_id, service_id, staff_id, customer_id, status, starts_at, ends_at,
     buffer_before_minutes, buffer_after_minutes, capacity, resource_ids, visit_id, visit_part,
     service_name, price_type, price_amount, price_currency, pricing_version,
     guest_name, guest_email, guest_phone, note, source, cancel_deadline_at)
  VALUES
    (add_booking.tenant_id, draft.location_id, draft.service_id, draft.staff_id, draft.customer_id,
     CASE WHEN is_automatic OR add_booking.actor_type = 'provider' THEN 'confirmed' ELSE 'pending' END::booking.booking_status,
     draft.starts_at, draft.ends_at,
     draft.buffer_before_minutes, draft.buffer_after_minutes, draft.capacity, draft.resource_ids, draft.visit_id, draft.visit_part,
     draft.service_name, draft.price_type, draft.price_amount, draft.price_currency, draft.pricing_version,
     draft.guest_name, draft.guest_email, draft.guest_phone, draft.note, draft.source, draft.cancel_deadline_at)
  RETURNING * INTO subject;
  PERFORM booking.take_time(add_booking.tenant_id, subject);

  PERFORM booking.record_event(add_booking.tenant_id, subject.id, 'booking.requested', NULL, 'pending',
                               add_booking.actor_type, add_booking.actor_id, NULL);
  IF subject.status = 'confirmed' THEN
    PERFORM booking.record_event(add_booking.tenant_id, subject.id, 'booking.confirmed', 'pending', 'confirmed',
                                 CASE WHEN is_automatic THEN 'system' ELSE add_booking.actor_type END,
                                 CASE WHEN NOT is_automatic THEN add_booking.actor_id END, NULL);
  END IF;
  RETURN subject.id;
END
$$;
COMMENT ON FUNCTION booking.add_booking(uuid, booking.bookings, booking.actor_type, uuid) IS
  'Makes a booking of a draft whose time is free and whose calendars are locked, and returns its id. What the provider books needs no approval.';

CREATE FUNCTION booking.create_booking(
  tenant_id uuid, service_id uuid, location_id uuid, staff_id uuid, starts_at timestamptz,
  guest_name text, guest_email text, guest_phone text DEFAULT NULL, note text DEFAULT NULL,
  source booking.booking_source DEFAULT 'dashboard',
  actor_type booking.actor_type DEFAULT 'provider', actor_id uuid DEFAULT NULL,
  override boolean DEFAULT false, hold_id uuid DEFAULT NULL, now timestamptz DEFAULT now()) RETURNS uuid
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  draft booking.bookings;
BEGIN
  PERFORM booking.require_provider_to_override(override, actor_type);
  PERFORM booking.lock_rules(create_booking.tenant_id);
  PERFORM booking.require_offer(create_booking.tenant_id, create_booking.service_id, create_booking.location_id, create_booking.staff_id);
  draft := booking.draft_booking(
    create_booking.tenant_id, create_booking.service_id, create_booking.location_id,
    booking.choose_assignment(create_booking.tenant_id, create_booking.service_id, create_booking.location_id, create_booking.staff_id,
                              create_booking.starts_at, override, create_booking.now, hold_id => create_booking.hold_id),
    create_booking.starts_at);
  draft.customer_id := booking.find_or_add_customer(create_booking.tenant_id, guest_name, guest_email, guest_phone);
  draft.guest_name := create_booking.guest_name;
  draft.guest_email := create_booking.guest_email;
  draft.guest_phone := create_booking.guest_phone;
  draft.note := create_booking.note;
  draft.source := create_booking.source;
  RETURN booking.add_booking(create_booking.tenant_id, draft, create_booking.actor_type, create_booking.actor_id);
END
$$;
COMMENT ON FUNCTION booking.create_booking(uuid, uuid, uuid, uuid, timestamptz, text, text, text, text, booking.booking_source, booking.actor_type, uuid, boolean, uuid, timestamptz) IS
  'Books a start that search would offer (override, for the provider: one where the time is free), with one person or whoever is free (staff_id NULL), and returns the booking''s id. hold_id: uses up that hold; while it lasts, what it was made for can not be refused any more. What the provider books needs no approval. Refusals: service.not_found, booking.slot_unavailable, booking.outside_booking_window, booking.guest_blocked.';

CREATE FUNCTION booking.change_status(
  tenant_id uuid, booking_id uuid, action booking.booking_action, reason text, actor_type booking.actor_type, actor_id uuid,
  now timestamptz DEFAULT now()) RETURNS void
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM booking.apply_transition(tenant_id, booking.begin_transition(tenant_id, booking_id, action, actor_type, now),
                                   action, actor_type, actor_id, reason);
END
$$;
COMMENT ON FUNCTION booking.change_status(uuid, uuid, booking.booking_action, text, booking.actor_type, uuid, timestamptz) IS
  'Does to a booking what needs nothing but the action. Refusals: booking.not_found, booking.invalid_state.';

CREATE FUNCTION booking.confirm_booking(
  tenant_id uuid, booking_id uuid, reason text DEFAULT NULL,
  actor_type booking.actor_type DEFAULT 'provider', actor_id uuid DEFAULT NULL) RETURNS void
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  SELECT booking.change_status(tenant_id, booking_id, 'confirm', reason, actor_type, actor_id);
END;
COMMENT ON FUNCTION booking.confirm_booking(uuid, uuid, text, booking.actor_type, uuid) IS 'The provider accepts a pending booking.';

CREATE FUNCTION booking.decline_booking(
  tenant_id uuid, booking_id uuid, reason text DEFAULT NULL,
  actor_type booking.actor_type DEFAULT 'provider', actor_id uuid DEFAULT NULL) RETURNS void
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  SELECT booking.change_status(tenant_id, booking_id, 'decline', reason, actor_type, actor_id);
END;
COMMENT ON FUNCTION booking.decline_booking(uuid, uuid, text, booking.actor_type, uuid) IS
  'The provider declines a pending booking, for good; its time is free at once.';

CREATE FUNCTION booking.complete_booking(
  tenant_id uuid, booking_id uuid, reason text DEFAULT NULL,
  actor_type booking.actor_type DEFAULT 'provider', actor_id uuid DEFAULT NULL, now timestamptz DEFAULT now()) RETURNS void
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  SELECT booking.change_status(tenant_id, booking_id, 'complete', reason, actor_type, actor_id, now);
END;
COMMENT ON FUNCTION booking.complete_booking(uuid, uuid, text, booking.actor_type, uuid, timestamptz) IS
  'The visit took place: by the provider from its start on, by the system from its end on. What is left of its time is free.';

CREATE FUNCTION booking.mark_no_show(
  tenant_id uuid, booking_id uuid, reason text DEFAULT NULL,
  actor_type booking.actor_type DEFAULT 'provider', actor_id uuid DEFAULT NULL, now timestamptz DEFAULT now()) RETURNS void
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  SELECT booking.change_status(tenant_id, booking_id, 'mark_no_show', reason, actor_type, actor_id, now);
END;
COMMENT ON FUNCTION booking.mark_no_show(uuid, uuid, text, booking.actor_type, uuid, timestamptz) IS
  'The guest did not come: by the provider from the start on. What is left of its time is free.';

CREATE FUNCTION booking.cancel_booking(
  tenant_id uuid, booking_id uuid, reason text DEFAULT NULL,
  actor_type booking.actor_type DEFAULT 'provider', actor_id uuid DEFAULT NULL,
  on_behalf_of booking.actor_type DEFAULT NULL, now timestamptz DEFAULT now()) RETURNS void
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  subject booking.bookings := booking.begin_transition(tenant_id, booking_id, 'cancel', actor_type, now);
  side CONSTANT booking.actor_type := CASE WHEN actor_type = 'guest' THEN 'guest' ELSE coalesce(on_behalf_of, 'provider') END;
  deadline CONSTANT timestamptz := least(subject.cancel_deadline_at, subject.starts_at);
  guest_may_cancel boolean;
BEGIN
  IF side = 'guest' THEN
    SELECT t.guest_cancel INTO guest_may_cancel FROM booking.tenants AS t WHERE t.tenant_id = cancel_booking.tenant_id;
    IF NOT guest_may_cancel OR cancel_booking.now > deadline THEN
      PERFORM booking.raise_error('booking.cancel_deadline_passed', json_build_object(
        'cause', CASE WHEN guest_may_cancel THEN 'deadline' ELSE 'disabled' END,
        'deadlineAt', CASE WHEN guest_may_cancel THEN booking.rfc3339(deadline) END));
    END IF;
  END IF;
  subject.cancelled_by := side;
  subject.cancel_reason := cancel_booking.reason;
  subject.cancelled_at := now();
  PERFORM booking.apply_transition(cancel_booking.tenant_id, subject, 'cancel', actor_type, actor_id, reason);
END
$$;
COMMENT ON FUNCTION booking.cancel_booking(uuid, uuid, text, booking.actor_type, uuid, booking.actor_type, timestamptz) IS
  'Cancels a booking that is not final and frees its time at once. A guest, or who acts on_behalf_of one, obeys the business''s cancellation rule; the provider does not. Refusals: booking.not_found, booking.invalid_state, booking.cancel_deadline_passed.';
