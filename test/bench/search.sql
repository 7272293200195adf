-- A salon to search in: everybody is open from 8 to 18, forty quarters of an hour, of which thirty are taken at random on each of 60
-- days. "Team of N" are the first N people. Sparse and Dense are one person each, around the clock, with 12 and 120 visits of five
-- minutes a day. 300 other businesses are there as well.
SELECT booking.create_tenant('search-salon', 'Search salon', 'Europe/Budapest', plan => 'pro', approval => 'automatic') AS tenant \gset
INSERT INTO booking.staff (tenant_id, name, sort_order) SELECT :'tenant', 'Person ' || n, n FROM generate_series(1, 20) AS n;
INSERT INTO booking.staff (tenant_id, name) VALUES (:'tenant', 'Sparse'), (:'tenant', 'Dense');
INSERT INTO booking.services (tenant_id, name, duration_minutes, slot_step_minutes, price_type)
  SELECT :'tenant', name, 15, 15, 'free' FROM unnest('{Team of 1,Team of 10,Team of 20,Sparse,Dense}'::text[]) AS name;
INSERT INTO booking.staff_services (tenant_id, staff_id, service_id)
  SELECT person.tenant_id, person.id, service.id FROM booking.staff AS person JOIN booking.services AS service USING (tenant_id)
  WHERE person.tenant_id = :'tenant'
    AND (person.name = service.name OR person.sort_order BETWEEN 1 AND substring(service.name FROM 'Team of (.*)')::integer);
INSERT INTO booking.working_hours (tenant_id, staff_id, location_id, weekday, opens, closes)
  SELECT person.tenant_id, person.id, place.id, weekday, CASE WHEN sort_order = 0 THEN '00:00' ELSE '08:00' END::time,
         CASE WHEN sort_order = 0 THEN '24:00' ELSE '18:00' END::time
  FROM booking.staff AS person JOIN booking.locations AS place USING (tenant_id), generate_series(1, 7) AS weekday
  WHERE person.tenant_id = :'tenant';
INSERT INTO booking.busy_times (tenant_id, staff_id, kind, source, protected_from, protected_to)
  SELECT tenant_id, id, 'external', 'bench', start, start + minutes
  FROM (
    SELECT person.tenant_id, person.id, start, minutes, row_number() OVER (PARTITION BY person.id, day ORDER BY random()) AS place,
           CASE person.name WHEN 'Sparse' THEN 12 WHEN 'Dense' THEN 120 ELSE 30 END AS visits
    FROM booking.staff AS person
    CROSS JOIN LATERAL (SELECT CASE WHEN sort_order = 0 THEN interval '5 minutes' ELSE '15 minutes' END AS minutes,
                               CASE WHEN sort_order = 0 THEN 288 ELSE 40 END AS places,
                               CASE WHEN sort_order = 0 THEN interval '0' ELSE '8 hours' END AS opens) AS shape
    CROSS JOIN generate_series(0, 59) AS day
    CROSS JOIN LATERAL generate_series(0, places - 1) AS n
    CROSS JOIN LATERAL (SELECT (date_trunc('day', now() AT TIME ZONE 'Europe/Budapest') + make_interval(days => day) + opens + n * minutes)
                               AT TIME ZONE 'Europe/Budapest' AS start) AS s
    WHERE person.tenant_id = :'tenant') AS visit
  WHERE place <= visits ORDER BY random();

SELECT booking.create_tenant('other-' || n, 'Other', 'Europe/Budapest') FROM generate_series(1, 300) AS n \g /dev/null
INSERT INTO booking.staff (tenant_id, name) SELECT tenant_id, 'Person' FROM booking.tenants, generate_series(1, 4) WHERE name = 'Other';
INSERT INTO booking.services (tenant_id, name, duration_minutes, price_type)
  SELECT tenant_id, 'Visit', 15, 'free' FROM booking.tenants, generate_series(1, 5) WHERE name = 'Other';
INSERT INTO booking.staff_services (tenant_id, staff_id, service_id)
  SELECT tenant_id, person.id, service.id FROM booking.tenants JOIN booking.staff AS person USING (tenant_id) JOIN booking.services AS service USING (tenant_id)
  WHERE tenants.name = 'Other';
INSERT INTO booking.opening_hours (tenant_id, location_id, weekday, opens, closes)
  SELECT tenant_id, place.id, weekday, '08:00', '18:00'
  FROM booking.tenants JOIN booking.locations AS place USING (tenant_id), generate_series(1, 7) AS weekday WHERE tenants.name = 'Other';

-- What the rows measure, by name; from_date is ten days ahead, to_date thirty days later.
CREATE SCHEMA bench;
CREATE FUNCTION bench.tenant() RETURNS uuid LANGUAGE sql STABLE AS $$
  SELECT tenant_id FROM booking.tenant_slugs WHERE slug = 'search-salon' $$;
CREATE FUNCTION bench.service(name text) RETURNS uuid LANGUAGE sql STABLE AS $$
  SELECT id FROM booking.services AS s WHERE s.tenant_id = bench.tenant() AND s.name = service.name $$;
CREATE FUNCTION bench.location() RETURNS uuid LANGUAGE sql STABLE AS $$ SELECT id FROM booking.locations WHERE tenant_id = bench.tenant() $$;
CREATE FUNCTION bench.people(team text) RETURNS uuid[] LANGUAGE sql STABLE AS $$
  SELECT array_agg(staff_id) FROM booking.staff_services WHERE tenant_id = bench.tenant() AND service_id = bench.service(team) $$;
CREATE FUNCTION bench.at(days integer) RETURNS timestamptz LANGUAGE sql STABLE AS $$
  SELECT ((now() AT TIME ZONE 'Europe/Budapest')::date + days)::timestamp AT TIME ZONE 'Europe/Budapest' $$;
VACUUM ANALYZE;
