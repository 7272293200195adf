-- What may happen to a booking, and what every change of one does.
--
-- Locks are taken in this order, by everybody: the rows of bookings, by id; then the tenant's rules (booking.lock_rules); then
-- calendars, by key (booking.lock_calendars); then everything else. Whoever only gives time back needs no calendar. A transaction
-- that changes several bookings takes all of these locks before its first change.

CREATE TYPE booking.transition AS (
  action booking.booking_action, from_status booking.booking_status, to_status booking.booking_status, event booking.booking_event,
  actor_type booking.actor_type, not_before text, other_side boolean);
COMMENT ON TYPE booking.transition IS
  'One way from a status to another. to_status NULL: back to the one before the proposal; event NULL: told to nobody; not_before: "start" or "end" of the booking; other_side: not by who proposed.';

CREATE FUNCTION booking.transitions() RETURNS SETOF booking.transition
  LANGUAGE sql IMMUTABLE ROWS 30
BEGIN ATOMIC
  SELECT rule.action, from_status, rule.to_status, rule.event, actor_type, rule.not_before, rule.other_side
  FROM (VALUES
    -- By the system: automatic approval.
    ('confirm'::booking.booking_action, '{pending}'::booking.booking_status[], 'confirmed'::booking.booking_status,
     'booking.confirmed'::booking.booking_event, '{provider,system}'::booking.actor_type[], NULL::text, false),
    ('decline', '{pending}', 'declined', 'booking.declined', '{provider}', NULL, false),
    ('cancel', '{pending,confirmed,reschedule_proposed}', 'cancelled', 'booking.cancelled', '{guest,provider,api_key}', NULL, false),
    ('complete', '{confirmed}', 'completed', 'booking.completed', '{provider}', 'start', false),
    ('complete', '{confirmed}', 'completed', 'booking.completed', '{system}', 'end', false),
    ('mark_no_show', '{confirmed}', 'no_show', 'booking.no_show', '{provider}', 'start', false),
    ('propose_reschedule', '{pending,confirmed}', 'reschedule_proposed', 'booking.reschedule_proposed', '{guest,provider}', NULL, false),
    ('accept_reschedule', '{reschedule_proposed}', 'confirmed', 'booking.reschedule_confirmed', '{guest,provider}', NULL, true),
    ('refuse_reschedule', '{reschedule_proposed}', NULL, NULL, '{guest,provider}', NULL, true),
    ('reschedule', '{confirmed}', 'confirmed', 'booking.reschedule_confirmed', '{provider}', NULL, false)
  ) AS rule (action, from_statuses, to_status, event, actor_types, not_before, other_side)
  CROSS JOIN LATERAL unnest(rule.from_statuses) AS from_status
  CROSS JOIN LATERAL unnest(rule.actor_types) AS actor_type;
END;
COMMENT ON FUNCTION booking.transitions() IS
  'Every change of status there is: what leads from where to where, by whom, from when on. All else is refused. A booking begins as pending or, made by the provider or approved automatically, as confirmed.';

CREATE FUNCTION booking.find_transition(
  action booking.booking_action, from_status booking.booking_status, actor_type booking.actor_type) RETURNS booking.transition
  LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  found_rule booking.transition;
BEGIN
  SELECT rule.* INTO found_rule FROM booking.transitions() AS rule
  WHERE rule.action = find_transition.action AND rule.from_status = find_transition.from_status
    AND rule.actor_type = find_transition.actor_type;
  RETURN found_rule;
END
$$;
COMMENT ON FUNCTION booking.find_transition(booking.booking_action, booking.booking_status, booking.actor_type) IS
  'The rule for this action in this status by this actor; NULL when it is not allowed.';

CREATE FUNCTION booking.begin_transition(
  tenant_id uuid, booking_id uuid, action booking.booking_action, actor_type booking.actor_type, now timestamptz)
  RETURNS booking.bookings
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  subject booking.bookings;
  rule booking.transition;
  earliest timestamptz;
