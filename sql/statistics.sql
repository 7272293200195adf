-- What an operator watches, for the database as a whole and never by tenant. The views run with their owner's eyes, which row-level
-- security does not bind: they hold numbers only. Read by pg_monitor and its members; pg-booking-http puts booking.metrics()
-- into its /metrics.

CREATE FUNCTION booking.request_counters(
  OUT operation text, OUT succeeded bigint, OUT refused bigint, OUT failed bigint, OUT rate_limited bigint, OUT replayed bigint,
  OUT total_time double precision) RETURNS SETOF record
  LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'pg_booking_request_counters';
COMMENT ON FUNCTION booking.request_counters() IS
  'Requests that the gateway has answered in this database since the server started, a row for each operation and one (operation NULL) for those that have none. refused: statuses from 400 to 499 but 429 (rate_limited); failed: 500 and more; replayed: of all of them, those told again under their Idempotency-Key; total_time in milliseconds.';

CREATE FUNCTION booking.rate_limit_memory(OUT kind text, OUT entries bigint, OUT taken bigint) RETURNS SETOF record
  LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'pg_booking_rate_limit_memory';
COMMENT ON FUNCTION booking.rate_limit_memory() IS
  'Room of the rate limiter in the whole server, for callers (API keys and users) and for addresses: entries there are, and entries taken by who called in the last 60 seconds. When all are taken, new callers are refused with 503.';

CREATE VIEW booking.stats_requests AS
  SELECT c.operation,
         sum(c.succeeded)::bigint AS succeeded, sum(c.refused)::bigint AS refused, sum(c.failed)::bigint AS failed,
         sum(c.rate_limited)::bigint AS rate_limited, sum(c.replayed)::bigint AS replayed, sum(c.total_time) AS total_time,
         sum(c.total_time) / nullif(sum(c.succeeded + c.refused + c.failed + c.rate_limited), 0) AS mean_time
  FROM booking.request_counters() AS c GROUP BY c.operation;
COMMENT ON VIEW booking.stats_requests IS
  'Answered requests by operation since the server started, with times in milliseconds: booking.request_counters() says what counts where.';

CREATE VIEW booking.stats_rate_limits AS
  SELECT s.scope, s.rate_group, count(*) AS callers, count(*) FILTER (WHERE s.retry_after > interval '0') AS callers_at_limit,
         sum(s.used)::bigint AS calls
  FROM booking.rate_limit_status() AS s WHERE s.used > 0 GROUP BY s.scope, s.rate_group;
COMMENT ON VIEW booking.stats_rate_limits IS
  'Callers and admitted calls of the last 60 seconds by rate group; callers_at_limit would be refused now. Who they are: booking.rate_limit_status().';

CREATE VIEW booking.stats_webhooks AS
  SELECT count(*) AS pending,
         count(*) FILTER (WHERE d.attempts > 0) AS retrying,
         count(*) FILTER (WHERE d.next_attempt_at <= now()) AS due,
         coalesce(greatest(now() - min(greatest(d.next_attempt_at, endpoint.retry_at)) FILTER (WHERE endpoint.active AND NOT endpoint.paused),
                           interval '0'), interval '0') AS overdue,
         coalesce(now() - min(d.created_at), interval '0') AS oldest_age,
         (SELECT count(*) FROM booking.webhook_configs AS c WHERE c.disabled_reason IS NOT NULL) AS configs_disabled
  FROM booking.webhook_deliveries AS d LEFT JOIN booking.webhook_configs AS endpoint ON endpoint.tenant_id = d.tenant_id
  WHERE d.status = 'pending';
COMMENT ON VIEW booking.stats_webhooks IS
  'The outbox: deliveries to be made, of them those that failed before (retrying) and those whose time has come (due); for how long the most urgent one could have been sent (overdue: what to alert on; a pause and a receiver''s rest do not count); age of the oldest; configurations that the system has switched off.';

CREATE VIEW booking.stats_tables AS
  SELECT s.relid::regclass AS "table", s.n_live_tup AS live_rows, s.n_dead_tup AS dead_rows,
         pg_table_size(s.relid) AS table_bytes, pg_indexes_size(s.relid) AS index_bytes,
         greatest(s.last_vacuum, s.last_autovacuum) AS vacuumed_at, greatest(s.last_analyze, s.last_autoanalyze) AS analyzed_at
  FROM pg_stat_all_tables AS s
  JOIN pg_depend AS d ON d.classid = 'pg_class'::regclass AND d.objid = s.relid AND d.deptype = 'e'
  JOIN pg_extension AS e ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid AND e.extname = 'pg_booking';
