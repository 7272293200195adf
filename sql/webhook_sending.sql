-- What a sender of webhooks asks of the database. It gets signed bytes and an address, and reports what came of them: secrets and
-- the rules of repeating stay here. An endpoint is leased to one sender at a time, so its deliveries go out one after the other.
-- Plans are kept, since left alone PostgreSQL makes many of them anew at every call.

CREATE FUNCTION booking.hmac_sha256(key bytea, message bytea) RETURNS bytea
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_booking_hmac_sha256';
COMMENT ON FUNCTION booking.hmac_sha256(bytea, bytea) IS 'HMAC with SHA-256 (RFC 2104), 32 bytes.';

CREATE FUNCTION booking.webhook_signature(secret text, webhook_id text, webhook_timestamp bigint, payload text) RETURNS text
  LANGUAGE sql IMMUTABLE STRICT
BEGIN ATOMIC
  SELECT 'v1,' || encode(booking.hmac_sha256(
    decode(secret, 'base64'), convert_to(webhook_id || '.' || webhook_timestamp || '.' || payload, 'UTF8')), 'base64');
END;
COMMENT ON FUNCTION booking.webhook_signature(text, text, bigint, text) IS
  'One signature as Standard Webhooks defines it. The key is what the 64 characters of the secret say in base64, so libraries take the secret as it was told.';

CREATE FUNCTION booking.disable_webhooks(tenant_id uuid, reason text) RETURNS void
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  UPDATE booking.webhook_configs AS c SET active = false, disabled_reason = reason, updated_at = now()
  WHERE c.tenant_id = disable_webhooks.tenant_id;
END;
COMMENT ON FUNCTION booking.disable_webhooks(uuid, text) IS 'Deactivates a tenant''s webhooks because of their receiver; the reason is shown with the configuration.';

CREATE FUNCTION booking.sign_webhook(tenant_id uuid, webhook_id text, webhook_timestamp bigint, payload text) RETURNS text
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  signatures text;
BEGIN
  SELECT string_agg(booking.webhook_signature(booking.unseal(k.key, s.sealed), webhook_id, webhook_timestamp, payload), ' ' ORDER BY s.id DESC)
  INTO signatures
  FROM booking.webhook_secrets AS s JOIN booking.secret_keys AS k ON k.tenant_id = s.tenant_id AND k.purpose = 'webhook'
  WHERE s.tenant_id = sign_webhook.tenant_id AND (s.expires_at IS NULL OR s.expires_at > now());
  RETURN signatures;
EXCEPTION WHEN data_exception THEN
  -- One tenant's broken secret must not keep the others' deliveries.
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION booking.sign_webhook(uuid, text, bigint, text) IS
  'Header webhook-signature: by each of the tenant''s secrets, the newest first; NULL when there is none or one cannot be read.';

CREATE FUNCTION booking.webhook_retry_delays() RETURNS interval[]
  LANGUAGE sql IMMUTABLE
BEGIN ATOMIC
  SELECT '{5 seconds,5 minutes,30 minutes,2 hours,5 hours,10 hours,14 hours,20 hours,24 hours}'::interval[];
END;
COMMENT ON FUNCTION booking.webhook_retry_delays() IS
  'How long after a failed attempt the next one follows, give or take a tenth; after the last of them a delivery has failed.';

CREATE FUNCTION booking.webhook_rest(failures integer, status_code integer, retry_after interval) RETURNS interval
  LANGUAGE sql IMMUTABLE
BEGIN ATOMIC
  SELECT greatest(
    -- Overload needs no proof; anything else may be about one event.
    CASE WHEN failures >= 3 OR status_code IN (429, 502, 503, 504)
      THEN least(interval '30 seconds' * 2 ^ (least(greatest(failures, 3), 10) - 3), interval '15 minutes') ELSE interval '0' END,
    retry_after);
END;
COMMENT ON FUNCTION booking.webhook_rest(integer, integer, interval) IS
  'How long an endpoint is left alone after that many failures in a row, the last with this status (NULL: no answer) and Retry-After; doubles from 30 seconds to 15 minutes.';

