-- /rest/v1 beyond PostgREST: writes that happen once under an Idempotency-Key, conditional reads, and links to what the row cap cut.
BEGIN;
\ir helpers/fixture.sql
CREATE SCHEMA shop;
SET LOCAL pg_booking.rest_schemas = 'shop';
SET LOCAL pg_booking.rest_tx_end = 'commit-allow-override';
SELECT plan(55);

CREATE TABLE shop.items (number integer GENERATED ALWAYS AS IDENTITY, name text UNIQUE CHECK (name <> 'bad'), tenant uuid DEFAULT booking.current_tenant());
CREATE FUNCTION shop.note() RETURNS text LANGUAGE sql AS $$ INSERT INTO shop.items DEFAULT VALUES; SELECT E'é\n\n"x"' $$;
CREATE FUNCTION shop.count() RETURNS bigint LANGUAGE sql STABLE AS $$ SELECT count(*) FROM shop.items $$;
CREATE FUNCTION shop.say(status text) RETURNS void LANGUAGE sql AS $$
  INSERT INTO shop.items DEFAULT VALUES;
  SELECT set_config('response.status', status, true), set_config('response.headers', '[{"X-Told": "yes"}]', true) $$;
GRANT USAGE ON SCHEMA shop TO anon, authenticated;
GRANT ALL ON shop.items TO anon, authenticated;
SELECT auth.require_jwt_key() \g /dev/null
CREATE FUNCTION test.token(tenant text, role text) RETURNS text LANGUAGE sql VOLATILE AS $$
  SELECT auth.sign_jwt(jsonb_build_object('role', role, 'sub', test.id(tenant, 'tenant'), 'exp', extract(epoch FROM now())::bigint + 1000)::text) $$;
