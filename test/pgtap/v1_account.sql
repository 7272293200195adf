-- /v1 beside bookings: webhook configuration, deliveries, subscription.
BEGIN;
\ir helpers/fixture.sql
SELECT plan(93);
DELETE FROM booking.webhook_deliveries;
DELETE FROM booking.webhook_configs;

CREATE FUNCTION test.config(method text, url text DEFAULT NULL) RETURNS test.answer
  LANGUAGE sql AS $$
    SELECT test.request(method, '/v1/webhooks/config?salonSlug=salon-a',
                        CASE WHEN url IS NOT NULL THEN jsonb_build_object('url', url)::text END) $$;

-- The life of a configuration.
SELECT is((test.config('GET')).body -> 'data', '{"config": null}', 'at first there is none');
CREATE TEMP TABLE first_put AS SELECT test.config('PUT', 'https://hooks.example.com/a') AS answer;
SELECT is((answer).status, 200, 'the first PUT') FROM first_put;
SELECT is((answer).body #> '{data,config}', jsonb_build_object('url', 'https://hooks.example.com/a', 'active', true, 'hasSecret', true,
  'createdAt', booking.rfc3339(now()), 'updatedAt', booking.rfc3339(now()), 'disabledReason', NULL), 'member by member') FROM first_put;
