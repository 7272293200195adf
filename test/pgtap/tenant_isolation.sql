-- What a tenant can see, change and find out of another one's rows: nothing, whatever the table. The tests go through the
-- catalogs; a new table needs a row for each tenant in helpers/fixture.sql, or the first test below names it.
BEGIN;
\ir helpers/fixture.sql
SELECT plan(29);

CREATE TEMP VIEW tables AS
  SELECT c.oid, c.oid::regclass::text AS name FROM pg_class AS c
  WHERE c.relnamespace = 'booking'::regnamespace AND c.relkind IN ('r', 'p')
    AND EXISTS (SELECT FROM pg_attribute WHERE attrelid = c.oid AND attname = 'tenant_id')  -- catalog.sql names the others
  OFFSET 0;  -- before anything else is asked about a table
GRANT SELECT ON tables TO PUBLIC;

-- Rows of a table that satisfy a condition, as the current role sees them; NULL when it may not look at all.
CREATE FUNCTION test.count_rows(table_name text, condition text DEFAULT 'true') RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  found bigint;
BEGIN
  EXECUTE format('SELECT count(*) FROM %s WHERE %s', table_name, condition) INTO found;
  RETURN found;
EXCEPTION WHEN insufficient_privilege THEN
  RETURN NULL;
END $$;

