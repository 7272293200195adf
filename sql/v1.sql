-- The operations of /v1 as the gateway calls them: tenant first, then the operation's parameters in the order of the route
-- table; the columns of a result are the members of the answer's data, except "meta", whose members join the envelope's meta.
-- Results are of the types of v1_types.sql, from which they are documented.

CREATE FUNCTION booking.v1_location(tenant_id uuid, slug text) RETURNS booking.locations
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  found_location booking.locations;
BEGIN
  SELECT l.* INTO found_location FROM booking.locations AS l
  WHERE l.tenant_id = v1_location.tenant_id AND l.active
    AND CASE WHEN v1_location.slug IS NULL THEN l.is_default ELSE l.slug = v1_location.slug END;
  IF found_location.id IS NULL THEN
    PERFORM booking.raise_error('service.not_found', '{"resource":"location"}');
  END IF;
  RETURN found_location;
END
$$;
COMMENT ON FUNCTION booking.v1_location(uuid, text) IS 'The active location with this slug, the default one for NULL; else service.not_found.';

CREATE FUNCTION booking.v1_location_id(tenant_id uuid, slug text) RETURNS uuid
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RETURN (booking.v1_location(tenant_id, slug)).id;
END
$$;
COMMENT ON FUNCTION booking.v1_location_id(uuid, text) IS 'The id of booking.v1_location''s answer.';

-- Who has no own hours works at every location, else where they have hours. Written out twice: PostgreSQL would call a function
-- of it once per person, at ten times the cost of the rest of the query.
CREATE FUNCTION booking.v1_list_services(tenant_id uuid, location_slug text)
  RETURNS SETOF booking.v1_service
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT booking.public_id('svc', s.id), s.name, s.description, s.category, s.duration_minutes, s.price_type, s.pricing_version,
         CASE WHEN s.price_amount IS NOT NULL THEN ROW(trim_scale(s.price_amount), s.price_currency)::booking.v1_price END, s.capacity
  FROM booking.v1_location_id(v1_list_services.tenant_id, v1_list_services.location_slug) AS place_id
  JOIN booking.services AS s ON s.tenant_id = v1_list_services.tenant_id
  WHERE s.active AND s.bookable_online
    AND EXISTS (SELECT FROM booking.staff_services AS skill
                JOIN booking.staff AS person ON person.tenant_id = skill.tenant_id AND person.id = skill.staff_id
                WHERE skill.tenant_id = v1_list_services.tenant_id AND skill.service_id = s.id AND person.active
                  AND (EXISTS (SELECT FROM booking.working_hours AS h
                               WHERE h.tenant_id = person.tenant_id AND h.staff_id = person.id AND h.location_id = place_id)
                       OR NOT EXISTS (SELECT FROM booking.working_hours AS h
                                      WHERE h.tenant_id = person.tenant_id AND h.staff_id = person.id)))
  ORDER BY s.sort_order, s.name, s.id;
END;
COMMENT ON FUNCTION booking.v1_list_services(uuid, text) IS 'GET /v1/services: what can be booked online at a location.';

CREATE FUNCTION booking.v1_list_staff(tenant_id uuid, location_slug text)
  RETURNS SETOF booking.v1_staff_member
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT booking.public_id('staff', person.id), person.name, person.bio,
         ARRAY(SELECT booking.public_id('svc', s.id)
               FROM booking.staff_services AS skill
               JOIN booking.services AS s ON s.tenant_id = skill.tenant_id AND s.id = skill.service_id
               WHERE skill.tenant_id = person.tenant_id AND skill.staff_id = person.id AND s.active AND s.bookable_online
               ORDER BY s.sort_order, s.name, s.id)
  FROM booking.v1_location_id(v1_list_staff.tenant_id, v1_list_staff.location_slug) AS place_id
  JOIN booking.staff AS person ON person.tenant_id = v1_list_staff.tenant_id
  WHERE person.active
    AND (EXISTS (SELECT FROM booking.working_hours AS h
                 WHERE h.tenant_id = person.tenant_id AND h.staff_id = person.id AND h.location_id = place_id)
         OR NOT EXISTS (SELECT FROM booking.working_hours AS h
                        WHERE h.tenant_id = person.tenant_id AND h.staff_id = person.id))
  ORDER BY person.sort_order, person.name, person.id;
