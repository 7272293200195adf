CREATE TABLE booking.bookings (
  tenant_id             uuid NOT NULL REFERENCES booking.tenants ON DELETE CASCADE,
  id                    uuid NOT NULL DEFAULT booking.uuid_v7(),
  location_id           uuid NOT NULL,
  service_id            uuid NOT NULL,
  staff_id              uuid NOT NULL,
  customer_id           uuid NOT NULL,
  status                booking.booking_status NOT NULL,
  visit_stage           booking.visit_stage,
  starts_at             timestamptz NOT NULL CHECK (isfinite(starts_at)),
  ends_at               timestamptz NOT NULL CHECK (isfinite(ends_at)),
  buffer_before_minutes integer NOT NULL CHECK (buffer_before_minutes >= 0),
  buffer_after_minutes  integer NOT NULL CHECK (buffer_after_minutes >= 0),
  capacity              integer NOT NULL DEFAULT 1 CHECK (capacity > 0),
  resource_ids          uuid[] NOT NULL DEFAULT '{}',
  service_name          text NOT NULL,
  price_type            booking.price_type NOT NULL,
  price_amount          numeric(12, 3),
  price_currency        text,
  pricing_version       text NOT NULL,
  guest_name            text NOT NULL CHECK (length(guest_name) BETWEEN 1 AND 200),
  guest_email           text CHECK (length(guest_email) <= 254),
  guest_phone           text CHECK (length(guest_phone) <= 40),
  note                  text CHECK (length(note) <= 1000),
  source                booking.booking_source NOT NULL,
  cancel_deadline_at    timestamptz NOT NULL,
  cancelled_by          booking.actor_type,
  cancel_reason         text CHECK (length(cancel_reason) <= 500),
  cancelled_at          timestamptz,
  proposal_starts_at    timestamptz CHECK (isfinite(proposal_starts_at)),
  proposal_ends_at      timestamptz CHECK (isfinite(proposal_ends_at)),
  proposal_staff_id     uuid,
  proposal_resource_ids uuid[],
  proposal_from_status  booking.booking_status,
  proposed_by           booking.actor_type,
  proposed_at           timestamptz,
  removed_at            timestamptz,
  visit_id              uuid,
  visit_part            integer CHECK (visit_part > 0),
  created_at            timestamptz NOT NULL DEFAULT now(),
  updated_at            timestamptz NOT NULL DEFAULT clock_timestamp(),
  version               integer NOT NULL DEFAULT 1,
  changed_by            xid8 NOT NULL GENERATED ALWAYS AS (booking.writing_transaction(version)) STORED,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, location_id) REFERENCES booking.locations,
  FOREIGN KEY (tenant_id, service_id) REFERENCES booking.services,
  FOREIGN KEY (tenant_id, staff_id) REFERENCES booking.staff,
  FOREIGN KEY (tenant_id, customer_id) REFERENCES booking.customers,
  FOREIGN KEY (tenant_id, proposal_staff_id) REFERENCES booking.staff,
  CHECK (ends_at > starts_at),
  CHECK ((visit_id IS NULL) = (visit_part IS NULL)),
  CHECK ((status = 'cancelled') = (cancelled_at IS NOT NULL)),
  CHECK ((cancelled_at IS NULL) = (cancelled_by IS NULL)),
  CHECK (removed_at IS NULL OR status IN ('declined', 'cancelled', 'completed', 'no_show')),
  CHECK ((status = 'reschedule_proposed') = (proposal_starts_at IS NOT NULL)),
  CHECK (num_nulls(proposal_starts_at, proposal_ends_at, proposal_staff_id, proposal_resource_ids,
                   proposal_from_status, proposed_by, proposed_at) IN (0, 7)),
  CHECK (proposal_ends_at - proposal_starts_at = ends_at - starts_at)
);
CREATE INDEX bookings_by_start ON booking.bookings (tenant_id, starts_at, id);
CREATE INDEX bookings_by_change ON booking.bookings (tenant_id, changed_by, id);
CREATE INDEX bookings_by_update ON booking.bookings (tenant_id, updated_at);
CREATE INDEX bookings_by_customer ON booking.bookings (tenant_id, customer_id);
CREATE INDEX bookings_by_staff ON booking.bookings (tenant_id, staff_id, starts_at);
CREATE INDEX bookings_by_proposed_staff ON booking.bookings (tenant_id, proposal_staff_id, proposal_starts_at)
  WHERE proposal_staff_id IS NOT NULL;
