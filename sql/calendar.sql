-- Schedules are wall clock at their location. to < from crosses midnight and belongs to the day it starts on; 24:00 is allowed.
CREATE TABLE booking.opening_hours (
  tenant_id   uuid NOT NULL,
  id          uuid NOT NULL DEFAULT booking.uuid_v7(),
  location_id uuid NOT NULL,
  weekday     smallint NOT NULL CHECK (weekday BETWEEN 1 AND 7),
  opens       time NOT NULL,
  closes      time NOT NULL CHECK (closes <> opens),
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, location_id) REFERENCES booking.locations ON DELETE CASCADE
);
CREATE INDEX opening_hours_by_location ON booking.opening_hours (tenant_id, location_id, weekday);
COMMENT ON TABLE booking.opening_hours IS
  'When a location is open, week by week. A location without any rows here and in date_overrides does not restrict its staff.';
COMMENT ON COLUMN booking.opening_hours.weekday IS 'ISO: 1 Monday … 7 Sunday.';
ALTER TABLE booking.opening_hours ENABLE ROW LEVEL SECURITY;
ALTER TABLE booking.opening_hours FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON booking.opening_hours
  USING (tenant_id = booking.current_tenant()) WITH CHECK (tenant_id = booking.current_tenant());
GRANT SELECT ON booking.opening_hours TO booking_integration;
GRANT SELECT, INSERT, UPDATE, DELETE ON booking.opening_hours TO service_role;

CREATE TABLE booking.working_hours (
  tenant_id   uuid NOT NULL,
  id          uuid NOT NULL DEFAULT booking.uuid_v7(),
  staff_id    uuid NOT NULL,
  location_id uuid NOT NULL,
  weekday     smallint NOT NULL CHECK (weekday BETWEEN 1 AND 7),
  opens       time NOT NULL,
  closes      time NOT NULL CHECK (closes <> opens),
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, staff_id) REFERENCES booking.staff ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, location_id) REFERENCES booking.locations ON DELETE CASCADE
);
CREATE INDEX working_hours_by_staff ON booking.working_hours (tenant_id, staff_id, location_id, weekday);
COMMENT ON TABLE booking.working_hours IS
  'When a staff member works, week by week and per location. Somebody without any rows here works the opening hours of every location; with rows, only where the rows say.';
COMMENT ON COLUMN booking.working_hours.weekday IS 'ISO: 1 Monday … 7 Sunday.';
ALTER TABLE booking.working_hours ENABLE ROW LEVEL SECURITY;
ALTER TABLE booking.working_hours FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON booking.working_hours
  USING (tenant_id = booking.current_tenant()) WITH CHECK (tenant_id = booking.current_tenant());
GRANT SELECT ON booking.working_hours TO booking_integration;
GRANT SELECT, INSERT, UPDATE, DELETE ON booking.working_hours TO service_role;

CREATE TABLE booking.date_overrides (
  tenant_id   uuid NOT NULL,
  id          uuid NOT NULL DEFAULT booking.uuid_v7(),
  location_id uuid NOT NULL,
  staff_id    uuid,
  on_date     date NOT NULL,
  opens       time,
  closes      time,
  reason      text CHECK (length(reason) <= 200),
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, location_id) REFERENCES booking.locations ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, staff_id) REFERENCES booking.staff ON DELETE CASCADE,
  CHECK ((opens IS NULL) = (closes IS NULL)),
  CHECK (closes <> opens)
);
CREATE INDEX date_overrides_by_location ON booking.date_overrides (tenant_id, location_id, on_date);
COMMENT ON TABLE booking.date_overrides IS
  'Replaces all intervals that start on one date: of the location when staff_id is null, else of that person at that location. Several rows make several intervals; a row without times closes the date.';
ALTER TABLE booking.date_overrides ENABLE ROW LEVEL SECURITY;
ALTER TABLE booking.date_overrides FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON booking.date_overrides
  USING (tenant_id = booking.current_tenant()) WITH CHECK (tenant_id = booking.current_tenant());
GRANT SELECT ON booking.date_overrides TO booking_integration;
GRANT SELECT, INSERT, UPDATE, DELETE ON booking.date_overrides TO service_role;