END;
COMMENT ON FUNCTION booking.v1_list_staff(uuid, text) IS 'GET /v1/staff: who can be booked at a location; no contact data.';

CREATE FUNCTION booking.v1_require_bookable(tenant_id uuid, service_id uuid, staff_id uuid) RETURNS boolean
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  bookable boolean;
BEGIN
  SELECT s.bookable_online AND t.published INTO bookable
  FROM booking.services AS s JOIN booking.tenants AS t ON t.tenant_id = s.tenant_id
  WHERE s.tenant_id = v1_require_bookable.tenant_id AND s.id = v1_require_bookable.service_id AND s.active;
  IF bookable IS NULL THEN
    PERFORM booking.raise_error('service.not_found', '{"resource":"service"}');
  END IF;
  IF staff_id IS NOT NULL AND NOT booking.performs(v1_require_bookable.tenant_id, staff_id, service_id) THEN
    PERFORM booking.raise_error('service.not_found', '{"resource":"staff"}');
  END IF;
  RETURN bookable;
END
$$;
COMMENT ON FUNCTION booking.v1_require_bookable(uuid, uuid, uuid) IS
  'Whether a service can be booked online now; service.not_found when it, or the person who should perform it, does not exist.';

CREATE FUNCTION booking.v1_bookings(tenant_id uuid)
  RETURNS TABLE (booking_id uuid, location_id uuid, staff_id uuid, service_id uuid, status booking.booking_status,
                 starts_at timestamptz, updated_at timestamptz, changed_by xid8, local_date date, booking booking.v1_booking)
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT b.id, b.location_id, b.staff_id, b.service_id, b.status, b.starts_at, b.updated_at, b.changed_by, local.start_time::date,
    ROW(booking.public_id('bkg', b.id), slug.slug, place.slug, booking.public_id('svc', b.service_id), b.service_name,
        booking.public_id('staff', b.staff_id), b.status,
        to_char(local.start_time, 'YYYY-MM-DD'), to_char(local.start_time, 'HH24:MI'), to_char(local.end_time, 'HH24:MI'),
        place.time_zone, booking.rfc3339(b.starts_at), booking.rfc3339(b.ends_at),
        (extract(epoch FROM b.ends_at - b.starts_at) / 60)::integer,
        CASE WHEN b.price_amount IS NOT NULL THEN ROW(trim_scale(b.price_amount), b.price_currency)::booking.v1_price END,
        b.price_type, b.pricing_version, ROW(b.guest_name, b.guest_email, b.guest_phone)::booking.v1_guest, b.note, b.source,
        CASE WHEN b.proposal_starts_at IS NOT NULL
             THEN ROW(to_char(local.proposal_start, 'YYYY-MM-DD'), to_char(local.proposal_start, 'HH24:MI'),
                      to_char(local.proposal_end, 'HH24:MI'), booking.public_id('staff', b.proposal_staff_id),
                      booking.rfc3339(b.proposed_at))::booking.v1_proposal END,
        CASE WHEN b.cancelled_at IS NOT NULL
             THEN ROW(b.cancelled_by, b.cancel_reason, booking.rfc3339(b.cancelled_at))::booking.v1_cancellation END,
        booking.rfc3339(b.cancel_deadline_at), booking.rfc3339(b.created_at), booking.rfc3339(b.updated_at), b.version
    )::booking.v1_booking
  FROM booking.bookings AS b
  JOIN booking.locations AS place ON place.tenant_id = v1_bookings.tenant_id AND place.id = b.location_id
  JOIN booking.tenant_slugs AS slug ON slug.tenant_id = v1_bookings.tenant_id
  CROSS JOIN LATERAL (SELECT b.starts_at AT TIME ZONE place.time_zone AS start_time,
                             b.ends_at AT TIME ZONE place.time_zone AS end_time,
                             b.proposal_starts_at AT TIME ZONE place.time_zone AS proposal_start,
                             b.proposal_ends_at AT TIME ZONE place.time_zone AS proposal_end) AS local
  WHERE b.tenant_id = v1_bookings.tenant_id;