CREATE UNIQUE INDEX bookings_by_visit ON booking.bookings (tenant_id, visit_id, visit_part) WHERE visit_id IS NOT NULL;
-- A location, service or person belongs to one tenant: to know both says no more than to know the one.
CREATE STATISTICS booking.bookings_of_one_tenant (dependencies) ON tenant_id, location_id, service_id, staff_id FROM booking.bookings;
-- None by service or location: the planner, to whom tenant and location are unrelated, would take one of them for as selective as
-- the primary key and read all of a tenant's bookings for every single one. Foreign keys look by tenant.
COMMENT ON TABLE booking.bookings IS
  'One booking each, with the terms it was made under (buffers, price, deadline) and the guest as they named themselves. Written by the functions of the booking flow only.';
COMMENT ON COLUMN booking.bookings.capacity IS 'How many guests may share its time (booking.services.capacity when it was made); 1: nobody else.';
COMMENT ON COLUMN booking.bookings.resource_ids IS 'The rooms and devices (booking.resources) it has or had, one of each kind that the service needs.';
COMMENT ON COLUMN booking.bookings.visit_id IS 'Shared by bookings that were made together, one after the other (booking.create_visit).';
COMMENT ON COLUMN booking.bookings.visit_part IS 'The place of the booking in its visit, from 1.';
COMMENT ON COLUMN booking.bookings.version IS 'Counts the changes of the row, from 1.';
COMMENT ON COLUMN booking.bookings.changed_by IS 'The transaction of the last change (of version): the order of the feed of changes.';
COMMENT ON COLUMN booking.bookings.visit_stage IS 'While the booking is confirmed: how far the visit has got; NULL: confirmed and no further.';
COMMENT ON COLUMN booking.bookings.removed_at IS
  'Since when the practice''s list of appointments does not show it any more. It has ended before, and its record stays.';
COMMENT ON COLUMN booking.bookings.cancel_deadline_at IS 'Until when the guest may cancel, by the rule in force when the booking was made.';
COMMENT ON COLUMN booking.bookings.proposal_starts_at IS 'The time proposed while status is reschedule_proposed; it is kept free like the booking''s own.';
COMMENT ON COLUMN booking.bookings.proposal_from_status IS 'What the status goes back to when the proposal is refused.';
COMMENT ON COLUMN booking.bookings.proposed_by IS 'guest or provider: the other side accepts or refuses.';
ALTER TABLE booking.bookings ENABLE ROW LEVEL SECURITY;
ALTER TABLE booking.bookings FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON booking.bookings
  USING (tenant_id = booking.current_tenant()) WITH CHECK (tenant_id = booking.current_tenant());
GRANT SELECT, INSERT, UPDATE ON booking.bookings TO booking_integration;
GRANT SELECT, INSERT, UPDATE, DELETE ON booking.bookings TO service_role;

CREATE TABLE booking.holds (
  tenant_id             uuid NOT NULL,
  id                    uuid NOT NULL DEFAULT booking.uuid_v7(),
  location_id           uuid NOT NULL,
  service_id            uuid NOT NULL,
  staff_id              uuid NOT NULL,
  starts_at             timestamptz NOT NULL CHECK (isfinite(starts_at)),
  duration_minutes      integer NOT NULL CHECK (duration_minutes > 0),
  buffer_before_minutes integer NOT NULL CHECK (buffer_before_minutes >= 0),
  buffer_after_minutes  integer NOT NULL CHECK (buffer_after_minutes >= 0),
  capacity              integer NOT NULL DEFAULT 1 CHECK (capacity > 0),
  resource_ids          uuid[] NOT NULL DEFAULT '{}',
  expires_at            timestamptz NOT NULL CHECK (isfinite(expires_at)),
  created_at            timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, location_id) REFERENCES booking.locations ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, service_id) REFERENCES booking.services ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, staff_id) REFERENCES booking.staff ON DELETE CASCADE
);
CREATE INDEX holds_by_staff ON booking.holds (tenant_id, staff_id, expires_at);
CREATE INDEX holds_by_location ON booking.holds (tenant_id, location_id);
CREATE INDEX holds_by_service ON booking.holds (tenant_id, service_id);
CREATE INDEX holds_by_expiry ON booking.holds (expires_at);
COMMENT ON TABLE booking.holds IS
  'Starts kept for somebody who is about to book. A hold blocks like a booking until its busy time expires, whether its row is still there or not.';
