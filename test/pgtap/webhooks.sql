-- What a sender of webhooks gets and what comes of its reports; what people can do about deliveries. Time does not pass in a
-- transaction: the tests move the rows' times instead.
BEGIN;
\ir helpers/fixture.sql
SELECT plan(96);

-- Whatever else is in the database is not due, and the fixture's claims are over.
UPDATE booking.webhook_deliveries SET next_attempt_at = 'infinity' WHERE status = 'pending';
UPDATE booking.webhook_configs SET lease = NULL, leased_until = '-infinity';
DELETE FROM booking.webhook_deliveries WHERE tenant_id IN (test.id('a', 'tenant'), test.id('b', 'tenant'));

-- A delivery to a tenant, by name, due that long ago.
CREATE FUNCTION test.deliver(tenant text, name text, due interval DEFAULT '0') RETURNS void LANGUAGE sql AS $$
  INSERT INTO booking.webhook_deliveries (tenant_id, id, payload, next_attempt_at)
  VALUES (test.id(tenant, 'tenant'), test.id(tenant, name), format('{"name":"%s"}', name), now() - due) $$;

-- Claims as a sender does and keeps what it got.
CREATE TABLE test.claimed (tenant text, name text, attempt integer, lease uuid, url text, webhook_id text, webhook_timestamp bigint,
  webhook_signature text, payload text);
CREATE FUNCTION test.claim(max_deliveries integer DEFAULT 10) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  names text;
BEGIN
  WITH claim AS (
    INSERT INTO test.claimed
    SELECT "right"(s.slug, 1), c.payload::json ->> 'name', c.attempt, c.lease, c.url, c.webhook_id, c.webhook_timestamp,
           c.webhook_signature, c.payload
    FROM booking.claim_webhooks(max_deliveries, '1 minute') AS c JOIN booking.tenant_slugs AS s USING (tenant_id)
    RETURNING *)
  SELECT string_agg(format('%s/%s#%s', claim.tenant, claim.name, claim.attempt), ' ' ORDER BY claim.tenant) INTO names FROM claim;
  RETURN coalesce(names, 'nothing');
END $$;

-- Reports on the last claim of a delivery and tells what the delivery is then.
CREATE FUNCTION test.report(tenant text, name text, status_code integer, error text DEFAULT NULL, retry_after integer DEFAULT NULL)
  RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  PERFORM booking.record_webhook_attempt(test.id(report.tenant, 'tenant'), test.id(report.tenant, report.name), c.attempt, c.lease,
                                         status_code, report.error, 12, 'answer', retry_after)
  FROM test.claimed AS c WHERE c.tenant = report.tenant AND c.name = report.name ORDER BY c.attempt DESC LIMIT 1;
  RETURN (SELECT d.status FROM booking.webhook_deliveries AS d WHERE d.id = test.id(report.tenant, report.name));
END $$;

CREATE FUNCTION test.config(tenant text) RETURNS booking.webhook_configs LANGUAGE sql STABLE AS $$
  SELECT c FROM booking.webhook_configs AS c WHERE c.tenant_id = test.id(tenant, 'tenant') $$;
CREATE FUNCTION test.delivery(tenant text, name text) RETURNS booking.webhook_deliveries LANGUAGE sql STABLE AS $$
  SELECT d FROM booking.webhook_deliveries AS d WHERE d.id = test.id(tenant, name) $$;

-- The endpoint works again and everything that waits is due.
CREATE FUNCTION test.later(tenant text) RETURNS void LANGUAGE sql AS $$
  UPDATE booking.webhook_configs SET retry_at = '-infinity' WHERE tenant_id = test.id(tenant, 'tenant');
  UPDATE booking.webhook_deliveries SET next_attempt_at = now() WHERE tenant_id = test.id(tenant, 'tenant') AND status = 'pending' $$;

-- The next attempt, whatever stands in its way: what the delivery is after it.
CREATE FUNCTION test.attempt(tenant text, name text, status_code integer, error text DEFAULT NULL, retry_after integer DEFAULT NULL)
  RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  PERFORM test.later(tenant);
  PERFORM test.claim();
  RETURN test.report(tenant, name, status_code, error, retry_after);
END $$;

-- How long after now the delivery is tried again, and its endpoint can be.
CREATE FUNCTION test.delay(tenant text, name text) RETURNS interval LANGUAGE sql STABLE AS $$
  SELECT (test.delivery(tenant, name)).next_attempt_at - now() $$;
