-- /rest/v1 writes rows from their tuples: the text is, byte for byte, what PostgreSQL's own json_agg makes of the same rows.
BEGIN;
SET LOCAL client_min_messages = warning;
SET LOCAL pg_booking.rate_limits = off;
SET LOCAL pg_booking.rest_require_apikey = off;
CREATE SCHEMA rows_test;
SET LOCAL pg_booking.rest_schemas = 'rows_test';
SET LOCAL pg_booking.rest_extra_search_path = 'public';
GRANT USAGE ON SCHEMA rows_test TO anon;
SELECT plan(11);

CREATE TYPE rows_test.mood AS ENUM ('sad', 'so "so"', 'happy');
CREATE TYPE rows_test.pair AS (a integer, b text);
CREATE DOMAIN rows_test.small AS integer CHECK (VALUE < 1000);
CREATE DOMAIN rows_test.pairs AS rows_test.pair;
CREATE TABLE rows_test.every_type (
  "key ""quoted"" \ and	tab" integer,
  bool boolean, int2 smallint, int4 integer, int8 bigint, float4 real, float8 double precision, "numeric" numeric, money money,
  "text" text, "varchar" varchar(20), "char" char(5), name name, bytea bytea, uuid uuid,
  date date, "time" time, timetz timetz, "timestamp" timestamp, timestamptz timestamptz, "interval" interval,
  json json, jsonb jsonb, xml xml, inet inet, cidr cidr, macaddr macaddr, bit bit(3), varbit bit varying,
  point point, box box, circle circle, tsvector tsvector, tsquery tsquery,
  int4range int4range, tstzrange tstzrange, nummultirange nummultirange,
  mood rows_test.mood, pair rows_test.pair, small rows_test.small, pairs rows_test.pairs,
  ints integer[], texts text[], grid integer[][], pair_array rows_test.pair[], jsons json[], dates date[], moods rows_test.mood[]);
ALTER TABLE rows_test.every_type ADD COLUMN dropped integer, ADD COLUMN last integer DEFAULT 7;
ALTER TABLE rows_test.every_type DROP COLUMN dropped;
INSERT INTO rows_test.every_type (int4) VALUES (NULL);
INSERT INTO rows_test.every_type VALUES
  (1, true, -32768, 2147483647, -9223372036854775808, 1.5, 'NaN', 12345678901234567890.123456789, 12.34,
   E'quote " slash / back \\ control \x01 tab \t line\r\n ÁRVÍZTŰRŐ 😀', '', 'ab', 'name', '\x00ff5c', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
   '2026-02-28', '23:59:59.999999', '23:59:59+05:30', '2026-03-29 02:30:00.5', '2026-03-29 02:30:00.5+00', '1 year 2 mons -3 days 04:05:06.7',
   '{"a": [1, 2.50, null],   "b":"x"}', '{"b": 1, "a": [true, null]}', '<a b="c">d</a>', '10.0.0.1/8', '10.0.0.0/8', '08:00:2b:01:02:03', B'101', B'1',
   '(1,2)', '((0,0),(1,1))', '<(0,0),1>', 'a fat cat', 'fat & rat',
   '[1,5)', '[2026-01-01 00:00+00,)', '{[1,2],(3.5,4)}',
   'so "so"', ROW(1, 'x "y"'), 999, ROW(2, NULL),
   '{1,NULL,3}', ARRAY['a', '', NULL, 'NULL', E'b"\\c'], '{{1,2},{3,4}}', ARRAY[ROW(1, 'a'), ROW(NULL, NULL)]::rows_test.pair[],
   ARRAY['{"a":1}', 'null']::json[], '{2026-01-01,infinity}', '{happy,sad}');
INSERT INTO rows_test.every_type (float4, float8, "numeric", date, "timestamp", timestamptz, ints, texts)
  VALUES ('Infinity', '-Infinity', 'NaN', 'infinity', '-infinity', 'infinity', '{}', '{}'),
         ('1e-30', '1e300', '1e-10', '0044-03-15 BC', '4713-01-01 BC', '10000-01-01 00:00+00', '[0:1]={1,2}', '{""}');
CREATE VIEW rows_test.nested AS SELECT t.int4, t AS whole, ARRAY[t.pair, t.pair] AS twice FROM rows_test.every_type AS t;
GRANT SELECT ON ALL TABLES IN SCHEMA rows_test TO anon;

CREATE FUNCTION rows_test.answer(target text, headers jsonb DEFAULT '{}') RETURNS text
  LANGUAGE sql AS $$ SELECT body FROM booking.http_request('GET', '/rest/v1/' || target, headers) $$;

SELECT is(rows_test.answer('every_type'), (SELECT json_agg(t)::text FROM rows_test.every_type AS t), 'rows of every type');
SELECT is(rows_test.answer('nested'), (SELECT json_agg(t)::text FROM rows_test.nested AS t), 'rows in rows, arrays of rows');
SELECT is(rows_test.answer('every_type?limit=0'), '[]', 'no rows');
SELECT is(rows_test.answer('every_type?int4=eq.2147483647', '{"accept": "application/vnd.pgrst.object+json"}'),
  (SELECT row_to_json(t)::text FROM rows_test.every_type AS t WHERE int4 = 2147483647), 'one row');
SELECT is(rows_test.answer('every_type', '{"accept": "application/vnd.pgrst.array+json;nulls=stripped"}'),
  (SELECT json_strip_nulls(json_agg(t))::text FROM rows_test.every_type AS t), 'without nulls');

CREATE FUNCTION rows_test.aggregated() RETURNS text LANGUAGE sql VOLATILE AS $$ SELECT json_agg(t)::text FROM rows_test.every_type AS t $$;
SELECT is(rows_test.answer('every_type'), rows_test.aggregated(), s || ' changes both alike')
  FROM (VALUES ('TimeZone'), ('DateStyle'), ('extra_float_digits'), ('bytea_output')) AS setting (s),
       LATERAL set_config(s, CASE s WHEN 'TimeZone' THEN 'Asia/Kathmandu' WHEN 'DateStyle' THEN 'SQL, DMY' WHEN 'bytea_output' THEN 'escape'
                                    ELSE '0' END, true);

-- A type with a cast to json of its own, as an extension's may have.
CREATE TYPE rows_test.colour AS (red integer, green integer);
CREATE TYPE rows_test.shade AS ENUM ('dark');
CREATE FUNCTION rows_test.shade_to_json(rows_test.shade) RETURNS json LANGUAGE sql IMMUTABLE AS $$ SELECT '{"shade": 1}'::json $$;
CREATE CAST (rows_test.shade AS json) WITH FUNCTION rows_test.shade_to_json(rows_test.shade);
CREATE TABLE rows_test.shades (one rows_test.shade, several rows_test.shade[]);
INSERT INTO rows_test.shades VALUES ('dark', '{dark,NULL}');
GRANT SELECT ON rows_test.shades TO anon;
SELECT is(rows_test.answer('shades'), (SELECT json_agg(t)::text FROM rows_test.shades AS t), 'a cast to json is used');

-- Sets of values, of a function.
CREATE FUNCTION rows_test.moods() RETURNS SETOF rows_test.pair[] LANGUAGE sql STABLE AS $$
  SELECT ARRAY[ROW(n, 'x')::rows_test.pair] FROM generate_series(1, 2) AS n $$;
SELECT is(rows_test.answer('rpc/moods'), (SELECT json_agg(m)::text FROM rows_test.moods() AS m), 'values that are arrays');
SELECT * FROM finish();
ROLLBACK;