COMMENT ON COLUMN booking.holds.expires_at IS 'From then on the time is free.';
ALTER TABLE booking.holds ENABLE ROW LEVEL SECURITY;
ALTER TABLE booking.holds FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON booking.holds
  USING (tenant_id = booking.current_tenant()) WITH CHECK (tenant_id = booking.current_tenant());
GRANT SELECT, DELETE ON booking.holds TO booking_integration;
GRANT SELECT, INSERT, UPDATE, DELETE ON booking.holds TO service_role;

-- The last line of defence against double booking: whatever code runs, no two rows of one person or unit can overlap, unless
-- they are seats of one session, and each seat is taken once.
CREATE TABLE booking.busy_times (
  tenant_id         uuid NOT NULL REFERENCES booking.tenants ON DELETE CASCADE,
  id                uuid NOT NULL DEFAULT booking.uuid_v7(),
  staff_id          uuid,
  resource_id       uuid,
  kind              booking.busy_kind NOT NULL DEFAULT 'booking',
  booking_id        uuid,
  hold_id           uuid,
  expires_at        timestamptz,
  source            text CHECK (length(source) BETWEEN 1 AND 200),
  session_id        uuid,
  session_starts_at timestamptz,
  seat              integer,
  capacity          integer,
  protected_from    timestamptz NOT NULL CHECK (isfinite(protected_from)),
  protected_to      timestamptz NOT NULL CHECK (isfinite(protected_to)),
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, staff_id) REFERENCES booking.staff ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, resource_id) REFERENCES booking.resources ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, booking_id) REFERENCES booking.bookings ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, hold_id) REFERENCES booking.holds ON DELETE CASCADE,
  CONSTRAINT busy_times_cause CHECK (
    (booking_id IS NOT NULL) = (kind IN ('booking', 'proposal')) AND (hold_id IS NOT NULL) = (kind = 'hold')
    AND (expires_at IS NOT NULL) = (kind = 'hold') AND (source IS NOT NULL) = (kind = 'external')),
  CONSTRAINT busy_times_owner CHECK (num_nonnulls(staff_id, resource_id) = 1),
  CONSTRAINT busy_times_session CHECK ((session_id IS NULL) = (session_starts_at IS NULL)
    AND (seat IS NOT NULL) = (session_id IS NOT NULL AND staff_id IS NOT NULL) AND (seat IS NULL) = (capacity IS NULL)),
  CONSTRAINT busy_times_seat CHECK (seat BETWEEN 1 AND capacity),
  CONSTRAINT busy_times_length CHECK (protected_to > protected_from AND protected_to <= protected_from + interval '72 hours'),
  CONSTRAINT no_double_booking EXCLUDE USING gist
    (tenant_id WITH =, staff_id WITH =, tstzrange(protected_from, protected_to) WITH &&, coalesce(session_id, id) WITH <>)
    WHERE (kind <> 'external' AND staff_id IS NOT NULL),
  CONSTRAINT no_double_use EXCLUDE USING gist
    (tenant_id WITH =, resource_id WITH =, tstzrange(protected_from, protected_to) WITH &&, coalesce(session_id, id) WITH <>)
    WHERE (resource_id IS NOT NULL)
);
CREATE UNIQUE INDEX busy_times_one_per_seat ON booking.busy_times (tenant_id, staff_id, session_id, seat) WHERE seat IS NOT NULL;
CREATE INDEX busy_times_by_resource ON booking.busy_times (tenant_id, resource_id, protected_from) WHERE resource_id IS NOT NULL;
CREATE INDEX busy_times_by_start ON booking.busy_times (tenant_id, staff_id, protected_from) INCLUDE (protected_to, expires_at);
CREATE INDEX busy_times_by_booking ON booking.busy_times (tenant_id, booking_id) WHERE booking_id IS NOT NULL;
CREATE INDEX busy_times_by_hold ON booking.busy_times (tenant_id, hold_id) WHERE hold_id IS NOT NULL;
COMMENT ON TABLE booking.busy_times IS
  'What takes a person''s time, or a room''s or device''s: the protected windows (start minus buffer, end plus buffer) of holding bookings and of holds, and what other calendars say. A row blocks as long as it exists, that of a hold until it expires.';
