-- POST /v1/bookings, GET /v1/bookings/{bookingId} and its events: every member, and every refusal.
BEGIN;
\ir helpers/fixture.sql
SELECT plan(64);

CREATE FUNCTION test.book(changes jsonb DEFAULT '{}') RETURNS test.answer
  LANGUAGE sql AS $$ SELECT test.post('/v1/bookings', test.wish(changes)) $$;
CREATE FUNCTION test.events(booking_id text) RETURNS jsonb
  LANGUAGE sql AS $$ SELECT (test.get(format('/v1/bookings/%s/events', booking_id))).body -> 'data' $$;
-- With their unforeseeable members checked for form and taken away.
CREATE FUNCTION test.stable(booking jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  instant CONSTANT text := '^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$';
BEGIN
  IF booking ->> 'id' !~ '^bkg_[0-7][0-9a-hjkmnp-tv-z]{25}$' OR booking ->> 'createdAt' !~ instant OR booking ->> 'updatedAt' !~ instant
     OR booking #>> '{cancellation,at}' !~ instant THEN
    RETURN NULL;
  END IF;
  RETURN booking - 'id' - 'createdAt' - 'updatedAt' #- '{cancellation,at}';
END $$;

-- The booking, member by member.
CREATE TEMP TABLE made AS
  SELECT test.book(jsonb_build_object('serviceId', test.public('svc', 'colour'), 'staffId', test.public('staff', 'anna'), 'note',
    E'Short,\n"please".',
                                      'locationSlug', 'main', 'guest',
                                        '{"name": "Kiss Éva 💇", "email": "Eva@Example.com", "phone": "+36301112233"}'::jsonb)) AS answer;
SELECT is((answer).status, 201, 'a booking is made') FROM made;
SELECT is((SELECT array_agg(k) FROM jsonb_object_keys((answer).body -> 'data') AS k), '{booking}',
  'it is the one member of data') FROM made;
SELECT is(test.stable((answer).body #> '{data,booking}'), jsonb_build_object(
  'salonSlug', 'salon-a', 'locationSlug', 'main', 'serviceId', test.public('svc', 'colour'), 'serviceName', 'Colouring',
  'staffId', test.public('staff', 'anna'), 'status', 'confirmed', 'date', test.day(7), 'startTime', '10:00', 'endTime', '11:00',
  'timezone', 'Europe/Budapest', 'startsAt', booking.rfc3339(test.at(7, '10:00')), 'endsAt', booking.rfc3339(test.at(7, '11:00')),
  'durationMinutes', 60, 'price', '{"amount": 16000.5, "currency": "HUF"}'::jsonb, 'priceType', 'from',
  'pricingVersion', (SELECT pricing_version FROM booking.services WHERE id = test.id('a', 'colour')),
  'guest', '{"name": "Kiss Éva 💇", "email": "Eva@Example.com", "phone": "+36301112233"}'::jsonb, 'note', E'Short,\n"please".',
  'source', 'api', 'proposal', NULL, 'cancellation', NULL, 'cancelDeadlineAt', booking.rfc3339(test.at(7, '10:00') - interval '24 hours'), 'version', 1),
  'with every member')
FROM made;
SELECT (answer).body #>> '{data,booking,id}' AS booking_id FROM made \gset
SELECT is((test.get('/v1/bookings/' || :'booking_id')).body -> 'data', (answer).body -> 'data',
  'reading it gives the same') FROM made;
SELECT is((test.get('/v1/bookings/' || :'booking_id' || '?salonSlug=salon-a')).body -> 'data', (answer).body -> 'data',
  'with the slug too') FROM made;
SELECT is((test.get('/v1/bookings?salonSlug=salon-a')).body #> '{data,bookings,0}', (answer).body #> '{data,booking}',
  'and so does the list') FROM made;

-- Its events.
SELECT is((SELECT jsonb_agg(event - 'id' - 'occurredAt') FROM jsonb_array_elements(test.events(:'booking_id') -> 'events') AS event),
  jsonb_build_array(
    jsonb_build_object('event', 'booking.requested', 'fromStatus', NULL, 'toStatus', 'pending', 'reason', NULL, 'sequence', 1,
                       'actor', jsonb_build_object('type', 'api_key', 'id', (SELECT booking.public_id('key', id) FROM test.keys
                         WHERE name = 'a'))),
    jsonb_build_object('event', 'booking.confirmed', 'fromStatus', 'pending', 'toStatus', 'confirmed', 'reason', NULL, 'sequence', 2,
                       'actor', '{"type": "system", "id": null}'::jsonb)),
  'its events, member by member');
SELECT is_empty(format($$
  SELECT event FROM jsonb_array_elements(test.events(%L) -> 'events') AS event
  WHERE event ->> 'id' !~ '^evt_[0-7][0-9a-hjkmnp-tv-z]{25}$' OR (event ->> 'occurredAt')::timestamptz <> now()
$$, :'booking_id'), 'with an id and a time each');
SELECT is((SELECT array_agg(k) FROM jsonb_object_keys(test.events(:'booking_id')) AS k), '{events}', 'the one member of data');

-- Absent members are null in the answer; the business may want to approve by hand.
UPDATE booking.tenants SET approval = 'manual', cancel_deadline_minutes = 90 WHERE tenant_id = test.id('a', 'tenant');
SELECT test.book(jsonb_build_object('serviceId', test.public('svc', 'advice'), 'startTime', '12:00')) AS answer \gset
SELECT is(test.stable((:'answer'::test.answer).body #> '{data,booking}') - ARRAY['startsAt', 'endsAt'],
  jsonb_build_object(
    'salonSlug', 'salon-a', 'locationSlug', 'main', 'serviceId', test.public('svc', 'advice'), 'serviceName', 'Advice',
    'staffId', test.public('staff', 'bence'), 'status', 'pending', 'date', test.day(7), 'startTime', '12:00', 'endTime', '12:30',
    'timezone', 'Europe/Budapest', 'durationMinutes', 30, 'price', NULL, 'priceType', 'free',
    'pricingVersion', (SELECT pricing_version FROM booking.services WHERE id = test.id('a', 'advice')),
    'guest', '{"name": "Kiss Éva", "email": "eva@example.com", "phone": null}'::jsonb, 'note', NULL, 'source', 'api', 'proposal', NULL, 'cancellation', NULL,
    'cancelDeadlineAt', booking.rfc3339(test.at(7, '12:00') - interval '90 minutes'), 'version', 1),
  'manual approval, the least of members, the least busy person');
SELECT is((SELECT jsonb_agg(event ->> 'event')
  FROM jsonb_array_elements(test.events((:'answer'::test.answer).body #>> '{data,booking,id}') -> 'events') AS event),
  '["booking.requested"]', 'waits for the provider');
UPDATE booking.tenants SET approval = 'automatic' WHERE tenant_id = test.id('a', 'tenant');

-- Refusals about the time name the next free one; they hold for one person or, when none is named, for all.
CREATE FUNCTION test.refusal(changes jsonb) RETURNS text
  LANGUAGE sql AS $$
    SELECT concat_ws(' ', test.outcome(answer), answer.body #>> '{error,details,reason}', 'next',
      (answer.body #>> '{error,details,nextAvailableDate}')::date - test.day(0), answer.body #>> '{error,details,nextAvailableStartTime}')
    FROM test.book(changes) AS answer $$;
SELECT test.book(jsonb_build_object('startTime', '14:00', 'staffId', test.public('staff', 'bence'))) AS answer \gset
SELECT is((test.book(jsonb_build_object('startTime', '14:00', 'staffId', test.public('staff', 'bence')))).body #> '{error,details}',
  jsonb_build_object('reason', 'busy', 'requestedDate', test.day(7), 'requestedStartTime', '14:00',
                     'nextAvailableDate', test.day(7), 'nextAvailableStartTime', '14:30'),
  'a taken slot, member by member');
SELECT is(test.refusal(changes), expected, 'a booking at ' || changes::text)
FROM (VALUES
  (jsonb_build_object('startTime', '14:00', 'staffId', test.public('staff', 'bence')), '409 booking.slot_unavailable busy next 7 14:30'),
  (jsonb_build_object('startTime', '14:15', 'staffId', test.public('staff', 'anna')), '409 booking.slot_unavailable off_grid next 7 14:30'),
  (jsonb_build_object('startTime', '08:30'), '409 booking.slot_unavailable closed next 7 09:00'),
  (jsonb_build_object('startTime', '17:00'), '409 booking.slot_unavailable closed next 8 09:00'),
  (jsonb_build_object('startTime', '16:45'), '409 booking.slot_unavailable closed next 8 09:00'),
  (jsonb_build_object('startTime', '12:00', 'locationSlug', 'branch'), '409 booking.slot_unavailable closed next 8 09:00'),
  (jsonb_build_object('date', test.day(51), 'staffId', test.public('staff', 'anna')),
    '409 booking.slot_unavailable time_off next 51 12:00'),
  (jsonb_build_object('date', test.day(50), 'staffId', test.public('staff', 'anna')), '409 booking.slot_unavailable closed next 51 12:00'),
  (jsonb_build_object('date', test.day(61)), '409 booking.outside_booking_window horizon next'),
  (jsonb_build_object('date', '9999-12-31'), '409 booking.outside_booking_window horizon next'),
  (jsonb_build_object('serviceId', test.public('svc', 'colour'), 'startTime', '13:30', 'staffId', test.public('staff', 'anna')),
    '201 next'))
  AS step (changes, expected);
SELECT is(test.outcome(test.book(jsonb_build_object('date', date))), '409 booking.outside_booking_window',
  'a booking in the past, ' || date)
FROM unnest(ARRAY[(test.day(0) - 1)::text, '1999-06-01', '0001-01-01']) AS date;
UPDATE booking.tenants SET minimum_notice_minutes = 9 * 24 * 60 WHERE tenant_id = test.id('a', 'tenant');
SELECT is(test.outcome(test.book('{"startTime": "15:00"}')), '409 booking.outside_booking_window', 'too short notice');
UPDATE booking.tenants SET minimum_notice_minutes = 0 WHERE tenant_id = test.id('a', 'tenant');
SELECT is_empty($$ SELECT FROM booking.bookings WHERE status = 'confirmed' AND starts_at > test.at(52, '00:00') $$,
  'refusals leave nothing behind');

-- Other refusals.
SELECT is(((test.book('{"pricingVersion": "000000000000"}')).body -> 'error') - 'message', jsonb_build_object('code',
  'booking.pricing_changed', 'retryable', false,
  'details', jsonb_build_object('pricingVersion', (SELECT pricing_version FROM booking.services WHERE id = test.id('a', 'haircut')))),
  'another price: the new version is told');
SELECT is(test.outcome(test.book(jsonb_build_object('startTime', '15:30', 'pricingVersion', (SELECT pricing_version
  FROM booking.services WHERE id = test.id('a', 'haircut'))))),
  '201', 'the price that the guest saw');
INSERT INTO booking.customers (tenant_id, name, email, blocked_at) VALUES (test.id('a', 'tenant'), 'B', 'Blocked@Example.com', now());
SELECT is((test.book('{"guest": {"name": "B", "email": "blocked@example.com"}}')).body -> 'error',
  '{"code": "booking.guest_blocked", "message": "This booking cannot be made. Please contact the business.", "retryable": false}',
    'a blocked guest learns no reason');
UPDATE booking.services SET bookable_online = false WHERE id = test.id('a', 'advice');
SELECT is(test.outcome(test.book(jsonb_build_object('serviceId', test.public('svc', 'advice')))), '409 booking.not_bookable',
  'a service that is not bookable online');
UPDATE booking.tenants SET published = false WHERE tenant_id = test.id('a', 'tenant');
SELECT is(test.outcome(test.book()), '409 booking.not_bookable', 'a business that is not published');
SELECT is(test.outcome(test.get('/v1/bookings/' || :'booking_id')), '200', 'whose bookings can be read all the same');

-- Ids that are none are not found; they are no reason to complain about the form.
SELECT is(test.outcome(test.get(format(path, id))), '404 booking.not_found', format(path, id))
FROM unnest(ARRAY['/v1/bookings/%s', '/v1/bookings/%s/events']) AS path,
     unnest(ARRAY['x', 'bkg_', 'bkg_01h2e8kqvbfwea724h75qc655w', '00000000-0000-0000-0000-000000000000', 'bkg_00000000000000000000000000',
                  upper(:'booking_id'), replace(:'booking_id', 'bkg', 'svc'), :'booking_id' || '0', '%27%20OR%20true--',
                    '%F0%9F%92%87', repeat('a', 4000)]) AS id;

UPDATE booking.tenants SET published = true WHERE tenant_id = test.id('a', 'tenant');
UPDATE booking.services SET bookable_online = true WHERE tenant_id = test.id('a', 'tenant');

-- override: for a key that acts for somebody.
INSERT INTO test.keys
  SELECT 'personal', key.api_key_id, key.api_key
  FROM booking.create_api_key(test.id('a', 'tenant'), 'mine', '{booking.create,booking.read}', type => 'personal',
                              created_by => test.id('a', 'user')) AS key;
CREATE FUNCTION test.override(start text, key text DEFAULT 'personal', override jsonb DEFAULT 'true', changes jsonb DEFAULT '{}') RETURNS test.answer
  LANGUAGE sql AS $$
    SELECT test.post('/v1/bookings', test.wish(jsonb_build_object('staffId', test.public('staff', 'anna'), 'date', test.day(9),
      'startTime', start, 'override', override.override) || changes), override.key) $$;
SELECT is(test.outcome(test.override('22:07', override => 'false')), '409 booking.slot_unavailable', 'rule 16: not out of hours');
SELECT is(test.outcome(test.override('22:07', key => 'a')), '403 auth.capability_missing', 'rule 16: nor by a key that is nobody''s, whatever it asks');
SELECT is(test.outcome(test.override('22:07', override => '"true"')), '400 request.invalid_input', 'rule 16: override is true or false');
CREATE TEMP TABLE overridden AS SELECT test.override('22:07') AS answer;
SELECT is(test.outcome(answer), '201', 'rule 16: a personal key overrides hours and grid') FROM overridden;
SELECT is((SELECT jsonb_agg(event #> '{actor}') FROM jsonb_array_elements(test.events((answer).body #>> '{data,booking,id}') -> 'events') AS event),
  jsonb_build_array(actor, '{"type": "system", "id": null}'::jsonb), 'rule 16: as the user that it acts for')
FROM overridden, (SELECT jsonb_build_object('type', 'provider', 'id', booking.public_id('usr', test.id('a', 'user'))) AS actor) AS a;
SELECT is(test.outcome(test.override('22:20')), '409 booking.slot_unavailable', 'rule 16: but takes nobody''s time');
SELECT is(test.outcome(test.override('10:00', changes => jsonb_build_object('date', test.day(-1)))), '201', 'rule 16: it may enter what has been');
DELETE FROM booking.members WHERE tenant_id = test.id('a', 'tenant');
SELECT is(test.outcome(test.override('23:30')), '401 auth.key_revoked', 'rule 16: until the user leaves');

SELECT * FROM finish();
ROLLBACK;