BEGIN
  SELECT b.* INTO subject FROM booking.bookings AS b
    WHERE b.tenant_id = begin_transition.tenant_id AND b.id = begin_transition.booking_id FOR NO KEY UPDATE;
  IF subject.id IS NULL THEN
    PERFORM booking.raise_error('booking.not_found');
  END IF;
  rule := booking.find_transition(action, subject.status, actor_type);
  earliest := CASE rule.not_before WHEN 'start' THEN subject.starts_at WHEN 'end' THEN subject.ends_at END;
  IF rule.action IS NULL OR rule.other_side AND actor_type = subject.proposed_by OR now < earliest THEN
    PERFORM booking.raise_error('booking.invalid_state', json_strip_nulls(json_build_object(
      'status', subject.status,
      'requested', (SELECT t.to_status FROM booking.transitions() AS t WHERE t.action = begin_transition.action LIMIT 1),
      'notBefore', booking.rfc3339(earliest),
      'allowedActors', (SELECT json_agg(t.actor_type) FROM booking.transitions() AS t
                        WHERE t.action = begin_transition.action AND t.from_status = subject.status
                          AND NOT (t.other_side AND t.actor_type = subject.proposed_by)
                        HAVING earliest IS NULL))));
  END IF;
  RETURN subject;
END
$$;
COMMENT ON FUNCTION booking.begin_transition(uuid, uuid, booking.booking_action, booking.actor_type, timestamptz) IS
  'Locks a booking''s row and returns it if the action is allowed. Refusals: booking.not_found, booking.invalid_state.';

CREATE FUNCTION booking.apply_transition(
  tenant_id uuid, subject booking.bookings, action booking.booking_action, actor_type booking.actor_type, actor_id uuid, reason text)
  RETURNS booking.bookings
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  rule CONSTANT booking.transition := booking.find_transition(action, subject.status, actor_type);
BEGIN
  subject.status := coalesce(rule.to_status, subject.proposal_from_status);
  IF subject.status <> 'reschedule_proposed' THEN
    subject.proposal_starts_at := NULL;
    subject.proposal_ends_at := NULL;
    subject.proposal_staff_id := NULL;
    subject.proposal_resource_ids := NULL;
    subject.proposal_from_status := NULL;
    subject.proposed_by := NULL;
    subject.proposed_at := NULL;
  END IF;
  UPDATE booking.bookings AS b
  SET status = subject.status, staff_id = subject.staff_id, starts_at = subject.starts_at, ends_at = subject.ends_at,
      resource_ids = subject.resource_ids, cancel_deadline_at = subject.cancel_deadline_at,
      cancelled_by = subject.cancelled_by, cancel_reason = subject.cancel_reason, cancelled_at = subject.cancelled_at,
      proposal_starts_at = subject.proposal_starts_at, proposal_ends_at = subject.proposal_ends_at,
      proposal_staff_id = subject.proposal_staff_id, proposal_resource_ids = subject.proposal_resource_ids,
      proposal_from_status = subject.proposal_from_status,
      proposed_by = subject.proposed_by, proposed_at = subject.proposed_at,
      updated_at = clock_timestamp(), version = b.version + 1
  WHERE b.tenant_id = apply_transition.tenant_id AND b.id = subject.id;
  PERFORM booking.give_time_back(apply_transition.tenant_id, subject);
  PERFORM booking.record_event(apply_transition.tenant_id, subject.id, rule.event, rule.from_status, subject.status,
                               apply_transition.actor_type, apply_transition.actor_id, apply_transition.reason);
  RETURN subject;
END
$$;
COMMENT ON FUNCTION booking.apply_transition(uuid, booking.bookings, booking.booking_action, booking.actor_type, uuid, text) IS
  'Writes a booking that booking.begin_transition returned, with what the caller changed on it, and returns it as it is now: new status and event follow from the action. Time it needs no more is free; time it needs now is for the caller to take.';

CREATE FUNCTION booking.time_taken(
  subject booking.bookings, OUT kind booking.busy_kind, OUT staff_id uuid, OUT resource_id uuid, OUT session_id uuid,
  OUT session_starts_at timestamptz, OUT protected tstzrange) RETURNS SETOF record
  LANGUAGE sql STABLE ROWS 2
