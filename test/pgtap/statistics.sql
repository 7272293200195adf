-- What an operator sees from inside the database: numbers about all tenants together, and who may see them.
BEGIN;
\ir helpers/fixture.sql
SELECT plan(48);

-- Requests.

SELECT is_empty('SELECT operation_id FROM booking.routes() EXCEPT SELECT operation FROM booking.stats_requests', 'every route is counted');
SELECT set_eq($$ SELECT operation FROM booking.stats_requests WHERE operation ~ '^rest' $$,
  ARRAY['restDescribe', 'restRead', 'restWrite', 'restCall', 'restBatch'], 'and what /rest/v1 does, whatever with');
SELECT is(count(*), 1::bigint, 'and what matches none, together') FROM booking.stats_requests WHERE operation IS NULL;

-- The line that the door reads first.
CREATE FUNCTION test.first_line(method text, target text, headers text DEFAULT '', body text DEFAULT NULL) RETURNS text
  LANGUAGE sql VOLATILE AS $$
    SELECT split_part(convert_from(booking.http_request_packed(method, target, 'authorization: Bearer ' || test.key('a') || E'\n' || headers,
      convert_to(body, 'UTF8'), '127.0.0.1'), 'UTF8'), E'\n', 1)
  $$;
CREATE TABLE test.before AS SELECT * FROM booking.stats_requests;
-- By how much the counters have grown, as "name number" where they have.
CREATE FUNCTION test.counted(operation text) RETURNS text
  LANGUAGE sql AS $$
    SELECT string_agg(format('%s %s', name, grown), ' ' ORDER BY place)
    FROM booking.stats_requests AS now JOIN test.before AS old USING (operation)
    CROSS JOIN LATERAL (VALUES (1, 'succeeded', now.succeeded - old.succeeded), (2, 'refused', now.refused - old.refused),
                               (3, 'failed', now.failed - old.failed), (4, 'rate_limited', now.rate_limited - old.rate_limited),
                               (5, 'replayed', now.replayed - old.replayed)) AS counter (place, name, grown)
    WHERE operation = counted.operation AND grown <> 0
  $$;

SELECT test.get('/v1/staff?salonSlug=salon-a'), test.get('/v1/staff?salonSlug=salon-b', 'b'),
       test.request('HEAD', '/v1/staff?salonSlug=salon-a'), test.get('/v1/staff?salonSlug=salon-b') \g /dev/null
SELECT is(test.counted('listStaff'), 'succeeded 3 refused 1', 'successes and refusals, of HEAD too, whoever''s they are');
SELECT test.request('POST', '/v1/bookings', test.wish()::text, headers => '{"idempotency-key": "8e03978e-40d5-43e8-bc93-6894a57f9324"}')
FROM generate_series(1, 3) \g /dev/null
SELECT is(test.counted('createBooking'), 'succeeded 3 replayed 2', 'replays are answers and counted as such');
SELECT test.make_key('once', 'a') \g /dev/null
UPDATE booking.api_keys SET rate_limits = '{"subscription": 1}' WHERE name = 'key once';
SET LOCAL pg_booking.rate_limits = on;
SELECT test.get('/v1/subscription', 'once') FROM generate_series(1, 3) \g /dev/null
SELECT is(test.counted('getSubscription'), 'succeeded 1 rate_limited 2', 'calls refused by the limiter');
SELECT ok(s.callers_at_limit >= 1 AND s.callers >= s.callers_at_limit AND s.calls >= s.callers, 'and how many are at a limit')
FROM booking.stats_rate_limits AS s WHERE s.rate_group = 'subscription' AND s.scope = 'api_key';
SET LOCAL pg_booking.rate_limits = off;
SELECT test.get('/v1/nowhere'), test.get('/nowhere') \g /dev/null
SELECT is(now.refused - old.refused, 2::bigint, 'paths that match no route')
FROM booking.stats_requests AS now JOIN test.before AS old ON old.operation IS NULL WHERE now.operation IS NULL;
SELECT is(split_part(test.first_line(method, '/rest/v1/' || path), ' ', 2), operation, method || ' /rest/v1/' || path)
FROM (VALUES ('GET', '', 'restDescribe'), ('OPTIONS', 'appointments', 'restDescribe'), ('GET', 'appointments?select=id', 'restRead'), ('HEAD', 'nothing', 'restRead'),
             ('POST', 'appointments', 'restWrite'), ('DELETE', 'clients', 'restWrite'), ('GET', 'rpc/something', 'restCall'), ('POST', 'rpc/something', 'restCall'))
  AS request (method, path, operation);
SELECT ok(total_time > 0 AND mean_time > 0 AND mean_time <= total_time, 'with their times')
FROM booking.stats_requests WHERE operation = 'createBooking';

-- The notes that the door gets, and nobody else.

SELECT is(test.first_line('GET', '/v1/staff?salonSlug=salon-a'), '200 listStaff ' || test.id('a', 'tenant'), 'operation and tenant');
SELECT is(test.first_line('GET', '/v1/staff?salonSlug=salon-b'), '403 listStaff ' || test.id('a', 'tenant'), 'the tenant is the key''s');
SELECT is(test.first_line('GET', '/v1/openapi.json'), '200 getOpenapi -', 'no tenant');
SELECT is(test.first_line('GET', '/v1/nowhere'), '404 - -', 'no operation');
SELECT is(test.first_line('PATCH', '/v1/staff'), '405 - -', 'nor where the method is not allowed');
SELECT is(test.first_line('POST', '/v1/bookings', E'content-type: application/json\nidempotency-key: 8e03978e-40d5-43e8-bc93-6894a57f9324\n',
  test.wish()::text), format('201 createBooking %s replayed', test.id('a', 'tenant')), 'an answer given before');

