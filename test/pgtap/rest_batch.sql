-- /rest/v1 beyond PostgREST: queries that are too long for a URL, and several requests of which all happen or none.
BEGIN;
SET LOCAL client_min_messages = warning;
SET LOCAL pg_booking.rate_limits = off;
SET LOCAL pg_booking.rest_require_apikey = off;
CREATE SCHEMA shop;
SET LOCAL pg_booking.rest_schemas = 'shop';
SELECT plan(20);

CREATE TABLE shop.items (id integer PRIMARY KEY, name text NOT NULL, price numeric);
INSERT INTO shop.items VALUES (1, 'one', 1.10), (2, 'two', 2.20), (3, 'three', 3.30);
CREATE FUNCTION shop.double(n integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 2 * n';
CREATE FUNCTION shop.greet() RETURNS text LANGUAGE sql AS $$ SELECT set_config('response.headers', '[{"X-Greeting": "hello"}]', true) $$;
GRANT USAGE ON SCHEMA shop TO anon;
GRANT ALL ON shop.items TO anon;


-- QUERY
CREATE TEMP TABLE answer AS SELECT * FROM booking.http_request('QUERY', '/rest/v1/items?select=name',
  '{"content-type": "application/x-www-form-urlencoded"}', 'id=in.(1,2)&order=id.desc');
SELECT is(status, 200, 'QUERY is answered') FROM answer;
SELECT is(body::jsonb, '[{"name": "two"}, {"name": "one"}]', 'by the parameters of its URL and its body') FROM answer;
SELECT is(headers ? 'Content-Location', false, 'and no URL says the same') FROM answer;
SELECT is(status, 200, 'POST can say that it is a QUERY') FROM booking.http_request('POST', '/rest/v1/items',
  '{"content-type": "application/x-www-form-urlencoded", "x-http-method-override": "QUERY"}', 'id=eq.1');
SELECT is(body, '8', 'a function is queried likewise') FROM booking.http_request('QUERY', '/rest/v1/rpc/double',
  '{"content-type": "application/x-www-form-urlencoded"}', 'n=4');
SELECT is(status, 400, 'a QUERY of another type is refused') FROM booking.http_request('QUERY', '/rest/v1/items',
  '{"content-type": "application/json"}', '{}');
SELECT is((SELECT count(*)::integer FROM shop.items), 3, 'a QUERY writes nothing');

-- Batches
DROP TABLE answer;
CREATE TEMP TABLE batch_type AS SELECT '{"content-type": "application/vnd.pg-booking.batch+json"}'::jsonb AS headers;
CREATE TEMP TABLE answer AS SELECT a.* FROM batch_type AS t, booking.http_request('POST', '/rest/v1/', t.headers, $$[
  {"method": "POST", "path": "/items", "headers": {"Prefer": "return=representation"}, "body": "{\"id\": 4, \"name\": \"four\", \"price\": 4.40}"},
  {"path": "/items?id=eq.4", "headers": {"Accept": "text/csv"}},
  {"method": "PATCH", "path": "/items?id=eq.4", "body": "{\"name\": \"vier\"}"},
  {"path": "/rpc/double?n=21"}]$$) AS a;
SELECT is(status, 200, 'a batch is answered') FROM answer;
SELECT is((SELECT array_agg((p ->> 'status')::integer) FROM answer, jsonb_array_elements(body::jsonb) AS p), ARRAY[201, 200, 204, 200], 'request by request');
SELECT is(body::jsonb #>> '{0,body,0,price}', '4.40', 'JSON is as it is') FROM answer;
SELECT is(body::jsonb #>> '{1,body}', E'id,name,price\n4,four,4.40', 'a read sees what was written before it, and comes before a later write') FROM answer;
SELECT is(body::jsonb #> '{3,body}', '42', 'functions are called') FROM answer;
SELECT is((SELECT name FROM shop.items WHERE id = 4), 'vier', 'and all of it has happened');

DROP TABLE answer;
CREATE TEMP TABLE answer AS SELECT a.* FROM batch_type AS t, booking.http_request('POST', '/rest/v1', t.headers, $$[
  {"method": "DELETE", "path": "/items?id=eq.1"},
  {"method": "POST", "path": "/items", "body": "{\"id\": 2, \"name\": \"again\"}"},
  {"method": "DELETE", "path": "/items?id=eq.3"}]$$) AS a;
SELECT is(status, 409, 'a batch fails as its request fails') FROM answer;
SELECT is(body::jsonb - 'details', '{"code": "23505", "hint": null, "message": "duplicate key value violates unique constraint \"items_pkey\"", "index": 1}',
  'and names it') FROM answer;
SELECT is((SELECT count(*)::integer FROM shop.items), 4, 'nothing of it has happened');
SELECT is(body::jsonb ->> 'index', '1', 'a request that is refused before the database is asked is named too')
  FROM batch_type AS t, booking.http_request('POST', '/rest/v1', t.headers, '[{"path": "/items"}, {"path": "/missing"}]');
SELECT is(body::jsonb -> 1 -> 'headers' ? 'X-Greeting', false, 'what one request sets is not there for the next')
  FROM batch_type AS t, booking.http_request('POST', '/rest/v1', t.headers, '[{"method": "POST", "path": "/rpc/greet"}, {"path": "/items"}]');
SELECT is(status, 405, 'a batch holds no batch')
  FROM batch_type AS t, booking.http_request('POST', '/rest/v1', t.headers, '[{"method": "POST", "path": "/", "headers": {"Content-Type": "application/vnd.pg-booking.batch+json"}}]');
SELECT is(status, 405, 'a POST to the root of another type is none') FROM booking.http_request('POST', '/rest/v1/', '{}', '[]');

SELECT * FROM finish();
ROLLBACK;
