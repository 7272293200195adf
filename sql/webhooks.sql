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
  paused          boolean NOT NULL DEFAULT false,
  disabled_reason text,
  failures        integer NOT NULL DEFAULT 0 CHECK (failures >= 0),
  failing_since   timestamptz,
  retry_at        timestamptz NOT NULL DEFAULT '-infinity',
  lease           uuid,
  leased_until    timestamptz NOT NULL DEFAULT '-infinity',
  created_at      timestamptz NOT NULL DEFAULT now(),
  updated_at      timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE booking.webhook_configs IS
  'Where a tenant''s events are sent, and how sending goes. Deleting over the API makes it inactive; URL and secret stay.';
COMMENT ON COLUMN booking.webhook_configs.active IS 'Off: events are not even put into the outbox.';
COMMENT ON COLUMN booking.webhook_configs.paused IS 'On: events are put into the outbox and wait there.';
COMMENT ON COLUMN booking.webhook_configs.disabled_reason IS 'Why deliveries were switched off by the system; NULL when a person did it.';
COMMENT ON COLUMN booking.webhook_configs.failures IS 'Failed attempts since the last success.';
COMMENT ON COLUMN booking.webhook_configs.failing_since IS 'When the first of them ended.';
COMMENT ON COLUMN booking.webhook_configs.retry_at IS 'Nothing is sent before: the receiver failed too often or asked for a rest.';
COMMENT ON COLUMN booking.webhook_configs.lease IS 'Names the claim under which a service is sending; only one does at a time.';
COMMENT ON COLUMN booking.webhook_configs.leased_until IS 'When that service is taken for dead.';
ALTER TABLE booking.webhook_configs ENABLE ROW LEVEL SECURITY;
ALTER TABLE booking.webhook_configs FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON booking.webhook_configs
  USING (tenant_id = booking.current_tenant()) WITH CHECK (tenant_id = booking.current_tenant());
GRANT SELECT (tenant_id, url, active, disabled_reason, created_at, updated_at), INSERT, UPDATE
  ON booking.webhook_configs TO booking_integration;
GRANT SELECT (tenant_id, url, active, paused, disabled_reason, failures, failing_since, retry_at, created_at, updated_at),
  UPDATE (active, paused, disabled_reason, failures, failing_since, retry_at, updated_at) ON booking.webhook_configs TO authenticated;
GRANT SELECT, INSERT, UPDATE, DELETE ON booking.webhook_configs TO service_role;

CREATE TABLE booking.webhook_secrets (
  tenant_id  uuid NOT NULL REFERENCES booking.webhook_configs ON DELETE CASCADE,
  id         uuid NOT NULL DEFAULT booking.uuid_v7(),
  sealed     bytea NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz,
  PRIMARY KEY (tenant_id, id)
);
COMMENT ON TABLE booking.webhook_secrets IS 'The secrets that sign a tenant''s deliveries: one, and while a rotation overlaps those before it too.';
COMMENT ON COLUMN booking.webhook_secrets.sealed IS 'The secret, encrypted with the tenant''s key in secret_keys.';
COMMENT ON COLUMN booking.webhook_secrets.expires_at IS 'When a rotated-out secret stops signing; NULL: not yet rotated out.';
ALTER TABLE booking.webhook_secrets ENABLE ROW LEVEL SECURITY;
ALTER TABLE booking.webhook_secrets FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON booking.webhook_secrets
  USING (tenant_id = booking.current_tenant()) WITH CHECK (tenant_id = booking.current_tenant());
GRANT SELECT (tenant_id, id, created_at, expires_at), INSERT (tenant_id, sealed), UPDATE (expires_at)
  ON booking.webhook_secrets TO booking_integration, authenticated;
GRANT SELECT, INSERT, UPDATE, DELETE ON booking.webhook_secrets TO service_role;