SELECT matches((answer).body #>> '{data,secret}', '^[0-9a-f]{64}$', 'tells the secret') FROM first_put;
SELECT is((SELECT array_agg(k ORDER BY k) FROM jsonb_object_keys((answer).body -> 'data') AS k), '{config,secret}',
  'and nothing else') FROM first_put;
SELECT is((test.config('GET')).body -> 'data', jsonb_build_object('config', (answer).body #> '{data,config}'),
  'GET never does') FROM first_put;
SELECT is((test.config('PUT', 'https://hooks.example.com/b')).body #> '{data,secret}', 'null', 'nor does a later PUT');
SELECT is((test.config('GET')).body #>> '{data,config,url}', 'https://hooks.example.com/b', 'which changes the URL');
SELECT is((test.config('DELETE')).body #> '{data,config,active}', 'false', 'DELETE switches off');
SELECT is((test.config('GET')).body #>> '{data,config,url}', 'https://hooks.example.com/b', 'and keeps the URL');
SELECT is(test.outcome(test.config('DELETE')), '200', 'a second DELETE does no harm');
SELECT is((test.config('PUT', 'https://hooks.example.com/b')).body #> '{data,config,active}', 'true', 'PUT switches on again');
SELECT is(booking.unseal(k.key, s.sealed), (answer).body #>> '{data,secret}', 'the secret is the one that was told')
FROM first_put, booking.webhook_secrets AS s JOIN booking.secret_keys AS k USING (tenant_id) WHERE tenant_id = test.id('a', 'tenant');

-- Rotation.
CREATE TEMP TABLE rotated AS SELECT test.request('POST', '/v1/webhooks/config/rotate-secret?salonSlug=salon-a') AS answer;
SELECT is((SELECT array_agg(k ORDER BY k) FROM jsonb_object_keys((answer).body -> 'data') AS k), '{rotatedAt,secret}',
  'a rotation has two members') FROM rotated;
SELECT isnt((rotated.answer).body #>> '{data,secret}', (first_put.answer).body #>> '{data,secret}',
  'the secret is new') FROM rotated, first_put;
SELECT is((SELECT booking.unseal(k.key, s.sealed) FROM booking.webhook_secrets AS s JOIN booking.secret_keys AS k USING (tenant_id)
    WHERE tenant_id = test.id('a', 'tenant') AND (s.expires_at IS NULL OR s.expires_at > now())),
  (answer).body #>> '{data,secret}', 'and alone in force') FROM rotated;
SELECT test.request('POST', '/v1/webhooks/config/rotate-secret?salonSlug=salon-a&overlapSeconds=3600') \g /dev/null
SELECT is((SELECT array_agg(s.expires_at - now() ORDER BY s.id) FROM booking.webhook_secrets AS s
    WHERE s.tenant_id = test.id('a', 'tenant') AND (s.expires_at IS NULL OR s.expires_at > now())), '{01:00:00,NULL}',
  'unless the old one is to sign for a while too');
SELECT is(test.bad_fields(test.request('POST', '/v1/webhooks/config/rotate-secret?salonSlug=salon-a&overlapSeconds=' || overlap)),
  '{overlapSeconds}', 'not for ' || overlap || ' seconds')
FROM unnest('{-1,604801,x}'::text[]) AS overlap;
SELECT is(concat_ws(' ', test.outcome(answer), answer.body #>> '{error,details,resource}'), '404 service.not_found webhookConfig',
  'where nothing is configured there is nothing to rotate')
FROM test.request('POST', '/v1/webhooks/config/rotate-secret?salonSlug=salon-b', NULL, 'b') AS answer;

-- The slug: in the query of all five, or in a body.
SELECT is(test.outcome(test.request('PUT', '/v1/webhooks/config', '{"salonSlug": "salon-a", "url": "https://hooks.example.com/c"}')), '200',
  'the slug in the body');
SELECT is(test.outcome(test.request('POST', '/v1/webhooks/config/rotate-secret', '{"salonSlug": "salon-a"}')), '200',
  'of a POST too');

-- URLs.
SELECT is(test.outcome(test.config('PUT', url)), '200', url)
FROM unnest(ARRAY['https://example.com', 'https://example.com:8443/a?b=c', 'https://1.1.1.1/', 'https://[2606:4700:4700::1111]/',
  'https://example.com/' || repeat('x', 480)]) AS url;
SELECT is(test.bad_fields(test.config('PUT', url)), '{url}', to_json("left"(url, 60))::text)
FROM unnest(ARRAY['', 'x', 'http://example.com', 'ftp://example.com', 'https://', 'https://user@example.com',
  'https://user:pass@example.com', 'https://localhost', 'https://LOCALHOST.', 'https://a.localhost',
  'https://127.0.0.1', 'https://127.1', 'https://2130706433', 'https://0x7f000001', 'https://0177.0.0.1', 'https://0.0.0.0',
    'https://10.1.2.3', 'https://172.16.0.1', 'https://172.31.255.255',
  'https://192.168.1.1', 'https://169.254.169.254/latest/meta-data', 'https://100.64.0.1', 'https://[::1]', 'https://[::]',
    'https://[fc00::1]', 'https://[fe80::1]', 'https://[::ffff:10.0.0.1]',
  'https://example.com/' || repeat('x', 481), 'https://exa mple.com', E'https://example.com/\n']) AS url;
SELECT is(test.bad_fields(test.request('PUT', '/v1/webhooks/config?salonSlug=salon-a', body)), '{url}', coalesce(body, 'no body'))
FROM unnest(ARRAY[NULL, '{}', '{"url": null}', '{"url": 1}']) AS body;
SELECT is((test.config('GET')).body #>> '{data,config,url}', 'https://example.com/' || repeat('x', 480),
  'a refused URL changes nothing');

-- Deliveries: one for each event while the configuration is active.
CREATE FUNCTION test.deliveries(query text DEFAULT '') RETURNS test.answer
  LANGUAGE sql AS $$ SELECT test.get('/v1/webhooks/deliveries?salonSlug=salon-a' || query) $$;
SELECT is((test.deliveries()).body -> 'data', '{"deliveries": [], "nextCursor": null}', 'no deliveries yet');
SELECT (test.post('/v1/bookings', test.wish())).body #>> '{data,booking,id}' AS id \gset
SELECT is((SELECT array_agg(event::text ORDER BY id) FROM booking.webhook_deliveries), '{booking.requested,booking.confirmed}',
  'a booking''s two events are to be delivered');
SELECT is((SELECT array_agg(d - 'id' ORDER BY place DESC)
  FROM jsonb_array_elements((test.deliveries()).body #> '{data,deliveries}') WITH ORDINALITY AS l (d, place)), (
  SELECT array_agg(jsonb_build_object('event', event, 'bookingId', :'id'::text, 'status', 'pending', 'attempts', 0,
    'lastStatusCode', NULL, 'lastError', NULL, 'lastDurationMs', NULL,
    'nextAttemptAt', booking.rfc3339(now()), 'createdAt', booking.rfc3339(now()), 'deliveredAt', NULL) ORDER BY place)
  FROM unnest(ARRAY['booking.requested', 'booking.confirmed']) WITH ORDINALITY AS e (event, place)), 'member by member, newest first');
SELECT is((SELECT payload::jsonb -> 'data' FROM booking.webhook_deliveries WHERE event = 'booking.confirmed'),
  (test.get('/v1/bookings/' || :'id')).body -> 'data',
  'a payload shows the booking as the API does');
SELECT is((SELECT (payload::jsonb - 'data') - 'id' FROM booking.webhook_deliveries WHERE event = 'booking.confirmed'), jsonb_build_object(
  'event', 'booking.confirmed', 'v', '1', 'occurredAt', booking.rfc3339(now()), 'salonSlug', 'salon-a', 'locationSlug', 'main',
    'sequence', 2), 'among its other members');
SELECT is((SELECT payload::jsonb ->> 'id' FROM booking.webhook_deliveries WHERE event = 'booking.confirmed'),
  (test.get(format('/v1/bookings/%s/events', :'id'))).body #>> '{data,events,1,id}', 'and has the event''s id');
SELECT test.config('DELETE') \g /dev/null
SELECT test.post('/v1/bookings', test.wish('{"startTime": "11:00"}')) \g /dev/null
SELECT is((SELECT count(*) FROM booking.webhook_deliveries), 2::bigint, 'none while it is inactive');
SELECT test.config('PUT', 'https://example.com') \g /dev/null
UPDATE booking.tenants SET plan_period_end = now() WHERE tenant_id = test.id('a', 'tenant');
SELECT booking.cancel_booking(test.id('a', 'tenant'), booking.parse_public_id('bkg', :'id')) \g /dev/null
SELECT is((SELECT count(*) FROM booking.webhook_deliveries), 2::bigint, 'nor once the plan has ended');
UPDATE booking.tenants SET plan_period_end = NULL WHERE tenant_id = test.id('a', 'tenant');
SELECT (test.post('/v1/bookings', test.wish('{"startTime": "12:00"}'))).body #>> '{data,booking,id}' AS other_id \gset
SELECT is(test.outcome(test.post(format('/v1/bookings/%s/cancel', :'other_id'), '{"reason": "Ill"}')), '200',
  'a booking and its cancellation');
SELECT is((SELECT count(*) FROM booking.webhook_deliveries), 5::bigint, 'are three more');

-- Filters and pages.
INSERT INTO booking.webhook_attempts (tenant_id, delivery_id, number, status_code, error, duration_ms)
SELECT tenant_id, id, number, CASE number WHEN 2 THEN 204 END, CASE number WHEN 1 THEN 'Timeout' END, 30 + number
FROM booking.webhook_deliveries, generate_series(1, 2) AS number
WHERE booking_id = booking.parse_public_id('bkg', :'id') AND event = 'booking.requested';
UPDATE booking.webhook_deliveries SET status = 'delivered', attempts = 2, next_attempt_at = NULL, delivered_at = now()
WHERE booking_id = booking.parse_public_id('bkg', :'id') AND event = 'booking.requested';
SELECT is(jsonb_array_length((test.deliveries(query)).body #> '{data,deliveries}'), expected, 'deliveries ' || query)
FROM (VALUES
  ('', 5), ('&limit=3', 3), ('&status=pending', 4), ('&status=delivered', 1), ('&status=failed', 0), ('&event=booking.cancelled', 1),
  ('&event=booking.requested&status=pending', 1), ('&bookingId=' || :'id', 2), ('&bookingId=bkg_x', 0),
  ('&bookingId=' || booking.public_id('bkg', test.first_booking('b')), 0)) AS filter (query, expected);
SELECT is(((test.deliveries('&status=delivered')).body #> '{data,deliveries,0}') - 'id', jsonb_build_object(
  'event', 'booking.requested', 'bookingId', :'id'::text, 'status', 'delivered', 'attempts', 2, 'lastStatusCode', 204,
  'lastError', NULL, 'lastDurationMs', 32, 'nextAttemptAt', NULL, 'createdAt', booking.rfc3339(now()),
  'deliveredAt', booking.rfc3339(now())), 'one that was delivered');
CREATE FUNCTION test.all_deliveries(size integer) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
  answer test.answer;
  next text := '';
  ids text[] := '{}';
BEGIN
  FOR page IN 1..10 LOOP
    answer := test.deliveries(format('&limit=%s%s', size, next));
    ids := ids || ARRAY(SELECT d ->> 'id' FROM jsonb_array_elements(answer.body #> '{data,deliveries}') AS d);
    EXIT WHEN answer.body #>> '{data,nextCursor}' IS NULL;
    next := '&cursor=' || (answer.body #>> '{data,nextCursor}');
  END LOOP;
  RETURN ids;
END $$;
SELECT is(test.all_deliveries(size), (SELECT array_agg(booking.public_id('dlv', id) ORDER BY created_at DESC, id DESC)
  FROM booking.webhook_deliveries), format('pages of %s lose and repeat nothing', size))
FROM unnest(ARRAY[1, 2, 5]) AS size;
SELECT is(test.bad_fields(test.deliveries(query)), fields::text[], 'fault in ' || query)
FROM (VALUES ('&status=sent', '{status}'), ('&event=booked', '{event}'), ('&limit=0&cursor=', '{cursor,limit}'),
             ('&cursor=' || ((test.get('/v1/bookings?salonSlug=salon-a&limit=1')).body #>> '{data,nextCursor}'),
               '{cursor}')) AS step (query, fields);

-- Subscription.
SELECT is((test.get('/v1/subscription')).body -> 'data',
  '{"plan": "pro", "status": "active", "currentPeriodEnd": null, "cancelAtPeriodEnd": false,
  "quota": {"sms": {"limit": 0, "used": 0, "resetsAt": null}},
  "features": {"publicApi": true, "webhooks": true, "multiLocation": true, "adminRole": true, "waitlist": false,
    "noShowMonitor": false}}', 'the subscription, member by member');
UPDATE booking.tenants SET plan_period_end = now() + interval '1 day', cancel_at_period_end = true WHERE tenant_id = test.id('a', 'tenant');
SELECT is(answer.body #>> '{data,currentPeriodEnd}' || ' ' || (answer.body #>> '{data,cancelAtPeriodEnd}'),
  booking.rfc3339(now() + interval '1 day') || ' true',
  'with its period')
FROM test.get('/v1/subscription?salonSlug=salon-a') AS answer;

SELECT * FROM finish();
ROLLBACK;