END;
COMMENT ON FUNCTION booking.v1_bookings(uuid) IS 'A tenant''s bookings as /v1 shows them, with the columns to filter and order by.';

CREATE FUNCTION booking.v1_get_booking(tenant_id uuid, booking_id uuid) RETURNS SETOF booking.v1_booking
  LANGUAGE sql STABLE ROWS 1
BEGIN ATOMIC
  SELECT (b.booking).* FROM booking.v1_bookings(v1_get_booking.tenant_id) AS b WHERE b.booking_id = v1_get_booking.booking_id;
END;
COMMENT ON FUNCTION booking.v1_get_booking(uuid, uuid) IS 'GET /v1/bookings/{bookingId}.';

CREATE FUNCTION booking.v1_make_cursor(filters text, place bigint, id uuid) RETURNS text
  LANGUAGE sql IMMUTABLE STRICT
BEGIN ATOMIC
  SELECT rtrim(translate(encode(
    substr(sha256(convert_to(filters, 'UTF8') || packed.bytes), 1, 8) || packed.bytes, 'base64'), '+/', '-_'), '=')
  FROM (SELECT int8send(place) || uuid_send(id) AS bytes) AS packed;
END;
COMMENT ON FUNCTION booking.v1_make_cursor(text, bigint, uuid) IS
  'Where a list goes on after this row, bound to its filters (the tenant among them): opaque text of 43 characters.';

CREATE FUNCTION booking.v1_read_cursor(filters text, cursor text, OUT place bigint, OUT id uuid)
  LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  packed bytea;
BEGIN
  -- The last character stands for four bits: only these are followed by nothing.
  IF cursor ~ '^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$' THEN
    packed := decode(translate(cursor, '-_', '+/') || '=', 'base64');
    -- Other filters, another tenant or a changed character are refused alike, before anything is read from it.
    IF substr(packed, 1, 8) = substr(sha256(convert_to(filters, 'UTF8') || substr(packed, 9)), 1, 8) THEN
      place := ('x' || encode(substr(packed, 9, 8), 'hex'))::bit(64)::bigint;
      id := encode(substr(packed, 17, 16), 'hex')::uuid;
    END IF;
  END IF;
  IF cursor IS NOT NULL AND id IS NULL THEN
    PERFORM booking.raise_error('request.invalid_input',
      '{"fields":{"cursor":"must be the nextCursor of an answer to the same filters"}}');
  END IF;
END
$$;
COMMENT ON FUNCTION booking.v1_read_cursor(text, text) IS
  'The row after which a list goes on; NULLs for no cursor. Refuses one that was not made for these filters.';

CREATE FUNCTION booking.to_microseconds(at timestamptz) RETURNS bigint
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT (extract(epoch FROM at) * 1000000)::bigint;
END;
COMMENT ON FUNCTION booking.to_microseconds(timestamptz) IS 'Microseconds since 1970.';

CREATE FUNCTION booking.from_microseconds(microseconds bigint) RETURNS timestamptz
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT 'epoch'::timestamptz + microseconds * interval '1 microsecond';
END;
COMMENT ON FUNCTION booking.from_microseconds(bigint) IS 'The instant that many microseconds after 1970 began.';

CREATE FUNCTION booking.v1_find_slots(
  tenant_id uuid, service_id uuid, location_id uuid, staff_id uuid, from_date date, to_date date,
  after_start timestamptz, after_staff_id uuid, max_slots integer, now timestamptz DEFAULT now(),
  OUT slots booking.v1_slots, OUT returned integer, OUT last_start timestamptz, OUT last_staff_id uuid)
  LANGUAGE c STABLE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'pg_booking_v1_find_slots';
COMMENT ON FUNCTION booking.v1_find_slots(uuid, uuid, uuid, uuid, date, date, timestamptz, uuid, integer, timestamptz) IS
  'What booking.search_slots finds at one location behind a start and person, as /v1 shows it, at most max_slots of them (NULL: all); the last one''s start and person where more follow.';

