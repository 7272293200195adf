CREATE TABLE booking.staff (
  tenant_id             uuid NOT NULL REFERENCES booking.tenants ON DELETE CASCADE,
  id                    uuid NOT NULL DEFAULT booking.uuid_v7(),
  name                  text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  bio                   text CHECK (length(bio) <= 2000),
  role                  booking.staff_role NOT NULL DEFAULT 'staff',
  active                boolean NOT NULL DEFAULT true,
  sort_order            integer NOT NULL DEFAULT 0,
  max_bookings_per_day  integer CHECK (max_bookings_per_day > 0),
  max_bookings_per_week integer CHECK (max_bookings_per_week > 0),
  own_hours_win         boolean NOT NULL DEFAULT false,
  created_at            timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX staff_one_owner ON booking.staff (tenant_id) WHERE role = 'owner';
COMMENT ON TABLE booking.staff IS 'People who can be booked.';
COMMENT ON COLUMN booking.staff.active IS 'Off: not listed and not bookable; existing bookings stay.';
COMMENT ON COLUMN booking.staff.max_bookings_per_day IS
  'No more than this many bookings, proposals and holds start on a local date; NULL: no limit.';
COMMENT ON COLUMN booking.staff.max_bookings_per_week IS 'The same for weeks from Monday to Sunday.';
COMMENT ON COLUMN booking.staff.own_hours_win IS
  'On: who has working hours is bookable in them whether the location is open or not. Off: only when it is open too.';
COMMENT ON COLUMN booking.staff.sort_order IS 'Order in lists, and the last tie-break when anybody may serve.';
ALTER TABLE booking.staff ENABLE ROW LEVEL SECURITY;
ALTER TABLE booking.staff FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON booking.staff
  USING (tenant_id = booking.current_tenant()) WITH CHECK (tenant_id = booking.current_tenant());
GRANT SELECT ON booking.staff TO booking_integration;
GRANT SELECT, INSERT, UPDATE, DELETE ON booking.staff TO service_role;