BEGIN ATOMIC
  SELECT whole.kind, CASE WHEN owner.place = 1 THEN owner.id END, CASE WHEN owner.place > 1 THEN owner.id END,
         CASE WHEN subject.capacity > 1
              THEN booking.class_session(subject.service_id, subject.location_id, whole.staff_id, whole.starts_at) END,
         CASE WHEN subject.capacity > 1 THEN whole.starts_at END,
         taken.protected
  FROM (SELECT make_interval(mins => subject.buffer_before_minutes) AS before,
               make_interval(mins => subject.buffer_after_minutes) AS after) AS buffer
  CROSS JOIN LATERAL (SELECT tstzrange(subject.starts_at - before, subject.ends_at + after) AS now,
                             tstzrange(subject.proposal_starts_at - before, subject.proposal_ends_at + after) AS proposed) AS at
  CROSS JOIN LATERAL (VALUES
    ('booking'::booking.busy_kind, subject.starts_at, subject.staff_id, subject.resource_ids, at.now),
    ('proposal', subject.proposal_starts_at, subject.proposal_staff_id, subject.proposal_resource_ids, at.proposed)
  ) AS whole (kind, starts_at, staff_id, resource_ids, protected)
  CROSS JOIN LATERAL unnest(whole.staff_id || whole.resource_ids) WITH ORDINALITY AS owner (id, place)
  -- Both are equally long, so what is left of a proposal beside the booking is a single piece or nothing.
  CROSS JOIN LATERAL (SELECT CASE WHEN whole.kind = 'proposal' AND owner.id = ANY (subject.staff_id || subject.resource_ids)
                                  THEN whole.protected - at.now ELSE whole.protected END AS protected) AS taken
  WHERE subject.status IN ('pending', 'confirmed', 'reschedule_proposed')
    AND (whole.kind = 'booking' OR subject.status = 'reschedule_proposed') AND NOT isempty(taken.protected);
END;
COMMENT ON FUNCTION booking.time_taken(booking.bookings) IS
  'The rows of busy_times that a booking must have, of its person, its rooms and its devices: its protected window as long as it holds its time, and what a proposal adds.';

CREATE FUNCTION booking.give_time_back(tenant_id uuid, subject booking.bookings) RETURNS void
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  DELETE FROM booking.busy_times AS t
  WHERE t.tenant_id = give_time_back.tenant_id AND t.booking_id = subject.id
    AND NOT EXISTS (SELECT FROM booking.time_taken(subject) AS taken
                    WHERE taken.kind = t.kind AND coalesce(taken.staff_id, taken.resource_id) = coalesce(t.staff_id, t.resource_id)
                      AND lower(taken.protected) = t.protected_from AND upper(taken.protected) = t.protected_to);
END
$$;
COMMENT ON FUNCTION booking.give_time_back(uuid, booking.bookings) IS 'Deletes the busy times of a booking that it needs no more.';

CREATE FUNCTION booking.free_seat(tenant_id uuid, staff_id uuid, session_id uuid, capacity integer) RETURNS integer
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT min(seat) FROM generate_series(1, capacity) AS seat
  WHERE NOT EXISTS (SELECT FROM booking.busy_times AS t
                    WHERE t.tenant_id = free_seat.tenant_id AND t.staff_id = free_seat.staff_id
                      AND t.session_id = free_seat.session_id AND t.seat = seat.seat);
END;
COMMENT ON FUNCTION booking.free_seat(uuid, uuid, uuid, integer) IS 'The lowest seat of a session that nobody has; NULL when there is none.';

-- Left alone, PostgreSQL plans the statements of this and of choose_assignment anew at every call, which takes longer than all the rest.
CREATE FUNCTION booking.take_time(tenant_id uuid, subject booking.bookings, held_until timestamptz DEFAULT NULL) RETURNS void
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
  is_hold CONSTANT boolean := held_until IS NOT NULL;
  got_all boolean;
