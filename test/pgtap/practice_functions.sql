-- A practice's owner, signed in as `authenticated`, runs its calendar with the functions of the SQL API too: all of it for the own
-- practice, nothing of it for another one, whatever tenant the owner names.
BEGIN;
\ir helpers/fixture.sql
SELECT plan(35);

CREATE FUNCTION test.sign_in(tenant text) RETURNS void LANGUAGE sql AS $$
  SELECT set_config('role', 'none', true), set_config('pg_booking.tenant_id', test.id(tenant, 'tenant')::text, true),
         set_config('role', 'authenticated', true) $$;
CREATE FUNCTION test.sign_out() RETURNS void LANGUAGE sql AS $$ SELECT set_config('role', 'none', true) $$;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA test TO authenticated;
CREATE FUNCTION test.status(booking_id uuid) RETURNS text LANGUAGE sql AS $$
  SELECT b.status::text FROM booking.bookings AS b WHERE b.id = booking_id $$;
CREATE FUNCTION test.book(start time, tenant text DEFAULT 'a', actor booking.actor_type DEFAULT 'guest', override boolean DEFAULT false) RETURNS uuid
  LANGUAGE sql AS $$
    SELECT booking.create_booking(test.id(tenant, 'tenant'), test.id(tenant, 'haircut'), test.id(tenant, 'main'), test.id(tenant, 'anna'),
                                  test.at(20, start), 'Guest', 'guest@example.com', actor_type => actor, override => override) $$;
UPDATE booking.tenants SET approval = 'manual';
SELECT test.book('14:00', 'b') AS foreign_booking \gset

-- The own calendar.
SELECT test.sign_in('a') \g /dev/null
SELECT test.book('10:00') AS booking \gset
SELECT is(test.status(:'booking'), 'pending', 'a guest''s request');
SELECT lives_ok(format('SELECT booking.confirm_booking(%L, %L)', test.id('a', 'tenant'), :'booking'), 'is confirmed');
SELECT lives_ok(format('SELECT booking.reschedule_booking(%L, %L, %L)', test.id('a', 'tenant'), :'booking', test.at(20, '11:00')), 'moved');
SELECT lives_ok(format('SELECT booking.propose_reschedule(%L, %L, %L)', test.id('a', 'tenant'), :'booking', test.at(20, '12:00')),
  'another time is proposed');
SELECT lives_ok(format('SELECT booking.accept_reschedule(%L, %L)', test.id('a', 'tenant'), :'booking'), 'and taken');
SELECT is((SELECT starts_at FROM booking.bookings WHERE id = :'booking'), test.at(20, '12:00'), 'it is there');
SELECT test.book('10:00') AS booking \gset
SELECT lives_ok(format('SELECT booking.decline_booking(%L, %L)', test.id('a', 'tenant'), :'booking'), 'another request is declined');
SELECT test.book('22:10', actor => 'provider', override => true) AS booking \gset
SELECT is(test.status(:'booking'), 'confirmed', 'the owner books out of hours');
SELECT lives_ok(format('SELECT booking.complete_booking(%L, %L, now => %L)', test.id('a', 'tenant'), :'booking', test.at(20, '23:00')),
  'and completes it');
SELECT booking.hold_slot(test.id('a', 'tenant'), test.id('a', 'haircut'), test.id('a', 'main'), test.id('a', 'anna'), test.at(20, '15:00')) AS hold \gset
SELECT ok(booking.release_hold(test.id('a', 'tenant'), :'hold'), 'a time is held and given back');
SELECT lives_ok(format('SELECT booking.set_external_busy(%L, %L, ''phone'', tstzrange(%L, %L), tstzmultirange(tstzrange(%L, %L)))',
  test.id('a', 'tenant'), test.id('a', 'anna'), test.at(20, '00:00'), test.at(21, '00:00'), test.at(20, '16:00'), test.at(20, '16:30')),
  'another calendar''s times are kept');
SELECT is((SELECT sum(starts) FROM booking.count_suppressed(test.id('a', 'tenant'), test.id('a', 'haircut'), test.id('a', 'main'),
  test.id('a', 'anna'), test.day(20), test.day(20)) WHERE reason = 'busy'), 2::numeric, 'what they leave is counted');