-- Webhooks.

DELETE FROM booking.webhook_deliveries;
SELECT is(w::text, '(0,0,0,00:00:00,00:00:00,0)', 'an empty outbox') FROM booking.stats_webhooks AS w;
INSERT INTO booking.webhook_deliveries (tenant_id, event, booking_id, payload, attempts, status, created_at, next_attempt_at)
SELECT test.id(tenant, 'tenant'), 'booking.confirmed', test.first_booking(tenant), '{}', attempts, status::booking.webhook_delivery_status,
       now() - age, CASE status WHEN 'pending' THEN now() + due END
FROM (VALUES ('a', 0, 'pending', interval '20 minutes', interval '-3 minutes'), ('b', 2, 'pending', '2 hours', '-1 minute'),
             ('a', 1, 'pending', '1 hour', '30 minutes'), ('a', 1, 'delivered', '5 hours', '-5 hours')) AS delivery (tenant, attempts, status, age, due);
SELECT is(ROW(w.pending, w.retrying, w.due, w.overdue, w.oldest_age)::text, '(3,2,2,00:03:00,02:00:00)', 'deliveries of all tenants')
FROM booking.stats_webhooks AS w;
UPDATE booking.webhook_configs SET retry_at = now() - interval '2 minutes' WHERE tenant_id = test.id('a', 'tenant');
SELECT is(w.overdue, interval '2 minutes', 'a receiver''s rest is no delay') FROM booking.stats_webhooks AS w;
UPDATE booking.webhook_configs SET paused = true WHERE tenant_id = test.id('a', 'tenant');
SELECT is(w.overdue, interval '1 minute', 'nor is a pause') FROM booking.stats_webhooks AS w;
UPDATE booking.webhook_deliveries SET next_attempt_at = now() + interval '1 hour' WHERE status = 'pending';
SELECT is(w.overdue, interval '0', 'nothing is due') FROM booking.stats_webhooks AS w;
UPDATE booking.webhook_configs SET disabled_reason = 'gone' WHERE tenant_id = test.id('b', 'tenant');
SELECT is(w.configs_disabled, 1::bigint, 'what the system switched off') FROM booking.stats_webhooks AS w;

-- The rest.

SELECT is(s.holds, 2::bigint, 'holds in force') FROM booking.stats AS s;
SELECT is(s.housekeeping_lag, interval '0', 'nothing has expired') FROM booking.stats AS s;
UPDATE booking.idempotency_keys SET expires_at = now() - interval '7 minutes' WHERE tenant_id = test.id('a', 'tenant');
UPDATE booking.holds SET expires_at = now() - interval '5 minutes';
SELECT is(s.holds, 0::bigint, 'holds that have expired are none') FROM booking.stats AS s;
SELECT is(s.housekeeping_lag, interval '7 minutes', 'what expired first waits longest') FROM booking.stats AS s;
SELECT set_eq('SELECT "table" FROM booking.stats_tables',
  $$ SELECT c.oid::regclass FROM pg_class AS c JOIN pg_depend AS d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'
     JOIN pg_extension AS e ON d.refobjid = e.oid AND e.extname = 'pg_booking' WHERE c.relkind = 'r' $$, 'every table');
SELECT ok(bool_and(table_bytes >= 0 AND index_bytes > 0), 'with its size') FROM booking.stats_tables;
SELECT is(array_agg(kind ORDER BY kind), '{addresses,callers}', 'the limiter''s room') FROM booking.rate_limit_memory();
SELECT ok(bool_and(taken BETWEEN 0 AND entries)
  AND sum(entries) >= current_setting('pg_booking.rate_limit_entries')::integer, 'is what the setting asks for') FROM booking.rate_limit_memory();

-- As metrics.

SELECT is_empty($$ SELECT * FROM booking.metrics() WHERE name !~ '^pg_booking_[a-z_]+$' OR help !~ '^[A-Z].*\.$' OR value IS NULL $$,
  'names, texts and values are well-formed');
SELECT is_empty($$ SELECT name, label_value FROM booking.metrics() GROUP BY 1, 2 HAVING count(*) > 1 $$, 'each is there once');
SELECT is_empty($$ SELECT name FROM booking.metrics() GROUP BY name HAVING count(DISTINCT help) > 1 $$, 'with one text');
SELECT is((SELECT value FROM booking.metrics() WHERE name = 'pg_booking_housekeeping_lag_seconds'), 420::double precision, 'in seconds');

-- Who may.

SET LOCAL ROLE pg_monitor;
SELECT lives_ok(format('SELECT * FROM booking.%I', view), 'pg_monitor reads ' || view)
FROM unnest(ARRAY['stats', 'stats_requests', 'stats_rate_limits', 'stats_webhooks', 'stats_tables']) AS view;
SELECT throws_ok('SELECT * FROM booking.webhook_deliveries', '42501', NULL, 'and no rows');
RESET ROLE;
SELECT is_empty($$
  SELECT role, view FROM unnest(ARRAY['anon', 'authenticated', 'booking_integration', 'authenticator']) AS role,
    unnest(ARRAY['stats', 'stats_requests', 'stats_rate_limits', 'stats_webhooks', 'stats_tables']) AS view
  WHERE has_table_privilege(role, 'booking.' || view, 'SELECT')
$$, 'no caller of the API sees any of it');

SELECT * FROM finish();
ROLLBACK;