CREATE FUNCTION test.uuid(letter text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT format('%s-%s-4%s-8%s-%s', repeat(letter, 8), repeat(letter, 4), repeat(letter, 3), repeat(letter, 3), repeat(letter, 12)) $$;
-- A request under the key of a letter, of a user.
CREATE FUNCTION test.once(letter text, method text, target text, body text, headers jsonb DEFAULT '{}', tenant text DEFAULT 'a', role text DEFAULT 'authenticated',
  OUT status integer, OUT headers jsonb, OUT body text) LANGUAGE sql AS $$
  SELECT a.status, a.headers - 'X-Request-Id', a.body FROM booking.http_request(method, '/rest/v1/' || target, jsonb_build_object(
    'authorization', 'Bearer ' || test.token(tenant, role), 'idempotency-key', test.uuid(letter), 'content-type', 'application/json',
    'prefer', 'return=representation') || headers, body) AS a $$;
CREATE FUNCTION test.count_items() RETURNS bigint LANGUAGE sql AS $$ SELECT count(*) FROM shop.items $$;

-- The same request again.
CREATE TEMP TABLE answers AS SELECT n, a.* FROM generate_series(1, 2) AS n, LATERAL test.once('1', 'POST', 'items', '{"name": "one"}', jsonb_build_object('x-attempt', n::text)) AS a;
SELECT is(status, 201, 'attempt ' || n) FROM answers;
SELECT is(count(DISTINCT body), 1::bigint, 'have the same body') FROM answers;
SELECT is(count(DISTINCT headers - 'Idempotent-Replayed'), 1::bigint, 'and the same headers') FROM answers;
SELECT is(headers ->> 'Idempotent-Replayed', CASE n WHEN 2 THEN 'true' END, 'the second says that it is one') FROM answers;
SELECT is(body::jsonb #>> '{0,tenant}', test.id('a', 'tenant')::text, 'the caller''s own tenant is the request''s') FROM answers WHERE n = 1;
SELECT is(test.count_items(), 1::bigint, 'and it happened once');

-- Another request under the same key.
SELECT is(a.status || ' ' || (a.body::jsonb ->> 'code'), '409 idempotency.payload_mismatch', 'another body') FROM test.once('1', 'POST', 'items', '{"name": "two"}') AS a;
SELECT is(a.status, 409, 'another address') FROM test.once('1', 'POST', 'items?select=name', '{"name": "one"}') AS a;
SELECT is(a.status, 409, 'another preference') FROM test.once('1', 'POST', 'items', '{"name": "one"}', '{"prefer": "return=minimal"}') AS a;
SELECT is(a.status, 409, 'another role') FROM test.once('1', 'POST', 'items', '{"name": "one"}', role => 'anon') AS a;
SELECT is(a.status, 201, 'the key of another tenant is another key') FROM test.once('1', 'POST', 'items', '{"name": "theirs"}', tenant => 'b') AS a;

-- What fails leaves the key free.
SELECT is(a.status, 400, 'a refusal') FROM test.once('2', 'POST', 'items', '{"name": "bad"}') AS a;
SELECT is(a.status, 201, 'after which the key is as new') FROM test.once('2', 'POST', 'items', '{"name": "good"}') AS a;
SELECT is(a.status, 201, 'a rehearsal') FROM test.once('3', 'POST', 'items', '{"name": "three"}', '{"prefer": "tx=rollback"}') AS a;
SELECT is(a.status, 201, 'after which the key is as new, too') FROM test.once('3', 'POST', 'items', '{"name": "three"}') AS a;

-- Every way to write.
CREATE TEMP TABLE before AS SELECT test.count_items() AS items;
SELECT is(a.body, '"é\n\n\"x\""', 'a function''s result: attempt ' || n)
  FROM generate_series(1, 2) AS n, LATERAL test.once('4', 'POST', 'rpc/note', '{}', jsonb_build_object('x-attempt', n::text)) AS a;
SELECT is(a.status || ' ' || (a.headers ->> 'X-Told'), '503 yes', 'what code said of the answer is kept: attempt ' || n)
  FROM generate_series(1, 2) AS n, LATERAL test.once('5', 'POST', 'rpc/say', '{"status": "503"}', jsonb_build_object('x-attempt', n::text)) AS a;
SELECT is(test.count_items() - items, 2::bigint, 'each has happened once') FROM before;
SELECT is(a.status, 200, 'a function that does not write needs no key') FROM test.once('1', 'POST', 'rpc/count', '{}') AS a;
SELECT is(a.status, 200, 'nor does a read') FROM test.once('1', 'GET', 'items', NULL) AS a;

-- Keys and callers that are none.
SELECT is(a.status || ' ' || (a.body::jsonb ->> 'code'), '400 idempotency.invalid_key', 'a key that is no UUID') FROM test.once('x', 'POST', 'items', '{}') AS a;
SELECT is(a.status || ' ' || (a.body::jsonb ->> 'code'), '400 PGRST127', 'a caller without data of its own') FROM test.once('6', 'POST', 'items', '{}', tenant => 'nobody') AS a;
SELECT is(a.status || ' ' || (a.body::jsonb ->> 'code'), '400 PGRST127', 'nobody in particular')
  FROM booking.http_request('POST', '/rest/v1/items', jsonb_build_object('idempotency-key', test.uuid('6')), '{}') AS a;

-- Batches.
CREATE FUNCTION test.batch(headers jsonb) RETURNS text LANGUAGE sql AS $$
  SELECT a.body FROM booking.http_request('POST', '/rest/v1/', jsonb_build_object('authorization', 'Bearer ' || test.token('a', 'authenticated'),
    'content-type', 'application/vnd.pg-booking.batch+json') || headers, jsonb_build_array(
      jsonb_build_object('method', 'POST', 'path', '/items', 'body', '{"name": "first"}', 'headers', jsonb_build_object('Idempotency-Key', test.uuid('7'))),
      jsonb_build_object('method', 'POST', 'path', '/items', 'body', '{}'))::text) AS a $$;
SELECT is((SELECT array_agg(part -> 'headers' ? 'Idempotent-Replayed') FROM jsonb_array_elements(test.batch(jsonb_build_object('x-attempt', n::text))::jsonb) AS part),
  ARRAY[n = 2, false], 'the requests of a batch have keys of their own: attempt ' || n) FROM generate_series(1, 2) AS n;
SELECT is(test.batch(jsonb_build_object('idempotency-key', test.uuid('8')))::jsonb ->> 'code', 'PGRST127', 'which a batch has not');

-- ETag
CREATE TABLE shop.prices (id integer PRIMARY KEY, price integer);
INSERT INTO shop.prices VALUES (1, 10), (2, 20);
GRANT ALL ON shop.prices TO anon;
CREATE FUNCTION test.ask(target text, headers jsonb DEFAULT '{}', method text DEFAULT 'GET', OUT status integer, OUT headers jsonb, OUT body text, OUT etag text)
  LANGUAGE sql AS $$ SELECT a.status, a.headers, a.body, a.headers ->> 'ETag' FROM booking.http_request(method, '/rest/v1/' || target, headers, '{"price": 11}') AS a $$;
SELECT is(etag, NULL, 'no ETag unless the database wants them') FROM test.ask('prices');
SELECT is(status, 204, 'nor does a write look at one') FROM test.ask('prices?id=eq.1', '{"if-match": "\"x\"", "content-type": "application/json"}', 'PATCH');
SET LOCAL pg_booking.rest_etag = on;
CREATE TEMP TABLE tagged AS SELECT * FROM test.ask('prices?id=eq.1');
SELECT matches(etag, '^"[0-9a-f]{32}"$', 'a strong ETag') FROM tagged;
SELECT is(a.etag, t.etag, 'the same for the same') FROM tagged AS t, test.ask('prices?id=eq.1') AS a;
SELECT isnt(a.etag, t.etag, 'another one for another type') FROM tagged AS t, test.ask('prices?id=eq.1', '{"accept": "text/csv"}') AS a;
SELECT is(a.etag, NULL, 'none for what is not a success') FROM test.ask('prices?missing=eq.1') AS a;
CREATE TEMP TABLE unchanged AS SELECT a.* FROM tagged AS t, test.ask('prices?id=eq.1', jsonb_build_object('if-none-match', t.etag)) AS a;
SELECT is(status || body, '304', 'who has it is told so') FROM unchanged;
SELECT is(u.etag, t.etag, 'by its tag') FROM tagged AS t, unchanged AS u;
SELECT is(headers ? 'Content-Type', false, 'and that is no JSON') FROM unchanged;
SELECT is(headers ->> 'Content-Location', '/prices?id=eq.1', 'but has its address') FROM unchanged;
UPDATE shop.prices SET price = 12 WHERE id = 1;
SELECT is(a.status, 200, 'after a change all of it is answered') FROM tagged AS t, test.ask('prices?id=eq.1', jsonb_build_object('if-none-match', t.etag)) AS a;
SELECT is(a.status || ' ' || (a.body::jsonb ->> 'code'), '400 PGRST127', 'no write is on a condition')
  FROM tagged AS t, test.ask('prices?id=eq.1', jsonb_build_object('if-match', t.etag, 'content-type', 'application/json'), 'PATCH') AS a;
SELECT is(price, 12, 'and none is done without looking') FROM shop.prices WHERE id = 1;

-- Link
SET LOCAL pg_booking.rest_etag = off;
SET LOCAL pg_booking.rest_max_rows = 2;
CREATE TABLE shop.days (n integer PRIMARY KEY);
INSERT INTO shop.days SELECT generate_series(1, 5);
GRANT ALL ON shop.days TO anon;
SELECT is(status || coalesce(headers ->> 'Link', ''), '200', 'no word of the cap unless the database wants it') FROM test.ask('days?order=n');
SET LOCAL pg_booking.rest_next_link = on;
SELECT is(concat_ws(' ', status, headers ->> 'Link'), expected, target)
FROM (VALUES
  ('days?order=n&n=gt.0', '206 <?order=n&n=gt.0&offset=2>; rel="next"'),
  ('days?order=n&n=gt.0&offset=2', '206 <?order=n&n=gt.0&offset=4>; rel="next"'),
  ('days?order=n&n=gt.0&offset=4', '200'),
  ('days?offset=3', '200'),
  ('days?limit=2', '200'),
  ('days?limit=5', '206 <?limit=3&offset=2>; rel="next"'),
  ('days?limit=3&offset=2', '206 <?limit=1&offset=4>; rel="next"'),
  ('days?n=gt.9', '200'),
  ('days?n=lt.3', '200')) AS request (target, expected), LATERAL test.ask(target);
SELECT is(headers ->> 'Link', '<?limit=2&offset=3>; rel="next"', 'a Range is a limit, too') FROM test.ask('days', '{"range": "1-4"}');
SELECT is(status || ' ' || (headers ->> 'Link'), '206 <?offset=2>; rel="next"', 'HEAD says what GET would') FROM test.ask('days', method => 'HEAD');

SELECT * FROM finish();
ROLLBACK;
