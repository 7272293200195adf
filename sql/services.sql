CREATE FUNCTION booking.pricing_version(duration_minutes integer, price_type booking.price_type, price_amount numeric, price_currency text)
  RETURNS text
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT "left"(encode(sha256((
    duration_minutes::text || '|' || CASE price_type
      WHEN 'fixed' THEN 'fixed' WHEN 'from' THEN 'from' WHEN 'free' THEN 'free' ELSE 'on_request' END
    || '|' || coalesce(trim_scale(price_amount)::text, '') || '|' || coalesce(price_currency, ''))::bytea), 'hex'), 12);
END;
COMMENT ON FUNCTION booking.pricing_version(integer, booking.price_type, numeric, text) IS
  'Twelve digits that differ when a duration or a price does.';

CREATE TABLE booking.services (
  tenant_id             uuid NOT NULL REFERENCES booking.tenants ON DELETE CASCADE,
  id                    uuid NOT NULL DEFAULT booking.uuid_v7(),
  name                  text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  description           text CHECK (length(description) <= 4000),
  category              text CHECK (length(category) <= 200),
  duration_minutes      integer NOT NULL CHECK (duration_minutes BETWEEN 1 AND 1440),
  buffer_before_minutes integer NOT NULL DEFAULT 0 CHECK (buffer_before_minutes BETWEEN 0 AND 720),
  buffer_after_minutes  integer NOT NULL DEFAULT 0 CHECK (buffer_after_minutes BETWEEN 0 AND 720),
  buffers_inside_hours  boolean NOT NULL DEFAULT false,
  capacity              integer NOT NULL DEFAULT 1 CHECK (capacity BETWEEN 1 AND 1000),
  processing_minutes    integer NOT NULL DEFAULT 0 CHECK (processing_minutes BETWEEN 0 AND 720),
  slot_step_minutes     integer NOT NULL DEFAULT 15 CHECK (slot_step_minutes BETWEEN 1 AND 1440),
  slot_alignment        booking.slot_alignment NOT NULL DEFAULT 'interval',
  price_type            booking.price_type NOT NULL DEFAULT 'fixed',
  price_amount          numeric(12, 3) CHECK (price_amount >= 0),
  price_currency        text CHECK (price_currency ~ '^[A-Z]{3}$'),
  pricing_version       text NOT NULL GENERATED ALWAYS AS (
                          booking.pricing_version(duration_minutes, price_type, price_amount, price_currency)) STORED,
  active                boolean NOT NULL DEFAULT true,
  bookable_online       boolean NOT NULL DEFAULT true,
  sort_order            integer NOT NULL DEFAULT 0,
  created_at            timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, id),
  CHECK ((price_amount IS NULL) = (price_currency IS NULL)),
  CHECK (price_amount IS NOT NULL OR price_type IN ('free', 'on_request'))
);
COMMENT ON TABLE booking.services IS 'What can be booked.';
COMMENT ON COLUMN booking.services.duration_minutes IS 'What guests see, without buffers.';
COMMENT ON COLUMN booking.services.buffer_before_minutes IS 'Kept free before the start, invisible to guests; a change touches new bookings only.';
COMMENT ON COLUMN booking.services.buffer_after_minutes IS 'Kept free after the end, invisible to guests; a change touches new bookings only.';
COMMENT ON COLUMN booking.services.buffers_inside_hours IS 'Whether buffers too must lie inside the open hours.';
COMMENT ON COLUMN booking.services.capacity IS
  'More than 1: a class. So many guests share one start with one person; a change touches new bookings only.';
COMMENT ON COLUMN booking.services.processing_minutes IS
  'In a visit, how long it takes after the service until the next one can begin; the person is free meanwhile.';
COMMENT ON COLUMN booking.services.slot_step_minutes IS 'Distance of candidate starts.';
COMMENT ON COLUMN booking.services.price_amount IS 'In major units of the currency (forints, dollars).';
COMMENT ON COLUMN booking.services.pricing_version IS 'Changes whenever price or duration change: a caller who sends it back learns that a price moved.';
ALTER TABLE booking.services ENABLE ROW LEVEL SECURITY;
ALTER TABLE booking.services FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON booking.services
  USING (tenant_id = booking.current_tenant()) WITH CHECK (tenant_id = booking.current_tenant());
GRANT SELECT ON booking.services TO booking_integration;
GRANT SELECT, INSERT, UPDATE, DELETE ON booking.services TO service_role;

CREATE TABLE booking.staff_services (
  tenant_id        uuid NOT NULL,
  staff_id         uuid NOT NULL,
  service_id       uuid NOT NULL,
  duration_minutes integer CHECK (duration_minutes BETWEEN 1 AND 1440),
  price_amount     numeric(12, 3) CHECK (price_amount >= 0),
  PRIMARY KEY (tenant_id, staff_id, service_id),
  FOREIGN KEY (tenant_id, staff_id) REFERENCES booking.staff ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, service_id) REFERENCES booking.services ON DELETE CASCADE
);
CREATE INDEX staff_services_by_service ON booking.staff_services (tenant_id, service_id);
COMMENT ON TABLE booking.staff_services IS 'Who performs what, and in what they differ.';
COMMENT ON COLUMN booking.staff_services.duration_minutes IS 'How long it takes this person; NULL: what the service says.';
COMMENT ON COLUMN booking.staff_services.price_amount IS
  'What it costs with this person, in the service''s currency; NULL, or a service without a price: what the service says.';
ALTER TABLE booking.staff_services ENABLE ROW LEVEL SECURITY;
ALTER TABLE booking.staff_services FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON booking.staff_services
  USING (tenant_id = booking.current_tenant()) WITH CHECK (tenant_id = booking.current_tenant());
GRANT SELECT ON booking.staff_services TO booking_integration;
GRANT SELECT, INSERT, UPDATE, DELETE ON booking.staff_services TO service_role;


CREATE TYPE booking.service_terms AS (
  duration_minutes integer, buffer_before_minutes integer, buffer_after_minutes integer, capacity integer,
  price_type booking.price_type, price_amount numeric, price_currency text, pricing_version text);
COMMENT ON TYPE booking.service_terms IS 'What a booking is made under.';

CREATE FUNCTION booking.terms_with(tenant_id uuid, service_id uuid, staff_id uuid) RETURNS booking.service_terms
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  terms booking.service_terms;
BEGIN
  SELECT own.duration, s.buffer_before_minutes, s.buffer_after_minutes, s.capacity, s.price_type, own.price, s.price_currency,
         booking.pricing_version(own.duration, s.price_type, own.price, s.price_currency) INTO terms
  FROM booking.services AS s
  JOIN booking.staff_services AS skill ON skill.tenant_id = s.tenant_id AND skill.service_id = s.id
  CROSS JOIN LATERAL (SELECT coalesce(skill.duration_minutes, s.duration_minutes) AS duration,
                             CASE WHEN s.price_currency IS NOT NULL THEN coalesce(skill.price_amount, s.price_amount) END AS price) AS own
  WHERE s.tenant_id = terms_with.tenant_id AND s.id = terms_with.service_id AND skill.staff_id = terms_with.staff_id;
  RETURN terms;
END
$$;
COMMENT ON FUNCTION booking.terms_with(uuid, uuid, uuid) IS 'Duration, buffers, capacity and price of a service with a person who performs it.';
