-- In what people differ: how long they take, what they cost, how much they take on.
BEGIN;
\ir helpers/studio.sql
SELECT plan(59);

-- Duration and price of a person.
UPDATE booking.staff_services SET duration_minutes = 90, price_amount = 12000 WHERE staff_id = test.id('bence')
  AND service_id = test.id('massage');
SELECT results_eq($$
  SELECT s.staff_id, s.ends_at - s.starts_at FROM booking.search_slots(test.id('studio'), test.id('massage'), test.id('main'), NULL,
    '2031-05-12', '2031-05-12', test.now()) AS s
  WHERE s.starts_at = test.at('2031-05-12 09:00') ORDER BY 2
$$, $$ VALUES (test.id('anna'), interval '60 minutes'), (test.id('bence'), '90 minutes') $$, 'each takes as long as they take');
SELECT is(right(test.starts('2031-05-12', person), 5), latest, 'the last start of ' || person)
  FROM (VALUES ('anna', '16:00'), ('bence', '15:30')) AS step (person, latest);
SELECT test.book('2031-05-12 10:00', 'bence') AS id \gset
SELECT is(test.busy(:'id'), 'bence 2031-05-12 10:00 to 11:45', 'so does the booking, with the service''s buffer');
SELECT is(((b).price_amount, (b).price_currency, (b).price_type), (12000::numeric, 'HUF'::text, 'fixed'::booking.price_type),
  'at the person''s price') FROM test.booking(:'id') AS b;
SELECT isnt((test.booking(:'id')).pricing_version, (SELECT pricing_version FROM booking.services WHERE id = test.id('massage')),
  'which is another version than the service''s');
SELECT is((test.booking(:'id')).pricing_version, booking.pricing_version(90, 'fixed', 12000, 'HUF'), 'made of duration and price');
SELECT test.book('2031-05-12 10:00', 'anna') AS anna \gset
SELECT is(((b).price_amount, (b).pricing_version), (SELECT (price_amount, pricing_version) FROM booking.services
  WHERE id = test.id('massage')), 'others as the service says') FROM test.booking(:'anna') AS b;
UPDATE booking.staff_services SET duration_minutes = NULL, price_amount = NULL WHERE staff_id = test.id('bence');
SELECT is(test.busy(:'id'), 'bence 2031-05-12 10:00 to 11:45', 'a change touches new bookings only');
SELECT booking.confirm_booking(test.id('studio'), :'id'), booking.reschedule_booking(test.id('studio'), :'id', test.at('2031-05-12 12:00'),
  test.id('anna'), now => test.now()) \g /dev/null
SELECT is(test.busy(:'id'), 'anna 2031-05-12 12:00 to 13:45', 'one that moves to somebody else keeps its terms');
UPDATE booking.staff_services SET duration_minutes = 30 WHERE staff_id = test.id('bence') AND service_id = test.id('massage');
SELECT booking.hold_slot(test.id('studio'), test.id('massage'), test.id('main'), test.id('bence'), test.at('2031-05-13 09:00'),
  now => test.now()) AS hold \gset
SELECT is((SELECT duration_minutes FROM booking.holds WHERE id = :'hold'), 30, 'a hold too is as long as the person takes');
SELECT is(test.busy(booking.create_booking(test.id('studio'), test.id('massage'), test.id('main'), NULL, test.at('2031-05-13 09:00'), 'G',
  NULL, hold_id => :'hold', now => test.now())),
  'bence 2031-05-13 09:00 to 09:45', 'and so its booking');
UPDATE booking.staff_services SET duration_minutes = NULL WHERE tenant_id = test.id('studio');
INSERT INTO booking.services (tenant_id, id, name, duration_minutes, price_type) VALUES (test.id('studio'), test.id('free'), 'Trial', 30,
  'free');
INSERT INTO booking.staff_services (tenant_id, staff_id, service_id, price_amount) VALUES (test.id('studio'), test.id('anna'),
  test.id('free'), 1000);
SELECT is(((t).price_amount, (t).price_currency), (NULL::numeric, NULL::text), 'a service without a price has none with anybody')
  FROM booking.terms_with(test.id('studio'), test.id('free'), test.id('anna')) AS t;
SELECT is((booking.terms_with(test.id('studio'), test.id('free'), test.id('bence'))).duration_minutes, NULL,
  'there are no terms with somebody who does not perform it');

-- How much a person takes on: of a day, of a week from Monday to Sunday.
DELETE FROM booking.bookings WHERE tenant_id = test.id('studio');
UPDATE booking.staff SET max_bookings_per_day = 2 WHERE id = test.id('anna');
INSERT INTO booking.opening_hours (tenant_id, location_id, weekday, opens, closes)
  SELECT test.id('studio'), test.id('main'), weekday, '09:00', '17:00' FROM unnest('{6,7}'::integer[]) AS weekday;
