-- Who serves when anybody may: least busy that day, then longest idle, then first in order.
BEGIN;
\ir helpers/studio.sql
SELECT plan(25);

INSERT INTO booking.staff (tenant_id, id, name, sort_order) VALUES (test.id('studio'), test.id('csaba'), 'Csaba', 3);
INSERT INTO booking.staff_services (tenant_id, staff_id, service_id) VALUES (test.id('studio'), test.id('csaba'), test.id('yoga'));

-- Books and tells who serves.
CREATE FUNCTION test.serve(start timestamp, person text DEFAULT NULL) RETURNS text
  LANGUAGE sql AS $$ SELECT split_part(test.busy(test.book(start, person, 'yoga', actor => 'provider')), ' ', 1) $$;
-- Who would serve, undone.
CREATE FUNCTION test.who(start timestamp) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  person text;
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'TEST1', DETAIL = test.serve(start);
EXCEPTION WHEN SQLSTATE 'TEST1' THEN
  GET STACKED DIAGNOSTICS person = PG_EXCEPTION_DETAIL;
  RETURN person;
END $$;
CREATE FUNCTION test.order(people text) RETURNS void
  LANGUAGE sql AS $$
    UPDATE booking.staff AS s SET sort_order = array_position(string_to_array(people, ' '), lower(s.name))
      WHERE s.tenant_id = test.id('studio') $$;

-- Nobody has ever had anything: the order decides.
SELECT test.order('csaba anna bence') \g /dev/null
SELECT is(test.who('2031-05-12 10:00'), 'csaba', 'the order decides between equals');
SELECT test.order('anna bence csaba') \g /dev/null
SELECT is(test.who('2031-05-12 10:00'), 'anna', 'whichever it is');
UPDATE booking.staff SET sort_order = 0 WHERE tenant_id = test.id('studio');
SELECT is(test.who('2031-05-12 10:00'), (SELECT lower(name) FROM booking.staff WHERE tenant_id = test.id('studio') ORDER BY id LIMIT 1),
  'the id, if there is no order');
SELECT test.order('anna bence csaba') \g /dev/null

-- Idle: whose last visit ended earliest before the start; who never had any comes first.
SELECT test.serve('2031-05-09 10:00', 'anna'), test.serve('2031-05-09 09:00', 'bence') \g /dev/null
SELECT is(test.who('2031-05-12 10:00'), 'csaba', 'who never worked');
SELECT test.serve('2031-05-09 09:30', 'csaba') \g /dev/null
SELECT is(test.who('2031-05-12 10:00'), 'bence', 'who has been idle longest');
SELECT test.serve('2031-05-13 09:00', 'bence') \g /dev/null
SELECT is(test.who('2031-05-12 10:00'), 'bence', 'what comes later does not matter');
SELECT is(test.who('2031-05-14 10:00'), 'csaba', 'but for later starts');
SELECT booking.cancel_booking(test.id('studio'), b.id) FROM booking.bookings AS b WHERE b.staff_id = test.id('bence')
  AND b.starts_at = test.at('2031-05-13 09:00') \g /dev/null
SELECT is(test.who('2031-05-14 10:00'), 'bence', 'nor does what was cancelled');

-- Busy: that day's bookings come first.
SELECT test.serve('2031-05-12 16:00', 'bence') \g /dev/null
SELECT is(test.who('2031-05-12 10:00'), 'csaba', 'the longest idle of those with nothing that day');
SELECT test.serve('2031-05-12 15:00', 'csaba'), test.serve('2031-05-12 14:00', 'anna') \g /dev/null
SELECT is(test.who('2031-05-12 10:00'), 'bence', 'all have one: the longest idle before the start');
SELECT is(test.who('2031-05-12 16:30'), 'anna', 'at the end of the day that is another one');
SELECT is(test.who('2031-05-13 10:00'), 'anna', 'as it is the next day');
SELECT test.serve('2031-05-12 09:00', 'anna'), test.serve('2031-05-12 09:00', 'bence') \g /dev/null
SELECT is(test.who('2031-05-12 10:00'), 'csaba', 'the one with less');
SELECT is(test.who('2031-05-12 15:00'), 'bence', 'unless busy then');
SELECT booking.hold_slot(test.id('studio'), test.id('yoga'), test.id('main'), test.id('csaba'), test.at('2031-05-12 13:00'),
  now => test.now()) AS hold \gset
SELECT is(test.who('2031-05-12 10:00'), 'csaba', 'a hold counts: now all have two, and csaba is idle longest');
SELECT booking.hold_slot(test.id('studio'), test.id('yoga'), test.id('main'), test.id('csaba'), test.at('2031-05-12 13:30'),
  now => test.now()) AS other \gset
SELECT is(test.who('2031-05-12 10:00'), 'anna', 'with two of them csaba has more');
UPDATE booking.holds SET expires_at = test.now() WHERE id = :'other';
UPDATE booking.busy_times SET expires_at = test.now() WHERE hold_id = :'other';
SELECT is(test.who('2031-05-12 10:00'), 'csaba', 'until it expires');
SELECT booking.propose_reschedule(test.id('studio'), b.id, test.at('2031-05-12 11:00'), now => test.now()) FROM booking.bookings AS b
  WHERE b.starts_at = test.at('2031-05-12 15:00') \g /dev/null
SELECT is(test.who('2031-05-12 10:00'), 'csaba', 'a booking with another time of the day proposed counts once');
SELECT booking.refuse_reschedule(test.id('studio'), b.id), booking.propose_reschedule(test.id('studio'), b.id, test.at('2031-05-13 11:00'),
  test.id('anna'), now => test.now())
FROM booking.bookings AS b WHERE b.starts_at = test.at('2031-05-12 15:00') \g /dev/null
SELECT is(test.who('2031-05-13 10:00'), 'csaba', 'one proposed to anna for the next day counts there');

-- Days are local: 23:30 is still that day.
SELECT is(test.who('2031-05-15 10:00'), 'anna', 'before');
SELECT test.book('2031-05-15 23:30', 'anna', 'yoga', true, 'provider') \g /dev/null
SELECT is(test.who('2031-05-15 10:00'), 'csaba', 'what starts before midnight is of that day');
SELECT is(test.who('2031-05-16 10:00'), 'csaba', 'and not of the next, where only idleness counts');

-- Everybody is taken in turn, and nobody when none is left.
SELECT is(string_agg(test.serve('2031-05-19 10:00'), ' '), 'csaba bence anna', 'three at the same time') FROM generate_series(1, 3);
SELECT matches(test.refusal('SELECT test.serve(''2031-05-19 10:00'')'), '"reason" : "busy".*"nextAvailableStartTime" : "10:30"',
  'and no fourth');

SELECT is_empty('SELECT * FROM test.broken_invariants()', 'nothing that must hold is broken');
SELECT * FROM finish();
ROLLBACK;