CREATE FUNCTION test.rest(tenant text) RETURNS interval LANGUAGE sql STABLE AS $$ SELECT (test.config(tenant)).retry_at - now() $$;

-- Signatures.
SELECT is(booking.webhook_signature('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'msg_p5jXN8AQM9LWM0D4loKWxEk', 1614265330, '{"test": 2432232314}'),
  'v1,M04OjfrIllUQVh7F6qzV64l0HX5jtzZ3ZYON+pgbpLA=', 'as the reference library of Standard Webhooks signs');

-- Claims: one delivery of each endpoint, the oldest.
SELECT is(test.claim(), 'nothing', 'nothing is due');
SELECT test.deliver('a', 'second', '1 minute'), test.deliver('a', 'first', '2 minutes'), test.deliver('b', 'other'),
       test.deliver('a', 'not yet', '-1 second') \g /dev/null
SELECT is(test.claim(), 'a/first#1 b/other#1', 'the oldest of each endpoint');
SELECT is(test.claim(), 'nothing', 'and no other one before it is reported');
SELECT is(c.url || ' ' || c.payload, 'https://hooks.example.com/a {"name":"first"}', 'where to send what') FROM test.claimed AS c WHERE name = 'first';
SELECT is(c.webhook_id, booking.public_id('dlv', test.id('a', 'first')), 'the id is the delivery''s') FROM test.claimed AS c WHERE name = 'first';
SELECT unalike(c.webhook_id, '%.%', 'without a dot') FROM test.claimed AS c WHERE name = 'first';
SELECT is(c.webhook_timestamp, floor(extract(epoch FROM now()))::bigint, 'the time is the attempt''s') FROM test.claimed AS c WHERE name = 'first';
SELECT is(c.webhook_signature, booking.webhook_signature(booking.unseal(k.key, s.sealed), c.webhook_id, c.webhook_timestamp, c.payload),
  'the signature is by the tenant''s secret')
FROM test.claimed AS c, booking.webhook_secrets AS s JOIN booking.secret_keys AS k USING (tenant_id)
WHERE name = 'first' AND tenant_id = test.id('a', 'tenant');
SELECT results_eq($$ SELECT number, finished_at FROM booking.webhook_attempts WHERE delivery_id = test.id('a', 'first') $$,
  $$ VALUES (1, NULL::timestamptz) $$, 'the attempt is on record before anything is sent');

-- Reports.
SELECT is(test.report('a', 'first', 204), 'delivered', 'a 204 is a success');
SELECT is((test.delivery('a', 'first')).delivered_at, now(), 'with its time');
SELECT results_eq($$ SELECT number, finished_at, duration_ms, status_code, error, answer FROM booking.webhook_attempts
  WHERE delivery_id = test.id('a', 'first') $$, $$ VALUES (1, now(), 12, 204, NULL::text, 'answer') $$, 'and its record');
SELECT is(test.claim(), 'a/second#1', 'the next one can be claimed');
SELECT is(test.report('a', 'second', 204, 'The connection broke.'), 'pending', 'an incomplete answer is none, whatever its status');
SELECT is(test.report('b', 'other', NULL, 'No connection.'), 'pending', 'no answer is a failure');
SELECT is(test.attempt('b', 'other', status_code), 'pending', status_code || ' is one')
FROM unnest(ARRAY[199, 300, 301, 400, 404, 500, 503]) AS status_code;
SELECT is((SELECT array_agg(a.error ORDER BY a.number) FROM booking.webhook_attempts AS a
           WHERE a.delivery_id = test.id('b', 'other') AND a.number IN (1, 4, 5)),
  '{No connection.,"The receiver answered with a redirect, which is not followed.",The receiver answered with an error.}',
  'what went wrong is on record');

-- The delays between attempts, each give or take a tenth.
SELECT booking.replay_webhook(test.id('a', 'tenant'), test.id('a', 'second')) \g /dev/null
DELETE FROM booking.webhook_deliveries WHERE id = test.id('a', 'not yet');
CREATE TABLE test.steps AS SELECT n, ''::text AS status, NULL::interval AS delay FROM generate_series(1, 10) AS n;
DO $$
BEGIN
  FOR step IN 1..10 LOOP
    UPDATE test.steps SET status = test.attempt('a', 'second', 500) WHERE n = step;
    UPDATE test.steps SET delay = test.delay('a', 'second') WHERE n = step;
  END LOOP;
END $$;
SELECT is_empty($$
  SELECT n, status, delay, d.planned FROM test.steps JOIN unnest(booking.webhook_retry_delays()) WITH ORDINALITY AS d (planned, n) USING (n)
  WHERE status <> 'pending' OR delay NOT BETWEEN d.planned * 0.9 AND d.planned * 1.1
$$, 'nine retries over three days');
SELECT is((SELECT array_agg(planned) FROM unnest(booking.webhook_retry_delays()) AS planned),
  '{00:00:05,00:05:00,00:30:00,02:00:00,05:00:00,10:00:00,14:00:00,20:00:00,24:00:00}', 'after these times');
SELECT is((SELECT ROW(status, delay)::text FROM test.steps WHERE n = 10), '(failed,)', 'then it has failed');
SELECT is(test.claim(), 'nothing', 'and is not tried again');

-- Retry-After, and rests of the endpoint.
SELECT test.deliver('b', 'asked') \g /dev/null
SELECT booking.resume_webhooks(test.id('b', 'tenant')) \g /dev/null
DELETE FROM booking.webhook_deliveries WHERE id = test.id('b', 'other');
SELECT is(test.attempt('b', 'asked', 503, NULL, 3600), 'pending', 'a receiver asks for an hour');
SELECT is(ARRAY[test.delay('b', 'asked'), test.rest('b')], '{01:00:00,01:00:00}', 'which the delivery waits and the endpoint gets');
SELECT is(test.attempt('b', 'asked', 503, NULL, 2000000000), 'pending', 'another one for decades');
SELECT is(ARRAY[test.delay('b', 'asked'), test.rest('b')], '{"1 day","1 day"}', 'and gets a day');
SELECT is(test.attempt('b', 'asked', 500, NULL, 0), 'pending', 'one for nothing');
SELECT cmp_ok(test.delay('b', 'asked'), '>=', interval '27 minutes', 'does not speed it up');
SELECT is(booking.webhook_rest(failures, status_code, NULL), rest, format('a rest of %s after %s failures, status %s', rest, failures, status_code))
FROM (VALUES (1, 500, interval '0'), (2, NULL, '0'), (3, 500, '30 seconds'), (4, NULL, '1 minute'), (7, 500, '8 minutes'), (8, 500, '15 minutes'),
             (1000000, 500, '15 minutes'), (1, 429, '30 seconds'), (1, 502, '30 seconds'), (1, 503, '30 seconds'), (1, 504, '30 seconds'))
  AS r (failures, status_code, rest);
SELECT booking.resume_webhooks(test.id('b', 'tenant')) \g /dev/null
UPDATE booking.webhook_deliveries SET next_attempt_at = now() - interval '1 minute' WHERE id = test.id('b', 'asked');
SELECT test.deliver('b', 'behind') \g /dev/null
UPDATE booking.webhook_configs SET retry_at = now() + interval '1 second' WHERE tenant_id = test.id('b', 'tenant');
SELECT is(test.claim(), 'nothing', 'while it rests nothing is sent');
UPDATE booking.webhook_configs SET retry_at = now() WHERE tenant_id = test.id('b', 'tenant');
SELECT is(test.claim(1), 'b/asked#4', 'then one delivery is tried');
SELECT is(test.report('b', 'asked', 200), 'delivered', 'and when that works');
SELECT is((test.config('b')).failures, 0, 'the failures are forgotten');
SELECT is((test.config('b')).failing_since, NULL, 'all of them');
SELECT is(test.claim(), 'b/behind#1', 'and the next follows at once');

-- A sender that died: its lease ends, the attempt stays unknown, the same id goes out again.
UPDATE booking.webhook_configs SET leased_until = now() WHERE tenant_id = test.id('b', 'tenant');
SELECT is(test.claim(), 'b/behind#2', 'it is tried again');
SELECT is((SELECT count(DISTINCT webhook_id) FROM test.claimed WHERE name = 'behind'), 1::bigint, 'with the same id');
SELECT booking.record_webhook_attempt(test.id('b', 'tenant'), test.id('b', 'behind'), 1, c.lease, 500, NULL, 9, NULL, 7)
FROM test.claimed AS c WHERE c.name = 'behind' AND c.attempt = 1 \g /dev/null
SELECT is((SELECT array_agg(a.status_code ORDER BY a.number) FROM booking.webhook_attempts AS a WHERE a.delivery_id = test.id('b', 'behind')), '{500,NULL}',
  'a late report is kept');
SELECT is(ROW((test.delivery('b', 'behind')).status, (test.config('b')).failures, (test.config('b')).leased_until - now())::text,
  '(pending,0,00:01:00)', 'but changes nothing any more');
SELECT is(test.report('b', 'behind', 200), 'delivered', 'the report of who has the lease counts');
SELECT is(test.report('b', 'behind', 500), 'delivered', 'once');

-- Ends.
SELECT test.deliver('b', 'gone') \g /dev/null
SELECT is(test.attempt('b', 'gone', 410), 'pending', 'a receiver that is gone');
SELECT is(ROW((test.config('b')).active, (test.config('b')).disabled_reason)::text, '(f,"The receiver answered 410 Gone.")', 'is switched off');
SELECT test.later('b') \g /dev/null
SELECT is(test.claim(), 'nothing', 'gets nothing more');
SELECT booking.housekeeping() \g /dev/null
SELECT is((test.delivery('b', 'gone')).status, 'skipped', 'and what was due is skipped');
SELECT test.request('PUT', '/v1/webhooks/config?salonSlug=salon-b', '{"url": "https://new.example.com/"}', 'b') \g /dev/null
SELECT is(ROW((test.config('b')).active, (test.config('b')).disabled_reason)::text, '(t,)', 'until its URL is set again');
SELECT test.deliver('b', 'late') \g /dev/null
SELECT test.attempt('b', 'late', 500) \g /dev/null
SELECT is((test.config('b')).failing_since, now(), 'since when nothing succeeded is known');
UPDATE booking.webhook_configs SET failing_since = now() - interval '4 days 23 hours' WHERE tenant_id = test.id('b', 'tenant');
SELECT test.attempt('b', 'late', 500) \g /dev/null
SELECT is((test.config('b')).active, true, 'not quite five days');
UPDATE booking.webhook_configs SET failing_since = now() - interval '5 days' WHERE tenant_id = test.id('b', 'tenant');
SELECT test.attempt('b', 'late', 500) \g /dev/null
SELECT is((test.get('/v1/webhooks/config?salonSlug=salon-b', 'b')).body #>> '{data,config,disabledReason}', 'No delivery succeeded for five days.',
  'after five days it is switched off, for all to see');
SELECT booking.resume_webhooks(test.id('b', 'tenant')) \g /dev/null
UPDATE booking.tenants SET plan_period_end = now() WHERE tenant_id = test.id('b', 'tenant');
SELECT test.later('b') \g /dev/null
SELECT is(test.claim(), 'nothing', 'nothing is sent for who does not pay any more');

-- Secrets: two while a rotation overlaps, and one that cannot be read stops its own tenant only.
SELECT test.deliver('a', 'overlap') \g /dev/null
SELECT booking.resume_webhooks(test.id('a', 'tenant')), booking.rotate_webhook_secret(test.id('a', 'tenant'), '1 hour') \g /dev/null
SELECT test.later('a'), test.claim() \g /dev/null
SELECT is((SELECT string_agg(booking.webhook_signature(booking.unseal(k.key, s.sealed), c.webhook_id, c.webhook_timestamp, c.payload), ' ' ORDER BY s.id DESC)
           FROM booking.webhook_secrets AS s JOIN booking.secret_keys AS k USING (tenant_id) WHERE tenant_id = test.id('a', 'tenant')),
  c.webhook_signature, 'two signatures, the new one first') FROM test.claimed AS c WHERE name = 'overlap';
SELECT booking.rotate_webhook_secret(test.id('a', 'tenant'), '0') \g /dev/null
SELECT is(test.report('a', 'overlap', 500), 'pending', 'again');
SELECT test.later('a'), test.claim() \g /dev/null
SELECT matches(c.webhook_signature, '^v1,[A-Za-z0-9+/]{43}=$', 'one after a rotation at once') FROM test.claimed AS c WHERE name = 'overlap' AND attempt = 2;
SELECT booking.housekeeping() \g /dev/null
SELECT is((SELECT count(*) FROM booking.webhook_secrets WHERE tenant_id = test.id('a', 'tenant')), 1::bigint, 'the others are forgotten');
SELECT is(test.report('a', 'overlap', 500), 'pending', 'and again');
UPDATE booking.tenants SET plan_period_end = NULL WHERE tenant_id = test.id('b', 'tenant');
UPDATE booking.webhook_secrets SET sealed = 'broken' WHERE tenant_id = test.id('a', 'tenant');
SELECT test.deliver('b', 'unharmed'), test.later('a') \g /dev/null
SELECT is(test.claim(), 'b/unharmed#1', 'a secret that cannot be read keeps nobody else''s deliveries');
SELECT is((test.config('a')).disabled_reason, 'The signing secret cannot be read: rotate it.', 'its own endpoint is switched off');

-- What a tenant does with its own, and with no other's.
SELECT booking.rotate_webhook_secret(test.id('a', 'tenant'), '0') \g /dev/null
SELECT set_config('pg_booking.tenant_id', test.id('a', 'tenant')::text, true) \g /dev/null
GRANT SELECT ON test.claimed TO PUBLIC;
SET LOCAL ROLE authenticated;
SELECT is(booking.resume_webhooks(test.id('a', 'tenant')), true, 'resumes');
SELECT is(booking.pause_webhooks(test.id('a', 'tenant')), true, 'pauses');
SELECT is(booking.pause_webhooks(test.id('a', 'tenant')), false, 'once');
SELECT is(booking.replay_webhook(test.id('a', 'tenant'), test.id('a', 'first')), true, 'replays what was delivered');
SELECT isnt(booking.send_test_webhook(test.id('a', 'tenant')), NULL, 'sends a test');
SELECT matches(booking.rotate_webhook_secret(test.id('a', 'tenant')), '^[0-9a-f]{64}$', 'rotates its secret');
SELECT is(booking.replay_webhook(test.id('a', 'tenant'), test.id('b', 'late')), false, 'there is no other''s delivery to replay');
SELECT is(ARRAY[booking.pause_webhooks(test.id('b', 'tenant')), booking.resume_webhooks(test.id('b', 'tenant')),
                booking.replay_webhook(test.id('b', 'tenant'), test.id('b', 'late'))], '{f,f,f}', 'others'' webhooks are not there');
SELECT throws_ok($$ SELECT booking.send_test_webhook(test.id('b', 'tenant')) $$, 'BK201', NULL, 'no test to another');
SELECT throws_ok($$ SELECT booking.rotate_webhook_secret(test.id('b', 'tenant')) $$, 'BK201', NULL, 'no rotation of another''s secret');
SELECT is(ARRAY[api.resume_webhooks(), api.pause_webhooks()], '{t,t}', 'the same over /rest/v1/rpc: resumes and pauses');
SELECT is(ARRAY[api.replay_webhook(test.id('a', 'first')), api.replay_webhook(test.id('b', 'late'))], '{t,f}', 'replays');
SELECT matches(api.rotate_webhook_secret('1 hour'), '^[0-9a-f]{64}$', 'rotates');
SELECT results_eq($$ SELECT number, status_code, answer FROM api.webhook_attempts(test.id('a', 'first')) $$, $$ VALUES (1, 204, 'answer') $$,
  'reads the log');
SELECT set_eq('SELECT DISTINCT tenant_id FROM booking.webhook_attempts', ARRAY[test.id('a', 'tenant')], 'and no other''s log');
RESET ROLE;
SELECT is(test.claim(), 'nothing', 'paused: nothing is sent');
SELECT booking.resume_webhooks(test.id('a', 'tenant')) \g /dev/null
UPDATE booking.webhook_deliveries SET next_attempt_at = now() - interval '1 minute' WHERE id = test.id('a', 'first');
SELECT is(test.claim(), 'a/first#2', 'resumed: the replay goes out');
SELECT is((SELECT count(DISTINCT (webhook_id, payload)) FROM test.claimed WHERE name = 'first'), 1::bigint, 'same id, same bytes');
SELECT is(test.report('a', 'first', 500), 'pending', 'with retries');
SELECT cmp_ok(test.delay('a', 'first'), '<=', interval '6 seconds', 'from the beginning');
SELECT is((SELECT d.payload::jsonb - 'id' FROM booking.webhook_deliveries AS d WHERE d.event IS NULL AND d.payload ~ 'webhook.test'),
  jsonb_build_object('event', 'webhook.test', 'v', '1', 'occurredAt', booking.rfc3339(now())), 'the test says that it is one');
SELECT is((test.get('/v1/webhooks/deliveries?salonSlug=salon-a')).body #> '{data,deliveries}', '[]', 'GET /v1/webhooks/deliveries lists events only');

-- The log goes with the deliveries.
UPDATE booking.webhook_deliveries SET created_at = now() - interval '31 days', status = 'failed', next_attempt_at = NULL
WHERE tenant_id = test.id('a', 'tenant');
SELECT booking.housekeeping() \g /dev/null
SELECT is((SELECT count(*) FROM booking.webhook_attempts WHERE tenant_id = test.id('a', 'tenant')), 0::bigint, 'after 30 days');

SELECT * FROM finish();
ROLLBACK;