CREATE FUNCTION test.yoga(start timestamp, person text DEFAULT 'anna', actor booking.actor_type DEFAULT 'provider',
  override boolean DEFAULT false) RETURNS uuid
  LANGUAGE sql AS $$ SELECT test.book(start, person, 'yoga', override, actor) $$;
SELECT test.yoga('2031-05-12 09:00') AS first \gset
SELECT is(test.reason('2031-05-12 10:00', service => 'yoga'), NULL, 'one of two');
SELECT is(test.starts('2031-05-12', service => 'yoga') ~ '^09:30 10:00', true, 'all else is free');
SELECT test.yoga('2031-05-12 16:30') AS second \gset
SELECT is(test.reason('2031-05-12 10:00', service => 'yoga'), 'limit', 'two of two');
SELECT is(test.reason('2031-05-12 10:00'), 'limit', 'whatever the service');
SELECT is(test.starts('2031-05-12', service => 'yoga'), '', 'search says the same');
SELECT is(test.starts('2031-05-12', 'bence', 'yoga') = '', false, 'others have their own limit');
SELECT matches(test.refusal('SELECT test.yoga(''2031-05-12 10:00'')'),
  '^booking.slot_unavailable {"reason" : "limit", .*"nextAvailableDate" : "2031-05-13", "nextAvailableStartTime" : "09:00"}',
  'so does booking');
SELECT is(test.refusal('SELECT test.yoga(''2031-05-12 10:00'', override => true)'), 'none', 'but for the provider who overrides');
SELECT is(test.reason(start, service => 'yoga'), reason, format('%s: %s', start, coalesce(reason, 'bookable')))
FROM (VALUES ('2031-05-12 09:00'::timestamp, 'busy'), ('2031-05-12 08:00', 'closed'), ('2031-05-12 12:10', 'off_grid'),
  ('2031-05-11 16:30', NULL), ('2031-05-13 09:00', NULL)) AS step (start, reason);
SELECT is(test.reason('2031-05-12 11:00', service => 'yoga', moved => :'first'), 'limit',
  'still full with one that moves, as three are there');
SELECT booking.cancel_booking(test.id('studio'), b.id) FROM booking.bookings AS b
  WHERE b.starts_at = test.at('2031-05-12 10:00') \g /dev/null
SELECT is(test.reason('2031-05-12 11:00', service => 'yoga', moved => :'first'), NULL, 'one that moves does not count against itself');
SELECT is(test.reason('2031-05-12 11:00', service => 'yoga'), 'limit', 'for others it does');
SELECT booking.decline_booking(test.id('studio'), test.yoga('2031-05-13 09:00', actor => 'guest')),
  booking.cancel_booking(test.id('studio'), test.yoga('2031-05-13 09:00')),
       test.yoga('2031-05-13 09:00', 'bence') \g /dev/null
SELECT is(test.reason('2031-05-13 10:00', service => 'yoga'), NULL,
  'what was declined or cancelled, or is another person''s, does not count');
SELECT booking.complete_booking(test.id('studio'), test.yoga('2031-05-13 11:00'), now => test.at('2031-05-13 12:00')),
       booking.mark_no_show(test.id('studio'), test.yoga('2031-05-13 12:00'), now => test.at('2031-05-13 12:00')) \g /dev/null
SELECT is(test.reason('2031-05-13 10:00', service => 'yoga'), 'limit', 'what took place counts, and who did not come');

-- Proposals and holds count where they are.
SELECT test.yoga('2031-05-14 09:00') AS one, test.yoga('2031-05-15 09:00') AS other \gset
SELECT booking.propose_reschedule(test.id('studio'), :'one', test.at('2031-05-14 12:00'), now => test.now()) \g /dev/null
SELECT is(test.reason('2031-05-14 10:00', service => 'yoga'), NULL, 'a booking with another time of its day proposed counts once');
SELECT booking.propose_reschedule(test.id('studio'), :'other', test.at('2031-05-14 15:00'), now => test.now()) \g /dev/null
SELECT is(test.reason('2031-05-14 10:00', service => 'yoga'), 'limit', 'one proposed for this day counts here');
SELECT is(test.reason('2031-05-15 10:00', service => 'yoga'), NULL, 'and on its own, where one more fits');
SELECT test.yoga('2031-05-15 11:00') \g /dev/null
SELECT is(test.reason('2031-05-15 10:00', service => 'yoga'), 'limit', 'but not two');
SELECT booking.refuse_reschedule(test.id('studio'), :'other') \g /dev/null
SELECT is(test.reason('2031-05-14 10:00', service => 'yoga'), NULL, 'refused');
SELECT booking.hold_slot(test.id('studio'), test.id('yoga'), test.id('main'), test.id('anna'), test.at('2031-05-14 16:00'),
  now => test.now()) AS hold \gset
