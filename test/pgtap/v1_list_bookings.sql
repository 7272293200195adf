-- GET /v1/bookings: filters, order, and pages that lose and repeat nothing.
BEGIN;
\ir helpers/fixture.sql
SELECT plan(81);

-- Forty bookings: on each of ten days anna and bence at 10:00 and 11:00; some cancelled, some of another service.
SELECT booking.create_booking(test.id('a', 'tenant'), test.id('a', service), test.id('a', 'main'), test.id('a', person),
                              test.at(day, hour), format('Guest %s', day), format('guest%s@example.com', day))
FROM generate_series(7, 16) AS day, unnest(ARRAY['anna', 'bence']) AS person,
     (VALUES ('10:00'::time, 'haircut'), ('11:00', 'advice')) AS visit (hour, service) \g /dev/null
SELECT booking.create_booking(test.id('a', 'tenant'), test.id('a', 'haircut'), test.id('a', 'branch'), test.id('a', 'csilla'),
                              test.at(8, '09:00'), 'Guest of branch', 'branch@example.com') \g /dev/null
SELECT booking.cancel_booking(test.id('a', 'tenant'), b.id) FROM booking.bookings AS b
WHERE b.starts_at = test.at(9, '10:00') OR b.starts_at = test.at(10, '11:00') \g /dev/null
UPDATE booking.bookings SET status = 'no_show' WHERE starts_at = test.at(11, '10:00');

CREATE FUNCTION test.list(query text DEFAULT '') RETURNS test.answer
  LANGUAGE sql AS $$ SELECT test.get('/v1/bookings?salonSlug=salon-a' || query) $$;
