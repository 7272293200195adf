-- What the rows about /rest/v1 ask for: a table of ten columns under row-level security, of a hundred tenants, and a key for
-- tokens. Run again, it changes nothing.
SET client_min_messages = warning;
CREATE SCHEMA IF NOT EXISTS bench_rest;
CREATE TABLE IF NOT EXISTS bench_rest.visits (
  id integer PRIMARY KEY, owner uuid NOT NULL, name text NOT NULL, note text NOT NULL, price numeric NOT NULL, minutes integer NOT NULL,
  paid boolean NOT NULL, begins timestamptz NOT NULL, on_day date NOT NULL, code uuid NOT NULL);
INSERT INTO bench_rest.visits
  SELECT n, md5((n % 100)::text)::uuid, 'Visit ' || n, md5(n::text), n * 1.25, n % 90, n % 3 = 0, '2026-01-01'::timestamptz + n * interval '1 minute',
         '2026-01-01'::date + n % 365, md5('code' || n)::uuid
  FROM generate_series(1, 100000) AS n
  WHERE NOT EXISTS (SELECT FROM bench_rest.visits);
CREATE INDEX IF NOT EXISTS visits_by_owner ON bench_rest.visits (owner, id);
ALTER TABLE bench_rest.visits ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS own ON bench_rest.visits;
CREATE POLICY own ON bench_rest.visits USING (owner = (SELECT auth.uid()));
-- The same list as text that PostgreSQL's json_agg makes.
CREATE OR REPLACE FUNCTION bench_rest.visits_as_json(after integer) RETURNS json LANGUAGE sql STABLE AS $$
  SELECT json_agg(v) FROM (SELECT * FROM bench_rest.visits WHERE id > after ORDER BY id LIMIT 50) AS v $$;
GRANT USAGE ON SCHEMA bench_rest TO anon, authenticated;
GRANT SELECT ON bench_rest.visits TO anon, authenticated;
VACUUM ANALYZE bench_rest.visits;
SELECT format('ALTER DATABASE %I SET pg_booking.rest_schemas = %L', current_database(), 'bench_rest') \gexec
SELECT auth.set_jwt_secret('a secret of the benchmark, at least 32 bytes') \g /dev/null