CREATE FUNCTION booking.schedule_webhook_retry(tenant_id uuid, delivery_id uuid, retry_after interval) RETURNS void
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  UPDATE booking.webhook_deliveries AS d
  SET status = CASE WHEN retry.delay IS NULL THEN 'failed' ELSE 'pending' END::booking.webhook_delivery_status,
      next_attempt_at = now() + CASE WHEN retry.delay IS NOT NULL THEN greatest(retry.delay * (0.9 + 0.2 * random()), retry_after) END
  FROM (SELECT due.id, (booking.webhook_retry_delays())[due.attempts - due.retries_from] AS delay
        FROM booking.webhook_deliveries AS due
        WHERE due.tenant_id = schedule_webhook_retry.tenant_id AND due.id = schedule_webhook_retry.delivery_id) AS retry
  WHERE d.tenant_id = schedule_webhook_retry.tenant_id AND d.id = retry.id AND d.status = 'pending';
END;
COMMENT ON FUNCTION booking.schedule_webhook_retry(uuid, uuid, interval) IS
  'After a failed attempt: when the next one is due, not before Retry-After, or that there is none any more.';

CREATE FUNCTION booking.claim_webhooks(
  max_deliveries integer, lease_time interval,
  OUT tenant_id uuid, OUT delivery_id uuid, OUT attempt integer, OUT lease uuid, OUT url text,
  OUT webhook_id text, OUT webhook_timestamp bigint, OUT webhook_signature text, OUT payload text) RETURNS SETOF record
  LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
  webhook_timestamp := floor(extract(epoch FROM now()));
  FOR tenant_id, url IN
    -- From tenant to tenant through the index, so that one with many deliveries costs no more than one with few.
    WITH RECURSIVE waiting AS (
      SELECT (SELECT d.tenant_id FROM booking.webhook_deliveries AS d WHERE d.status = 'pending' ORDER BY d.tenant_id LIMIT 1) AS tenant_id
      UNION ALL
      SELECT (SELECT d.tenant_id FROM booking.webhook_deliveries AS d WHERE d.status = 'pending' AND d.tenant_id > w.tenant_id
              ORDER BY d.tenant_id LIMIT 1)
      FROM waiting AS w WHERE w.tenant_id IS NOT NULL)
    SELECT c.tenant_id, c.url
    FROM waiting
    JOIN booking.webhook_configs AS c ON c.tenant_id = waiting.tenant_id
    JOIN booking.tenants AS business ON business.tenant_id = c.tenant_id
    CROSS JOIN LATERAL (
      SELECT d.next_attempt_at FROM booking.webhook_deliveries AS d
      WHERE d.tenant_id = c.tenant_id AND d.status = 'pending' ORDER BY d.next_attempt_at LIMIT 1) AS oldest
    WHERE c.active AND NOT c.paused AND c.retry_at <= now() AND c.leased_until <= now() AND oldest.next_attempt_at <= now()
      AND booking.plan_in_force(business.plan, business.plan_period_end) = 'pro'
    ORDER BY oldest.next_attempt_at LIMIT max_deliveries
    FOR UPDATE OF c SKIP LOCKED
  LOOP
    -- Seen anew: until the endpoint was ours, another sender may have sent what was due.
    SELECT d.id, d.attempts + 1, booking.public_id('dlv', d.id), d.payload INTO delivery_id, attempt, webhook_id, payload
    FROM booking.webhook_deliveries AS d
    WHERE d.tenant_id = claim_webhooks.tenant_id AND d.status = 'pending' AND d.next_attempt_at <= now()
    ORDER BY d.next_attempt_at, d.id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED;
    CONTINUE WHEN NOT FOUND;
    webhook_signature := booking.sign_webhook(tenant_id, webhook_id, webhook_timestamp, payload);
    IF webhook_signature IS NULL THEN
      PERFORM booking.disable_webhooks(tenant_id, 'The signing secret cannot be read: rotate it.');
      CONTINUE;
    END IF;
    lease := booking.uuid_v7();
    UPDATE booking.webhook_configs AS c SET lease = claim_webhooks.lease, leased_until = now() + lease_time
    WHERE c.tenant_id = claim_webhooks.tenant_id;
    UPDATE booking.webhook_deliveries AS d SET attempts = attempt
    WHERE d.tenant_id = claim_webhooks.tenant_id AND d.id = delivery_id;
    INSERT INTO booking.webhook_attempts (tenant_id, delivery_id, number)
    VALUES (claim_webhooks.tenant_id, claim_webhooks.delivery_id, attempt);
    RETURN NEXT;
  END LOOP;
