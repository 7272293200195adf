CREATE FUNCTION booking.library_version() RETURNS text
  LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_booking_library_version';
COMMENT ON FUNCTION booking.library_version() IS
  'Version of the shared library that is loaded; differs from the extension''s version when a restart or ALTER EXTENSION pg_booking UPDATE is due.';

CREATE FUNCTION booking.current_tenant() RETURNS uuid
  LANGUAGE c STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_booking_current_tenant';
COMMENT ON FUNCTION booking.current_tenant() IS
  'The tenant of the running request (setting pg_booking.tenant_id), NULL when there is none. Every row-level security policy compares with it.';

CREATE FUNCTION booking.uuid_v7() RETURNS uuid
  LANGUAGE c VOLATILE PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_booking_uuid_v7';
COMMENT ON FUNCTION booking.uuid_v7() IS
  'A new time-ordered UUID (version 7): close in the index to its neighbours in time, and no node has to be asked for it.';

CREATE FUNCTION booking.public_id(prefix text, id uuid) RETURNS text
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_booking_public_id';
COMMENT ON FUNCTION booking.public_id(text, uuid) IS
  'The id as /v1 shows it: prefix, underscore, 26 characters of Crockford base32 (the TypeID form), e.g. bkg_01h2e8kqvbfwea724h75qc655w.';

CREATE FUNCTION booking.parse_public_id(prefix text, public_id text) RETURNS uuid
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_booking_parse_public_id';
COMMENT ON FUNCTION booking.parse_public_id(text, text) IS
  'The UUID in a public id with this prefix; NULL when the text is no such id.';

CREATE FUNCTION booking.rfc3339(instant timestamptz) RETURNS text
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_booking_rfc3339';
COMMENT ON FUNCTION booking.rfc3339(timestamptz) IS
  'The instant in UTC as /v1 writes it, e.g. 2026-05-12T08:00:00Z; fractions of a second only where there are any.';

-- Not immutable, but must say so to be allowed in a generated column: recomputed whenever the column it takes changes, and, as
-- pg_dump leaves generated columns out, anew in a cluster that a dump is restored into, where the old ids mean nothing.
CREATE FUNCTION booking.writing_transaction(version integer) RETURNS xid8
  LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_booking_writing_transaction';
COMMENT ON FUNCTION booking.writing_transaction(integer) IS 'The id of the transaction that writes a row; for generated columns only.';

CREATE FUNCTION booking.cluster_id() RETURNS bigint
  LANGUAGE c STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_booking_cluster_id';
COMMENT ON FUNCTION booking.cluster_id() IS 'The system identifier of this cluster: transaction ids mean nothing in another one.';

CREATE FUNCTION booking.is_time_zone(name text) RETURNS boolean
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_booking_is_time_zone';
COMMENT ON FUNCTION booking.is_time_zone(text) IS
  'Whether the name is a region of the IANA time zone database that this server knows, e.g. Europe/Budapest.';

CREATE FUNCTION booking.raise_error(code text, details json DEFAULT NULL) RETURNS void
  LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'pg_booking_raise_error';
COMMENT ON FUNCTION booking.raise_error(text, json) IS
  'Raises an error of the catalogue booking.error_codes(): its message and SQLSTATE, with details as DETAIL; the HTTP gateway answers it with the code''s status.';

CREATE FUNCTION booking.error_codes(OUT code text, OUT sqlstate text, OUT http_status int, OUT retryable boolean, OUT message text)
  RETURNS SETOF record
  LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_booking_error_codes';
COMMENT ON FUNCTION booking.error_codes() IS
  'The error catalogue: every code a caller can meet, its SQLSTATE inside SQL, its HTTP status, and whether trying again can help.';

CREATE FUNCTION booking.local_instants(local_time timestamp, time_zone text) RETURNS SETOF timestamptz
  LANGUAGE sql STABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
  -- The offsets in force a day before and a day after are the only two that can apply: zones do not change twice in two days.
  SELECT DISTINCT reading.instant
  FROM (VALUES (-26), (26)) AS probe (hours)
  CROSS JOIN LATERAL (SELECT (local_time AT TIME ZONE 'UTC') + make_interval(hours => probe.hours) AS moment) AS near
  CROSS JOIN LATERAL (SELECT (local_time AT TIME ZONE 'UTC')
    - ((near.moment AT TIME ZONE time_zone) - (near.moment AT TIME ZONE 'UTC')) AS instant) AS reading
  WHERE reading.instant AT TIME ZONE time_zone = local_time
  ORDER BY reading.instant;
END;
COMMENT ON FUNCTION booking.local_instants(timestamp, text) IS
  'Every instant at which clocks of the zone read this local time: none in a skipped hour, two in a repeated one, in order.';