SELECT is(test.reason('2031-05-14 10:00', service => 'yoga'), 'limit', 'a hold counts');
SELECT is((SELECT e.reason FROM booking.explain_slot(test.id('studio'), test.id('yoga'), test.id('main'), test.id('anna'),
  test.at('2031-05-14 10:00'), test.now() + interval '10 minutes') AS e),
  NULL, 'until it expires');
SELECT is(test.refusal(format($$ SELECT booking.create_booking(test.id('studio'), test.id('yoga'), test.id('main'), NULL,
  test.at('2031-05-14 16:00'), 'G', NULL, hold_id => %L, now => test.now()) $$, :'hold')),
  'none', 'who holds is not held up by the own hold');

-- Weeks.
UPDATE booking.staff SET max_bookings_per_day = NULL, max_bookings_per_week = 3 WHERE id = test.id('anna');
DELETE FROM booking.bookings WHERE tenant_id = test.id('studio');
SELECT test.yoga(start) FROM unnest('{2031-05-12 09:00,2031-05-16 09:00,2031-05-18 16:30}'::timestamp[]) AS start \g /dev/null
SELECT is(test.reason(start, service => 'yoga'), reason, format('%s: %s', start, coalesce(reason, 'bookable')))
FROM (VALUES ('2031-05-11 10:00'::timestamp, NULL), ('2031-05-12 10:00', 'limit'), ('2031-05-14 10:00', 'limit'),
  ('2031-05-18 10:00', 'limit'), ('2031-05-19 09:00', NULL)) AS step (start, reason);
SELECT is((SELECT string_agg(DISTINCT left(test.local(s.starts_at), 10), ' ' ORDER BY left(test.local(s.starts_at), 10))
           FROM booking.search_slots(test.id('studio'), test.id('yoga'), test.id('main'), test.id('anna'), '2031-05-10', '2031-05-21',
             test.now()) AS s),
  '2031-05-10 2031-05-11 2031-05-19 2031-05-20 2031-05-21', 'search leaves the whole week out');
SELECT is((SELECT count(*) FROM booking.search_slots(test.id('studio'), test.id('yoga'), test.id('main'), test.id('anna'), day, day,
  test.now())), 0::bigint, format('asked for %s alone', day))
FROM unnest('{2031-05-12,2031-05-15,2031-05-18}'::date[]) AS day;
SELECT is((SELECT test.local(s.starts_at) FROM booking.next_available(test.id('studio'), test.id('yoga'), test.id('main'), test.id('anna'),
  test.at('2031-05-12 08:00'), test.now()) AS s),
  '2031-05-19 09:00', 'the next start is in the next week');
SELECT is(test.busy(test.yoga('2031-05-14 09:00', NULL)), 'bence 2031-05-14 09:00 to 09:30', 'anybody is who is not full');
SELECT throws_ok(format('UPDATE booking.staff SET %s = 0 WHERE tenant_id = test.id(''studio'')', limited), '23514', NULL,
  limited || ' is at least one')
FROM unnest('{max_bookings_per_day,max_bookings_per_week}'::text[]) AS limited;

-- Days are those of the place: a booking at 23:30 in Budapest is one of that day there, of the next in Tokyo.
INSERT INTO booking.locations (tenant_id, id, slug, name, time_zone) VALUES (test.id('studio'), test.id('tokyo'), 'tokyo', 'Tokyo',
  'Asia/Tokyo');
UPDATE booking.staff SET max_bookings_per_day = 1, max_bookings_per_week = NULL WHERE id = test.id('anna');
SELECT test.yoga('2031-06-02 23:30', override => true) \g /dev/null
SELECT is((SELECT e.reason FROM booking.explain_slot(test.id('studio'), test.id('yoga'), test.id(place), test.id('anna'),
  start AT TIME ZONE zone, test.now()) AS e), reason, format('%s in %s', start, zone))
FROM (VALUES ('main', 'Europe/Budapest', '2031-06-02 09:00'::timestamp, 'limit'), ('main', 'Europe/Budapest', '2031-06-03 09:00', NULL),
             ('tokyo', 'Asia/Tokyo', '2031-06-02 09:00', 'closed')) AS step (place, zone, start, reason);
INSERT INTO booking.opening_hours (tenant_id, location_id, weekday, opens, closes)
  SELECT test.id('studio'), test.id('tokyo'), weekday, '09:00', '17:00' FROM generate_series(1, 7) AS weekday;
SELECT is((SELECT e.reason FROM booking.explain_slot(test.id('studio'), test.id('yoga'), test.id('tokyo'), test.id('anna'),
  start AT TIME ZONE 'Asia/Tokyo', test.now()) AS e), reason, format('%s in Tokyo', start))
FROM (VALUES ('2031-06-02 09:00'::timestamp, NULL), ('2031-06-03 09:00', 'limit')) AS step (start, reason);

SELECT is_empty('SELECT * FROM test.broken_invariants()', 'nothing that must hold is broken');
SELECT * FROM finish();
ROLLBACK;
