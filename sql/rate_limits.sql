CREATE FUNCTION booking.rate_groups(OUT rate_group text, OUT counted_by text, OUT standard integer, OUT elevated integer)
  RETURNS SETOF record
  LANGUAGE c IMMUTABLE PARALLEL SAFE ROWS 10 AS 'MODULE_PATHNAME', 'pg_booking_rate_groups';
COMMENT ON FUNCTION booking.rate_groups() IS
  'The groups of routes that share a rate limit: whose calls are counted (api_key, user, address, or client: an address with its apikey), and how many a minute are admitted where no override says otherwise, by tier.';

CREATE FUNCTION booking.is_rate_group(name text) RETURNS boolean
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
  SELECT EXISTS (SELECT FROM booking.rate_groups() AS g WHERE g.rate_group = name AND g.counted_by NOT IN ('address', 'client'));
END;
COMMENT ON FUNCTION booking.is_rate_group(text) IS 'Whether a plan or a key can have a limit of its own for the route group of this name.';

-- Global: what a plan is worth is the operator's word, the same for every tenant.
CREATE TABLE booking.rate_limit_overrides (
  plan         booking.plan NOT NULL,
  tier         booking.rate_tier NOT NULL,
  rate_group   text NOT NULL CHECK (booking.is_rate_group(rate_group)),
  max_requests integer NOT NULL CHECK (max_requests BETWEEN 1 AND 1000),
  PRIMARY KEY (plan, tier, rate_group)
);
COMMENT ON TABLE booking.rate_limit_overrides IS
  'Rate limits of a plan and tier that differ from booking.rate_groups(); empty at first. What api_keys.rate_limits says goes before.';
COMMENT ON COLUMN booking.rate_limit_overrides.max_requests IS 'Requests in any 60 seconds. A change counts from the next request on.';
ALTER TABLE booking.rate_limit_overrides ENABLE ROW LEVEL SECURITY;
ALTER TABLE booking.rate_limit_overrides FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON booking.rate_limit_overrides TO service_role;

CREATE FUNCTION booking.rate_limit_status(
  OUT scope text, OUT identity text, OUT rate_group text, OUT max_requests integer, OUT used integer, OUT oldest_age interval,
  OUT retry_after interval, OUT last_used_at timestamptz) RETURNS SETOF record
  LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'pg_booking_rate_limit_status';
COMMENT ON FUNCTION booking.rate_limit_status() IS
  'Who is counted in this database at the moment: scope api_key or user (identity is the id) or address (identity is the IPv4 address or the IPv6 network) or client (an address with the apikey it uses; identity is a digest of both), the limit of the last call, calls in the last 60 seconds, age of the oldest of them, how long until a call is admitted (0: now), time of the last admitted call. Who has not called for a while is listed until the room is needed.';

CREATE FUNCTION booking.flush_key_usage(max_rows integer DEFAULT 1000) RETURNS bigint
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  changed_rows bigint;
BEGIN
  WITH usage AS (
    SELECT s.identity::uuid AS id, max(s.last_used_at) AS last_used_at
    FROM booking.rate_limit_status() AS s WHERE s.scope = 'api_key' GROUP BY s.identity),
  batch AS (
    SELECT k.tenant_id, k.id, usage.last_used_at FROM usage JOIN booking.api_keys AS k ON k.id = usage.id
    WHERE k.last_used_at IS NULL OR k.last_used_at < usage.last_used_at - interval '1 minute'
    LIMIT max_rows FOR UPDATE OF k SKIP LOCKED)
  UPDATE booking.api_keys AS k SET last_used_at = batch.last_used_at
  FROM batch WHERE k.tenant_id = batch.tenant_id AND k.id = batch.id;
  GET DIAGNOSTICS changed_rows = ROW_COUNT;
  RETURN changed_rows;
END
$$;
COMMENT ON FUNCTION booking.flush_key_usage(integer) IS
  'Writes the last uses that the rate limiter knows to api_keys.last_used_at, where they are more than a minute newer; returns how many. booking.housekeeping calls it.';