CREATE FUNCTION test.ids(answer test.answer) RETURNS text[]
  LANGUAGE sql AS $$
    SELECT array_agg(b ->> 'id' ORDER BY place) FROM jsonb_array_elements(answer.body #> '{data,bookings}') WITH ORDINALITY AS l (b, place)
  $$;
-- What the table holds, in the list's order.
CREATE FUNCTION test.expect(condition text) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
  ids text[];
BEGIN
  EXECUTE format('SELECT array_agg(booking.public_id(''bkg'', id) ORDER BY starts_at, id) FROM booking.bookings WHERE tenant_id = %L AND (%s)',
                 test.id('a', 'tenant'), condition) INTO ids;
  RETURN ids;
END $$;
-- All pages, following nextCursor.
CREATE FUNCTION test.pages(query text, page_size integer) RETURNS TABLE (page integer, ids text[]) LANGUAGE plpgsql AS $$
DECLARE
  answer test.answer;
  next text := '';
BEGIN
  page := 0;
  LOOP
    page := page + 1;
    answer := test.list(format('%s&limit=%s%s', query, page_size, next));
    ids := test.ids(answer);
    RETURN NEXT;
    EXIT WHEN answer.body #>> '{data,nextCursor}' IS NULL;
    next := '&cursor=' || (answer.body #>> '{data,nextCursor}');
    IF page > 100 THEN RAISE 'the pages do not end'; END IF;
  END LOOP;
END $$;
CREATE FUNCTION test.all_pages(query text, page_size integer) RETURNS text[]
  LANGUAGE sql AS $$
    SELECT array_agg(id ORDER BY page, place) FROM test.pages(query, page_size), unnest(ids) WITH ORDINALITY AS e (id, place)
  $$;

SELECT is(cardinality(test.expect('true')), 42, 'there are 42 bookings');
SELECT is(test.ids(test.list('&limit=100')), test.expect('true'), 'all of them, by start, then id');
SELECT is((SELECT array_agg(k ORDER BY k) FROM jsonb_object_keys((test.list()).body -> 'data') AS k), '{bookings,nextCursor}',
  'the members of data');
SELECT is(cardinality(test.ids(test.list())), 42, 'a page has 50 if nothing else is said');
SELECT is((test.list()).body #> '{data,nextCursor}', 'null', 'and the last one has no cursor');

-- Filters.
SELECT is(test.ids(test.list('&limit=100' || query)), test.expect(condition), 'filter ' || query)
FROM (VALUES
  ('&locationSlug=branch', format('location_id = %L', test.id('a', 'branch'))),
  ('&locationSlug=main', format('location_id = %L', test.id('a', 'main'))),
  ('&staffId=' || test.public('staff', 'anna'), format('staff_id = %L', test.id('a', 'anna'))),
  ('&serviceId=' || test.public('svc', 'advice'), format('service_id = %L', test.id('a', 'advice'))),
  ('&status=cancelled', 'status = ''cancelled'''),
  ('&status=cancelled,no_show', 'status IN (''cancelled'', ''no_show'')'),
  ('&status=cancelled%2Cno_show', 'status IN (''cancelled'', ''no_show'')'),
  ('&status=pending,confirmed,declined,cancelled,reschedule_proposed,completed,no_show', 'true'),
  ('&dateFrom=' || test.day(12), 'starts_at >= test.at(12, ''00:00'')'),
  ('&dateTo=' || test.day(12), 'starts_at < test.at(13, ''00:00'')'),
  ('&dateFrom=' || test.day(9) || '&dateTo=' || test.day(10), 'starts_at >= test.at(9, ''00:00'') AND starts_at < test.at(11, ''00:00'')'),
  ('&dateFrom=' || test.day(9) || '&dateTo=' || test.day(9) || '&staffId=' || test.public('staff', 'bence') || '&status=cancelled',
   format('starts_at >= test.at(9, ''00:00'') AND starts_at < test.at(10, ''00:00'') AND staff_id = %L AND status = ''cancelled''',
     test.id('a', 'bence'))))
  AS filter (query, condition);
SELECT is((test.list(query)).body -> 'data', '{"bookings": [], "nextCursor": null}', 'nothing for ' || query)
FROM unnest(ARRAY['&staffId=staff_x', '&serviceId=svc_x', '&staffId=' || test.public('staff', 'anna', 'b'), '&status=declined',
                  '&dateFrom=' || test.day(60), '&dateTo=' || test.day(1), '&dateFrom=9999-12-31', '&dateTo=0001-01-01']) AS query;
SELECT is(test.outcome(test.list('&locationSlug=moon')), '404 service.not_found', 'a location that does not exist');

-- Local dates decide. Late in the evening of Honolulu it is the day after the next in Kiritimati.
INSERT INTO booking.locations (tenant_id, id, slug, name, time_zone) VALUES
  (test.id('a', 'tenant'), test.id('a', 'west'), 'west', 'West', 'Pacific/Honolulu'), (test.id('a', 'tenant'), test.id('a',
    'east'), 'east', 'East', 'Pacific/Kiritimati');
INSERT INTO booking.bookings (tenant_id, location_id, service_id, staff_id, customer_id, status, starts_at, ends_at, buffer_before_minutes,
                              buffer_after_minutes, service_name, price_type, pricing_version, guest_name, source, cancel_deadline_at)
SELECT test.id('a', 'tenant'), test.id('a', place), test.id('a', 'haircut'), test.id('a', 'anna'), customer.id, 'completed',
  starts_at, starts_at + interval '1 hour',
       0, 0, 'Haircut', 'free', '', 'Guest', 'dashboard', starts_at
FROM (SELECT id FROM booking.customers WHERE tenant_id = test.id('a', 'tenant') LIMIT 1) AS customer,
     (VALUES ('west', (test.day(20) + time '23:30') AT TIME ZONE 'Pacific/Honolulu'), ('east',
       (test.day(20) + time '00:30') AT TIME ZONE 'Pacific/Kiritimati'))
       AS visit (place, starts_at);
SELECT is(jsonb_path_query_array((test.list(format('&dateFrom=%s&dateTo=%1$s', test.day(20)))).body,
  '$.data.bookings[*].locationSlug'), '["east", "west"]',
  'both ends of the world on their own date');
SELECT is((test.list(format('&dateFrom=%s&dateTo=%1$s', test.day(20 + shift)))).body #> '{data,bookings}', '[]',
  'and on no other: ' || shift)
FROM unnest(ARRAY[-2, -1, 1, 2]) AS shift;
DELETE FROM booking.bookings WHERE pricing_version = '';

-- Pages.
SELECT is(test.all_pages('', size), test.expect('true'), format('pages of %s lose and repeat nothing', size))
FROM unnest(ARRAY[1, 2, 5, 41, 42, 100]) AS size;
SELECT is((SELECT array_agg(cardinality(ids) ORDER BY page) FROM test.pages('', 20)), '{20,20,2}',
  'every page but the last is full');
SELECT is((SELECT array_agg(cardinality(ids) ORDER BY page) FROM test.pages('', 21)), '{21,21}',
  'there is no empty page at the end');
SELECT is(test.all_pages('&status=confirmed&staffId=' || test.public('staff', 'anna'), 3),
  test.expect(format('status = ''confirmed'' AND staff_id = %L', test.id('a', 'anna'))), 'filtered pages neither');
SELECT (test.list('&limit=2')).body #>> '{data,nextCursor}' AS cursor \gset
SELECT matches(:'cursor'::text, '^[A-Za-z0-9_-]{43}$', 'a cursor needs no escaping');
SELECT is((test.list('&limit=1&cursor=' || :'cursor')).body #>> '{data,bookings,0,id}', (test.expect('true'))[3],
  'pages may change their size');
DELETE FROM booking.bookings WHERE booking.public_id('bkg', id) = (test.expect('true'))[2];
SELECT is((test.list('&limit=1&cursor=' || :'cursor')).body #>> '{data,bookings,0,id}', (test.expect('true'))[2],
  'the row that a cursor stands on may go');

-- A cursor holds for its tenant and its filters, as it is.
SELECT is(test.bad_fields(test.list(query)), '{cursor}', reason)
FROM (VALUES
  ('&status=confirmed&cursor=' || :'cursor', 'a cursor of other filters'),
  ('&dateTo=' || test.day(60) || '&cursor=' || :'cursor', 'even if they hide nothing'),
  ('&locationSlug=main&cursor=' || :'cursor', 'even if they mean the same'),
  ('&cursor=nonsense', 'nonsense'),
  ('&cursor=' || repeat('A', 43), 'a cursor that nobody gave'),
  ('&cursor=' || :'cursor' || 'A', 'a longer one'),
  ('&cursor=' || "left"(:'cursor', 42), 'a shorter one'),
  ('&cursor=' || (SELECT booking.v1_make_cursor(ROW('bookings', test.id('b', 'tenant'), NULL, NULL, NULL, NULL, NULL, NULL, NULL,
    NULL)::text, 1, booking.uuid_v7())),
   'another tenant''s cursor'),
  ('&cursor=', 'an empty one')) AS step (query, reason);
SELECT is(test.bad_fields(test.get('/v1/bookings?salonSlug=salon-b&cursor=' || :'cursor', 'b')), '{cursor}',
  'the cursor in another tenant''s list');
SELECT is_empty(format($$
  SELECT position FROM generate_series(1, 43) AS position
  WHERE test.outcome(test.list('&cursor=' || overlay(%L PLACING CASE substr(%1$L, position, 1) WHEN 'A' THEN 'B' ELSE 'A' END
    FROM position))) = '200'
$$, :'cursor'), 'a cursor with any character changed');

-- Faults.
SELECT is((test.list(query)).body #> '{error,details,fields}', fields::jsonb, 'fault in ' || query)
FROM (VALUES
  ('&limit=0', '{"limit": "must be a whole number from 1 to 100"}'),
  ('&limit=101', '{"limit": "must be a whole number from 1 to 100"}'),
  ('&limit=-1', '{"limit": "must be a whole number from 1 to 100"}'),
  ('&limit=1.0', '{"limit": "must be a whole number from 1 to 100"}'),
  ('&limit=+1', '{"limit": "must be a whole number from 1 to 100"}'),
  ('&limit=99999999999', '{"limit": "must be a whole number from 1 to 100"}'),
  ('&limit=', '{"limit": "must be a whole number from 1 to 100"}'),
  ('&limit=1&limit=1', '{"limit": "must be given once"}'),
  ('&dateFrom=yesterday&dateTo=2030-02-30', '{"dateFrom": "must be a date, YYYY-MM-DD", "dateTo": "must be a date, YYYY-MM-DD"}'),
  ('&dateFrom=2030-01-02&dateTo=2030-01-01', '{"dateTo": "must not be before dateFrom"}'),
  ('&locationSlug=', '{"locationSlug": "must be a slug of 1 to 100 characters"}')) AS step (query, fields);
SELECT is(test.bad_fields(test.list('&status=' || status)), '{status}', 'status ' || status)
FROM unnest(ARRAY['', 'gone', 'Confirmed', 'confirmed,', ',confirmed', 'confirmed,,cancelled', 'confirmed;cancelled',
  'confirmed, cancelled']) AS status;
SELECT is(test.bad_fields(test.list('&updatedSince=' || since)), '{updatedSince}', 'updatedSince ' || since)
FROM unnest(ARRAY['', 'yesterday', '2030-01-01', '2030-01-01T00:00:00', '2030-02-30T00:00:00Z', 'infinity']) AS since;

-- By change: what this transaction wrote is not settled before it ends (test/http/change_feed.test.mjs has the rest).
SELECT is(test.ids(test.list('&updatedSince=2000-01-01T00:00:00Z')), NULL, 'a change of a running transaction is not in the feed');
SELECT is((test.list('&updatedSince=2000-01-01T00:00:00Z')).body #> '{data,nextCursor}', 'null',
  'nor is there a place to go on from');

SELECT * FROM finish();
ROLLBACK;
