-- Two tenants, "a" and "b", alike to the last row, and what the tests need to send requests. Include it with \ir after
-- BEGIN; the ROLLBACK at the end of a test takes it all away. Dates count from today, so no test knows the date.
SET LOCAL client_min_messages = warning;
-- However many requests a test sends, and whoever sent some before; the tests of the limits turn them on.
SET LOCAL pg_booking.rate_limits = off;
SET LOCAL pg_booking.rest_require_apikey = off;
SET LOCAL jit = off;  -- it would compile the tests' own queries over temporary tables, whose size nobody has counted
CREATE SCHEMA test;
GRANT USAGE ON SCHEMA test TO PUBLIC;

-- The same id in every run, by name: test.id('a', 'anna').
CREATE FUNCTION test.id(tenant text, name text) RETURNS uuid
  LANGUAGE sql IMMUTABLE AS $$ SELECT md5(tenant || '/' || name)::uuid $$;

-- A local date that many days from now.
CREATE FUNCTION test.day(days integer) RETURNS date
  LANGUAGE sql STABLE AS $$ SELECT (now() AT TIME ZONE 'Europe/Budapest')::date + days $$;

-- The instant of a local date and time.
CREATE FUNCTION test.at(days integer, local_time time) RETURNS timestamptz
  LANGUAGE sql STABLE AS $$ SELECT (test.day(days) + local_time) AT TIME ZONE 'Europe/Budapest' $$;

