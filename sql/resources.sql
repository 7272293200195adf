-- Rooms and equipment: kinds of units, the units there are, and which services need one of a kind.

CREATE TABLE booking.resource_kinds (
  tenant_id  uuid NOT NULL REFERENCES booking.tenants ON DELETE CASCADE,
  id         uuid NOT NULL DEFAULT booking.uuid_v7(),
  name       text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, id)
);
COMMENT ON TABLE booking.resource_kinds IS 'Rooms or equipment that are as good as one another: treatment rooms, lasers. The units of a kind at a location are a pool.';
ALTER TABLE booking.resource_kinds ENABLE ROW LEVEL SECURITY;
ALTER TABLE booking.resource_kinds FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON booking.resource_kinds
  USING (tenant_id = booking.current_tenant()) WITH CHECK (tenant_id = booking.current_tenant());
GRANT SELECT ON booking.resource_kinds TO booking_integration, authenticated;
GRANT SELECT, INSERT, UPDATE, DELETE ON booking.resource_kinds TO service_role;

CREATE TABLE booking.resources (
  tenant_id   uuid NOT NULL,
  id          uuid NOT NULL DEFAULT booking.uuid_v7(),
  kind_id     uuid NOT NULL,
  location_id uuid NOT NULL,
  name        text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  active      boolean NOT NULL DEFAULT true,
  created_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, kind_id) REFERENCES booking.resource_kinds ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, location_id) REFERENCES booking.locations ON DELETE CASCADE
);
CREATE INDEX resources_by_kind ON booking.resources (tenant_id, kind_id, location_id);
COMMENT ON TABLE booking.resources IS 'One room or device each, at a location. Of those that are free the one is taken that leaves the longest free stretch to others, then the lowest id.';
COMMENT ON COLUMN booking.resources.active IS 'Off: taken by no new booking; existing bookings stay.';
ALTER TABLE booking.resources ENABLE ROW LEVEL SECURITY;
ALTER TABLE booking.resources FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON booking.resources
  USING (tenant_id = booking.current_tenant()) WITH CHECK (tenant_id = booking.current_tenant());
GRANT SELECT ON booking.resources TO booking_integration, authenticated;
GRANT SELECT, INSERT, UPDATE, DELETE ON booking.resources TO service_role;

CREATE TABLE booking.service_resources (
  tenant_id  uuid NOT NULL,
  service_id uuid NOT NULL,
  kind_id    uuid NOT NULL,
  PRIMARY KEY (tenant_id, service_id, kind_id),
  FOREIGN KEY (tenant_id, service_id) REFERENCES booking.services ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, kind_id) REFERENCES booking.resource_kinds ON DELETE CASCADE
);
CREATE INDEX service_resources_by_kind ON booking.service_resources (tenant_id, kind_id);
COMMENT ON TABLE booking.service_resources IS
  'What a service needs beside the person who performs it: one unit of each of these kinds, for as long as the person''s time is protected.';
ALTER TABLE booking.service_resources ENABLE ROW LEVEL SECURITY;
ALTER TABLE booking.service_resources FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON booking.service_resources
  USING (tenant_id = booking.current_tenant()) WITH CHECK (tenant_id = booking.current_tenant());
GRANT SELECT ON booking.service_resources TO booking_integration, authenticated;
GRANT SELECT, INSERT, UPDATE, DELETE ON booking.service_resources TO service_role;