END
$$;
COMMENT ON FUNCTION booking.claim_webhooks(integer, interval) IS
  'For a sender: the oldest due delivery of up to that many endpoints, each leased to the caller until it reports or the time is over. The attempts are recorded as begun, so commit before sending.';

CREATE FUNCTION booking.record_webhook_attempt(
  tenant_id uuid, delivery_id uuid, attempt integer, lease uuid,
  status_code integer, error text, duration_ms integer, answer text, retry_after_seconds integer) RETURNS void
  LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
  succeeded CONSTANT boolean := error IS NULL AND coalesce(status_code BETWEEN 200 AND 299, false);
  retry_after CONSTANT interval := make_interval(secs => CASE WHEN retry_after_seconds > 86400 THEN 86400 ELSE retry_after_seconds END);
  endpoint booking.webhook_configs;
BEGIN
  -- Waiting for the disk would take longer than all the rest. A report that a crash of the server loses costs a repetition.
  PERFORM set_config('synchronous_commit', 'off', true);
  UPDATE booking.webhook_attempts AS a
  SET finished_at = now(), duration_ms = record_webhook_attempt.duration_ms, status_code = record_webhook_attempt.status_code,
      answer = record_webhook_attempt.answer,
      error = coalesce(record_webhook_attempt.error, CASE
        WHEN record_webhook_attempt.status_code BETWEEN 300 AND 399 THEN 'The receiver answered with a redirect, which is not followed.'
        WHEN NOT succeeded THEN 'The receiver answered with an error.' END)
  WHERE a.tenant_id = record_webhook_attempt.tenant_id AND a.delivery_id = record_webhook_attempt.delivery_id AND a.number = attempt
    AND a.finished_at IS NULL;
  -- Whoever reports after the lease has passed to another sender has no say any more.
  SELECT c.* INTO endpoint FROM booking.webhook_configs AS c
  WHERE c.tenant_id = record_webhook_attempt.tenant_id AND c.lease = record_webhook_attempt.lease FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  endpoint.failures := CASE WHEN succeeded THEN 0 ELSE endpoint.failures + 1 END;
  UPDATE booking.webhook_configs AS c
  SET lease = NULL, leased_until = '-infinity', failures = endpoint.failures,
      failing_since = CASE WHEN NOT succeeded THEN coalesce(c.failing_since, now()) END,
      retry_at = CASE WHEN succeeded THEN c.retry_at
                      ELSE now() + booking.webhook_rest(endpoint.failures, record_webhook_attempt.status_code, retry_after) END
  WHERE c.tenant_id = record_webhook_attempt.tenant_id;
  IF succeeded THEN
    UPDATE booking.webhook_deliveries AS d SET status = 'delivered', delivered_at = now(), next_attempt_at = NULL
    WHERE d.tenant_id = record_webhook_attempt.tenant_id AND d.id = record_webhook_attempt.delivery_id AND d.status = 'pending';
    RETURN;
  END IF;
  PERFORM booking.schedule_webhook_retry(record_webhook_attempt.tenant_id, record_webhook_attempt.delivery_id, retry_after);
  IF record_webhook_attempt.status_code = 410 THEN
    PERFORM booking.disable_webhooks(record_webhook_attempt.tenant_id, 'The receiver answered 410 Gone.');
  ELSIF endpoint.failing_since <= now() - interval '5 days' THEN
    PERFORM booking.disable_webhooks(record_webhook_attempt.tenant_id, 'No delivery succeeded for five days.');
  END IF;
END
$$;
COMMENT ON FUNCTION booking.record_webhook_attempt(uuid, uuid, integer, uuid, integer, text, integer, text, integer) IS
  'For a sender: what came of an attempt that booking.claim_webhooks handed out. Ends the lease, and decides when to try again and whether the endpoint needs a rest or an end. error: why there was no complete answer; retry_after_seconds: what the answer asked for.';