CREATE TABLE booking.breaks (
  tenant_id   uuid NOT NULL,
  id          uuid NOT NULL DEFAULT booking.uuid_v7(),
  location_id uuid NOT NULL,
  staff_id    uuid,
  weekday     smallint NOT NULL CHECK (weekday BETWEEN 1 AND 7),
  begins      time NOT NULL,
  ends        time NOT NULL CHECK (ends <> begins),
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, location_id) REFERENCES booking.locations ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, staff_id) REFERENCES booking.staff ON DELETE CASCADE
);
CREATE INDEX breaks_by_location ON booking.breaks (tenant_id, location_id);
COMMENT ON TABLE booking.breaks IS
  'Taken out of the hours of their weekday, be they weekly or an override: of everybody at a location when staff_id is null, else of that person there.';
COMMENT ON COLUMN booking.breaks.weekday IS 'ISO: 1 Monday … 7 Sunday.';
ALTER TABLE booking.breaks ENABLE ROW LEVEL SECURITY;
ALTER TABLE booking.breaks FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON booking.breaks
  USING (tenant_id = booking.current_tenant()) WITH CHECK (tenant_id = booking.current_tenant());
GRANT SELECT ON booking.breaks TO booking_integration;
GRANT SELECT, INSERT, UPDATE, DELETE ON booking.breaks TO service_role;

CREATE TABLE booking.blocked_slots (
  tenant_id   uuid NOT NULL,
  id          uuid NOT NULL DEFAULT booking.uuid_v7(),
  location_id uuid NOT NULL,
  staff_id    uuid,
  kind        booking.block_kind NOT NULL DEFAULT 'other',
  note        text CHECK (length(note) <= 200),
  on_date     date NOT NULL CHECK (isfinite(on_date)),
  begins      time NOT NULL,
  ends        time NOT NULL CHECK (ends <> begins),
  weekly      boolean NOT NULL DEFAULT false,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, location_id) REFERENCES booking.locations ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, staff_id) REFERENCES booking.staff ON DELETE CASCADE
);
CREATE INDEX blocked_slots_by_date ON booking.blocked_slots (tenant_id, on_date) WHERE NOT weekly;
CREATE INDEX blocked_slots_weekly ON booking.blocked_slots (tenant_id) WHERE weekly;
COMMENT ON TABLE booking.blocked_slots IS
  'Times of a date, or of its weekday from that date on, that cannot be booked: of everybody at a location when staff_id is null, else of that person wherever they are, by the clocks of the location. They win over hours like time off.';
COMMENT ON COLUMN booking.blocked_slots.weekly IS 'Repeated every week from on_date on, until the row is deleted.';
ALTER TABLE booking.blocked_slots ENABLE ROW LEVEL SECURITY;
ALTER TABLE booking.blocked_slots FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON booking.blocked_slots
  USING (tenant_id = booking.current_tenant()) WITH CHECK (tenant_id = booking.current_tenant());
GRANT SELECT ON booking.blocked_slots TO booking_integration;
GRANT SELECT, INSERT, UPDATE, DELETE ON booking.blocked_slots TO service_role;

CREATE TABLE booking.time_off (
  tenant_id uuid NOT NULL,
  id        uuid NOT NULL DEFAULT booking.uuid_v7(),
  staff_id  uuid NOT NULL,
  starts_at timestamptz NOT NULL CHECK (isfinite(starts_at)),
  ends_at   timestamptz NOT NULL CHECK (isfinite(ends_at)),
  reason    text CHECK (length(reason) <= 200),
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, staff_id) REFERENCES booking.staff ON DELETE CASCADE,
  CHECK (ends_at > starts_at)
);
CREATE INDEX time_off_by_staff ON booking.time_off (tenant_id, staff_id, ends_at) INCLUDE (starts_at);
COMMENT ON TABLE booking.time_off IS 'When a person is away, from one instant to another, over days if need be: wins over overrides and weekly hours.';
ALTER TABLE booking.time_off ENABLE ROW LEVEL SECURITY;
ALTER TABLE booking.time_off FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON booking.time_off
  USING (tenant_id = booking.current_tenant()) WITH CHECK (tenant_id = booking.current_tenant());
GRANT SELECT ON booking.time_off TO booking_integration;
GRANT SELECT, INSERT, UPDATE, DELETE ON booking.time_off TO service_role;

