-- /v1 beside bookings: webhook configuration and deliveries, subscription.

CREATE FUNCTION booking.v1_webhook_config(tenant_id uuid) RETURNS booking.v1_webhook_config
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT ROW(c.url, c.active,
             EXISTS (SELECT FROM booking.webhook_secrets AS s WHERE s.tenant_id = c.tenant_id AND s.expires_at IS NULL), booking.rfc3339(c.created_at), booking.rfc3339(c.updated_at), c.disabled_reason)::booking.v1_webhook_config
  FROM booking.webhook_configs AS c WHERE c.tenant_id = v1_webhook_config.tenant_id;
END;
COMMENT ON FUNCTION booking.v1_webhook_config(uuid) IS 'The tenant''s webhook configuration; NULL when there is none.';

CREATE FUNCTION booking.v1_get_webhook_config(tenant_id uuid) RETURNS SETOF booking.v1_webhook_config_answer
  LANGUAGE sql STABLE ROWS 1
BEGIN ATOMIC
  SELECT booking.v1_webhook_config(v1_get_webhook_config.tenant_id);
END;
COMMENT ON FUNCTION booking.v1_get_webhook_config(uuid) IS 'GET /v1/webhooks/config.';

CREATE FUNCTION booking.v1_put_webhook_config(tenant_id uuid, api_key_id uuid, url text)
  RETURNS SETOF booking.v1_webhook_put_answer
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  secret text;
BEGIN
  IF NOT EXISTS (SELECT FROM booking.webhook_configs AS c WHERE c.tenant_id = v1_put_webhook_config.tenant_id) THEN
    INSERT INTO booking.webhook_configs (tenant_id, url) VALUES (v1_put_webhook_config.tenant_id, v1_put_webhook_config.url)
      ON CONFLICT DO NOTHING;
    -- Unless a concurrent request was first: then its secret counts.
    IF FOUND THEN
      secret := booking.add_webhook_secret(v1_put_webhook_config.tenant_id);
    END IF;
  END IF;
  IF secret IS NULL THEN
    UPDATE booking.webhook_configs AS c SET url = v1_put_webhook_config.url WHERE c.tenant_id = v1_put_webhook_config.tenant_id;
    PERFORM booking.resume_webhooks(v1_put_webhook_config.tenant_id);
  END IF;
  RETURN NEXT ROW(booking.v1_webhook_config(v1_put_webhook_config.tenant_id), secret)::booking.v1_webhook_put_answer;
END
$$;
COMMENT ON FUNCTION booking.v1_put_webhook_config(uuid, uuid, text) IS
  'PUT /v1/webhooks/config: sets the URL and resumes; the first one makes the secret and is the only one to tell it.';

CREATE FUNCTION booking.v1_delete_webhook_config(tenant_id uuid, api_key_id uuid) RETURNS SETOF booking.v1_webhook_config_answer
  LANGUAGE sql VOLATILE ROWS 1
BEGIN ATOMIC
  UPDATE booking.webhook_configs AS c SET active = false, updated_at = now()
  WHERE c.tenant_id = v1_delete_webhook_config.tenant_id AND c.active;
  SELECT booking.v1_webhook_config(v1_delete_webhook_config.tenant_id);
END;
COMMENT ON FUNCTION booking.v1_delete_webhook_config(uuid, uuid) IS 'DELETE /v1/webhooks/config: inactive, URL and secret kept.';

CREATE FUNCTION booking.v1_rotate_webhook_secret(tenant_id uuid, api_key_id uuid, overlap_seconds integer)
  RETURNS SETOF booking.v1_webhook_secret
  LANGUAGE sql VOLATILE ROWS 1
BEGIN ATOMIC
  SELECT booking.rotate_webhook_secret(v1_rotate_webhook_secret.tenant_id, make_interval(secs => overlap_seconds)), booking.rfc3339(now());