CREATE FUNCTION booking.v1_search_availability(
  tenant_id uuid, location_slug text, service_id uuid, staff_id uuid, from_date date, to_date date, cursor text)
  RETURNS SETOF booking.v1_availability
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  slot_limit CONSTANT integer := 1000;
  filters CONSTANT text := json_build_array('slots', tenant_id, location_slug, service_id, staff_id, from_date, to_date)::text;
  place CONSTANT booking.locations := booking.v1_location(tenant_id, location_slug);
  bookable CONSTANT boolean := booking.v1_require_bookable(tenant_id, service_id, staff_id);
  after_place bigint;
  after_staff_id uuid;
  page record;
BEGIN
  SELECT position.place, position.id INTO after_place, after_staff_id FROM booking.v1_read_cursor(filters, cursor) AS position;
  IF bookable THEN
    page := booking.v1_find_slots(tenant_id, service_id, place.id, staff_id, from_date, to_date, booking.from_microseconds(after_place),
                                  after_staff_id, slot_limit);
  ELSE
    SELECT '[]'::booking.v1_slots AS slots, 0 AS returned, NULL::timestamptz AS last_start, NULL::uuid AS last_staff_id INTO page;
  END IF;
  RETURN NEXT ROW(
    place.time_zone, page.slots,
    ROW(page.last_start IS NOT NULL, booking.v1_make_cursor(filters, booking.to_microseconds(page.last_start), page.last_staff_id),
        page.returned, NOT bookable)::booking.v1_search_meta)::booking.v1_availability;
END
$$;
COMMENT ON FUNCTION booking.v1_search_availability(uuid, text, uuid, uuid, date, date, text) IS
  'POST /v1/availability/search: the earliest 1000 bookable starts between two local dates, or behind a cursor.';

CREATE FUNCTION booking.v1_filter_bookings(
  tenant_id uuid, location_id uuid, staff_id uuid, service_id uuid, statuses booking.booking_status[], date_from date, date_to date)
  RETURNS TABLE (booking_id uuid, starts_at timestamptz, updated_at timestamptz, changed_by xid8, booking booking.v1_booking)
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT b.booking_id, b.starts_at, b.updated_at, b.changed_by, b.booking
  FROM booking.v1_bookings(v1_filter_bookings.tenant_id) AS b
  WHERE (v1_filter_bookings.location_id IS NULL OR b.location_id = v1_filter_bookings.location_id)
    AND (v1_filter_bookings.staff_id IS NULL OR b.staff_id = v1_filter_bookings.staff_id)
    AND (v1_filter_bookings.service_id IS NULL OR b.service_id = v1_filter_bookings.service_id)
    AND (statuses IS NULL OR b.status = ANY (statuses))
    -- Local dates decide; the bounds on starts_at (no zone is a day from UTC) let the index do the work.
    AND (date_from IS NULL OR b.local_date >= date_from
         AND b.starts_at > (date_from::timestamp AT TIME ZONE 'UTC') - interval '24 hours')
    AND (date_to IS NULL OR b.local_date <= date_to
         AND b.starts_at < (date_to::timestamp AT TIME ZONE 'UTC') + interval '48 hours');
END;
COMMENT ON FUNCTION booking.v1_filter_bookings(uuid, uuid, uuid, uuid, booking.booking_status[], date, date) IS
  'A tenant''s bookings filtered by whatever is not NULL, with the columns to page by.';

CREATE FUNCTION booking.v1_list_bookings(
  tenant_id uuid, location_slug text, staff_id uuid, service_id uuid, statuses text[], date_from date, date_to date,
  updated_since timestamptz, cursor text, "limit" integer)
  RETURNS SETOF booking.v1_booking_page
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  -- As JSON, dates read the same in every session.
  filters CONSTANT text := json_build_array('bookings', tenant_id, location_slug, staff_id, service_id, statuses, date_from, date_to,
    booking.rfc3339(updated_since), CASE WHEN updated_since IS NOT NULL THEN booking.cluster_id() END)::text;
  place_id uuid;
  after_place bigint;
  after_id uuid;
  bookings booking.v1_booking[];
  next_cursor text;
  ids uuid[];
  places bigint[];
  last_one integer;
