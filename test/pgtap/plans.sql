-- Single bookings and pages of them are found by an index however many there are: plans as booking_integration gets them,
-- behind row-level security, with the statistics of a grown database.
BEGIN;
\ir helpers/fixture.sql
SELECT plan(10);

-- Two hundred businesses with one location and thirty bookings each; salon-a gets a thousand.
SELECT count(booking.create_tenant('grown-' || n, 'Grown ' || n, 'Europe/Budapest', 'pro', 'automatic', test.id(n::text, 'tenant')))
FROM generate_series(1, 200) AS n \g /dev/null
CREATE TEMP TABLE grown AS
  SELECT tenant_id, l.id AS location_id, booking.uuid_v7() AS service_id, booking.uuid_v7() AS staff_id, booking.uuid_v7() AS customer_id,
         CASE WHEN tenant_id = test.id('a', 'tenant') THEN 1000 ELSE 30 END AS bookings
  FROM booking.locations AS l WHERE l.is_default;
INSERT INTO booking.services (tenant_id, id, name, duration_minutes, price_type) SELECT tenant_id, service_id, 'Advice', 30, 'free' FROM grown;
INSERT INTO booking.staff (tenant_id, id, name) SELECT tenant_id, staff_id, 'Dóra' FROM grown;
INSERT INTO booking.customers (tenant_id, id, name) SELECT tenant_id, customer_id, 'Guest' FROM grown;
INSERT INTO booking.bookings (tenant_id, location_id, service_id, staff_id, customer_id, status, starts_at, ends_at, buffer_before_minutes,
                              buffer_after_minutes, service_name, price_type, pricing_version, guest_name, source, cancel_deadline_at, updated_at)
SELECT tenant_id, location_id, service_id, staff_id, customer_id, 'confirmed', test.at(n, '09:00'), test.at(n, '09:30'), 0, 0, 'Advice', 'free', '',
       'Guest', 'api', test.at(n, '09:00'), now() - make_interval(days => n)
FROM grown, generate_series(1, bookings) AS n;
ANALYZE booking.tenants, booking.tenant_slugs, booking.locations, booking.services, booking.staff, booking.customers, booking.bookings;

-- The scan of bookings in a statement's plan, with its conditions' columns.
CREATE FUNCTION test.scan(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  plan json;
BEGIN
  PERFORM set_config('pg_booking.tenant_id', test.id('a', 'tenant')::text, true);
  SET LOCAL ROLE booking_integration;
  EXECUTE 'EXPLAIN (FORMAT json) ' || statement INTO plan;
  RESET ROLE;
  RETURN (SELECT concat_ws(' ', node ->> 'Index Name', '(' || (
            SELECT string_agg(DISTINCT name[1], ', ' ORDER BY name[1])
            FROM regexp_matches(node ->> 'Index Cond', '\m(?:b\.)?(tenant_id|id|starts_at|changed_by|updated_at|staff_id)\M', 'g') AS name) || ')')
          FROM jsonb_path_query(plan::jsonb, 'strict $.**') AS node
          WHERE jsonb_typeof(node) = 'object' AND coalesce(node ->> 'Relation Name' = 'bookings', node ->> 'Index Name' LIKE 'bookings%')
            AND node ? 'Index Name');
END $$;

SELECT is(test.scan(format('SELECT * FROM booking.v1_get_booking(%L, %L)', test.id('a', 'tenant'), test.first_booking('a'))),
  'bookings_pkey (id, tenant_id)', 'one booking is found by its id');
SELECT is(test.scan(format('SELECT booking FROM booking.v1_bookings(%L) AS b WHERE b.booking_id = %L', test.id('a', 'tenant'), test.first_booking('a'))),
  'bookings_pkey (id, tenant_id)', 'for a webhook too');

CREATE FUNCTION test.page(conditions text, by text, filters text DEFAULT 'NULL, NULL, NULL, NULL, NULL, NULL') RETURNS text
  LANGUAGE sql AS $$
    SELECT test.scan(format('SELECT b.booking FROM booking.v1_filter_bookings(%L, %s) AS b WHERE %s ORDER BY %s, b.booking_id LIMIT 51',
                            test.id('a', 'tenant'), filters, conditions, by)) $$;
SELECT is(test.page('true', 'b.starts_at'), 'bookings_by_start (tenant_id)', 'the first page is the first rows of an index');
SELECT is(test.page(format('(b.starts_at, b.booking_id) > (%L, %L)', test.at(500, '09:00'), test.first_booking('a')), 'b.starts_at'),
  'bookings_by_start (id, starts_at, tenant_id)', 'a later page is looked up');
SELECT is(test.page('true', 'b.starts_at', format('NULL, NULL, NULL, NULL, %L, %L', test.day(500), test.day(501))),
  'bookings_by_start (starts_at, tenant_id)', 'dates are looked up');
SELECT is(test.page('true', 'b.starts_at', format('%L, NULL, NULL, NULL, NULL, NULL', test.id('a', 'main'))),
  'bookings_by_start (tenant_id)', 'the bookings of a location come in order');
SELECT is(test.page('true', 'b.starts_at', format('NULL, NULL, %L, NULL, NULL, NULL', (SELECT service_id FROM grown WHERE bookings = 1000))),
  'bookings_by_start (tenant_id)', 'those of a service too');
SELECT is(test.page(format('b.changed_by < %L AND (b.changed_by, b.booking_id) > (%L, %L)', '9', '7', test.first_booking('a')), 'b.changed_by'),
  'bookings_by_change (changed_by, id, tenant_id)', 'the feed goes on from its cursor');
SELECT is(test.page(format('b.updated_at >= %L AND b.changed_by < %L', now(), '999999999999'), 'b.changed_by'),
  'bookings_by_update (tenant_id, updated_at)', 'and begins at a time');

-- What a search reads: no days of years gone by.
INSERT INTO booking.blocked_slots (tenant_id, location_id, staff_id, on_date, begins, ends, weekly)
  SELECT test.id('a', 'tenant'), test.id('a', 'main'), test.id('a', 'anna'), test.day(-n), '09:00', '09:30', n % 100 = 0 FROM generate_series(1, 3000) AS n;
ANALYZE booking.blocked_slots;
CREATE TEMP TABLE scans AS SELECT indexrelid, indexrelname, pg_stat_get_xact_numscans(indexrelid) AS before FROM pg_stat_user_indexes
  WHERE relid = 'booking.blocked_slots'::regclass;
SELECT test.outcome(test.post('/v1/availability/search', jsonb_build_object('salonSlug', 'salon-a', 'serviceId', test.public('svc', 'haircut'),
  'dateRange', jsonb_build_object('from', test.day(7), 'to', test.day(8))))) \g /dev/null
SELECT results_eq($$ SELECT indexrelname FROM scans WHERE pg_stat_get_xact_numscans(indexrelid) > before ORDER BY 1 $$,
  $$ VALUES ('blocked_slots_by_date'::name), ('blocked_slots_weekly') $$, 'blocked slots are looked up by date, and weekly ones apart');

SELECT * FROM finish();
ROLLBACK;
