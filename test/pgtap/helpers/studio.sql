-- One tenant at fixed dates, with a clock of its own: `now` is passed wherever a rule looks at it. Include it with \ir after
-- BEGIN; the ROLLBACK at the end of a test takes it all away.
SET LOCAL client_min_messages = warning;
-- What the tests show does not depend on where their session is.
SET LOCAL timezone = 'America/New_York';
CREATE SCHEMA test;

-- The same id in every run, by name.
CREATE FUNCTION test.id(name text) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$ SELECT md5(name)::uuid $$;

-- An instant by the studio's clocks: test.at('2031-05-12 10:00').
CREATE FUNCTION test.at(local_time timestamp) RETURNS timestamptz
  LANGUAGE sql IMMUTABLE AS $$ SELECT local_time AT TIME ZONE 'Europe/Budapest' $$;
CREATE FUNCTION test.local(instant timestamptz) RETURNS text
  LANGUAGE sql IMMUTABLE AS $$ SELECT to_char(instant AT TIME ZONE 'Europe/Budapest', 'YYYY-MM-DD HH24:MI') $$;

-- When the tests take place: the Thursday before the Mondays and Tuesdays that they book.
CREATE FUNCTION test.now() RETURNS timestamptz LANGUAGE sql IMMUTABLE AS $$ SELECT test.at('2031-05-08 12:00') $$;

-- Studio: anna and bence give massages (an hour, and a quarter to air the room) and yoga (half an hour) from 9 to 17, Monday
-- to Friday; the provider approves by hand.
CREATE FUNCTION test.make_studio() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  t CONSTANT uuid := test.id('studio');
BEGIN
  PERFORM booking.create_tenant('studio', 'Studio', 'Europe/Budapest', 'pro', 'manual', t);
  UPDATE booking.locations SET id = test.id('main') WHERE tenant_id = t;
  INSERT INTO booking.staff (tenant_id, id, name, sort_order) VALUES (t, test.id('anna'), 'Anna', 1), (t, test.id('bence'), 'Bence', 2);
  INSERT INTO booking.services (tenant_id, id, name, duration_minutes, buffer_after_minutes, slot_step_minutes, price_amount,
    price_currency) VALUES
    (t, test.id('massage'), 'Massage', 60, 15, 15, 9000, 'HUF'), (t, test.id('yoga'), 'Yoga', 30, 0, 30, 3000, 'HUF');
  INSERT INTO booking.staff_services (tenant_id, staff_id, service_id)
    SELECT t, test.id(person), test.id(service) FROM unnest('{anna,bence}'::text[]) AS person, unnest('{massage,yoga}'::text[]) AS service;
  INSERT INTO booking.opening_hours (tenant_id, location_id, weekday, opens, closes)
    SELECT t, test.id('main'), weekday, '09:00', '17:00' FROM generate_series(1, 5) AS weekday;
  INSERT INTO booking.webhook_configs (tenant_id, url) VALUES (t, 'https://hooks.example.com/studio');
END $$;
SELECT test.make_studio() \g /dev/null

-- A booking asked for by a guest.
CREATE FUNCTION test.book(
  start timestamp, person text DEFAULT 'anna', service text DEFAULT 'massage', override boolean DEFAULT false,
  actor booking.actor_type DEFAULT 'guest') RETURNS uuid
  LANGUAGE sql AS $$
    SELECT booking.create_booking(
      test.id('studio'), test.id(service), test.id('main'), test.id(person), test.at(start), 'Guest', 'guest@example.com',
      actor_type => actor, override => book.override, now => test.now()) $$;

-- The starts of a service on one date as HH24:MI, in order.
CREATE FUNCTION test.starts(day date, person text DEFAULT 'anna', service text DEFAULT 'massage', moved uuid DEFAULT NULL) RETURNS text
  LANGUAGE sql AS $$
    SELECT coalesce(string_agg(to_char(s.starts_at AT TIME ZONE 'Europe/Budapest', 'HH24:MI'), ' ' ORDER BY s.starts_at, s.staff_id), '')
    FROM booking.search_slots(test.id('studio'), test.id(service), test.id('main'), test.id(person), day, day, test.now(),
                              moved_booking_id => moved) AS s $$;

-- Why a start is not bookable, by person.
CREATE FUNCTION test.reason(start timestamp, person text DEFAULT 'anna', service text DEFAULT 'massage',
  moved uuid DEFAULT NULL) RETURNS text
  LANGUAGE sql AS $$
    SELECT e.reason FROM booking.explain_slot(test.id('studio'), test.id(service), test.id('main'), test.id(person), test.at(start),
                                              test.now(), moved_booking_id => moved) AS e $$;

