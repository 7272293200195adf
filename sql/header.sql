\echo Use "CREATE EXTENSION pg_booking CASCADE" to load this file. \quit
DO $requirements$
BEGIN
  -- JSON is UTF-8, and texts go from it into tables and back as they are.
  IF pg_catalog.current_setting('server_encoding') OPERATOR(pg_catalog.<>) 'UTF8' THEN
    RAISE EXCEPTION 'pg_booking needs a database of encoding UTF8, this one is of encoding %', pg_catalog.current_setting('server_encoding')
      USING ERRCODE = 'feature_not_supported', HINT = 'CREATE DATABASE name ENCODING ''UTF8'' TEMPLATE template0 makes one.';
  END IF;
END
$requirements$;

