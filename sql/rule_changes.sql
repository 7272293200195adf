-- Whatever decides what is bookable is not changed while somebody books by it. Row triggers, the only ones there are: they hold
-- for every door to these tables, deletions included, and no booking fires one.

CREATE FUNCTION booking.lock_rules(tenant_id uuid) RETURNS void
  LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'pg_booking_lock_rules';
COMMENT ON FUNCTION booking.lock_rules(uuid) IS
  'Waits for changes of a tenant''s rules that are under way, and makes later ones wait until the transaction ends. Bookings do not wait for each other here.';

CREATE FUNCTION booking.queue_rule_change() RETURNS trigger
  LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'pg_booking_queue_rule_change';
COMMENT ON FUNCTION booking.queue_rule_change() IS
  'Before a change of a tenant''s rules: waits for bookings under way (booking.lock_rules) and makes later ones wait until the transaction ends. Changes do not wait for each other here.';

CREATE TRIGGER queue_with_bookings BEFORE INSERT OR UPDATE OR DELETE ON booking.opening_hours
  FOR EACH ROW EXECUTE FUNCTION booking.queue_rule_change();
CREATE TRIGGER queue_with_bookings BEFORE INSERT OR UPDATE OR DELETE ON booking.working_hours
  FOR EACH ROW EXECUTE FUNCTION booking.queue_rule_change();
CREATE TRIGGER queue_with_bookings BEFORE INSERT OR UPDATE OR DELETE ON booking.date_overrides
  FOR EACH ROW EXECUTE FUNCTION booking.queue_rule_change();
CREATE TRIGGER queue_with_bookings BEFORE INSERT OR UPDATE OR DELETE ON booking.breaks
  FOR EACH ROW EXECUTE FUNCTION booking.queue_rule_change();
CREATE TRIGGER queue_with_bookings BEFORE INSERT OR UPDATE OR DELETE ON booking.blocked_slots
  FOR EACH ROW EXECUTE FUNCTION booking.queue_rule_change();
CREATE TRIGGER queue_with_bookings BEFORE INSERT OR UPDATE OR DELETE ON booking.time_off
  FOR EACH ROW EXECUTE FUNCTION booking.queue_rule_change();
CREATE TRIGGER queue_with_bookings BEFORE INSERT OR UPDATE OR DELETE ON booking.staff_services
  FOR EACH ROW EXECUTE FUNCTION booking.queue_rule_change();
CREATE TRIGGER queue_with_bookings BEFORE INSERT OR UPDATE OR DELETE ON booking.service_resources
  FOR EACH ROW EXECUTE FUNCTION booking.queue_rule_change();
-- Bookings refer to these: who deletes one waits for them at its row already.
CREATE TRIGGER queue_with_bookings BEFORE INSERT OR UPDATE ON booking.resources
  FOR EACH ROW EXECUTE FUNCTION booking.queue_rule_change();
CREATE TRIGGER queue_with_bookings BEFORE UPDATE ON booking.tenants
  FOR EACH ROW EXECUTE FUNCTION booking.queue_rule_change();
CREATE TRIGGER queue_with_bookings BEFORE UPDATE ON booking.locations
  FOR EACH ROW EXECUTE FUNCTION booking.queue_rule_change();
CREATE TRIGGER queue_with_bookings BEFORE UPDATE ON booking.staff
  FOR EACH ROW EXECUTE FUNCTION booking.queue_rule_change();
CREATE TRIGGER queue_with_bookings BEFORE UPDATE ON booking.services
  FOR EACH ROW EXECUTE FUNCTION booking.queue_rule_change();
