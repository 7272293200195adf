-- Search reads busy times straight from their index. It must see what SQL would show to the calling role: no more, no less, and
-- obey every policy, right and index that an administrator changes.
BEGIN;
\ir helpers/studio.sql
SELECT plan(17);

CREATE FUNCTION test.search() RETURNS text
  LANGUAGE sql AS $$ SELECT test.starts('2031-05-12', 'anna', 'yoga') $$;
CREATE FUNCTION test.as_integration(tenant uuid) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  answer text;
BEGIN
  PERFORM set_config('pg_booking.tenant_id', tenant::text, true);
  SET LOCAL ROLE booking_integration;
  answer := CASE test.refusal('SELECT test.search()') WHEN 'none' THEN test.search() ELSE test.refusal('SELECT test.search()') END;
  RESET ROLE;
  PERFORM set_config('pg_booking.tenant_id', '', true);
  RETURN answer;
END $$;
GRANT USAGE ON SCHEMA test TO booking_integration;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA test TO booking_integration;
UPDATE booking.opening_hours SET closes = '12:00' WHERE tenant_id = test.id('studio');

-- Rows of every kind, some gone, some expired, one that begins three days before.
SELECT test.book('2031-05-12 09:00', 'anna', 'yoga'), test.book('2031-05-12 09:30', 'bence', 'yoga') \g /dev/null
SELECT booking.cancel_booking(test.id('studio'), test.book('2031-05-12 10:00', 'anna', 'yoga')) \g /dev/null
SELECT booking.hold_slot(test.id('studio'), test.id('yoga'), test.id('main'), test.id('anna'), test.at('2031-05-12 10:30'),
  expires, test.now()) FROM unnest('{10 minutes}'::interval[]) AS expires \g /dev/null
SELECT booking.hold_slot(test.id('studio'), test.id('yoga'), test.id('main'), test.id('anna'), test.at('2031-05-12 11:00'),
  '10 minutes', test.now() - interval '10 minutes') \g /dev/null
SELECT is(test.search(), '09:30 10:00 11:00 11:30', 'bookings and holds block, what is cancelled or expired does not');
SELECT booking.set_external_busy(test.id('studio'), test.id('anna'), 'fair', tstzrange(test.at('2031-05-10 00:00'), test.at('2031-05-14 00:00')),
  tstzmultirange(tstzrange(test.at('2031-05-09 11:15') + interval '1 day', test.at('2031-05-12 11:15')))) \g /dev/null
SELECT is(test.search(), '11:30', 'what began days before reaches in');
SELECT is(test.starts('2031-05-12', 'anna', 'yoga', b.id), '11:30', 'the same when a booking is moved: by SQL') FROM booking.bookings AS b
  WHERE b.staff_id = test.id('bence');
DELETE FROM booking.busy_times WHERE source = 'fair';
SELECT is(test.search(), '09:30 10:00 11:00 11:30', 'deleted by this very transaction, it does not block');

SELECT is(test.as_integration(test.id('studio')), '09:30 10:00 11:00 11:30', 'under row-level security the tenant sees its own');
SELECT is(test.as_integration(test.id('another')), 'service.not_found {"resource":"service"}', 'another tenant nothing');
INSERT INTO booking.tenants (tenant_id, name) VALUES (test.id('another'), 'Another');
CREATE POLICY everybody ON booking.tenants USING (true);
CREATE POLICY everybody ON booking.services USING (true);
CREATE POLICY everybody ON booking.locations USING (true);
CREATE POLICY everybody ON booking.staff USING (true);
CREATE POLICY everybody ON booking.staff_services USING (true);
CREATE POLICY everybody ON booking.opening_hours USING (true);
SELECT is(test.as_integration(test.id('another')), '09:00 09:30 10:00 10:30 11:00 11:30',
  'nor its busy times where an administrator lets it see the rest');

SAVEPOINT policies;
CREATE POLICY no_holds ON booking.busy_times AS RESTRICTIVE FOR SELECT USING (kind <> 'hold');
SELECT is(test.as_integration(test.id('studio')), '09:30 10:00 10:30 11:00 11:30', 'a further policy is obeyed');
ROLLBACK TO policies;
DROP POLICY own_tenant ON booking.busy_times;
SELECT is(test.as_integration(test.id('studio')), '09:00 09:30 10:00 10:30 11:00 11:30', 'none: nothing is visible');
CREATE POLICY own_tenant ON booking.busy_times USING (tenant_id <> booking.current_tenant());
SELECT is(test.as_integration(test.id('studio')), '09:00 09:30 10:00 10:30 11:00 11:30', 'another one of the same name is obeyed');
ROLLBACK TO policies;
ALTER POLICY own_tenant ON booking.busy_times TO service_role;
SELECT is(test.as_integration(test.id('studio')), '09:00 09:30 10:00 10:30 11:00 11:30', 'one for another role is');
ROLLBACK TO policies;
REVOKE SELECT ON booking.busy_times FROM booking_integration;
SELECT is(test.as_integration(test.id('studio')), '42501', 'without the right to read the table a search is refused');
ROLLBACK TO policies;

DROP INDEX booking.busy_times_by_start;
SELECT is(test.search(), '09:30 10:00 11:00 11:30', 'the same without the index');
CREATE INDEX busy_times_by_start ON booking.busy_times (tenant_id, staff_id, protected_to) INCLUDE (protected_from, expires_at);
SELECT is(test.search(), '09:30 10:00 11:00 11:30', 'with another index of its name');
DROP INDEX booking.busy_times_by_start;
CREATE INDEX busy_times_by_start ON booking.busy_times (tenant_id, staff_id, protected_from) INCLUDE (protected_to, expires_at) WHERE kind <> 'hold';
SELECT is(test.search(), '09:30 10:00 11:00 11:30', 'with a partial one');
DROP INDEX booking.busy_times_by_start;
CREATE INDEX busy_times_by_start ON booking.busy_times (tenant_id, staff_id, protected_from DESC) INCLUDE (protected_to, expires_at);
SELECT is(test.search(), '09:30 10:00 11:00 11:30', 'with one in another order');
ROLLBACK TO policies;
SELECT is(test.search(), '09:30 10:00 11:00 11:30', 'and as it was');

SELECT * FROM finish();
ROLLBACK;
