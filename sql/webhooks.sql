CREATE TYPE booking.webhook_delivery_status AS ENUM ('pending', 'delivered', 'failed', 'skipped');
COMMENT ON TYPE booking.webhook_delivery_status IS
  'pending: to be sent or sent again; failed: given up; skipped: the configuration was inactive when its turn came.';

CREATE FUNCTION booking.webhook_url_problem(url text) RETURNS text
  LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_booking_webhook_url_problem';
COMMENT ON FUNCTION booking.webhook_url_problem(text) IS
  'Why webhooks are not sent to this URL (scheme, length, user data, host inside a network), or NULL when they can be.';

CREATE TABLE booking.webhook_configs (
  tenant_id       uuid PRIMARY KEY REFERENCES booking.tenants ON DELETE CASCADE,
  url             text NOT NULL CHECK (booking.webhook_url_problem(url) IS NULL),
  active          boolean NOT NULL DEFAULT true,
  sealed_secret   bytea NOT NULL,
  disabled_reason text,
  created_at      timestamptz NOT NULL DEFAULT now(),
  updated_at      timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE booking.webhook_configs IS 'Where a tenant''s events are sent. Deleting over the API makes it inactive; URL and secret stay.';
COMMENT ON COLUMN booking.webhook_configs.sealed_secret IS 'The signing secret, encrypted with the tenant''s key in secret_keys.';
COMMENT ON COLUMN booking.webhook_configs.disabled_reason IS 'Why deliveries were switched off by the system; NULL when a person did it.';
ALTER TABLE booking.webhook_configs ENABLE ROW LEVEL SECURITY;
ALTER TABLE booking.webhook_configs FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON booking.webhook_configs
  USING (tenant_id = booking.current_tenant()) WITH CHECK (tenant_id = booking.current_tenant());
GRANT SELECT (tenant_id, url, active, disabled_reason, created_at, updated_at), INSERT, UPDATE
  ON booking.webhook_configs TO booking_integration;
GRANT SELECT, INSERT, UPDATE, DELETE ON booking.webhook_configs TO service_role;

CREATE TABLE booking.webhook_deliveries (
  tenant_id        uuid NOT NULL REFERENCES booking.tenants ON DELETE CASCADE,
  id               uuid NOT NULL DEFAULT booking.uuid_v7(),
  event            booking.booking_event NOT NULL,
  booking_id       uuid NOT NULL,
  payload          text NOT NULL,
  status           booking.webhook_delivery_status NOT NULL DEFAULT 'pending',
  attempts         integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
  last_status_code integer,
  last_error       text,
  last_duration_ms integer,
  next_attempt_at  timestamptz DEFAULT now(),
  created_at       timestamptz NOT NULL DEFAULT now(),
  delivered_at     timestamptz,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, booking_id) REFERENCES booking.bookings ON DELETE CASCADE
);
CREATE INDEX webhook_deliveries_due ON booking.webhook_deliveries (next_attempt_at) WHERE status = 'pending';
CREATE INDEX webhook_deliveries_by_booking ON booking.webhook_deliveries (tenant_id, booking_id);
CREATE INDEX webhook_deliveries_by_age ON booking.webhook_deliveries (created_at);
CREATE INDEX webhook_deliveries_by_creation ON booking.webhook_deliveries (tenant_id, created_at, id);
COMMENT ON TABLE booking.webhook_deliveries IS
  'The outbox: a row commits together with the change that it tells of, and then records what became of it.';
COMMENT ON COLUMN booking.webhook_deliveries.payload IS 'The bytes to sign and send, rendered once.';
ALTER TABLE booking.webhook_deliveries ENABLE ROW LEVEL SECURITY;
ALTER TABLE booking.webhook_deliveries FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON booking.webhook_deliveries
  USING (tenant_id = booking.current_tenant()) WITH CHECK (tenant_id = booking.current_tenant());
GRANT SELECT, INSERT ON booking.webhook_deliveries TO booking_integration;
GRANT SELECT, INSERT, UPDATE, DELETE ON booking.webhook_deliveries TO service_role;

CREATE FUNCTION booking.enqueue_webhook(
  tenant_id uuid, booking_id uuid, event_id uuid, event booking.booking_event, sequence integer) RETURNS void
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  -- Most tenants have no webhook: they should not pay for rendering its payload.
  IF NOT EXISTS (
      SELECT FROM booking.webhook_configs AS config
      JOIN booking.tenants AS business ON business.tenant_id = config.tenant_id
      WHERE config.tenant_id = enqueue_webhook.tenant_id AND config.active
        AND booking.plan_in_force(business.plan, business.plan_period_end) = 'pro') THEN
    RETURN;
  END IF;
  INSERT INTO booking.webhook_deliveries (tenant_id, event, booking_id, payload)
  SELECT enqueue_webhook.tenant_id, enqueue_webhook.event, enqueue_webhook.booking_id,
         row_to_json(ROW(enqueue_webhook.event, booking.public_id('evt', event_id), '1', booking.rfc3339(now()),
                         (b.booking)."salonSlug", (b.booking)."locationSlug", enqueue_webhook.sequence,
                         ROW(b.booking)::booking.v1_webhook_data)::booking.v1_webhook_payload)::text
  FROM booking.v1_bookings(enqueue_webhook.tenant_id) AS b WHERE b.booking_id = enqueue_webhook.booking_id;
END
$$;
COMMENT ON FUNCTION booking.enqueue_webhook(uuid, uuid, uuid, booking.booking_event, integer) IS
  'Puts an event into the outbox if the tenant has webhooks; part of the transaction that caused it.';