CREATE TABLE booking.webhook_deliveries (
  tenant_id        uuid NOT NULL REFERENCES booking.tenants ON DELETE CASCADE,
  id               uuid NOT NULL DEFAULT booking.uuid_v7(),
  event            booking.booking_event,
  booking_id       uuid,
  payload          text NOT NULL,
  status           booking.webhook_delivery_status NOT NULL DEFAULT 'pending',
  attempts         integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
  retries_from     integer NOT NULL DEFAULT 0 CHECK (retries_from BETWEEN 0 AND attempts),
  next_attempt_at  timestamptz DEFAULT now(),
  created_at       timestamptz NOT NULL DEFAULT now(),
  delivered_at     timestamptz,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, booking_id) REFERENCES booking.bookings ON DELETE CASCADE,
  CONSTRAINT a_test_has_neither_event_nor_booking CHECK ((event IS NULL) = (booking_id IS NULL)),
  CONSTRAINT pending_has_a_next_attempt CHECK ((status = 'pending') = (next_attempt_at IS NOT NULL))
);
CREATE INDEX webhook_deliveries_due ON booking.webhook_deliveries (tenant_id, next_attempt_at, id) WHERE status = 'pending';
CREATE INDEX webhook_deliveries_by_booking ON booking.webhook_deliveries (tenant_id, booking_id);
CREATE INDEX webhook_deliveries_by_age ON booking.webhook_deliveries (created_at);
CREATE INDEX webhook_deliveries_by_creation ON booking.webhook_deliveries (tenant_id, created_at, id);
COMMENT ON TABLE booking.webhook_deliveries IS
  'The outbox: a row commits together with the change that it tells of, and then records what became of it.';
COMMENT ON COLUMN booking.webhook_deliveries.event IS 'What happened to the booking; NULL in a test delivery.';
COMMENT ON COLUMN booking.webhook_deliveries.payload IS 'The bytes to sign and send, rendered once.';
COMMENT ON COLUMN booking.webhook_deliveries.attempts IS 'How many attempts have begun.';
COMMENT ON COLUMN booking.webhook_deliveries.retries_from IS 'How many of them were made before the last replay: the delays between retries count from there.';
ALTER TABLE booking.webhook_deliveries ENABLE ROW LEVEL SECURITY;
ALTER TABLE booking.webhook_deliveries FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON booking.webhook_deliveries
  USING (tenant_id = booking.current_tenant()) WITH CHECK (tenant_id = booking.current_tenant());
GRANT SELECT, INSERT, UPDATE (next_attempt_at) ON booking.webhook_deliveries TO booking_integration;
GRANT SELECT, INSERT, UPDATE (status, retries_from, next_attempt_at, delivered_at) ON booking.webhook_deliveries TO authenticated;
GRANT SELECT, INSERT, UPDATE, DELETE ON booking.webhook_deliveries TO service_role;

CREATE TABLE booking.webhook_attempts (
  tenant_id   uuid NOT NULL REFERENCES booking.tenants ON DELETE CASCADE,
  delivery_id uuid NOT NULL,
  number      integer NOT NULL CHECK (number > 0),
  started_at  timestamptz NOT NULL DEFAULT now(),
  finished_at timestamptz,
  duration_ms integer,
  status_code integer,
  error       text,
  answer      text,
  PRIMARY KEY (tenant_id, delivery_id, number),
  FOREIGN KEY (tenant_id, delivery_id) REFERENCES booking.webhook_deliveries ON DELETE CASCADE
);
COMMENT ON TABLE booking.webhook_attempts IS
  'The log of deliveries: a row is there before anything is sent, and tells afterwards what came of it. They go with their delivery.';
COMMENT ON COLUMN booking.webhook_attempts.number IS 'Counts the attempts of the delivery, from 1.';
COMMENT ON COLUMN booking.webhook_attempts.finished_at IS 'NULL while it runs, and for ever if the service died meanwhile: it is unknown whether the receiver got it.';
COMMENT ON COLUMN booking.webhook_attempts.duration_ms IS 'NULL also when nothing was sent because the address is refused.';
COMMENT ON COLUMN booking.webhook_attempts.status_code IS 'HTTP status; NULL without an answer.';
COMMENT ON COLUMN booking.webhook_attempts.error IS 'What went wrong; NULL after a success.';
COMMENT ON COLUMN booking.webhook_attempts.answer IS 'The first 1024 bytes of what the receiver answered.';
ALTER TABLE booking.webhook_attempts ENABLE ROW LEVEL SECURITY;
ALTER TABLE booking.webhook_attempts FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON booking.webhook_attempts
  USING (tenant_id = booking.current_tenant()) WITH CHECK (tenant_id = booking.current_tenant());
GRANT SELECT ON booking.webhook_attempts TO booking_integration, authenticated;
GRANT SELECT, INSERT, UPDATE, DELETE ON booking.webhook_attempts TO service_role;

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
  NOTIFY pg_booking_webhooks;
END
$$;
COMMENT ON FUNCTION booking.enqueue_webhook(uuid, uuid, uuid, booking.booking_event, integer) IS
  'Puts an event into the outbox if the tenant has webhooks, as part of the transaction that caused it, and wakes the senders at its commit.';

