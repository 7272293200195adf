-- A tenant goes with all it has; where it is named twice, both names count; what is no zone of the database is none.
BEGIN;
\ir helpers/fixture.sql
SELECT plan(17);

SELECT ok(test.first_booking('a') IS NOT NULL, 'tenant a has bookings');
DELETE FROM booking.tenants WHERE tenant_id = test.id('b', 'tenant');
CREATE FUNCTION test.rows_of(tenant uuid) RETURNS TABLE (relation text, rows bigint) LANGUAGE plpgsql AS $$
BEGIN
  FOR relation IN SELECT c.oid::regclass FROM pg_class AS c WHERE c.relnamespace = 'booking'::regnamespace AND c.relkind = 'r' LOOP
    CONTINUE WHEN NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = relation::regclass AND attname = 'tenant_id');
    EXECUTE format('SELECT count(*) FROM %s WHERE tenant_id = $1', relation) INTO rows USING tenant;
    IF rows > 0 THEN RETURN NEXT; END IF;
  END LOOP;
END $$;
SELECT isnt_empty($$ SELECT * FROM test.rows_of(test.id('a', 'tenant')) $$, 'its rows are there');
SELECT is_empty($$ SELECT * FROM test.rows_of(test.id('b', 'tenant')) $$, 'those of a deleted one are not, bookings included');

-- salonSlug in two places.
SELECT is(test.outcome(test.request(method, target, body)), expected, format('%s %s %s', method, target, body))
FROM (VALUES
  ('GET', '/v1/services?salonSlug=salon-a&salonSlug=salon-a', NULL, '400 request.invalid_input'),
  ('GET', '/v1/services?salonSlug=salon-a&locationslug=main', NULL, '400 request.invalid_input'),
  ('POST', '/v1/bookings/x/cancel?salonSlug=salon-a', '{"salonSlug": "salon-a"}', '404 booking.not_found'),
  ('POST', '/v1/bookings/x/cancel?salonSlug=salon-a', '{"salonSlug": "salon-b"}', '403 auth.scope_mismatch'),
  ('POST', '/v1/bookings/x/cancel?salonSlug=salon-b', '{"salonSlug": "salon-a"}', '403 auth.scope_mismatch'))
  AS request (method, target, body, expected);

-- SQL code that raises one of our SQLSTATEs by itself can not break the answer.
CREATE OR REPLACE FUNCTION booking.v1_location_id(tenant_id uuid, slug text) RETURNS uuid LANGUAGE plpgsql STABLE AS $$
BEGIN
  RAISE EXCEPTION 'mine' USING ERRCODE = 'BK201', DETAIL = 'no JSON "at all';
END $$;
SELECT is(test.outcome(test.get('/v1/staff?salonSlug=salon-a')), '404 service.not_found', 'a refusal with a detail that is no JSON');
SELECT is((test.get('/v1/staff?salonSlug=salon-a')).body #> '{error,details}', NULL, 'has no details');

SELECT is(booking.is_time_zone(name), expected, format('%L', name))
FROM (VALUES ('Europe/Budapest', true), ('UTC', true), ('europe/budapest', false), ('localtime', false), ('posixrules', false),
  ('XYZ5', false), ('Nowhere/At_All', false)) AS zone (name, expected);

SELECT * FROM finish();
ROLLBACK;