COMMENT ON COLUMN booking.busy_times.expires_at IS 'Of a hold: from then on it is not looked at. As a constraint knows no clock, who wants the time deletes the row first.';
COMMENT ON COLUMN booking.busy_times.session_id IS
  'Of a class: bookings with the same one (booking.class_session) share the time, each on a seat of its own.';
COMMENT ON COLUMN booking.busy_times.seat IS 'On a person''s calendar, from 1 to capacity; the same seat is taken once.';
COMMENT ON COLUMN booking.busy_times.kind IS
  'A proposal''s row leaves out what the booking''s own row protects already: no two rows overlap, not even of one booking.';
COMMENT ON COLUMN booking.busy_times.source IS 'Which other calendar it comes from; see booking.set_external_busy.';
COMMENT ON CONSTRAINT no_double_booking ON booking.busy_times IS
  'Two protected windows of one person never overlap, unless they are seats in one session; touching is allowed. Other calendars may say what they like: nothing is booked over it, but it can come later than a booking.';
COMMENT ON CONSTRAINT no_double_use ON booking.busy_times IS 'The same for rooms and devices.';
COMMENT ON CONSTRAINT busy_times_length ON booking.busy_times IS
  'Bounds how far back a search has to look for a row that reaches into its range.';
ALTER TABLE booking.busy_times ENABLE ROW LEVEL SECURITY;
ALTER TABLE booking.busy_times FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON booking.busy_times
  USING (tenant_id = booking.current_tenant()) WITH CHECK (tenant_id = booking.current_tenant());
GRANT SELECT, INSERT, DELETE ON booking.busy_times TO booking_integration;
GRANT SELECT, INSERT, UPDATE, DELETE ON booking.busy_times TO service_role;

CREATE TABLE booking.booking_events (
  tenant_id   uuid NOT NULL,
  booking_id  uuid NOT NULL,
  sequence    integer NOT NULL CHECK (sequence > 0),
  id          uuid NOT NULL DEFAULT booking.uuid_v7(),
  event       booking.booking_event,
  from_status booking.booking_status,
  to_status   booking.booking_status NOT NULL,
  actor_type  booking.actor_type NOT NULL,
  actor_id    uuid,
  reason      text CHECK (length(reason) <= 500),
  occurred_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, booking_id, sequence),
  UNIQUE (tenant_id, id),
  FOREIGN KEY (tenant_id, booking_id) REFERENCES booking.bookings ON DELETE CASCADE
);
COMMENT ON TABLE booking.booking_events IS 'What happened to each booking, append-only, numbered per booking without gaps.';
COMMENT ON COLUMN booking.booking_events.event IS
  'NULL for a refused proposal, which has none of the public names: kept here, told to nobody.';
COMMENT ON COLUMN booking.booking_events.actor_id IS 'The API key or user behind the actor, where there is one.';
ALTER TABLE booking.booking_events ENABLE ROW LEVEL SECURITY;
ALTER TABLE booking.booking_events FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON booking.booking_events
  USING (tenant_id = booking.current_tenant()) WITH CHECK (tenant_id = booking.current_tenant());
GRANT SELECT, INSERT ON booking.booking_events TO booking_integration;
GRANT SELECT, INSERT ON booking.booking_events TO service_role;

