CREATE TABLE booking.session_notes (
  tenant_id   uuid NOT NULL REFERENCES booking.tenants ON DELETE CASCADE,
  id          uuid NOT NULL DEFAULT booking.uuid_v7(),
  customer_id uuid NOT NULL,
  booking_id  uuid,
  subjective  text CHECK (length(subjective) <= 20000),
  objective   text CHECK (length(objective) <= 20000),
  assessment  text CHECK (length(assessment) <= 20000),
  plan        text CHECK (length(plan) <= 20000),
  created_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, customer_id) REFERENCES booking.customers,
  FOREIGN KEY (tenant_id, booking_id) REFERENCES booking.bookings
);
CREATE INDEX session_notes_by_customer ON booking.session_notes (tenant_id, customer_id, created_at);
CREATE INDEX session_notes_by_booking ON booking.session_notes (tenant_id, booking_id) WHERE booking_id IS NOT NULL;
COMMENT ON TABLE booking.session_notes IS
  'A practice''s notes on a session in the SOAP form. Health data: in no log and no error, and a client or booking that has notes is not deleted.';
ALTER TABLE booking.session_notes ENABLE ROW LEVEL SECURITY;
ALTER TABLE booking.session_notes FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON booking.session_notes
  USING (tenant_id = booking.current_tenant()) WITH CHECK (tenant_id = booking.current_tenant());
GRANT SELECT, INSERT, UPDATE, DELETE ON booking.session_notes TO authenticated, service_role;