BEGIN
  -- Conflicts are ruled out before, under the calendars' locks. Should one come through, it ends here, without waiting for
  -- anybody: what is inserted is all that the booking needs and has not, or the time is taken.
  WITH lacking AS MATERIALIZED (
    SELECT taken.*, CASE WHEN taken.session_id IS NOT NULL AND taken.staff_id IS NOT NULL
                         THEN booking.free_seat(take_time.tenant_id, taken.staff_id, taken.session_id, subject.capacity) END AS seat
    FROM booking.time_taken(subject) AS taken
    WHERE NOT EXISTS (
      SELECT FROM booking.busy_times AS t
      WHERE t.tenant_id = take_time.tenant_id AND t.booking_id = subject.id AND t.kind = taken.kind
        AND coalesce(t.staff_id, t.resource_id) = coalesce(taken.staff_id, taken.resource_id)
        AND t.protected_from = lower(taken.protected) AND t.protected_to = upper(taken.protected))
  ), inserted AS (
    INSERT INTO booking.busy_times (tenant_id, staff_id, resource_id, kind, booking_id, hold_id, expires_at,
                                    session_id, session_starts_at, seat, capacity, protected_from, protected_to)
    SELECT take_time.tenant_id, l.staff_id, l.resource_id, CASE WHEN is_hold THEN 'hold' ELSE l.kind END,
           CASE WHEN NOT is_hold THEN subject.id END, CASE WHEN is_hold THEN subject.id END, held_until,
           l.session_id, l.session_starts_at, l.seat, CASE WHEN l.seat IS NOT NULL THEN subject.capacity END,
           lower(l.protected), upper(l.protected)
    FROM lacking AS l
    WHERE l.session_id IS NULL OR l.staff_id IS NULL OR l.seat IS NOT NULL
    ON CONFLICT DO NOTHING
    RETURNING id
  )
  SELECT (SELECT count(*) FROM inserted) = (SELECT count(*) FROM lacking) INTO got_all;
  IF NOT got_all THEN
    PERFORM booking.refuse_slot(take_time.tenant_id, subject.service_id, subject.location_id,
                                coalesce(subject.proposal_staff_id, subject.staff_id),
                                coalesce(subject.proposal_starts_at, subject.starts_at), 'busy',
                                CASE WHEN NOT is_hold THEN subject.id END, now());
  END IF;
END
$$;
COMMENT ON FUNCTION booking.take_time(uuid, booking.bookings, timestamptz) IS
  'Inserts the busy times that a booking needs and lacks; booking.slot_unavailable when somebody else has that time. held_until: they are those of a hold that has the subject''s id.';

CREATE FUNCTION booking.record_event(
  tenant_id uuid, booking_id uuid, event booking.booking_event, from_status booking.booking_status,
  to_status booking.booking_status, actor_type booking.actor_type, actor_id uuid, reason text) RETURNS void
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  recorded_before integer;
  told_before integer;
  event_id CONSTANT uuid := booking.uuid_v7();
BEGIN
  SELECT count(*), count(e.event) INTO recorded_before, told_before FROM booking.booking_events AS e
    WHERE e.tenant_id = record_event.tenant_id AND e.booking_id = record_event.booking_id;
  INSERT INTO booking.booking_events
    (tenant_id, booking_id, sequence, id, event, from_status, to_status, actor_type, actor_id, reason)
  VALUES (record_event.tenant_id, record_event.booking_id, recorded_before + 1, event_id, record_event.event,
          record_event.from_status, record_event.to_status, record_event.actor_type, record_event.actor_id, record_event.reason);
  IF event IS NOT NULL THEN
    PERFORM booking.enqueue_webhook(record_event.tenant_id, record_event.booking_id, event_id, record_event.event, told_before + 1);
  END IF;
END
$$;
COMMENT ON FUNCTION booking.record_event(uuid, uuid, booking.booking_event, booking.booking_status, booking.booking_status, booking.actor_type, uuid, text) IS
  'Appends the next event of a booking and, if it has a name, puts it into the webhooks'' outbox, numbered among those with a name; the caller holds the booking''s row lock.';