BEGIN
  IF location_slug IS NOT NULL THEN
    place_id := booking.v1_location_id(tenant_id, location_slug);
  END IF;
  SELECT position.place, position.id INTO after_place, after_id FROM booking.v1_read_cursor(filters, cursor) AS position;
  -- One row more than asked for tells whether there is a next page.
  IF updated_since IS NULL THEN
    SELECT array_agg(page.booking), array_agg(page.booking_id), array_agg(booking.to_microseconds(page.starts_at)) INTO bookings, ids, places
    FROM (SELECT b.booking, b.booking_id, b.starts_at
          FROM booking.v1_filter_bookings(tenant_id, place_id, staff_id, service_id, statuses::booking.booking_status[], date_from, date_to) AS b
          WHERE after_place IS NULL OR (b.starts_at, b.booking_id) > (booking.from_microseconds(after_place), after_id)
          ORDER BY b.starts_at, b.booking_id LIMIT "limit" + 1) AS page;
    last_one := CASE WHEN cardinality(ids) > "limit" THEN "limit" END;
  ELSE
    -- By transaction, and only what no transaction with a smaller id can still precede: times say nothing about who commits first.
    SELECT array_agg(page.booking), array_agg(page.booking_id), array_agg(page.changed_by::text::bigint) INTO bookings, ids, places
    FROM (SELECT b.booking, b.booking_id, b.changed_by
          FROM booking.v1_filter_bookings(tenant_id, place_id, staff_id, service_id, statuses::booking.booking_status[], date_from, date_to) AS b
          WHERE b.updated_at >= updated_since AND b.changed_by < pg_snapshot_xmin(pg_current_snapshot())
            AND (after_place IS NULL OR (b.changed_by, b.booking_id) > (after_place::text::xid8, after_id))
          ORDER BY b.changed_by, b.booking_id LIMIT "limit" + 1) AS page;
    -- The feed has no last page: where it stops today it goes on tomorrow.
    last_one := CASE WHEN ids IS NOT NULL THEN least(cardinality(ids), "limit") END;
    next_cursor := cursor;
  END IF;
  IF last_one IS NOT NULL THEN
    next_cursor := booking.v1_make_cursor(filters, places[last_one], ids[last_one]);
  END IF;
  RETURN NEXT ROW(coalesce(bookings[:"limit"], '{}'), next_cursor)::booking.v1_booking_page;
END
$$;
COMMENT ON FUNCTION booking.v1_list_bookings(uuid, text, uuid, uuid, text[], date, date, timestamptz, text, integer) IS
  'GET /v1/bookings, a page at a time: by start, or with updated_since by change, where a row appears only when no earlier change can follow.';

CREATE FUNCTION booking.v1_list_booking_events(tenant_id uuid, booking_id uuid)
  RETURNS SETOF booking.v1_event
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT booking.public_id('evt', e.id), e.event, e.from_status, e.to_status,
         ROW(e.actor_type, booking.public_id(CASE e.actor_type WHEN 'api_key' THEN 'key' ELSE 'usr' END, e.actor_id))::booking.v1_actor,
         e.reason, booking.rfc3339(e.occurred_at), (row_number() OVER (ORDER BY e.sequence))::integer
  FROM booking.booking_events AS e
  WHERE e.tenant_id = v1_list_booking_events.tenant_id AND e.booking_id = v1_list_booking_events.booking_id AND e.event IS NOT NULL
  ORDER BY e.sequence;
END;
COMMENT ON FUNCTION booking.v1_list_booking_events(uuid, uuid) IS 'GET /v1/bookings/{bookingId}/events: those with a public name, oldest first, numbered as in webhooks.';

CREATE FUNCTION booking.v1_overriding_user(api_key_id uuid) RETURNS uuid
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  -- As the owner, since callers see no keys; of the current tenant, whatever they ask.
  user_id CONSTANT uuid := (SELECT k.created_by FROM booking.api_keys AS k
                            WHERE k.tenant_id = booking.current_tenant() AND k.id = api_key_id AND k.type = 'personal');
BEGIN
  IF user_id IS NULL THEN
    PERFORM booking.raise_error('auth.capability_missing', '{"override":"is for personal keys"}');
  END IF;
  RETURN user_id;
