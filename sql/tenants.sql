CREATE TABLE booking.tenants (
  tenant_id               uuid PRIMARY KEY DEFAULT booking.uuid_v7(),
  name                    text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  plan                    booking.plan NOT NULL DEFAULT 'free',
  plan_period_end         timestamptz,
  cancel_at_period_end    boolean NOT NULL DEFAULT false,
  published               boolean NOT NULL DEFAULT true,
  approval                booking.approval_mode NOT NULL DEFAULT 'manual',
  minimum_notice_minutes  integer NOT NULL DEFAULT 0 CHECK (minimum_notice_minutes BETWEEN 0 AND 527040),
  horizon_days            integer NOT NULL DEFAULT 60 CHECK (horizon_days BETWEEN 1 AND 1098),
  horizon_business_days   boolean NOT NULL DEFAULT false,
  cancel_deadline_minutes integer NOT NULL DEFAULT 1440 CHECK (cancel_deadline_minutes BETWEEN 0 AND 527040),
  guest_cancel            boolean NOT NULL DEFAULT true,
  guest_reschedule        boolean NOT NULL DEFAULT true,
  created_at              timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE booking.tenants IS 'A business (salon, practice): the unit of isolation. Every other table starts with its tenant_id.';
COMMENT ON COLUMN booking.tenants.tenant_id IS 'Also the practice''s therapist_id and its owner''s user id.';
COMMENT ON COLUMN booking.tenants.plan_period_end IS 'Until when the plan is paid; NULL: without end. Afterwards the tenant counts as free.';
COMMENT ON COLUMN booking.tenants.cancel_at_period_end IS 'Whether the plan ends with its period instead of being renewed.';
COMMENT ON COLUMN booking.tenants.published IS 'Off: search finds nothing and no booking can be made; existing bookings stay as they are.';
COMMENT ON COLUMN booking.tenants.minimum_notice_minutes IS 'A start is bookable only this long before it or earlier (elapsed minutes, inclusive).';
COMMENT ON COLUMN booking.tenants.horizon_days IS 'The last bookable local date is today plus this many days.';
COMMENT ON COLUMN booking.tenants.horizon_business_days IS 'Whether of the horizon only Mondays to Fridays count.';
COMMENT ON COLUMN booking.tenants.cancel_deadline_minutes IS 'How long before the start a guest may still cancel; copied onto each booking.';
COMMENT ON COLUMN booking.tenants.guest_cancel IS 'Whether guests may cancel at all.';
COMMENT ON COLUMN booking.tenants.guest_reschedule IS 'Whether guests may ask for another time.';

ALTER TABLE booking.tenants ENABLE ROW LEVEL SECURITY;
ALTER TABLE booking.tenants FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON booking.tenants
  USING (tenant_id = booking.current_tenant()) WITH CHECK (tenant_id = booking.current_tenant());
GRANT SELECT ON booking.tenants TO booking_integration;
GRANT SELECT, INSERT, UPDATE, DELETE ON booking.tenants TO service_role;

CREATE FUNCTION booking.plan_in_force(plan booking.plan, plan_period_end timestamptz) RETURNS booking.plan
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT CASE WHEN plan_period_end <= now() THEN 'free' ELSE plan END;
END;
COMMENT ON FUNCTION booking.plan_in_force(booking.plan, timestamptz) IS 'The plan that counts now: free once the paid period is over.';

-- Global look-up: a slug is unique over all tenants, so it cannot start with tenant_id.
CREATE TABLE booking.tenant_slugs (
  slug      text PRIMARY KEY CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' AND length(slug) <= 100),
  tenant_id uuid NOT NULL UNIQUE REFERENCES booking.tenants ON DELETE CASCADE
);
COMMENT ON TABLE booking.tenant_slugs IS 'The public name of each tenant, as salonSlug in /v1.';
ALTER TABLE booking.tenant_slugs ENABLE ROW LEVEL SECURITY;
ALTER TABLE booking.tenant_slugs FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON booking.tenant_slugs
  USING (tenant_id = booking.current_tenant()) WITH CHECK (tenant_id = booking.current_tenant());
GRANT SELECT ON booking.tenant_slugs TO booking_integration;
GRANT SELECT, INSERT, UPDATE, DELETE ON booking.tenant_slugs TO service_role;

CREATE TABLE booking.locations (
  tenant_id  uuid NOT NULL REFERENCES booking.tenants ON DELETE CASCADE,
  id         uuid NOT NULL DEFAULT booking.uuid_v7(),
  slug       text NOT NULL CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' AND length(slug) <= 100),
  name       text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  time_zone  text NOT NULL CHECK (booking.is_time_zone(time_zone)),
  address    text CHECK (length(address) <= 500),
  phone      text CHECK (length(phone) <= 40),
  is_default boolean NOT NULL DEFAULT false,
  active     boolean NOT NULL DEFAULT true,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, slug)
);
CREATE UNIQUE INDEX locations_one_default ON booking.locations (tenant_id) WHERE is_default;
COMMENT ON TABLE booking.locations IS 'Where a tenant works; its time zone is the one in which hours are written and local times are shown.';
COMMENT ON COLUMN booking.locations.time_zone IS 'IANA region, e.g. Europe/Budapest.';
COMMENT ON COLUMN booking.locations.is_default IS 'The location meant when a caller names none.';
COMMENT ON COLUMN booking.locations.active IS 'Off: hidden from callers and not bookable.';
ALTER TABLE booking.locations ENABLE ROW LEVEL SECURITY;
ALTER TABLE booking.locations FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON booking.locations
  USING (tenant_id = booking.current_tenant()) WITH CHECK (tenant_id = booking.current_tenant());
GRANT SELECT ON booking.locations TO booking_integration;
GRANT SELECT, INSERT, UPDATE, DELETE ON booking.locations TO service_role;

CREATE TABLE booking.members (
  tenant_id  uuid NOT NULL REFERENCES booking.tenants ON DELETE CASCADE,
  user_id    uuid NOT NULL,
  role       booking.staff_role NOT NULL DEFAULT 'staff',
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, user_id)
);
COMMENT ON TABLE booking.members IS
  'Users with access to a tenant''s administration. Who leaves loses, with the row, the personal API keys made in their name.';
ALTER TABLE booking.members ENABLE ROW LEVEL SECURITY;
ALTER TABLE booking.members FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON booking.members
  USING (tenant_id = booking.current_tenant()) WITH CHECK (tenant_id = booking.current_tenant());
GRANT SELECT, INSERT, UPDATE, DELETE ON booking.members TO service_role;
GRANT SELECT ON booking.members TO authenticated;

CREATE FUNCTION booking.create_tenant(
  slug text, name text, time_zone text, plan booking.plan DEFAULT 'free',
  approval booking.approval_mode DEFAULT 'manual', tenant_id uuid DEFAULT booking.uuid_v7()) RETURNS uuid
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  INSERT INTO booking.tenants (tenant_id, name, plan, approval)
    VALUES (create_tenant.tenant_id, create_tenant.name, create_tenant.plan, create_tenant.approval);
  INSERT INTO booking.tenant_slugs (slug, tenant_id) VALUES (create_tenant.slug, create_tenant.tenant_id);
  INSERT INTO booking.locations (tenant_id, slug, name, time_zone, is_default)
    VALUES (create_tenant.tenant_id, 'main', create_tenant.name, create_tenant.time_zone, true);
  SELECT create_tenant.tenant_id;
END;
COMMENT ON FUNCTION booking.create_tenant(text, text, text, booking.plan, booking.approval_mode, uuid) IS
  'A new tenant with its slug and a default location "main" in the given time zone; returns its id.';

