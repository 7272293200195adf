CREATE FUNCTION booking.housekeeping(max_rows integer DEFAULT 1000, OUT task text, OUT changed_rows bigint) RETURNS SETOF record
  LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  -- Small batches that step around each other: any number of services may call this, at any time.
  WITH batch AS (
    SELECT k.tenant_id, k.key FROM booking.idempotency_keys AS k
    WHERE k.expires_at <= now() ORDER BY k.expires_at LIMIT max_rows FOR UPDATE SKIP LOCKED)
  DELETE FROM booking.idempotency_keys AS k USING batch WHERE k.tenant_id = batch.tenant_id AND k.key = batch.key;
  task := 'expired idempotency keys deleted';
  GET DIAGNOSTICS changed_rows = ROW_COUNT;
  RETURN NEXT;

  WITH batch AS (
    SELECT h.tenant_id, h.id FROM booking.holds AS h
    WHERE h.expires_at <= now() ORDER BY h.expires_at LIMIT max_rows FOR UPDATE SKIP LOCKED)
  DELETE FROM booking.holds AS h USING batch WHERE h.tenant_id = batch.tenant_id AND h.id = batch.id;
  task := 'expired holds deleted';
  GET DIAGNOSTICS changed_rows = ROW_COUNT;
  RETURN NEXT;

  WITH batch AS (
    SELECT d.tenant_id, d.id FROM booking.webhook_deliveries AS d
    WHERE d.created_at < now() - interval '30 days' AND d.status <> 'pending'
    ORDER BY d.created_at LIMIT max_rows FOR UPDATE SKIP LOCKED)
  DELETE FROM booking.webhook_deliveries AS d USING batch WHERE d.tenant_id = batch.tenant_id AND d.id = batch.id;
  task := 'webhook deliveries of more than 30 days deleted';
  GET DIAGNOSTICS changed_rows = ROW_COUNT;
  RETURN NEXT;

  WITH batch AS (
    SELECT d.tenant_id, d.id FROM booking.webhook_deliveries AS d
    JOIN booking.tenants AS business ON business.tenant_id = d.tenant_id
    LEFT JOIN booking.webhook_configs AS c ON c.tenant_id = d.tenant_id
    WHERE d.status = 'pending' AND d.next_attempt_at <= now()
      AND (c.active IS NOT TRUE OR booking.plan_in_force(business.plan, business.plan_period_end) <> 'pro')
    LIMIT max_rows FOR UPDATE OF d SKIP LOCKED)
  UPDATE booking.webhook_deliveries AS d SET status = 'skipped', next_attempt_at = NULL
  FROM batch WHERE d.tenant_id = batch.tenant_id AND d.id = batch.id;
  task := 'webhook deliveries of inactive configurations skipped';
  GET DIAGNOSTICS changed_rows = ROW_COUNT;
  RETURN NEXT;

  WITH batch AS (
    SELECT s.tenant_id, s.id FROM booking.webhook_secrets AS s WHERE s.expires_at <= now() LIMIT max_rows FOR UPDATE SKIP LOCKED)
  DELETE FROM booking.webhook_secrets AS s USING batch WHERE s.tenant_id = batch.tenant_id AND s.id = batch.id;
  task := 'expired webhook secrets deleted';
  GET DIAGNOSTICS changed_rows = ROW_COUNT;
  RETURN NEXT;

  WITH batch AS (
    SELECT m.id FROM auth.mails AS m WHERE m.created_at < now() - interval '1 day' ORDER BY m.created_at LIMIT max_rows FOR UPDATE SKIP LOCKED)
  DELETE FROM auth.mails AS m USING batch WHERE m.id = batch.id;
  task := 'messages of more than a day deleted';
  GET DIAGNOSTICS changed_rows = ROW_COUNT;
  RETURN NEXT;

  task := 'last uses of API keys written';
  changed_rows := booking.flush_key_usage(max_rows);
  RETURN NEXT;
END
$$;
COMMENT ON FUNCTION booking.housekeeping(integer) IS
  'Removes what has served its time and notes when API keys were last used, at most max_rows of each kind; pg-booking-http calls it once a minute.';

