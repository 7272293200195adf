CREATE TABLE booking.customers (
  tenant_id  uuid NOT NULL REFERENCES booking.tenants ON DELETE CASCADE,
  id         uuid NOT NULL DEFAULT booking.uuid_v7(),
  name       text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  email      text CHECK (length(email) BETWEEN 3 AND 254),
  email_key  text GENERATED ALWAYS AS (lower(email)) STORED,
  phone      text CHECK (length(phone) <= 40),
  status     booking.customer_status NOT NULL DEFAULT 'active',
  blocked_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT customers_one_per_email UNIQUE (tenant_id, email_key)
);
COMMENT ON TABLE booking.customers IS 'A tenant''s guests; made on their first booking, known by e-mail address.';
COMMENT ON COLUMN booking.customers.email_key IS
  'The address in lower case. A column, as behind row-level security an index on the expression could not be used: lower() is not leakproof.';
COMMENT ON COLUMN booking.customers.blocked_at IS 'Since when this guest may not book any more.';
ALTER TABLE booking.customers ENABLE ROW LEVEL SECURITY;
ALTER TABLE booking.customers FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON booking.customers
  USING (tenant_id = booking.current_tenant()) WITH CHECK (tenant_id = booking.current_tenant());
GRANT SELECT, INSERT ON booking.customers TO booking_integration;
GRANT SELECT, INSERT, UPDATE, DELETE ON booking.customers TO service_role;

