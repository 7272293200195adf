-- What people do with webhooks: under row-level security, so a tenant does it with its own.

CREATE FUNCTION booking.add_webhook_secret(tenant_id uuid) RETURNS text
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  new CONSTANT record := booking.new_webhook_secret(add_webhook_secret.tenant_id);
BEGIN
  INSERT INTO booking.webhook_secrets (tenant_id, sealed) VALUES (add_webhook_secret.tenant_id, new.sealed);
  RETURN new.secret;
END
$$;
COMMENT ON FUNCTION booking.add_webhook_secret(uuid) IS
  'Makes a further signing secret and returns it, 64 hexadecimal characters: the only time that it is seen.';

CREATE FUNCTION booking.rotate_webhook_secret(tenant_id uuid, overlap interval DEFAULT '24 hours') RETURNS text
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  UPDATE booking.webhook_configs AS c SET updated_at = now() WHERE c.tenant_id = rotate_webhook_secret.tenant_id;
  IF NOT FOUND THEN
    PERFORM booking.raise_error('service.not_found', '{"resource":"webhookConfig"}');
  END IF;
  UPDATE booking.webhook_secrets AS s SET expires_at = least(s.expires_at, now() + overlap)
  WHERE s.tenant_id = rotate_webhook_secret.tenant_id;
  RETURN booking.add_webhook_secret(rotate_webhook_secret.tenant_id);
END
$$;
COMMENT ON FUNCTION booking.rotate_webhook_secret(uuid, interval) IS
  'A new signing secret, told here once. For the overlap the old one goes on signing too (0: ends at commit). service.not_found without a configuration.';

CREATE FUNCTION booking.pause_webhooks(tenant_id uuid) RETURNS boolean
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  WITH changed AS (
    UPDATE booking.webhook_configs AS c SET paused = true, updated_at = now()
    WHERE c.tenant_id = pause_webhooks.tenant_id AND NOT c.paused RETURNING 1)
  SELECT EXISTS (SELECT FROM changed);
END;
COMMENT ON FUNCTION booking.pause_webhooks(uuid) IS
  'Sends nothing until booking.resume_webhooks; events go on being collected. False when that is so already, or nothing is configured.';

CREATE FUNCTION booking.resume_webhooks(tenant_id uuid) RETURNS boolean
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  UPDATE booking.webhook_configs AS c
  SET active = true, paused = false, disabled_reason = NULL, failures = 0, failing_since = NULL, retry_at = '-infinity', updated_at = now()
  WHERE c.tenant_id = resume_webhooks.tenant_id;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  UPDATE booking.webhook_deliveries AS d SET next_attempt_at = now()
  WHERE d.tenant_id = resume_webhooks.tenant_id AND d.status = 'pending' AND d.next_attempt_at > now();
  NOTIFY pg_booking_webhooks;
  RETURN true;
END
$$;
COMMENT ON FUNCTION booking.resume_webhooks(uuid) IS
  'Ends whatever keeps deliveries back: a pause, a deactivation, a rest after failures, the wait for a retry. All that is pending is sent at once. False when nothing is configured.';

CREATE FUNCTION booking.replay_webhook(tenant_id uuid, delivery_id uuid) RETURNS boolean
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  UPDATE booking.webhook_deliveries AS d
  SET status = 'pending', retries_from = d.attempts, next_attempt_at = now(), delivered_at = NULL
  WHERE d.tenant_id = replay_webhook.tenant_id AND d.id = replay_webhook.delivery_id;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  NOTIFY pg_booking_webhooks;
  RETURN true;
END
$$;
COMMENT ON FUNCTION booking.replay_webhook(uuid, uuid) IS
  'Sends a delivery again whatever became of it: same id, same bytes, with all retries anew. False when there is none of this id.';

CREATE FUNCTION booking.send_test_webhook(tenant_id uuid) RETURNS uuid
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  delivery_id CONSTANT uuid := booking.uuid_v7();
BEGIN
  IF NOT EXISTS (SELECT FROM booking.webhook_configs AS c WHERE c.tenant_id = send_test_webhook.tenant_id AND c.active) THEN
    PERFORM booking.raise_error('service.not_found', '{"resource":"webhookConfig"}');
  END IF;
  INSERT INTO booking.webhook_deliveries (tenant_id, id, payload)
  SELECT send_test_webhook.tenant_id, delivery_id, row_to_json(test)::text
  FROM (SELECT 'webhook.test' AS event, booking.public_id('evt', booking.uuid_v7()) AS id, '1' AS v, booking.rfc3339(now()) AS "occurredAt") AS test;
  NOTIFY pg_booking_webhooks;
  RETURN delivery_id;
END
$$;
COMMENT ON FUNCTION booking.send_test_webhook(uuid) IS
  'Sends an event "webhook.test" about nothing and returns the delivery''s id: booking.webhook_attempts tells how it goes. service.not_found without an active configuration.';
