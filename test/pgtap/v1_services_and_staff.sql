-- GET /v1/services and /v1/staff: every member of the answers, and who and what is listed.
BEGIN;
\ir helpers/fixture.sql
SELECT plan(22);

CREATE FUNCTION test.services(query text DEFAULT '') RETURNS jsonb
  LANGUAGE sql AS $$ SELECT (test.get('/v1/services?salonSlug=salon-a' || query)).body #> '{data}' $$;
CREATE FUNCTION test.staff(query text DEFAULT '') RETURNS jsonb
  LANGUAGE sql AS $$ SELECT (test.get('/v1/staff?salonSlug=salon-a' || query)).body #> '{data}' $$;
CREATE FUNCTION test.names(list jsonb) RETURNS text
  LANGUAGE sql AS $$
    SELECT string_agg(entry ->> 'name', ', ' ORDER BY place) FROM jsonb_array_elements(list) WITH ORDINALITY AS e (entry, place)
  $$;
CREATE FUNCTION test.versions() RETURNS text[]
  LANGUAGE sql AS $$
    SELECT array_agg(pricing_version ORDER BY sort_order) FROM booking.services WHERE tenant_id = test.id('a', 'tenant')
  $$;

SELECT is(test.services(), jsonb_build_object('services', jsonb_build_array(
  jsonb_build_object('id', test.public('svc', 'haircut'), 'name', 'Haircut', 'description', 'Wash and cut.', 'category', 'Hair',
    'durationMinutes', 30, 'priceType', 'fixed', 'pricingVersion', (test.versions())[1], 'price',
      '{"amount": 4500, "currency": "HUF"}'::jsonb, 'capacity', 1),
  jsonb_build_object('id', test.public('svc', 'colour'), 'name', 'Colouring', 'description', NULL, 'category', NULL,
    'durationMinutes', 60, 'priceType', 'from', 'pricingVersion', (test.versions())[2], 'price',
      '{"amount": 16000.5, "currency": "HUF"}'::jsonb, 'capacity', 1),
  jsonb_build_object('id', test.public('svc', 'advice'), 'name', 'Advice', 'description', NULL, 'category', NULL,
    'durationMinutes', 30, 'priceType', 'free', 'pricingVersion', (test.versions())[3], 'price', NULL, 'capacity', 1))),
  'services, member by member');
SELECT is(test.staff(), jsonb_build_object('staff', jsonb_build_array(
  jsonb_build_object('id', test.public('staff', 'anna'), 'name', 'Anna', 'bio', 'Cuts and colours.', 'serviceIds',
    jsonb_build_array(test.public('svc', 'haircut'), test.public('svc', 'colour'), test.public('svc', 'advice'))),
  jsonb_build_object('id', test.public('staff', 'bence'), 'name', 'Bence', 'bio', NULL, 'serviceIds',
    jsonb_build_array(test.public('svc', 'haircut'), test.public('svc', 'advice'))))),
  'staff, member by member');
SELECT matches((test.versions())[1], '^[0-9a-f]{12}$', 'a pricing version is opaque text of 12 characters');
SELECT is(test.services('&locationSlug=main'), test.services(), 'the default location is the one meant when none is named');
SELECT is(test.names(test.services('&locationSlug=branch') -> 'services'), 'Haircut',
  'a location lists what somebody there performs');
SELECT is(test.names(test.staff('&locationSlug=branch') -> 'staff'), 'Csilla', 'and who works there');

-- What is listed, change by change.
CREATE FUNCTION test.after(change text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  result text;
BEGIN
  EXECUTE change;
  result := concat_ws(' | ', coalesce(test.names(test.services() -> 'services'), '-'), coalesce(test.names(test.staff() -> 'staff'), '-'));
  RAISE EXCEPTION USING ERRCODE = 'P0001', MESSAGE = result;
EXCEPTION WHEN raise_exception THEN
  RETURN result;
END $$;
SELECT is(test.after(format('UPDATE booking.%s WHERE tenant_id = %L AND %s', change, test.id('a', 'tenant'), condition)), expected,
  change || ' of ' || condition)
FROM (VALUES
  ('services SET active = false', 'name = ''Haircut''', 'Colouring, Advice | Anna, Bence'),
  ('services SET bookable_online = false', 'name = ''Haircut''', 'Colouring, Advice | Anna, Bence'),
  ('services SET sort_order = -1', 'name = ''Advice''', 'Advice, Haircut, Colouring | Anna, Bence'),
  ('services SET sort_order = 0', 'true', 'Advice, Colouring, Haircut | Anna, Bence'),
  ('staff SET active = false', 'name = ''Anna''', 'Haircut, Advice | Bence'),
  ('staff SET sort_order = 9', 'name = ''Anna''', 'Haircut, Colouring, Advice | Bence, Anna'),
  ('staff SET active = false', 'true', '- | -'),
  ('tenants SET published = false', 'true', 'Haircut, Colouring, Advice | Anna, Bence')) AS step (change, condition, expected);
SELECT is(test.after(format('DELETE FROM booking.working_hours WHERE tenant_id = %L', test.id('a', 'tenant'))),
  'Haircut, Colouring, Advice | Anna, Bence, Csilla', 'who has no own hours works everywhere');
SELECT is(test.after(format('DELETE FROM booking.staff_services WHERE tenant_id = %L', test.id('a', 'tenant'))), '- | Anna, Bence',
  'a service that nobody performs is not offered');

-- An inactive location is not there.
UPDATE booking.locations SET active = false WHERE id = test.id('a', 'branch');
SELECT is((test.get('/v1/services?salonSlug=salon-a&locationSlug=branch')).body #> '{error,details}', '{"resource": "location"}',
  'no services at an inactive location');
SELECT is(test.outcome(test.get('/v1/staff?salonSlug=salon-a&locationSlug=moon')), '404 service.not_found',
  'nor at one that does not exist');

-- The pricing version moves when what a guest pays or gets for it does.
CREATE FUNCTION test.version_moves(change text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  before CONSTANT text := (test.versions())[1];
BEGIN
  EXECUTE format('UPDATE booking.services SET %s WHERE id = %L', change, test.id('a', 'haircut'));
  RETURN (test.versions())[1] <> before;
END $$;
SELECT ok(test.version_moves('price_amount = 4501'), 'a new price has a new version');
SELECT ok(test.version_moves('duration_minutes = 31'), 'so has a new duration');
SELECT ok(NOT test.version_moves('price_amount = 4501.000'), 'but not another spelling of the price');
SELECT ok(NOT test.version_moves('name = ''Cut'', buffer_after_minutes = 5'), 'nor anything that a guest does not pay for');

SELECT * FROM finish();
ROLLBACK;