-- What a statement does: the SQLSTATE of its failure, or the number of rows it touched.
CREATE FUNCTION test.effect(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  touched bigint;
BEGIN
  EXECUTE statement;
  GET DIAGNOSTICS touched = ROW_COUNT;
  RETURN touched || ' rows';
EXCEPTION WHEN OTHERS THEN
  RETURN SQLSTATE;
END $$;

-- A booking of each with a proposal: it refers to what other bookings leave out.
SELECT booking.propose_reschedule(test.id(tenant, 'tenant'), booking.create_booking(
    test.id(tenant, 'tenant'), test.id(tenant, 'colour'), test.id(tenant, 'main'), test.id(tenant, 'anna'), test.at(41, '09:00'),
    'Guest of ' || tenant, 'guest@example.com'), test.at(41, '10:00')) FROM unnest('{a,b}'::text[]) AS tenant \g /dev/null

CREATE TEMP TABLE expected AS
  SELECT name, test.count_rows(name, format('tenant_id = %L', test.id('a', 'tenant'))) AS own,
         test.count_rows(name, format('tenant_id = %L', test.id('b', 'tenant'))) AS foreign_rows
  FROM tables;
GRANT SELECT ON expected TO PUBLIC;
SELECT is_empty('SELECT name FROM expected WHERE own = 0 OR foreign_rows = 0', 'every table has rows of both tenants to look for');

-- With the rights that callers have.

SELECT set_config('pg_booking.tenant_id', test.id('a', 'tenant')::text, true) \g /dev/null
SET LOCAL ROLE booking_integration;
SELECT is(booking.current_tenant(), test.id('a', 'tenant'), 'as a caller of tenant a');
SELECT is_empty($$
  SELECT name, test.count_rows(name), own FROM expected WHERE coalesce(test.count_rows(name), own) <> own
$$, 'every table that may be read shows the own rows');
SELECT set_eq($$ SELECT name FROM expected WHERE test.count_rows(name) IS NULL $$,
  ARRAY['booking.api_keys', 'booking.api_key_secrets', 'booking.members', 'booking.secret_keys', 'booking.session_notes'], 'the others can not be read');
SELECT throws_ok(format('SET pg_booking.tenant_id = %L', test.id('b', 'tenant')), '42501', NULL,
  'a caller can not change its tenant');
SELECT throws_ok('RESET pg_booking.tenant_id', '42501', NULL, 'nor drop it');
SELECT throws_ok(format('SELECT booking.seal_webhook_secret(%L, ''mine'')', test.id('b', 'tenant')), '42501', NULL,
  'the function that runs as its owner works for the current tenant only');
SELECT is_empty($$
  SELECT name, command FROM tables, unnest(ARRAY['TRUNCATE %s CASCADE', 'DROP TABLE %s',
    'CREATE INDEX ON %s (tenant_id)', 'ALTER TABLE %s DISABLE ROW LEVEL SECURITY']) AS command
  WHERE test.effect(format(command, name)) <> '42501'
$$, 'nor do anything to tables that row-level security does not govern');
RESET ROLE;

-- With every right there is, so that row-level security alone stands between the tenants.

GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA booking TO booking_integration;

-- Copies of b's rows, to insert again.
CREATE TEMP TABLE foreign_rows (name text, place text, columns text);
DO $$
DECLARE
  t record;
BEGIN
  FOR t IN SELECT tables.name, tables.oid FROM tables LOOP
    EXECUTE format('CREATE TABLE test.%I AS SELECT * FROM %s WHERE tenant_id = %L',
                   'copy of ' || t.name, t.name, test.id('b', 'tenant'));
    INSERT INTO foreign_rows
      SELECT t.name, format('test.%I', 'copy of ' || t.name), string_agg(quote_ident(attname), ', ' ORDER BY attnum)
      FROM pg_attribute WHERE attrelid = t.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = '';
  END LOOP;
END $$;
GRANT SELECT ON foreign_rows TO PUBLIC;
GRANT SELECT ON ALL TABLES IN SCHEMA test TO PUBLIC;

-- For each column that refers to something of the same tenant: put b's in the place of a's.
CREATE TEMP VIEW foreign_references AS
  SELECT con.conname::text AS name, con.conrelid::regclass::text AS referring, con.confrelid::regclass::text AS referred,
         quote_ident(a.attname) AS column, quote_ident(r.attname) AS key
  FROM pg_constraint AS con
  JOIN pg_attribute AS a ON a.attrelid = con.conrelid AND a.attnum = con.conkey[2]
  JOIN pg_attribute AS r ON r.attrelid = con.confrelid AND r.attnum = con.confkey[2]
  WHERE con.contype = 'f' AND con.connamespace = 'booking'::regnamespace;
CREATE TEMP TABLE takeovers AS
  SELECT name, format('UPDATE %s SET %s = (SELECT %s FROM test.%I LIMIT 1) WHERE ctid = (SELECT ctid FROM %1$s WHERE %2$s IS NOT NULL LIMIT 1)',
                      referring, "column", key, 'copy of ' || referred) AS statement
  FROM foreign_references;
GRANT SELECT ON takeovers TO PUBLIC;
SELECT cmp_ok((SELECT count(*) FROM takeovers), '>=', 12::bigint, 'there are references within a tenant to attack');

SET LOCAL ROLE booking_integration;
SELECT is_empty('SELECT name, test.count_rows(name), own FROM expected WHERE test.count_rows(name) <> own',
  'every table shows the own rows and no other');
SELECT is_empty($$
  SELECT name, test.effect(statement) FROM (
    SELECT name, format('INSERT INTO %s (%s) SELECT %2$s FROM %s', name, columns, place) AS statement FROM foreign_rows) AS attempt
  WHERE test.effect(statement) <> '42501'
$$, 'rows of another tenant can not be inserted');
SELECT is_empty($$
  SELECT name, test.effect(statement) FROM (
    SELECT name, format('UPDATE %s SET tenant_id = tenant_id WHERE tenant_id = %L', name, test.id('b', 'tenant')) AS statement
      FROM tables) AS attempt
  WHERE test.effect(statement) <> '0 rows'
$$, 'rows of another tenant can not be updated');
SELECT is_empty($$
  SELECT name, test.effect(statement) FROM (
    SELECT name, format('UPDATE %s SET tenant_id = %L', name, test.id('b', 'tenant')) AS statement FROM tables) AS attempt
  WHERE test.effect(statement) <> '42501'
$$, 'own rows can not be given to another tenant');
SELECT is_empty($$
  SELECT name, test.effect(statement) FROM (
    SELECT name, format('DELETE FROM %s WHERE tenant_id = %L', name, test.id('b', 'tenant')) AS statement FROM tables) AS attempt
  WHERE test.effect(statement) <> '0 rows'
$$, 'rows of another tenant can not be deleted');
SELECT is_empty('SELECT name, test.effect(statement) FROM takeovers WHERE test.effect(statement) <> ''23503''',
  'own rows can not refer to rows of another tenant: they are not there');
RESET ROLE;

-- Without a tenant.

RESET pg_booking.tenant_id;
SET LOCAL ROLE booking_integration;
SELECT is(booking.current_tenant(), NULL, 'without a tenant');
SELECT is_empty('SELECT name, test.count_rows(name) FROM tables WHERE test.count_rows(name) <> 0', 'there are no rows');
SELECT is_empty($$
  SELECT name, test.effect(statement) FROM (
    SELECT name, format('INSERT INTO %s (%s) SELECT %2$s FROM %s', name, columns, place) AS statement FROM foreign_rows) AS attempt
  WHERE test.effect(statement) <> '42501'
$$, 'and none can be inserted');
RESET ROLE;

SELECT set_config('pg_booking.tenant_id', test.id('c', 'tenant')::text, true) \g /dev/null
SET LOCAL ROLE booking_integration;
SELECT is_empty('SELECT name, test.count_rows(name) FROM tables WHERE test.count_rows(name) <> 0',
  'nor are there for a tenant that does not exist');
RESET ROLE;
RESET pg_booking.tenant_id;

-- The operator's role sees all.
SET LOCAL ROLE service_role;
SELECT is_empty('SELECT name FROM expected WHERE test.count_rows(name) < own + foreign_rows',
  'service_role sees every tenant''s rows');
RESET ROLE;

-- Over HTTP: what belongs to another tenant answers as what does not exist, to the last byte but for the request id.

CREATE TEMP TABLE twins (question text, foreign_one test.answer, unknown_one test.answer);
INSERT INTO twins
SELECT format(method || ' ' || target, '{bookingId}'),
       test.request(method, format(target, booking.public_id('bkg', test.first_booking('b'))), body),
       test.request(method, format(target, booking.public_id('bkg', booking.uuid_v7())), body)
FROM (VALUES ('GET', '/v1/bookings/%s', NULL), ('GET', '/v1/bookings/%s/events', NULL), ('HEAD', '/v1/bookings/%s', NULL),
             ('POST', '/v1/bookings/%s/cancel', NULL), ('POST', '/v1/bookings/%s/cancel', '{"initiator": "guest"}'),
             ('GET', '/v1/bookings/%s?salonSlug=salon-a', NULL)) AS request (method, target, body);
SELECT is_empty($$ SELECT question, (foreign_one).status FROM twins WHERE (foreign_one).status <> 404 $$,
  'a foreign booking is not found');

INSERT INTO twins
SELECT format(method || ' ' || target, '{slug}'), test.request(method, format(target, 'salon-b')), test.request(method,
  format(target, 'salon-x'))
FROM (VALUES ('GET', '/v1/services?salonSlug=%s'), ('GET', '/v1/staff?salonSlug=%s'), ('GET', '/v1/bookings?salonSlug=%s'),
             ('GET', '/v1/bookings/bkg_01h2e8kqvbfwea724h75qc655w?salonSlug=%s'),
             ('GET', '/v1/bookings/bkg_01h2e8kqvbfwea724h75qc655w/events?salonSlug=%s'),
             ('POST', '/v1/bookings/bkg_01h2e8kqvbfwea724h75qc655w/cancel?salonSlug=%s')) AS request (method, target);
INSERT INTO twins
SELECT 'POST ' || target, test.post(target, jsonb_build_object('salonSlug', 'salon-b')), test.post(target,
  jsonb_build_object('salonSlug', 'salon-x'))
FROM unnest(ARRAY['/v1/bookings', '/v1/availability/search', '/v1/bookings/bkg_01h2e8kqvbfwea724h75qc655w/cancel']) AS target;
SELECT is_empty($$ SELECT question, (foreign_one).status FROM twins WHERE (foreign_one).status NOT IN (403, 404) $$,
  'a foreign slug is refused');

-- Services, staff and locations of b in requests of a.
INSERT INTO twins
SELECT 'POST /v1/bookings ' || member, test.post('/v1/bookings', test.wish(jsonb_build_object(member, foreign_value))),
       test.post('/v1/bookings', test.wish(jsonb_build_object(member, unknown_value)))
FROM (VALUES ('serviceId', test.public('svc', 'haircut', 'b'), booking.public_id('svc', booking.uuid_v7())),
             ('staffId', test.public('staff', 'anna', 'b'), booking.public_id('staff', booking.uuid_v7()))) AS wish (member,
               foreign_value, unknown_value);
INSERT INTO twins
SELECT 'POST /v1/availability/search ' || member, test.post('/v1/availability/search', search || jsonb_build_object(member, foreign_value)),
       test.post('/v1/availability/search', search || jsonb_build_object(member, unknown_value))
FROM (VALUES ('serviceId', test.public('svc', 'haircut', 'b'), booking.public_id('svc', booking.uuid_v7())),
             ('staffId', test.public('staff', 'anna', 'b'), booking.public_id('staff', booking.uuid_v7()))) AS wish (member,
               foreign_value, unknown_value),
     jsonb_build_object('salonSlug', 'salon-a', 'serviceId', test.public('svc', 'haircut'),
                        'dateRange', jsonb_build_object('from', test.day(7), 'to', test.day(7))) AS search;
INSERT INTO twins
SELECT 'GET /v1/bookings ' || parameter, test.get(format('/v1/bookings?salonSlug=salon-a&%s=%s', parameter, foreign_value)),
       test.get(format('/v1/bookings?salonSlug=salon-a&%s=%s', parameter, unknown_value))
FROM (VALUES ('serviceId', test.public('svc', 'haircut', 'b'), booking.public_id('svc', booking.uuid_v7())),
             ('staffId', test.public('staff', 'bence', 'b'), booking.public_id('staff', booking.uuid_v7()))) AS filter (parameter,
               foreign_value, unknown_value);

SELECT is_empty($$
  SELECT question, test.without_request_id(foreign_one), test.without_request_id(unknown_one) FROM twins
  WHERE test.without_request_id(foreign_one) <> test.without_request_id(unknown_one)
$$, 'nothing tells a foreign thing from one that does not exist');
SELECT is((SELECT count(*) FROM twins), 21::bigint, 'in 21 ways to ask');
SELECT is_empty($$ SELECT question FROM twins WHERE (foreign_one).raw ~ 'salon-b|Salon B|Guest of b' $$,
  'no answer holds a word of b''s');
SELECT is((SELECT b.version FROM booking.bookings AS b WHERE b.id = test.first_booking('b')), 1, 'and b''s booking is what it was');

-- One backend serves many tenants: kept plans and settings of one request must not reach the next.
SELECT is_empty($$
  SELECT turn, tenant, answer FROM generate_series(1, 10) AS turn, unnest(ARRAY['a', 'b']) AS tenant,
    LATERAL test.get(format('/v1/bookings?salonSlug=salon-%s', tenant), tenant) AS answer
  WHERE answer.body #>> '{data,bookings,0,guest,name}' <> 'Guest of ' || tenant OR jsonb_array_length(answer.body #> '{data,bookings}') <> 2
$$, 'tenants who take turns on one connection see their own rows');

-- And the strongest form of it all: whatever a asks, the answers are the same whether b exists or not.
CREATE TEMP TABLE script AS
  SELECT row_number() OVER () AS number, method, target, body
  FROM (VALUES
    ('GET', '/v1/services?salonSlug=salon-a', NULL::text), ('GET', '/v1/services?salonSlug=salon-b', NULL), ('GET',
      '/v1/services?salonSlug=salon-a&locationSlug=branch', NULL),
    ('GET', '/v1/staff?salonSlug=salon-a', NULL), ('GET', '/v1/bookings?salonSlug=salon-a', NULL), ('GET',
      '/v1/bookings?salonSlug=salon-a&limit=1', NULL),
    ('GET', '/v1/bookings?salonSlug=salon-a&staffId=' || test.public('staff', 'bence', 'b'), NULL), ('GET', '/v1/bookings/'
      || booking.public_id('bkg', test.first_booking('a')), NULL),
    ('GET', '/v1/bookings/' || booking.public_id('bkg', test.first_booking('b')), NULL), ('GET',
      '/v1/webhooks/config?salonSlug=salon-a', NULL),
    ('GET', '/v1/webhooks/deliveries?salonSlug=salon-a', NULL), ('GET', '/v1/webhooks/deliveries?salonSlug=salon-a&bookingId='
      || booking.public_id('bkg', test.first_booking('b')), NULL),
    ('GET', '/v1/subscription', NULL),
    ('POST', '/v1/availability/search', jsonb_build_object('salonSlug', 'salon-a', 'serviceId', test.public('svc', 'haircut'),
      'dateRange', jsonb_build_object('from', test.day(39), 'to', test.day(41)))::text),
    ('POST', '/v1/availability/search', jsonb_build_object('salonSlug', 'salon-a', 'serviceId', test.public('svc', 'haircut', 'b'),
      'dateRange', jsonb_build_object('from', test.day(39), 'to', test.day(41)))::text),
    ('POST', '/v1/bookings', test.wish(jsonb_build_object('date', test.day(40), 'startTime', '12:00', 'staffId',
      test.public('staff', 'bence')))::text),
    ('POST', '/v1/bookings', test.wish(jsonb_build_object('staffId', test.public('staff', 'bence',
      'b')))::text)) AS request (method, target, body);
CREATE TEMP TABLE with_b AS SELECT number, test.without_request_id(test.request(method, target, body)) AS answer FROM script;
DELETE FROM booking.session_notes WHERE tenant_id = test.id('b', 'tenant');
DELETE FROM booking.bookings WHERE tenant_id = test.id('b', 'tenant');
DELETE FROM booking.tenants WHERE tenant_id = test.id('b', 'tenant');
SELECT is_empty($$ SELECT name FROM tables WHERE test.count_rows(name, format('tenant_id = %L', test.id('b', 'tenant'))) > 0 $$,
  'once b is gone from every table');
SELECT is_empty($$
  SELECT method, target, with_b.answer, test.without_request_id(test.request(method, target, body)) FROM script JOIN with_b USING (number)
  WHERE with_b.answer <> test.without_request_id(test.request(method, target, body))
$$, 'a gets the same answers as before');

SELECT * FROM finish();
ROLLBACK;