END;
COMMENT ON FUNCTION booking.v1_rotate_webhook_secret(uuid, uuid, integer) IS
  'POST /v1/webhooks/config/rotate-secret: a new secret, told here once, in force at commit.';

CREATE FUNCTION booking.v1_list_webhook_deliveries(
  tenant_id uuid, status text, event text, booking_id uuid, cursor text, "limit" integer)
  RETURNS SETOF booking.v1_webhook_delivery_page
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  filters CONSTANT text := ROW('deliveries', tenant_id, status, event, booking_id)::text;
  before_at timestamptz;
  before_id uuid;
  deliveries booking.v1_webhook_delivery[];
  next_cursor text;
  ids uuid[];
  times timestamptz[];
BEGIN
  SELECT booking.from_microseconds(position.place), position.id INTO before_at, before_id FROM booking.v1_read_cursor(filters, cursor) AS position;
  SELECT array_agg(page.delivery), array_agg(page.id), array_agg(page.created_at) INTO deliveries, ids, times
  FROM (
    SELECT d.id, d.created_at,
           ROW(booking.public_id('dlv', d.id), d.event, booking.public_id('bkg', d.booking_id), d.status, d.attempts,
               last.status_code, last.error, last.duration_ms, booking.rfc3339(d.next_attempt_at),
               booking.rfc3339(d.created_at), booking.rfc3339(d.delivered_at))::booking.v1_webhook_delivery AS delivery
    FROM booking.webhook_deliveries AS d
    LEFT JOIN booking.webhook_attempts AS last ON last.tenant_id = d.tenant_id AND last.delivery_id = d.id AND last.number = d.attempts
    WHERE d.tenant_id = v1_list_webhook_deliveries.tenant_id AND d.event IS NOT NULL
      AND (v1_list_webhook_deliveries.status IS NULL OR d.status = v1_list_webhook_deliveries.status::booking.webhook_delivery_status)
      AND (v1_list_webhook_deliveries.event IS NULL OR d.event = v1_list_webhook_deliveries.event::booking.booking_event)
      AND (v1_list_webhook_deliveries.booking_id IS NULL OR d.booking_id = v1_list_webhook_deliveries.booking_id)
      AND (before_at IS NULL OR (d.created_at, d.id) < (before_at, before_id))
    ORDER BY d.created_at DESC, d.id DESC
    LIMIT "limit" + 1) AS page;
  IF cardinality(ids) > "limit" THEN
    next_cursor := booking.v1_make_cursor(filters, booking.to_microseconds(times["limit"]), ids["limit"]);
  END IF;
  RETURN NEXT ROW(coalesce(deliveries[:"limit"], '{}'), next_cursor)::booking.v1_webhook_delivery_page;
END
$$;
COMMENT ON FUNCTION booking.v1_list_webhook_deliveries(uuid, text, text, uuid, text, integer) IS
  'GET /v1/webhooks/deliveries: newest first, a page at a time.';

CREATE FUNCTION booking.v1_get_subscription(tenant_id uuid)
  RETURNS SETOF booking.v1_subscription
  LANGUAGE sql STABLE
BEGIN ATOMIC
  -- There are no SMS reminders, waitlist or no-show monitor in this system, whatever the plan.
  SELECT in_force.plan, 'active', booking.rfc3339(t.plan_period_end), t.cancel_at_period_end,
         ROW(ROW(0, 0, NULL)::booking.v1_sms_quota)::booking.v1_quota,
         ROW(in_force.plan = 'pro', in_force.plan = 'pro', in_force.plan = 'pro', in_force.plan = 'pro', false, false)::booking.v1_features
  FROM booking.tenants AS t
  CROSS JOIN LATERAL (SELECT booking.plan_in_force(t.plan, t.plan_period_end) AS plan) AS in_force
  WHERE t.tenant_id = v1_get_subscription.tenant_id;
END;
COMMENT ON FUNCTION booking.v1_get_subscription(uuid) IS 'GET /v1/subscription: plan, quota, features.';