END
$$;
COMMENT ON FUNCTION booking.v1_overriding_user(uuid) IS
  'The user whom a key acts for, who may override the booking rules; auth.capability_missing for a key that is nobody''s.';

CREATE FUNCTION booking.v1_create_booking(
  tenant_id uuid, api_key_id uuid, location_slug text, service_id uuid, staff_id uuid, local_date date, start_time time,
  guest_name text, guest_email text, guest_phone text, note text, pricing_version text, override boolean)
  RETURNS SETOF booking.v1_booking
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  place booking.locations;
  current_pricing_version text;
  instants timestamptz[];
  wanted timestamptz;
  overrides CONSTANT boolean := coalesce(override, false);
  overriding_user uuid;
  new_booking_id uuid;
BEGIN
  IF overrides THEN
    overriding_user := booking.v1_overriding_user(api_key_id);
  END IF;
  PERFORM booking.lock_rules(tenant_id);
  place := booking.v1_location(tenant_id, location_slug);
  IF NOT booking.v1_require_bookable(tenant_id, service_id, staff_id) THEN
    PERFORM booking.raise_error('booking.not_bookable');
  END IF;
  SELECT s.pricing_version INTO current_pricing_version FROM booking.services AS s
    WHERE s.tenant_id = v1_create_booking.tenant_id AND s.id = v1_create_booking.service_id;
  IF pricing_version <> current_pricing_version THEN
    PERFORM booking.raise_error('booking.pricing_changed', json_build_object('pricingVersion', current_pricing_version));
  END IF;

  -- A skipped hour has no instant of this reading, and is closed. A repeated one has two: the first free one is meant.
  SELECT array_agg(instant ORDER BY instant) INTO instants
  FROM booking.local_instants(local_date + start_time, place.time_zone) AS instant;
  wanted := instants[1];
  IF wanted IS NULL THEN
    PERFORM booking.raise_error('booking.slot_unavailable', json_build_object(
      'reason', 'closed', 'requestedDate', local_date, 'requestedStartTime', to_char(start_time, 'HH24:MI'),
      'nextAvailableDate', NULL, 'nextAvailableStartTime', NULL));
  END IF;
  IF cardinality(instants) > 1 AND EXISTS (
      SELECT FROM booking.explain_slot(v1_create_booking.tenant_id, v1_create_booking.service_id, place.id,
                                       v1_create_booking.staff_id, instants[2], override => overrides) AS answer WHERE answer.reason IS NULL)
    AND NOT EXISTS (
      SELECT FROM booking.explain_slot(v1_create_booking.tenant_id, v1_create_booking.service_id, place.id,
                                       v1_create_booking.staff_id, instants[1], override => overrides) AS answer WHERE answer.reason IS NULL) THEN
    wanted := instants[2];
  END IF;

  new_booking_id := booking.create_booking(tenant_id, service_id, place.id, staff_id, wanted, guest_name, guest_email, guest_phone,
                                           note, 'api', CASE WHEN overrides THEN 'provider' ELSE 'api_key' END::booking.actor_type,
                                           coalesce(overriding_user, api_key_id), overrides);
  RETURN QUERY SELECT * FROM booking.v1_get_booking(v1_create_booking.tenant_id, new_booking_id);
END
$$;
COMMENT ON FUNCTION booking.v1_create_booking(uuid, uuid, text, uuid, uuid, date, time, text, text, text, text, text, boolean) IS
  'POST /v1/bookings: books a local date and time that search offers, or with override any free one, as the provider that a personal key acts for.';

CREATE FUNCTION booking.v1_cancel_booking(tenant_id uuid, api_key_id uuid, booking_id uuid, reason text, initiator text)
  RETURNS SETOF booking.v1_booking
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM booking.cancel_booking(tenant_id, booking_id, reason, 'api_key', api_key_id,
                                 coalesce(initiator, 'provider')::booking.actor_type);
  RETURN QUERY SELECT * FROM booking.v1_get_booking(v1_cancel_booking.tenant_id, v1_cancel_booking.booking_id);
END
$$;
COMMENT ON FUNCTION booking.v1_cancel_booking(uuid, uuid, uuid, text, text) IS
  'POST /v1/bookings/{bookingId}/cancel, for the provider or, within the deadline, for the guest.';