-- Salon: anna and bence cut hair and give advice from 9 to 17 every day, at "main"; anna alone colours; "branch" is open
-- from 9 to 12, where only csilla works.
CREATE FUNCTION test.make_tenant(tenant text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  t CONSTANT uuid := test.id(tenant, 'tenant');
BEGIN
  PERFORM booking.create_tenant('salon-' || tenant, 'Salon ' || upper(tenant), 'Europe/Budapest', 'pro', 'automatic', t);
  UPDATE booking.locations SET id = test.id(tenant, 'main') WHERE tenant_id = t;
  INSERT INTO booking.locations (tenant_id, id, slug, name, time_zone)
    VALUES (t, test.id(tenant, 'branch'), 'branch', 'Branch', 'Europe/Budapest');
  INSERT INTO booking.staff (tenant_id, id, name, bio, role, sort_order) VALUES
    (t, test.id(tenant, 'anna'), 'Anna', 'Cuts and colours.', 'owner', 1),
    (t, test.id(tenant, 'bence'), 'Bence', NULL, 'staff', 2),
    (t, test.id(tenant, 'csilla'), 'Csilla', NULL, 'staff', 3);
  INSERT INTO booking.services (tenant_id, id, name, description, category, duration_minutes, buffer_before_minutes,
                                buffer_after_minutes, slot_step_minutes, price_type, price_amount, price_currency, sort_order) VALUES
    (t, test.id(tenant, 'haircut'), 'Haircut', 'Wash and cut.', 'Hair', 30, 0, 0, 30, 'fixed', 4500, 'HUF', 1),
    (t, test.id(tenant, 'colour'), 'Colouring', NULL, NULL, 60, 10, 15, 30, 'from', 16000.5, 'HUF', 2),
    (t, test.id(tenant, 'advice'), 'Advice', NULL, NULL, 30, 0, 0, 30, 'free', NULL, NULL, 3);
  INSERT INTO booking.staff_services (tenant_id, staff_id, service_id)
    SELECT t, test.id(tenant, person), test.id(tenant, service)
    FROM (VALUES ('anna', 'haircut'), ('bence', 'haircut'), ('csilla', 'haircut'), ('anna', 'colour'), ('anna', 'advice'),
                 ('bence', 'advice')) AS skill (person, service);
  INSERT INTO booking.opening_hours (tenant_id, location_id, weekday, opens, closes)
    SELECT t, test.id(tenant, place), weekday, '09:00', closes
    FROM (VALUES ('main', '17:00'::time), ('branch', '12:00')) AS hours (place, closes), generate_series(1, 7) AS weekday;
  INSERT INTO booking.working_hours (tenant_id, staff_id, location_id, weekday, opens, closes)
    SELECT t, test.id(tenant, 'csilla'), test.id(tenant, 'branch'), weekday, '09:00', '12:00' FROM generate_series(1, 7) AS weekday;
  INSERT INTO booking.working_hours (tenant_id, staff_id, location_id, weekday, opens, closes)
    SELECT t, test.id(tenant, person), test.id(tenant, 'main'), weekday, '09:00', '17:00'
    FROM unnest(ARRAY['anna', 'bence']) AS person, generate_series(1, 7) AS weekday;
  INSERT INTO booking.resource_kinds (tenant_id, id, name) VALUES (t, test.id(tenant, 'room'), 'Room');
  INSERT INTO booking.resources (tenant_id, id, kind_id, location_id, name)
    VALUES (t, test.id(tenant, 'room 1'), test.id(tenant, 'room'), test.id(tenant, 'main'), 'Room 1');
  INSERT INTO booking.service_resources (tenant_id, service_id, kind_id) VALUES (t, test.id(tenant, 'colour'), test.id(tenant, 'room'));
  INSERT INTO booking.members (tenant_id, user_id, role) VALUES (t, test.id(tenant, 'user'), 'owner');
  -- Far away from the days that tests use.
  INSERT INTO booking.date_overrides (tenant_id, location_id, staff_id, on_date)
    VALUES (t, test.id(tenant, 'main'), test.id(tenant, 'anna'), test.day(50));
  INSERT INTO booking.blocked_slots (tenant_id, location_id, staff_id, on_date, begins, ends)
    VALUES (t, test.id(tenant, 'main'), test.id(tenant, 'anna'), test.day(53), '09:00', '12:00');
  -- Out of hours.
  INSERT INTO booking.breaks (tenant_id, location_id, staff_id, weekday, begins, ends)
    VALUES (t, test.id(tenant, 'main'), test.id(tenant, 'anna'), 1, '18:00', '18:30');
  INSERT INTO booking.time_off (tenant_id, staff_id, starts_at, ends_at)
    VALUES (t, test.id(tenant, 'anna'), test.at(51, '09:00'), test.at(51, '12:00'));
  INSERT INTO booking.webhook_configs (tenant_id, url) VALUES (t, 'https://hooks.example.com/' || tenant);
  PERFORM booking.add_webhook_secret(t);
  PERFORM booking.create_booking(t, test.id(tenant, 'haircut'), test.id(tenant, 'main'), test.id(tenant, 'bence'),
                                 test.at(40, '12:00'), 'Guest of ' || tenant, 'guest@example.com');
  PERFORM booking.claim_webhooks(1, '1 minute');
  PERFORM booking.hold_slot(t, test.id(tenant, 'haircut'), test.id(tenant, 'main'), test.id(tenant, 'anna'), test.at(52, '12:00'));
  INSERT INTO booking.session_notes (tenant_id, customer_id, booking_id, subjective)
    SELECT t, b.customer_id, b.id, 'Notes of ' || tenant FROM booking.bookings AS b WHERE b.tenant_id = t;
  INSERT INTO booking.idempotency_keys (tenant_id, key, fingerprint, http_status, answer, expires_at)
    VALUES (t, test.id(tenant, 'idempotency key'), sha256('request'), 201, '"ok":true,"data":{}', now() + interval '24 hours');
END $$;

CREATE TABLE test.keys (name text PRIMARY KEY, id uuid, api_key text);
GRANT SELECT ON test.keys TO PUBLIC;

-- A new key of a tenant under a name to use it by; all capabilities unless told otherwise, and more requests a minute than
-- a test makes.
CREATE FUNCTION test.make_key(
  name text, tenant text, capabilities booking.capability[] DEFAULT enum_range(NULL::booking.capability),
  kind booking.api_key_kind DEFAULT 'owner') RETURNS void
  LANGUAGE sql AS $$
    INSERT INTO test.keys
    SELECT make_key.name, key.api_key_id, key.api_key
    FROM booking.create_api_key(test.id(tenant, 'tenant'), 'key ' || make_key.name, capabilities, kind) AS key;
    UPDATE booking.api_keys SET rate_limits = '{"catalog": 1000, "availability": 1000, "booking": 1000, "webhook": 1000, "subscription": 1000}'
    WHERE id = (SELECT k.id FROM test.keys AS k WHERE k.name = make_key.name);
  $$;

CREATE FUNCTION test.key(name text) RETURNS text
  LANGUAGE sql STABLE AS $$ SELECT k.api_key FROM test.keys AS k WHERE k.name = key.name $$;

SELECT test.make_tenant('a') \g /dev/null
SELECT test.make_tenant('b') \g /dev/null
SELECT test.make_key('a', 'a') \g /dev/null
SELECT test.make_key('b', 'b') \g /dev/null

-- The one booking that tenants start with.
CREATE FUNCTION test.first_booking(tenant text) RETURNS uuid
  LANGUAGE sql STABLE AS $$
    SELECT b.id FROM booking.bookings AS b WHERE b.tenant_id = test.id(tenant, 'tenant') AND b.starts_at = test.at(40, '12:00') $$;

CREATE TYPE test.answer AS (status integer, headers jsonb, body jsonb, raw text);

-- Sends a request with a key of test.keys (NULL: none); a body goes as JSON. A header that is null is not sent.
CREATE FUNCTION test.request(
  method text, target text, body text DEFAULT NULL, key text DEFAULT 'a', headers jsonb DEFAULT '{}') RETURNS test.answer
  LANGUAGE sql VOLATILE AS $$
    SELECT ROW(answer.status, answer.headers, nullif(answer.body, '')::jsonb, answer.body)::test.answer
    FROM booking.http_request(request.method, request.target, jsonb_strip_nulls(
      jsonb_build_object('authorization', 'Bearer ' || test.key(request.key),
                         'content-type', CASE WHEN request.body IS NOT NULL THEN 'application/json' END) || request.headers),
      request.body) AS answer
  $$;

CREATE FUNCTION test.get(target text, key text DEFAULT 'a') RETURNS test.answer
  LANGUAGE sql VOLATILE AS $$ SELECT test.request('GET', target, NULL, key) $$;

CREATE FUNCTION test.post(target text, body jsonb, key text DEFAULT 'a') RETURNS test.answer
  LANGUAGE sql VOLATILE AS $$ SELECT test.request('POST', target, body::text, key) $$;

-- What came of a request in a word or two: "200", "404 booking.not_found".
CREATE FUNCTION test.outcome(answer test.answer) RETURNS text
  LANGUAGE sql IMMUTABLE AS $$ SELECT concat_ws(' ', answer.status, answer.body #>> '{error,code}') $$;

-- The names in an error's details.fields, in order.
CREATE FUNCTION test.bad_fields(answer test.answer) RETURNS text[]
  LANGUAGE sql IMMUTABLE AS $$
    SELECT array_agg(field ORDER BY field) FROM jsonb_object_keys(answer.body #> '{error,details,fields}') AS field $$;

-- Everything about an answer that two equal requests have in common: all but the request id.
CREATE FUNCTION test.without_request_id(answer test.answer) RETURNS text
  LANGUAGE sql IMMUTABLE AS $$
    SELECT regexp_replace(concat_ws(E'\n', answer.status, answer.headers, answer.raw), 'req_[0-9a-z]{26}', 'req_', 'g') $$;

-- The id as requests name it: test.public('svc', 'haircut').
CREATE FUNCTION test.public(prefix text, name text, tenant text DEFAULT 'a') RETURNS text
  LANGUAGE sql IMMUTABLE AS $$ SELECT booking.public_id(prefix, test.id(tenant, name)) $$;

-- A body for POST /v1/bookings that is accepted, with changes; a null takes a member away.
CREATE FUNCTION test.wish(changes jsonb DEFAULT '{}', tenant text DEFAULT 'a') RETURNS jsonb
  LANGUAGE sql STABLE AS $$
    SELECT jsonb_strip_nulls(jsonb_build_object(
      'salonSlug', 'salon-' || tenant, 'serviceId', test.public('svc', 'haircut', tenant), 'date', test.day(7), 'startTime', '10:00',
      'guest', jsonb_build_object('name', 'Kiss Éva', 'email', 'eva@example.com')) || changes) $$;
