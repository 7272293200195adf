-- What a tenant is answered does not depend on whether there is another one: the same requests, with and without the other
-- tenant's rows, have the same answers to the byte.
BEGIN;
SET LOCAL client_min_messages = warning;
SET LOCAL pg_booking.rate_limits = off;
SET LOCAL pg_booking.rest_require_apikey = off;
CREATE SCHEMA lets;
SET LOCAL pg_booking.rest_schemas = 'lets';
SELECT plan(3);

CREATE TABLE lets.flats (tenant text, id integer, name text NOT NULL, price integer, PRIMARY KEY (tenant, id), UNIQUE (tenant, name));
CREATE TABLE lets.stays (tenant text, id integer, flat integer, guest text, PRIMARY KEY (tenant, id), FOREIGN KEY (tenant, flat) REFERENCES lets.flats);
CREATE VIEW lets.cheap WITH (security_invoker) AS SELECT * FROM lets.flats WHERE price < 50;
CREATE FUNCTION lets.dearest() RETURNS SETOF lets.flats LANGUAGE sql STABLE AS $$ SELECT * FROM lets.flats ORDER BY price DESC LIMIT 3 $$;
ALTER TABLE lets.flats ENABLE ROW LEVEL SECURITY;
ALTER TABLE lets.flats FORCE ROW LEVEL SECURITY;
ALTER TABLE lets.stays ENABLE ROW LEVEL SECURITY;
ALTER TABLE lets.stays FORCE ROW LEVEL SECURITY;
-- The tenant of a request is in a header here: who may say so is another test's business.
CREATE FUNCTION lets.tenant() RETURNS text LANGUAGE sql STABLE AS $$ SELECT current_setting('request.headers')::json ->> 'x-tenant' $$;
CREATE POLICY own ON lets.flats USING (tenant = lets.tenant());
CREATE POLICY own ON lets.stays USING (tenant = lets.tenant());
GRANT USAGE ON SCHEMA lets TO anon;
GRANT ALL ON ALL TABLES IN SCHEMA lets TO anon;

CREATE FUNCTION lets.fill(tenant text) RETURNS void LANGUAGE sql AS $$
  INSERT INTO lets.flats SELECT tenant, n, format('%s flat %s', tenant, n), n * 10 FROM generate_series(1, 9) AS n;
  INSERT INTO lets.stays SELECT tenant, n, n % 9 + 1, format('%s guest %s', tenant, n) FROM generate_series(1, 30) AS n;
$$;
CREATE FUNCTION lets.remove(tenant text) RETURNS void LANGUAGE sql AS $$
  DELETE FROM lets.stays AS s WHERE s.tenant = remove.tenant; DELETE FROM lets.flats AS f WHERE f.tenant = remove.tenant;
$$;

-- Requests by chance, the same in every run.
CREATE TABLE lets.requests (number integer PRIMARY KEY, method text, target text, body text, prefer text);
SELECT setseed(0.42) \g /dev/null
INSERT INTO lets.requests SELECT n, shape[1], replace(replace(shape[2], '$1', a::text), '$2', b::text),
    replace(shape[3], '$1', a::text), prefers[1 + floor(random() * 5)::integer]
  FROM generate_series(1, 300) AS n,
    LATERAL (SELECT 1 + floor(random() * 12)::integer AS a, 1 + floor(random() * 12)::integer AS b OFFSET n * 0) AS value,
    LATERAL (SELECT ARRAY['count=exact', 'return=representation', 'return=headers-only', 'resolution=merge-duplicates,return=representation', '']
             AS prefers) AS list,
    LATERAL (SELECT (ARRAY[
      '{GET,flats?id=gt.$1&order=id,""}', '{GET,flats?select=name\,stays(guest)&price=lt.$10&stays.order=id&order=id,""}',
      '{GET,stays?select=guest\,flats!inner(name)&flats.id=eq.$1&order=id.desc&limit=$2,""}', '{GET,cheap?order=price.desc&offset=$1,""}',
      '{GET,rpc/dearest?price=lt.$20,""}', '{GET,flats?select=missing,""}', '{GET,flats?tenant=eq.b,""}',
      '{POST,flats,"{\"tenant\":\"a\",\"id\":$1,\"name\":\"new $1\",\"price\":1}"}', '{POST,flats,"{\"tenant\":\"b\",\"id\":$1,\"name\":\"theirs\"}"}',
      '{POST,stays,"{\"tenant\":\"a\",\"id\":99,\"flat\":$1}"}', '{POST,stays,"{\"tenant\":\"a\",\"id\":98,\"flat\":7$1}"}',
      '{PATCH,flats?id=eq.$1,"{\"price\":$1}"}', '{PATCH,flats?id=eq.$1,"{\"name\":\"b flat $1\"}"}', '{PATCH,flats?id=eq.$1,"{\"tenant\":\"b\"}"}',
      '{DELETE,stays?id=eq.$1,""}', '{DELETE,flats?id=eq.$1,""}']::text[])[1 + floor(random() * 16)::integer]::text[] AS shape OFFSET n * 0) AS chosen;

-- Each request is undone, so that all meet the same rows.
CREATE FUNCTION lets.answers() RETURNS TABLE (number integer, status integer, headers jsonb, body text) LANGUAGE plpgsql AS $$
DECLARE
  request record;
BEGIN
  FOR request IN SELECT * FROM lets.requests ORDER BY 1 LOOP
    RETURN QUERY SELECT request.number, a.status, a.headers - 'X-Request-Id', a.body FROM booking.http_request(request.method,
      '/rest/v1/' || request.target, jsonb_build_object('x-tenant', 'a', 'prefer', request.prefer || ',tx=rollback'), request.body) AS a;
  END LOOP;
END
$$;
SET LOCAL pg_booking.rest_tx_end = 'commit-allow-override';

SELECT lets.fill('a') \g /dev/null
CREATE TEMP TABLE alone AS SELECT * FROM lets.answers();
SELECT lets.fill('b') \g /dev/null
CREATE TEMP TABLE together AS SELECT * FROM lets.answers();
SELECT is((SELECT array_agg(DISTINCT status ORDER BY status) FROM alone) @> ARRAY[200, 201, 204, 400, 401, 409], true, 'answers of every kind');
SELECT results_eq('SELECT * FROM together ORDER BY number', 'SELECT * FROM alone ORDER BY number', 'the same answers beside another tenant');
SELECT lets.remove('a') \g /dev/null
SELECT is_empty($$ SELECT number, body FROM lets.answers() WHERE body LIKE '%b flat%' OR body LIKE '%b guest%' $$, 'nothing of the other tenant');
SELECT * FROM finish();
ROLLBACK;