-- What a call is refused with: code and details; 'none' when it succeeds.
CREATE FUNCTION test.refusal(call text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  state text;
  detail text;
BEGIN
  EXECUTE call;
  RETURN 'none';
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, detail = PG_EXCEPTION_DETAIL;
  RETURN concat_ws(' ', coalesce((SELECT c.code FROM booking.error_codes() AS c WHERE c.sqlstate = state), state), nullif(detail, ''));
END $$;

CREATE FUNCTION test.booking(id uuid) RETURNS booking.bookings
  LANGUAGE sql AS $$ SELECT b FROM booking.bookings AS b WHERE b.tenant_id = test.id('studio') AND b.id = booking.id $$;

-- What is taken on everybody's calendar by a booking: "anna 2031-05-12 10:00 to 11:15".
CREATE FUNCTION test.busy(booking_id uuid) RETURNS text
  LANGUAGE sql AS $$
    SELECT coalesce(string_agg(format('%s %s to %s', lower(s.name), test.local(t.protected_from), right(test.local(t.protected_to), 5)),
      ', '
                               ORDER BY t.kind, t.protected_from), '')
    FROM booking.busy_times AS t JOIN booking.staff AS s ON s.tenant_id = t.tenant_id AND s.id = t.staff_id
    WHERE t.booking_id = busy.booking_id $$;

-- Everything that must hold at any time, by name; empty when it does.
CREATE FUNCTION test.broken_invariants() RETURNS SETOF text
  LANGUAGE sql AS $$
    SELECT 'time taken as the status says: ' || b.id FROM booking.bookings AS b
    WHERE (SELECT count(*) FROM booking.busy_times AS t WHERE t.booking_id = b.id AND t.kind = 'booking' AND t.staff_id = b.staff_id
             AND t.protected_from = b.starts_at - make_interval(mins => b.buffer_before_minutes)
             AND t.protected_to = b.ends_at + make_interval(mins => b.buffer_after_minutes))
          <> (b.status IN ('pending', 'confirmed', 'reschedule_proposed'))::integer
    UNION ALL
    SELECT 'proposal protected: ' || b.id FROM booking.bookings AS b
    WHERE b.status = 'reschedule_proposed' AND NOT EXISTS (
      SELECT FROM booking.busy_times AS t
      WHERE t.booking_id = b.id AND t.staff_id = b.proposal_staff_id
      GROUP BY t.staff_id
      HAVING range_agg(tstzrange(t.protected_from, t.protected_to)) @> tstzrange(
        b.proposal_starts_at - make_interval(mins => b.buffer_before_minutes),
          b.proposal_ends_at + make_interval(mins => b.buffer_after_minutes)))
    UNION ALL
    SELECT 'nothing taken by others than who holds: ' || t.id FROM booking.busy_times AS t
    JOIN booking.bookings AS b ON b.tenant_id = t.tenant_id AND b.id = t.booking_id
    WHERE t.kind = 'proposal' AND b.status <> 'reschedule_proposed'
    UNION ALL
    SELECT 'events without gaps: ' || e.booking_id FROM booking.booking_events AS e
    GROUP BY e.booking_id HAVING min(e.sequence) <> 1 OR max(e.sequence) <> count(*)
    UNION ALL
    SELECT 'each event starts where the one before ended: ' || e.booking_id
    FROM (SELECT booking_id, from_status, lag(to_status) OVER (PARTITION BY booking_id ORDER BY sequence) AS before
      FROM booking.booking_events) AS e
    WHERE e.from_status IS DISTINCT FROM e.before
    UNION ALL
    SELECT 'the last event tells the status: ' || b.id FROM booking.bookings AS b
    WHERE b.status <> (SELECT e.to_status FROM booking.booking_events AS e WHERE e.booking_id = b.id ORDER BY e.sequence DESC LIMIT 1)
    UNION ALL
    SELECT 'webhooks tell every event with a name: ' || e.booking_id FROM booking.booking_events AS e
    GROUP BY e.tenant_id, e.booking_id
    HAVING count(e.event) <> (SELECT count(DISTINCT d.payload::json ->> 'sequence') FROM booking.webhook_deliveries AS d
      WHERE d.booking_id = e.booking_id)
  $$;