COMMENT ON VIEW booking.stats_tables IS
  'Every table of the extension: rows as the statistics collector estimates them, sizes on disk, when it was last vacuumed and analyzed by anybody.';

CREATE VIEW booking.stats AS
  SELECT (SELECT count(*) FROM booking.holds AS h WHERE h.expires_at > now()) AS holds,
         (SELECT t.live_rows FROM booking.stats_tables AS t WHERE t."table" = 'booking.idempotency_keys'::regclass) AS idempotency_keys,
         (SELECT t.live_rows FROM booking.stats_tables AS t WHERE t."table" = 'booking.busy_times'::regclass) AS busy_times,
         coalesce(now() - least((SELECT min(k.expires_at) FROM booking.idempotency_keys AS k),
                                (SELECT min(h.expires_at) FROM booking.holds AS h), now()), interval '0') AS housekeeping_lag;
COMMENT ON VIEW booking.stats IS
  'One row: holds in force, estimated rows of the two tables that grow with traffic, and for how long something expired has been waiting for booking.housekeeping().';

CREATE FUNCTION booking.metrics(OUT name text, OUT label text, OUT label_value text, OUT value double precision, OUT help text) RETURNS SETOF record
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT m.name, m.label, m.label_value, m.value, m.help
  FROM (
    SELECT 'pg_booking_holds' AS name, NULL AS label, NULL AS label_value, s.holds::double precision AS value,
           'Holds in force.' AS help FROM booking.stats AS s
    UNION ALL
    SELECT 'pg_booking_housekeeping_lag_seconds', NULL, NULL, extract(epoch FROM s.housekeeping_lag),
           'For how long something expired has been waiting to be deleted.' FROM booking.stats AS s
    UNION ALL
    SELECT 'pg_booking_webhooks_pending', NULL, NULL, w.pending, 'Webhook deliveries to be made.' FROM booking.stats_webhooks AS w
    UNION ALL
    SELECT 'pg_booking_webhooks_retrying', NULL, NULL, w.retrying, 'Webhook deliveries to be made that failed before.'
    FROM booking.stats_webhooks AS w
    UNION ALL
    SELECT 'pg_booking_webhooks_overdue_seconds', NULL, NULL, extract(epoch FROM w.overdue),
           'For how long the most urgent webhook delivery could have been sent.' FROM booking.stats_webhooks AS w
    UNION ALL
    SELECT 'pg_booking_webhooks_oldest_age_seconds', NULL, NULL, extract(epoch FROM w.oldest_age),
           'Age of the oldest webhook delivery to be made.' FROM booking.stats_webhooks AS w
    UNION ALL
    SELECT 'pg_booking_webhook_configs_disabled', NULL, NULL, w.configs_disabled, 'Webhook configurations that the system has switched off.'
    FROM booking.stats_webhooks AS w
    UNION ALL
    SELECT 'pg_booking_rate_limit_entries', 'kind', r.kind, r.entries,
           'Callers that the rate limiter has room for in the whole server.' FROM booking.rate_limit_memory() AS r
    UNION ALL
    SELECT 'pg_booking_rate_limit_entries_taken', 'kind', r.kind, r.taken,
           'Callers counted by the rate limiter within the last 60 seconds in the whole server.' FROM booking.rate_limit_memory() AS r
    UNION ALL
    SELECT 'pg_booking_table_rows', 'table', t."table"::text, t.live_rows, 'Estimated live rows.'
    FROM booking.stats_tables AS t
    UNION ALL
    SELECT 'pg_booking_table_dead_rows', 'table', t."table"::text, t.dead_rows, 'Estimated dead rows.'
    FROM booking.stats_tables AS t
    UNION ALL
    SELECT 'pg_booking_table_bytes', 'table', t."table"::text, t.table_bytes + t.index_bytes,
           'Bytes on disk, with indexes.' FROM booking.stats_tables AS t) AS m
  ORDER BY m.name, m.label_value;
END;
COMMENT ON FUNCTION booking.metrics() IS
  'What the database contributes to the /metrics of pg-booking-http: a gauge in each row, with one label or none (NULL), rows of one name together.';

GRANT SELECT ON booking.stats, booking.stats_requests, booking.stats_rate_limits, booking.stats_webhooks, booking.stats_tables TO pg_monitor;
GRANT USAGE ON SCHEMA booking TO pg_monitor;