SELECT lives_ok(format($$ INSERT INTO booking.%s $$, row), 'hours are written: ' || split_part(row, ' ', 1))
FROM (VALUES (format('opening_hours (tenant_id, location_id, weekday, opens, closes) VALUES (%L, %L, 1, ''06:00'', ''07:00'')', test.id('a', 'tenant'), test.id('a', 'main'))),
             (format('breaks (tenant_id, location_id, weekday, begins, ends) VALUES (%L, %L, 1, ''12:00'', ''13:00'')', test.id('a', 'tenant'), test.id('a', 'main'))),
             (format('blocked_slots (tenant_id, location_id, on_date, begins, ends) VALUES (%L, %L, %L, ''12:00'', ''13:00'')', test.id('a', 'tenant'), test.id('a', 'main'), test.day(30))))
  AS rows (row);

-- Another practice's, named outright.
SELECT throws_ok(call, state, NULL, 'not another practice''s: ' || call)
FROM (VALUES
  ('SELECT test.book(''10:00'', ''b'')', 'BK201'),
  ('SELECT test.book(''10:00'', ''b'', ''provider'', true)', 'BK201'),
  (format('SELECT booking.confirm_booking(%L, %L)', test.id('b', 'tenant'), :'foreign_booking'), 'BK101'),
  (format('SELECT booking.decline_booking(%L, %L)', test.id('b', 'tenant'), :'foreign_booking'), 'BK101'),
  (format('SELECT booking.decline_booking(%L, %L)', test.id('a', 'tenant'), :'foreign_booking'), 'BK101'),
  (format('SELECT booking.cancel_booking(%L, %L)', test.id('b', 'tenant'), :'foreign_booking'), 'BK101'),
  (format('SELECT booking.reschedule_booking(%L, %L, now())', test.id('b', 'tenant'), :'foreign_booking'), 'BK101'),
  (format('SELECT booking.propose_reschedule(%L, %L, now())', test.id('b', 'tenant'), :'foreign_booking'), 'BK101'),
  (format('SELECT booking.complete_booking(%L, %L)', test.id('b', 'tenant'), :'foreign_booking'), 'BK101'),
  (format('SELECT booking.mark_no_show(%L, %L)', test.id('b', 'tenant'), :'foreign_booking'), 'BK101'),
  (format('SELECT booking.hold_slot(%L, %L, %L, %L, %L)', test.id('b', 'tenant'), test.id('b', 'haircut'), test.id('b', 'main'), test.id('b', 'anna'),
          test.at(20, '15:00')), 'BK201'),
  (format('SELECT booking.set_external_busy(%L, %L, ''phone'', tstzrange(now(), now() + ''1 day''), tstzmultirange(tstzrange(now(), now() + ''1 hour'')))',
          test.id('b', 'tenant'), test.id('b', 'anna')), '42501'),
  (format('SELECT * FROM booking.search_slots(%L, %L, NULL, NULL, current_date, current_date)', test.id('b', 'tenant'), test.id('b', 'haircut')), 'BK201'),
  (format('SELECT * FROM booking.rank_slots(%L, %L, NULL, NULL, current_date, current_date)', test.id('b', 'tenant'), test.id('b', 'haircut')), 'BK201'),
  (format('SELECT * FROM booking.count_suppressed(%L, %L, NULL, NULL, current_date, current_date)', test.id('b', 'tenant'), test.id('b', 'haircut')), 'BK201'),
  (format('INSERT INTO booking.blocked_slots (tenant_id, location_id, on_date, begins, ends) VALUES (%L, %L, current_date, ''12:00'', ''13:00'')',
          test.id('b', 'tenant'), test.id('b', 'main')), '42501'),
  (format('SELECT * FROM booking.count_suppressed(%L, %L, NULL, NULL, current_date, current_date)', test.id('a', 'tenant'), test.id('b', 'haircut')), 'BK201')
) AS attempt (call, state);
SELECT ok(NOT booking.release_hold(test.id('b', 'tenant'), h.id), 'nor is its hold given back') FROM (SELECT md5('any')::uuid AS id) AS h;

SELECT test.sign_out() \g /dev/null
SELECT is(test.status(:'foreign_booking'), 'pending', 'its booking is what it was');
SELECT is((SELECT count(*) FROM booking.holds WHERE tenant_id = test.id('b', 'tenant')), 1::bigint, 'and its hold is there');

SELECT * FROM finish();
ROLLBACK;
